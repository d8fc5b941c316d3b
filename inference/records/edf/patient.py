"""Patient, time, recorder and filters out of the texts of an EDF header."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final

from inference.records.device import DeviceFilters, DeviceFindings
from inference.records.edf.header import EdfHeader
from inference.records.patient_text import completed_years
from inference.records.record import Patient, Sex

_SEXES: Final[dict[str, Sex]] = {"F": "female", "M": "male"}
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAY: Final = re.compile(r"(\d{1,2})-([A-Za-z]{3})-(\d{4})")
_SHORT_DAY: Final = re.compile(r"(\d{2})[.\-/](\d{2})[.\-/](\d{2})")
_CLOCK: Final = re.compile(r"(\d{2})[.:](\d{2})[.:](\d{2})")
_CLIPPING_YEAR: Final = 85
"""EDF's two digits: 85 to 99 are 1985 to 1999, 00 to 84 are 2000 to 2084."""
_UNKNOWN_DAY: Final = date(1985, 1, 1)
"""What stands for a date that is not known or was taken out (EDF+ specification, 2.1.3.2)."""
_FILTER: Final = re.compile(
    r"\b(HP|LP|N|NOTCH)\s*[:=]?\s*(\d{1,6}(?:[.,]\d{1,6})?)\s*(k|m)?Hz", re.IGNORECASE
)
_HZ_PER_UNIT: Final = {"": 1.0, "k": 1e3, "m": 1e-3}


@dataclass(frozen=True, slots=True)
class EdfTexts:
    """Whom, when and with what was recorded; `notes` names what was taken as unknown."""

    patient: Patient = field(default_factory=Patient)
    acquired_at: datetime | None = None
    device: DeviceFindings = field(default_factory=DeviceFindings)
    comments: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_texts(header: EdfHeader, prefilters: Iterable[str]) -> EdfTexts:
    """Everything that the header says beside the samples; `prefilters` are those of the leads."""
    day, day_note = _day(header)
    clock = _CLOCK.fullmatch(header.time_text)
    began = None if clock is None else _clock_time(clock)
    acquired_at = None if day is None else datetime.combine(day, began or time())
    clock_note = (
        (f"The time of day cannot be read ('{header.time_text[:10]}'); 00:00:00 stands for it.",)
        if day is not None and began is None
        else ()
    )
    recording = header.recording_text.split()
    is_plus = header.is_plus or recording[:1] == ["Startdate"]
    equipment = recording[4] if is_plus and len(recording) > 4 and _known(recording[4]) else None
    device = DeviceFindings(model=_spaced(equipment), filters=_filters(prefilters))
    comments = (header.recording_text,) if header.recording_text and not is_plus else ()
    return EdfTexts(_patient(header, day), acquired_at, device, comments, day_note + clock_note)


def _patient(header: EdfHeader, day: date | None) -> Patient:
    """EDF+ writes "code sex birthdate name"; EDF leaves the field to the recorder: then it is the id."""
    parts = header.patient_text.split()
    if not _is_structured(parts):
        return Patient(patient_id=header.patient_text or None)
    code, sex, born, name = (*parts, "X", "X", "X", "X")[:4]
    birth_date = _written_day(born)
    return Patient(
        age_years=None if birth_date is None or day is None else completed_years(birth_date, day),
        sex=_SEXES.get(sex),
        patient_id=_spaced(code) if _known(code) else None,
        name=_spaced(name) if _known(name) else None,
        birth_date=birth_date,
    )


def _is_structured(parts: list[str]) -> bool:
    return (
        len(parts) >= 4
        and parts[1] in ("F", "M", "X")
        and (parts[2] == "X" or _DAY.fullmatch(parts[2]) is not None)
    ) or all(not _known(part) for part in parts)


def _day(header: EdfHeader) -> tuple[date | None, tuple[str, ...]]:
    """The day of recording, from the recording field where that has it in full, or None with a note."""
    parts = header.recording_text.split()
    full = _written_day(parts[1]) if parts[:1] == ["Startdate"] and len(parts) > 1 else None
    if full is not None:
        return full, ()
    short = _SHORT_DAY.fullmatch(header.date_text)
    day = None
    if short is not None:
        days, months, years = (int(part) for part in short.groups())
        day = _date(years + (1900 if years >= _CLIPPING_YEAR else 2000), months, days)
    if day is None or day == _UNKNOWN_DAY:
        why = "it stands for an unknown date" if day else "it is no date"
        return None, (f"The date of recording is taken as unknown: '{header.date_text[:10]}', {why}.",)
    return day, ()


def _clock_time(clock: re.Match[str]) -> time | None:
    hours, minutes, seconds = (int(part) for part in clock.groups())
    try:
        return time(hours, minutes, seconds)
    except ValueError:
        return None


def _written_day(text: str) -> date | None:
    match = _DAY.fullmatch(text)
    if match is None or match[2].upper() not in _MONTHS:
        return None
    return _date(int(match[3]), _MONTHS.index(match[2].upper()) + 1, int(match[1]))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _known(text: str) -> bool:
    return text not in ("", "X")


def _spaced(text: str | None) -> str | None:
    """EDF+ writes an underscore for each space inside a part."""
    return None if text is None else text.replace("_", " ").strip() or None


def _filters(prefilters: Iterable[str]) -> DeviceFilters:
    """The filters that all leads share; what differs, or is no corner frequency, in its own words."""
    written = tuple(dict.fromkeys(text for text in prefilters if text))
    found = [_corners(text) for text in written]
    shared = {
        key: value
        for key, value in (found[0] if found else {}).items()
        if all(f.get(key) == value for f in found)
    }
    return DeviceFilters(
        high_pass_hz=shared.get("HP"),
        low_pass_hz=shared.get("LP"),
        notch_hz=shared.get("N"),
        notes=() if len(written) == 1 and shared else written,
    )


def _corners(text: str) -> dict[str, float]:
    corners: dict[str, float] = {}
    for kind, number, unit in _FILTER.findall(text):
        key = "N" if kind.upper() == "NOTCH" else kind.upper()
        corners.setdefault(key, float(number.replace(",", ".")) * _HZ_PER_UNIT[unit.lower()])
    return corners
