"""Age, sex and time of recording out of the many ways in which files write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from inference.records.record import Patient, Sex

MAX_AGE_YEARS: Final = 120.0
_UNKNOWN: Final = {"", "n/a", "na", "nan", "unknown", "none", "null", "-", "?"}
_SEXES: Final[dict[str, Sex]] = {"f": "female", "female": "female", "m": "male", "male": "male"}
_FACT: Final = re.compile(
    r"^<?(age|sex|gender|ecg date|patient id|patient name|birth date)>?\s*:\s*(.*?)\s*$", re.IGNORECASE
)
_MAX_TEXT: Final = 100
_DAY_FIRST: Final = ("%d/%m/%Y", "%d.%m.%Y", "%d-%b-%Y")


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """What comments say of patient and time; `notes` names each value that was not believed."""

    patient: Patient = field(default_factory=Patient)
    acquired_at: datetime | None = None
    notes: tuple[str, ...] = ()


def facts_from_comments(comments: Iterable[str]) -> PatientFacts:
    """Patient and day of recording from WFDB comments as PTB, LUDB and CinC 2021 write them.

    PTB writes the day as day/month/year. Patient ID, name and birth date (ISO) are written by this program.
    The first line that names a fact decides.
    """
    found: dict[str, str] = {}
    for comment in comments:
        match = _FACT.match(comment)
        if match:
            key = match.group(1).lower()
            found.setdefault("sex" if key == "gender" else key, match.group(2))
    age_years, age_note = parse_age(found.get("age"))
    sex, sex_note = parse_sex(found.get("sex"))
    acquired_at = _parse_day(found.get("ecg date", ""))
    notes = tuple(note for note in (age_note, sex_note) if note)
    patient = Patient(
        age_years=age_years,
        sex=sex,
        patient_id=found.get("patient id", "")[:_MAX_TEXT] or None,
        name=found.get("patient name", "")[:_MAX_TEXT] or None,
        birth_date=parse_birth_date(found.get("birth date")),
    )
    return PatientFacts(patient, acquired_at, notes)


def parse_age(value: object) -> tuple[float | None, str]:
    """An age in years (or None), and a note where something was written that is not believed."""
    text = "" if value is None else str(value).strip()
    if text.lower() in _UNKNOWN:
        return None, ""
    try:
        age_years = float(text)
    except ValueError:
        age_years = float("nan")
    if 0.0 <= age_years <= MAX_AGE_YEARS:
        return age_years, ""
    return None, f"Age is taken as unknown: the file says '{text[:20]}'."


def parse_sex(value: object) -> tuple[Sex | None, str]:
    """Sex (or None), and a note where something was written that is not understood."""
    text = "" if value is None else str(value).strip()
    if text.lower() in _UNKNOWN:
        return None, ""
    sex = _SEXES.get(text.lower())
    return sex, "" if sex else f"Sex is taken as unknown: the file says '{text[:20]}'."


def completed_years(birth_date: date, day: date) -> float | None:
    """The age on a day, in whole years; None where the two dates cannot both be right."""
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    age_years = day.year - birth_date.year - (not had_birthday)
    return float(age_years) if 0 <= age_years <= MAX_AGE_YEARS else None


def parse_birth_date(value: object) -> date | None:
    """A day written as ISO 8601 (2024-05-01), None for anything else."""
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        return None


def _parse_day(text: str) -> datetime | None:
    for pattern in _DAY_FIRST:
        try:
            return datetime.strptime(text, pattern)
        except ValueError:
            continue
    return None
