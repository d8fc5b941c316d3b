"""The whole object: patient, study, series, equipment, waveform (PS3.3 table A.34.3-1)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inference.records.record import Record
from inference.writing.comments import Held, comments_for, time_marks
from inference.writing.dicom.annotations import device_annotations
from inference.writing.dicom.groups import fits_decimal_strings, multiplex_group
from inference.writing.dicom.storage import TWELVE_LEAD, may_hold_beat, storage_for
from inference.writing.dicom.texts import LT, age_string, date_text, person, plain, time_text
from inference.writing.resolution import INT16_LARGEST, coarse_notes, of_record, stored_leads

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_PLACEHOLDER: Final = datetime(1900, 1, 1)
"""The standard wants a time of recording. None is known: this one is before any stored ECG, and a comment
says that it is none."""
_SEX: Final = {"female": "F", "male": "M", None: ""}


def write_dicom(record: Record, path: Path) -> tuple[str, ...]:
    """Write `path` as 12-lead, General or Ambulatory ECG, whichever may hold the Record; notes on losses.

    WriteError where none of them may.
    """
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

    storage = storage_for(record)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(storage.sop_class_uid)
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=None)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    made.SpecificCharacterSet = "ISO_IR 192"
    made.SOPClassUID = storage.sop_class_uid
    made.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    made.SyntheticData = "NO" if record.synthetic is None else "YES"
    text_notes = _add_patient(made, record)
    _add_study(made, record)
    notes = (*text_notes, *_add_waveform(made, record))
    made.save_as(path, enforce_file_format=True)
    kind = () if storage is TWELVE_LEAD else (f"Written as {storage.name}: it is no plain 12-lead ECG.",)
    return (*kind, *notes)


def _add_patient(made: Dataset, record: Record) -> tuple[str, ...]:
    patient = record.patient
    made.PatientName = person(patient.name)
    made.PatientID = plain(patient.patient_id)
    born = patient.birth_date
    made.PatientBirthDate = "" if born is None else f"{born.year:04d}{born.month:02d}{born.day:02d}"
    made.PatientSex = _SEX[patient.sex]
    age = age_string(patient)
    if age is not None:
        made.PatientAge = age
    lines = (*time_marks(record), *comments_for(record, _held(record)))
    if lines:
        made.PatientComments = "\r\n".join(lines)[:LT]
    if len("\r\n".join(lines)) > LT:
        return (f"DICOM has room for {LT} characters of comments: the rest was left out.",)
    return ()


def _held(record: Record) -> frozenset[Held]:
    """What the object's own attributes say in full."""
    patient = record.patient
    held: set[Held] = {"sex", "birth_date", "device"}
    if patient.age_years is not None and age_string(patient) == f"{patient.age_years:03.0f}Y":
        held.add("age")
    if plain(patient.patient_id) == (patient.patient_id or ""):
        held.add("patient_id")
    if person(patient.name).replace("^", ", ") == (patient.name or ""):
        held.add("name")
    return frozenset(held)


def _add_study(made: Dataset, record: Record) -> None:
    from pydicom.uid import generate_uid

    moment, device = record.acquired_at, record.device
    made.StudyInstanceUID = generate_uid(entropy_srcs=None)
    made.StudyDate = "" if moment is None else date_text(moment)
    made.StudyTime = "" if moment is None else time_text(moment)
    made.ReferringPhysicianName = made.StudyID = made.AccessionNumber = ""
    made.Modality = "ECG"
    made.SeriesInstanceUID = generate_uid(entropy_srcs=None)
    made.SeriesNumber = made.InstanceNumber = "1"
    made.Manufacturer = plain(device.maker)
    if device.model:
        made.ManufacturerModelName = plain(device.model)
    if device.software:
        made.SoftwareVersions = plain(device.software)
    stated = moment or _PLACEHOLDER
    made.ContentDate, made.ContentTime = date_text(stated), time_text(stated)
    made.AcquisitionDateTime = date_text(stated) + time_text(stated)


def _add_waveform(made: Dataset, record: Record) -> tuple[str, ...]:
    # Required, and empty: no record says where the electrodes were placed.
    made.AcquisitionContextSequence = []
    leads = of_record(record, INT16_LARGEST, fits_decimal_strings)
    filters = record.device.filters
    groups = [multiplex_group(leads, record.fs_hz, "RHYTHM", "ORIGINAL", filters)]
    beat = record.device.median_beat
    notes = list(coarse_notes(leads))
    if beat is not None and may_hold_beat(storage_for(record), record):
        rows = stored_leads(beat.lead_names, beat.signals_mv, INT16_LARGEST, fits_decimal_strings)
        groups.append(multiplex_group(rows, beat.fs_hz, "MEDIAN BEAT", "DERIVED", filters))
    elif beat is not None:
        notes.append("The device's own median beat has no place in this object and was left out.")
    made.WaveformSequence = groups
    said = device_annotations(record.device)
    if said:
        made.WaveformAnnotationSequence = said
    return tuple(notes)
