"""Dates and times as medical formats write them, and the age that follows from two of them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from inference.records.patient_text import completed_years

_TIMESTAMP: Final = re.compile(
    r"(?P<day>[0-9]{8})(?:(?P<clock>[0-9]{2}(?:[0-9]{2}){0,2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    r"(?:Z|[+-][0-9]{2}:?(?:[0-9]{2})?)?"
)
_DAY_ALONE: Final = re.compile(r"[0-9]{8}(?:Z|[+-][0-9:]*)?")
_DAYS_PER_YEAR: Final = 365.2425
"""Mean length of a Gregorian year."""
_TOLERATED_YEARS: Final = 1.0
"""Whole years of age and years between two dates differ by less than this."""


def parse_timestamp(text: str) -> datetime | None:
    """`YYYYMMDD[HH[MM[SS[.f]]]][+ZZXX]` as the local time it names, None for anything else.

    DICOM (PS3.5 6.2, value representation DT) and HL7 (data type TS) share it. An offset from universal
    time is left out: what counts here is the clock of the hospital.
    """
    match = _TIMESTAMP.fullmatch(text.strip())
    if match is None:
        return None
    microseconds = (match["fraction"] or "").ljust(6, "0")[:6]
    try:
        return datetime.strptime(
            f"{match['day']}{(match['clock'] or '').ljust(6, '0')}{microseconds}", "%Y%m%d%H%M%S%f"
        )
    except ValueError:
        return None


def parse_day(text: str) -> date | None:
    """The day of a timestamp, also one written with hyphens or dots (`1953-05-08`, `1953.05.08`)."""
    plain = re.sub(r"(?<=[0-9])[-./](?=[0-9])", "", text.strip())
    moment = parse_timestamp(plain)
    return None if moment is None else moment.date()


def believed_clock(moment: datetime | None) -> tuple[datetime | None, tuple[str, ...]]:
    """A time of recording, or None and a note where it is the beginning of a computer's time.

    1 January 1970 is what a recorder writes whose clock was never set.
    """
    if moment is not None and moment.date() == date(1970, 1, 1):
        note = "The time of recording is unknown: the file gives 1 January 1970, a clock that was never set."
        return None, (note,)
    return moment, ()


def recorded_on(day: date | None, clock: time | None) -> tuple[datetime | None, tuple[str, ...]]:
    """The time of recording by its day and time of day, and what is to be said of it.

    Midnight stands for a time of day that the file does not give; see `believed_clock` for the rest.
    """
    if day is None:
        return None, ()
    moment, notes = believed_clock(datetime.combine(day, clock or time()))
    if moment is not None and clock is None:
        return moment, ("The file gives the day of recording without a time.",)
    return moment, notes


def recorded_at(written: str) -> tuple[datetime | None, tuple[str, ...]]:
    """As `recorded_on`, of a timestamp (`parse_timestamp`) that may be a day alone."""
    moment = parse_timestamp(written)
    if moment is None:
        return None, ()
    is_day_alone = _DAY_ALONE.fullmatch(written.strip()) is not None
    return recorded_on(moment.date(), None if is_day_alone else moment.time())


def later(moment: datetime | None, seconds: float) -> datetime | None:
    """So many seconds after a moment; None where that is beyond the years that a date can have."""
    try:
        return None if moment is None else moment + timedelta(seconds=seconds)
    except OverflowError:
        return None


def age_of(
    given_years: float | None, birth: date | None, recorded: datetime | None
) -> tuple[float | None, tuple[str, ...]]:
    """Age in years at the recording and what is to be said of it.

    An age that the file gives is taken. Without one it follows from date of birth and of recording, in
    whole years. Where both are there and disagree, a note says so.
    """
    reckoned = None if birth is None or recorded is None else _years_between(birth, recorded.date())
    if given_years is None:
        if reckoned is None:
            return None, ()
        return float(int(reckoned)), ("The age follows from the date of birth and the day of recording.",)
    if reckoned is not None and not -_TOLERATED_YEARS < reckoned - given_years < _TOLERATED_YEARS + 1.0:
        note = (
            f"The file gives an age of {given_years:g} years, and {int(reckoned)} follow from its dates of "
            "birth and of recording; the age given was taken."
        )
        return given_years, (note,)
    return given_years, ()


def _years_between(birth: date, day: date) -> float | None:
    """Years, whole where the birthday has come round exactly; None where no human lives that long."""
    whole = completed_years(birth, day)
    if whole is None:
        return None
    return min(max(whole, (day - birth).days / _DAYS_PER_YEAR), whole + 0.999)
