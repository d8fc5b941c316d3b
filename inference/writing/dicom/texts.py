"""Text for DICOM's value representations (PS3.5 6.2): no backslash, no control character, not too long."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from inference.records.record import Patient
from inference.writing.comments import one_line

LO: Final = 64
ST: Final = 1024
LT: Final = 10_240
_MOST_AGE: Final = 999


def plain(text: str | None, longest: int = LO) -> str:
    """One line without a backslash, which separates values."""
    return one_line((text or "").replace("\\", "/"))[:longest].strip()


def person(text: str | None) -> str:
    """A person's name as PN: `Curie, Marie` is Curie^Marie; '=' parts alphabets and is left out."""
    family, _, given = (text or "").replace("=", " ").partition(", ")
    return plain(f"{family}^{given}" if given else family)


def age_string(patient: Patient) -> str | None:
    """Age as AS: whole years, or months or days where those say it better."""
    if patient.age_years is None:
        return None
    years = patient.age_years
    if years.is_integer() and years >= 1:
        return f"{int(years):03d}Y"
    for unit, per_year in (("D", 365.25), ("M", 12.0)):
        if years * per_year <= _MOST_AGE:
            return f"{round(years * per_year):03d}{unit}"
    return f"{int(years):03d}Y"


def date_text(moment: datetime) -> str:
    return f"{moment.year:04d}{moment:%m%d}"


def time_text(moment: datetime) -> str:
    return f"{moment:%H%M%S}" + (f".{moment.microsecond:06d}" if moment.microsecond else "")
