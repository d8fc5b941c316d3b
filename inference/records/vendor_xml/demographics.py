"""Age, birth date and time of recording, as makers write them in XML."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from inference.records.age import DAYS_PER_YEAR, YEARS_PER_UNIT
from inference.records.patient_text import completed_years, parse_age
from inference.records.record import Patient
from inference.records.timestamps import recorded_on
from inference.records.xml_tree import number_of

_FULL_YEARS_FROM: Final = 2
"""Up to the second birthday an ECG is judged by months, and the age keeps its fraction."""


@dataclass(frozen=True, slots=True)
class WhoAndWhen:
    """Patient and time of recording; `notes` says what was assumed or not believed."""

    patient: Patient
    acquired_at: datetime | None
    notes: tuple[str, ...] = ()


def age_in_years(written: str, unit: str) -> tuple[float | None, str]:
    """An age given in `unit` ("MONTHS", "day", "" for years) in years; a note where it is not believed."""
    per_year = YEARS_PER_UNIT.get(f"{unit.strip().lower().removesuffix('s') or 'year'}s")
    value = number_of(written)
    if per_year is None and written:
        return None, f"Age is taken as unknown: the file gives it in '{unit.strip()[:20]}'."
    return parse_age(written if value is None or per_year is None else value * per_year)


def age_at(birth: date | None, day: datetime | None) -> float | None:
    """Age in years on the day of recording: whole years, below two with its fraction. None where unknown."""
    if birth is None or day is None or day.date() < birth:
        return None
    whole_years = completed_years(birth, day.date())
    if whole_years is not None and whole_years < _FULL_YEARS_FROM:
        return round((day.date() - birth).days / DAYS_PER_YEAR, 2)
    return whole_years


def parse_date(written: str, patterns: Iterable[str]) -> date | None:
    """The date in the first of `patterns` (as `strptime` takes them) that fits, None for none."""
    for pattern in patterns:
        try:
            return datetime.strptime(written.strip(), pattern).date()
        except ValueError:
            continue
    return None


def acquisition_time(day: date | None, clock: str) -> tuple[datetime | None, str]:
    """Day and time of recording, and a note where the time of day is not known (midnight stands for it)."""
    moment, notes = recorded_on(day, _time_of_day(clock))
    return moment, " ".join(notes)


def _time_of_day(clock: str) -> time | None:
    for pattern in ("%H:%M:%S", "%H:%M:%S.%f", "%H:%M"):
        try:
            return datetime.strptime(clock.strip(), pattern).time()
        except ValueError:
            continue
    return None


def full_name(last: str, *first: str) -> str | None:
    """ "Last, First Middle" from the parts that are written, None where none is."""
    given = " ".join(part for part in first if part)
    return ", ".join(part for part in (last, given) if part) or None
