"""Written DICOM objects against the tables of PS3.3 and against pydicom."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from inference.records.assemble import Found, assemble
from inference.writing.errors import WriteError
from inference.writing.write import write_record
from tests.unit.written import bare_record, eight_lead_record

TYPE_1, TYPE_2 = True, False
MODULES = {
    "Patient (C.7.1.1)": {
        "PatientName": TYPE_2,
        "PatientID": TYPE_2,
        "PatientBirthDate": TYPE_2,
        "PatientSex": TYPE_2,
    },
    "General Study (C.7.2.1)": {
        "StudyInstanceUID": TYPE_1,
        "StudyDate": TYPE_2,
        "StudyTime": TYPE_2,
        "ReferringPhysicianName": TYPE_2,
        "StudyID": TYPE_2,
        "AccessionNumber": TYPE_2,
    },
    "General Series (C.7.3.1)": {"Modality": TYPE_1, "SeriesInstanceUID": TYPE_1, "SeriesNumber": TYPE_2},
    "General Equipment (C.7.5.1)": {"Manufacturer": TYPE_2},
    "Waveform Identification (C.10.8)": {
        "InstanceNumber": TYPE_1,
        "ContentDate": TYPE_1,
        "ContentTime": TYPE_1,
        "AcquisitionDateTime": TYPE_1,
    },
    "Waveform (C.10.9)": {"WaveformSequence": TYPE_1},
    "Acquisition Context (C.7.6.14)": {"AcquisitionContextSequence": TYPE_2},
    "SOP Common (C.12.1)": {"SOPClassUID": TYPE_1, "SOPInstanceUID": TYPE_1, "SpecificCharacterSet": TYPE_1},
}
GROUP = (
    "WaveformOriginality",
    "NumberOfWaveformChannels",
    "NumberOfWaveformSamples",
    "SamplingFrequency",
    "ChannelDefinitionSequence",
    "WaveformBitsAllocated",
    "WaveformSampleInterpretation",
    "WaveformPaddingValue",
    "WaveformData",
)
CHANNEL = (
    "ChannelSourceSequence",
    "ChannelSensitivity",
    "ChannelSensitivityUnitsSequence",
    "ChannelSensitivityCorrectionFactor",
    "ChannelBaseline",
    "ChannelSampleSkew",
    "WaveformBitsStored",
)
FILTERS = ("FilterLowFrequency", "FilterHighFrequency", "NotchFilterFrequency")
CODE = ("CodeValue", "CodingSchemeDesignator", "CodeMeaning")


def read(path: Path) -> Dataset:
    """The object, read with every warning of pydicom's an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_in = pydicom.dcmread(path)
        str(read_in)
    return read_in


def has_value(item: Dataset, keyword: str) -> bool:
    return keyword in item and item[keyword].value not in (None, "", b"", [])


def assert_follows_the_tables(written: Dataset) -> None:
    for module, attributes in MODULES.items():
        for keyword, must_have_value in attributes.items():
            assert keyword in written, f"{module}: {keyword}"
            assert not must_have_value or has_value(written, keyword), f"{module}: {keyword} is empty"
    assert written.Modality == "ECG"
    for group in written.WaveformSequence:
        assert [keyword for keyword in GROUP if not has_value(group, keyword)] == []
        assert group.NumberOfWaveformChannels == len(group.ChannelDefinitionSequence)
        assert group.WaveformSampleInterpretation == "SS"
        n_bytes = 2 * group.NumberOfWaveformChannels * group.NumberOfWaveformSamples
        assert len(group.WaveformData) == n_bytes
        for channel in group.ChannelDefinitionSequence:
            assert [keyword for keyword in CHANNEL if not has_value(channel, keyword)] == []
            codes = [*channel.ChannelSourceSequence, *channel.ChannelSensitivityUnitsSequence]
            assert [k for code in codes for k in CODE if not has_value(code, k)] == []
            assert codes[0].CodingSchemeDesignator == "SCPECG"
            assert (codes[1].CodingSchemeDesignator, codes[1].CodeValue) == ("UCUM", "uV")


def test_a_twelve_lead_ecg_follows_the_tables_of_the_standard(tmp_path: Path) -> None:
    write_record(eight_lead_record(), tmp_path / "a.dcm")
    written = read(tmp_path / "a.dcm")
    assert_follows_the_tables(written)
    assert written.SOPClassUID == "1.2.840.10008.5.1.4.1.1.9.1.1"
    assert written.file_meta.MediaStorageSOPInstanceUID == written.SOPInstanceUID
    assert written.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"


def test_a_record_of_which_nothing_is_known_is_valid_too_and_says_so(tmp_path: Path) -> None:
    write_record(bare_record(), tmp_path / "a.dcm")
    written = read(tmp_path / "a.dcm")
    assert_follows_the_tables(written)
    assert (str(written.PatientName), written.PatientID, written.PatientSex) == ("", "", "")
    assert written.StudyDate == ""
    assert written.PatientComments.splitlines()[0] == "time of recording: unknown"


def test_samples_are_pydicoms_to_the_bit_and_gaps_are_padding(tmp_path: Path) -> None:
    record = eight_lead_record(0.00125)
    write_record(record, tmp_path / "a.dcm")
    written = read(tmp_path / "a.dcm")
    group = written.WaveformSequence[0]
    raw = np.frombuffer(group.WaveformData, dtype="<i2").reshape(-1, 12).T
    padding = int.from_bytes(group.WaveformPaddingValue, "little", signed=True)
    np.testing.assert_array_equal(raw == padding, np.isnan(record.signals_mv))
    valid = ~np.isnan(record.signals_mv)
    back = (written.waveform_array(0).T / 1000).astype(np.float32)
    np.testing.assert_allclose(back[valid], record.signals_mv[valid], atol=1e-6)
    labels = [channel.ChannelLabel for channel in group.ChannelDefinitionSequence]
    assert tuple(labels) == record.lead_names


def test_patient_time_device_and_filters_are_in_their_own_attributes(tmp_path: Path) -> None:
    write_record(eight_lead_record(), tmp_path / "a.dcm")
    written = read(tmp_path / "a.dcm")
    assert str(written.PatientName) == "Doe^Jane"
    assert (written.PatientID, written.PatientSex) == ("AB-1234567", "F")
    assert (written.PatientBirthDate, written.PatientAge) == ("19630201", "061Y")
    assert written.AcquisitionDateTime == "20240501093015"
    assert (written.Manufacturer, written.ManufacturerModelName) == ("Maker & Sons", "ECG 3000")
    channel = written.WaveformSequence[0].ChannelDefinitionSequence[0]
    assert [float(channel[keyword].value) for keyword in FILTERS] == [0.05, 150.0, 50.0]
    texts = [item.get("UnformattedTextValue", "") for item in written.WaveformAnnotationSequence]
    assert texts == ["Sinus rhythm", "Seen by Dr. Doe", "", "Axis: normal"]
    measured = written.WaveformAnnotationSequence[2]
    assert measured.NumericValue == 96
    assert measured.ConceptNameCodeSequence[0].CodeMeaning == "QRS duration"
    assert measured.MeasurementUnitsCodeSequence[0].CodeValue == "ms"
    assert "Chest pain for two hours" in written.PatientComments.splitlines()
    assert "derived leads: III, aVR, aVL, aVF" in written.PatientComments.splitlines()


def test_the_devices_own_median_beat_is_a_derived_group(tmp_path: Path) -> None:
    write_record(eight_lead_record(), tmp_path / "a.dcm")
    groups = read(tmp_path / "a.dcm").WaveformSequence
    labels = [(group.MultiplexGroupLabel, group.WaveformOriginality) for group in groups]
    assert labels == [("RHYTHM", "ORIGINAL"), ("MEDIAN BEAT", "DERIVED")]
    assert groups[1].NumberOfWaveformChannels == 2


def test_synthetic_ecgs_carry_the_standards_own_flag(tmp_path: Path) -> None:
    write_record(bare_record(), tmp_path / "real.dcm")
    assert read(tmp_path / "real.dcm").SyntheticData == "NO"


@pytest.mark.parametrize(
    ("n_leads", "fs_hz", "n_samples", "uid"),
    [
        (12, 1000.0, 16_384, "1.2.840.10008.5.1.4.1.1.9.1.1"),
        (12, 500.0, 16_385, "1.2.840.10008.5.1.4.1.1.9.1.2"),
        (8, 500.0, 1000, "1.2.840.10008.5.1.4.1.1.9.1.2"),
        (12, 128.0, 1000, "1.2.840.10008.5.1.4.1.1.9.1.3"),
    ],
)
def test_the_object_is_the_one_whose_limits_hold(
    tmp_path: Path, n_leads: int, fs_hz: float, n_samples: int, uid: str
) -> None:
    record = replace(bare_record(n_samples), fs_hz=fs_hz)
    record = replace(record, signals_mv=record.signals_mv[:n_leads], lead_names=record.lead_names[:n_leads])
    write_record(record, tmp_path / "a.dcm")
    written = read(tmp_path / "a.dcm")
    assert_follows_the_tables(written)
    assert written.SOPClassUID == uid


def test_a_rate_that_no_object_allows_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="no ECG object for 12 leads at 2000 Hz: choose another format"):
        write_record(replace(bare_record(), fs_hz=2000.0), tmp_path / "a.dcm")


def test_ages_that_are_no_whole_years_are_given_in_days_or_months(tmp_path: Path) -> None:
    record = bare_record()
    for age_years, written in ((0.5, "183D"), (12.25, "147M"), (61.0, "061Y")):
        patient = replace(record.patient, age_years=age_years)
        write_record(replace(record, patient=patient), tmp_path / "a.dcm", overwrite=True)
        assert read(tmp_path / "a.dcm").PatientAge == written


def test_names_in_any_script_and_backslashes_are_written_without_a_warning(tmp_path: Path) -> None:
    record = bare_record()
    patient = replace(record.patient, name="山田\\太郎=" + "x" * 80, patient_id="ID\n" + "9" * 80)
    write_record(replace(record, patient=patient), tmp_path / "a.dcm")
    written = read(tmp_path / "a.dcm")
    assert str(written.PatientName).startswith("山田/太郎")
    assert written.PatientID.startswith("ID 999")


def test_two_exports_of_one_ecg_never_share_a_uid(tmp_path: Path) -> None:
    uids = set()
    for name in ("a", "b"):
        write_record(bare_record(), tmp_path / f"{name}.dcm")
        written = read(tmp_path / f"{name}.dcm")
        uids |= {written.SOPInstanceUID, written.SeriesInstanceUID, written.StudyInstanceUID}
    assert len(uids) == 6


def test_a_range_too_wide_for_sixteen_bits_uses_the_baseline(tmp_path: Path) -> None:
    row = (np.arange(1000) % 700 + 100_000).astype(np.float32) * np.float32(0.001)
    record = assemble(Found(Path("a"), "made", 500.0, [("V1", row), ("V2", row * 0)]))
    write_record(record, tmp_path / "a.dcm")
    written = read(tmp_path / "a.dcm")
    channel = written.WaveformSequence[0].ChannelDefinitionSequence[0]
    raw = np.frombuffer(written.WaveformSequence[0].WaveformData, dtype="<i2").reshape(-1, 2)[:, 0]
    # PS3.3 C.10.9.1.4.3: the baseline is the value of sample 0 in the units of the sensitivity.
    back = (raw * float(channel.ChannelSensitivity) + float(channel.ChannelBaseline)) / 1000
    assert 99_000 < float(channel.ChannelBaseline) < 101_000
    np.testing.assert_allclose(back, record.lead("V1"), atol=1e-5)
