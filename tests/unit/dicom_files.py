"""Small DICOM ECGs for tests, written with pydicom after PS3.3 A.34.3 and C.10.9; any field may be wrong."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy.typing as npt
from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import ExplicitVRLittleEndian

from inference.records import STANDARD_LEADS

TWELVE_LEAD = "1.2.840.10008.5.1.4.1.1.9.1.1"
GENERAL = "1.2.840.10008.5.1.4.1.1.9.1.2"
AMBULATORY = "1.2.840.10008.5.1.4.1.1.9.1.3"
LEAD_NUMBERS = dict(
    zip(("I", "II", "V1", "V2", "V3", "V4", "V5", "V6", "III", "aVR", "aVL", "aVF"),
        (1, 2, 3, 4, 5, 6, 7, 8, 61, 62, 63, 64), strict=True)
)  # fmt: skip
"""PS3.16 CID 3001."""
SAMPLE_TYPES = {"i1": ("SB", 8), "u1": ("UB", 8), "i2": ("SS", 16), "u2": ("US", 16), "i4": ("SL", 32)}


def code(value: str, scheme: str, meaning: str) -> Dataset:
    """One item of a code sequence."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def channel(lead: str, *, scheme: str = "SCPECG", sensitivity: str = "1", **elements: Any) -> Dataset:
    """One channel of µV counts."""
    item = Dataset()
    number = LEAD_NUMBERS.get(lead, 0)
    value = f"5.6.3-9-{number}" if scheme == "SCPECG" else f"2:{number}"
    item.ChannelSourceSequence = [code(value, scheme, f"Lead {lead}")]
    item.ChannelSensitivity = sensitivity
    item.ChannelSensitivityUnitsSequence = [code("uV", "UCUM", "microvolt")]
    item.ChannelSensitivityCorrectionFactor = "1"
    item.ChannelBaseline = "0"
    item.ChannelSampleSkew = "0"
    item.WaveformBitsStored = 16
    set_all(item, elements)
    return item


def group(
    counts: npt.NDArray[Any],
    leads: Sequence[str] = STANDARD_LEADS,
    *,
    channels: Sequence[Dataset] | None = None,
    byte_order: str = "<",
    **elements: Any,
) -> Dataset:
    """One multiplex group of `counts`, shape (n_channels, n_samples), at 500 Hz, called RHYTHM."""
    item = Dataset()
    item.WaveformOriginality = "ORIGINAL"
    item.NumberOfWaveformChannels, item.NumberOfWaveformSamples = counts.shape
    item.SamplingFrequency = "500"
    item.MultiplexGroupLabel = "RHYTHM"
    item.ChannelDefinitionSequence = list(channels or [channel(lead) for lead in leads])
    kind, bits = SAMPLE_TYPES[counts.dtype.str[1:]]
    item.WaveformBitsAllocated, item.WaveformSampleInterpretation = bits, kind
    data = counts.T.astype(counts.dtype.newbyteorder(byte_order)).tobytes()
    item.add_new(0x54001010, "OB" if bits == 8 else "OW", data + b"\0" * (len(data) % 2))
    set_all(item, elements)
    return item


def ecg(groups: Sequence[Dataset], *, sop_class: str = TWELVE_LEAD, **elements: Any) -> Dataset:
    """A whole ECG of the patient 'Curie, Marie', without her age."""
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class, "1.2.3.4"
    dataset.Modality = "ECG"
    dataset.AcquisitionDateTime = "20240229131415.250000"
    dataset.PatientName, dataset.PatientID = "Curie^Marie", "P-17"
    dataset.PatientSex, dataset.PatientBirthDate = "F", "19671107"
    dataset.Manufacturer = "Maker"
    dataset.WaveformSequence = list(groups)
    set_all(dataset, elements)
    return dataset


def set_all(item: Dataset, elements: dict[str, Any]) -> None:
    """Set elements by keyword; None takes one away."""
    with disable_value_validation():
        for keyword, value in elements.items():
            if value is None:
                delattr(item, keyword)
            else:
                setattr(item, keyword, value)


def write_dicom(
    path: Path, dataset: Dataset, syntax: str = ExplicitVRLittleEndian, *, bare: bool = False
) -> Path:
    """Write a file in one transfer syntax; `bare` leaves preamble and file meta information away."""
    implicit, little = syntax == "1.2.840.10008.1.2", syntax != "1.2.840.10008.1.2.2"
    with warnings.catch_warnings():
        # Some of these data sets break the standard on purpose.
        warnings.simplefilter("ignore")
        if bare:
            dcmwrite(path, dataset, implicit_vr=implicit, little_endian=little, enforce_file_format=False)
            return path
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = dataset.SOPClassUID, "1.2.3.4"
        meta.TransferSyntaxUID = syntax
        dataset.file_meta = meta
        dcmwrite(path, dataset, enforce_file_format=True)
    return path
