"""Patient and time of recording in a DICOM file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from inference.records.dicom_ecg.elements import Elements
from inference.records.patient_text import MAX_AGE_YEARS, parse_sex
from inference.records.person_name import person_name
from inference.records.record import Patient
from inference.records.timestamps import age_of, parse_day, parse_timestamp, recorded_at

_AGE: Final = re.compile(r"(?P<count>[0-9]{1,3})(?P<unit>[YMWD])")
_YEARS: Final = {"Y": 1.0, "M": 1.0 / 12.0, "W": 7.0 / 365.2425, "D": 1.0 / 365.2425}
_CLOCKS: Final = (("Acquisition", ""), ("Content", "content"), ("Study", "study"))
"""Pairs of date and time, the nearest to the recording first; its own needs no remark."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who was recorded and when, and what had to be assumed."""

    patient: Patient
    acquired_at: datetime | None
    notes: tuple[str, ...]


def subject_of(dataset: Elements) -> Subject:
    """Patient and local time of recording; what the file leaves open stays None."""
    acquired_at, clock_notes = _acquired_at(dataset)
    birth_date = parse_day(dataset.text("PatientBirthDate"))
    given_years, age_note = _age_years(dataset.text("PatientAge"))
    age_years, age_notes = age_of(given_years, birth_date, acquired_at)
    sex, sex_note = parse_sex(dataset.text("PatientSex"))
    family, _, rest = dataset.text("PatientName").partition("=")[0].partition("^")
    patient = Patient(
        age_years=age_years,
        sex=sex,
        patient_id=dataset.text("PatientID") or None,
        name=person_name(family, rest.replace("^", " ")),
        birth_date=birth_date,
    )
    notes = (*clock_notes, age_note, *age_notes, sex_note)
    return Subject(patient, acquired_at, tuple(note for note in notes if note))


def _acquired_at(dataset: Elements) -> tuple[datetime | None, tuple[str, ...]]:
    written = dataset.text("AcquisitionDateTime")
    if parse_timestamp(written) is not None:
        return recorded_at(written)
    for name, words in _CLOCKS:
        written = dataset.text(f"{name}Date") + dataset.text(f"{name}Time").replace(":", "")
        if parse_timestamp(written) is not None:
            moment, notes = recorded_at(written)
            said = f"The file gives no time of recording; that of its {words} was taken."
            return moment, (notes if moment is None or not words else (said, *notes))
    return None, ()


def _age_years(text: str) -> tuple[float | None, str]:
    """`045Y`, `006M`, `012W`, `003D` (PS3.5 6.2, value representation AS) in years."""
    match = _AGE.fullmatch(text.upper())
    if match is None:
        return None, f"Age is taken as unknown: the file says '{text[:20]}'." if text else ""
    years = int(match["count"]) * _YEARS[match["unit"]]
    if years > MAX_AGE_YEARS:
        return None, f"Age is taken as unknown: the file says '{text[:20]}'."
    return years, ""
