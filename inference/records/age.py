"""A patient's age out of a number with its unit, or out of a birth date and the day of recording."""

from __future__ import annotations

from datetime import date
from typing import Final

from inference.records.patient_text import MAX_AGE_YEARS, completed_years

DAYS_PER_YEAR: Final = 365.25
YEARS_PER_UNIT: Final = {
    "years": 1.0,
    "months": 1 / 12,
    "weeks": 7 / DAYS_PER_YEAR,
    "days": 1 / DAYS_PER_YEAR,
    "hours": 1 / (24 * DAYS_PER_YEAR),
}


def age_in_years(value: float, unit: str) -> tuple[float | None, str]:
    """The age in years of so many `YEARS_PER_UNIT`; None and a note where it is not believed."""
    per_unit = YEARS_PER_UNIT.get(unit)
    if per_unit is None:
        return None, f"Age is taken as unknown: the file gives {value:g} without a unit that is known."
    years = round(value * per_unit, 3)
    if 0.0 <= years <= MAX_AGE_YEARS:
        return years, ""
    return None, f"Age is taken as unknown: the file says {value:g} {unit}."


def age_between(birth_date: date, day: date) -> tuple[float | None, str]:
    """Whole years from birth to the day of recording, with a note that says so; None where they disagree."""
    years = completed_years(birth_date, day)
    if years is not None:
        return years, "The age follows from the birth date and the day of recording."
    return None, "Age is taken as unknown: birth date and day of recording contradict each other."
