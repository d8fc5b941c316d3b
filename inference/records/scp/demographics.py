"""Section 1: the patient, the time of recording, the device and its filters, by numbered tags.

EN 1064 clause 5.4: tag (1 byte), length (2), value; tag 255 ends the section.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final

from inference.records.age import age_between, age_in_years
from inference.records.device import DeviceFilters
from inference.records.errors import RecordError
from inference.records.record import Patient, Sex
from inference.records.scp.cursor import DAMAGED, Cursor, read_date
from inference.records.scp.machine import Machine, read_machine
from inference.records.scp.text import read_text, text_codec
from inference.records.timestamps import recorded_on

_END: Final = 255
_MAX_BYTES: Final = 200_000
"""Most tags hold 64 bytes at most (clause 5.4.3)."""
_AGE_UNITS: Final = {1: "years", 2: "months", 3: "weeks", 4: "days", 5: "hours"}
_SEXES: Final[dict[int, Sex]] = {1: "male", 2: "female"}
_ELECTRODES: Final = {
    2: "The limb electrodes were on the torso (Mason-Likar).",
    3: "The limb electrodes were on the torso (Mason-Likar), on one pad.",
    4: "All electrodes were on one pad.",
    5: "The device derived the twelve leads from Frank's XYZ leads.",
    6: "The device derived the twelve leads from leads that are not standard.",
}
"""Tag 33, first byte; 1 are the standard places and 0 is unknown."""
_FILTER_NOTES: Final = ((0b100, "Artefact filter."), (0b11, "Notch filters at 50 and 60 Hz."))
_COMMENT_TAGS: Final = ((13, "Referral indication"), (35, "Medical history"), (30, "Free text"))


@dataclass(frozen=True, slots=True)
class Demographics:
    """What section 1 says; `notes` names what was not believed, `read` what to know of the recording."""

    patient: Patient = field(default_factory=Patient)
    acquired_at: datetime | None = None
    machine: Machine = field(default_factory=Machine)
    filters: DeviceFilters = field(default_factory=DeviceFilters)
    comments: tuple[str, ...] = field(default=(), repr=False)
    codec: str = ""
    read: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_demographics(section_1: bytes) -> Demographics:
    """What is in the section; RecordError where a tag runs over its end."""
    tags = _tags(section_1)
    codec = text_codec(_first(tags, 14))
    day = read_date(_first(tags, 25))
    acquired_at, clock_notes = recorded_on(day, _time_of_day(_first(tags, 26)))
    patient, notes = _patient(tags, codec, None if acquired_at is None else day)
    electrodes = _ELECTRODES.get(_byte(_first(tags, 33)), "")
    return Demographics(
        patient=patient,
        acquired_at=acquired_at,
        machine=read_machine(_first(tags, 14), codec),
        filters=_filters(tags),
        comments=_comments(tags, codec),
        codec=codec,
        read=(electrodes,) if electrodes else (),
        notes=clock_notes + notes,
    )


def _tags(section_1: bytes) -> dict[int, list[bytes]]:
    if len(section_1) > _MAX_BYTES:
        raise RecordError(DAMAGED)
    tags: dict[int, list[bytes]] = {}
    cursor = Cursor(section_1)
    while cursor.left >= 3:
        tag, length = cursor.numbers("BH")
        if tag == _END:
            break
        tags.setdefault(tag, []).append(cursor.take(length))
    return tags


def _first(tags: dict[int, list[bytes]], tag: int) -> bytes:
    return tags[tag][0] if tag in tags else b""


def _byte(value: bytes) -> int:
    return value[0] if value else 0


def _patient(tags: dict[int, list[bytes]], codec: str, day: date | None) -> tuple[Patient, tuple[str, ...]]:
    # Given name, surname, second surname.
    names = [read_text(_first(tags, tag), codec) for tag in (1, 0, 3)]
    birth_date = read_date(_first(tags, 5))
    age_years, note = _age(_first(tags, 4), birth_date, day)
    patient = Patient(
        age_years=age_years,
        sex=_SEXES.get(_byte(_first(tags, 8))),
        patient_id=read_text(_first(tags, 2), codec) or None,
        name=" ".join(name for name in names if name) or None,
        birth_date=birth_date,
    )
    return patient, (note,) if note else ()


def _age(value: bytes, birth_date: date | None, day: date | None) -> tuple[float | None, str]:
    if len(value) >= 3:
        number, unit = Cursor(value).numbers("HB")
        if number or unit:
            return age_in_years(number, _AGE_UNITS.get(unit, ""))
    if birth_date is not None and day is not None:
        return age_between(birth_date, day)
    return None, ""


def _time_of_day(clock: bytes) -> time | None:
    try:
        return time(*clock[:3]) if len(clock) >= 3 else None
    except ValueError:
        return None


def _filters(tags: dict[int, list[bytes]]) -> DeviceFilters:
    """Tags 27 (baseline, 1/100 Hz), 28 (low pass, Hz) and 29 (bits); 0 stands for undefined."""
    bits = _byte(_first(tags, 29))
    notch_hz = {0b01: 60.0, 0b10: 50.0}.get(bits & 0b11)
    notes = [note for mask, note in _FILTER_NOTES if bits & mask == mask]
    return DeviceFilters(
        high_pass_hz=_number(_first(tags, 27)) / 100 or None,
        low_pass_hz=float(_number(_first(tags, 28))) or None,
        notch_hz=notch_hz,
        notes=tuple(notes),
    )


def _number(value: bytes) -> int:
    return Cursor(value).number("H") if len(value) >= 2 else 0


def _comments(tags: dict[int, list[bytes]], codec: str) -> tuple[str, ...]:
    texts = [(what, read_text(value, codec)) for tag, what in _COMMENT_TAGS for value in tags.get(tag, [])]
    # A drug is three bytes of codes and its name.
    texts += [("Drug", read_text(value[3:], codec)) for value in tags.get(10, [])]
    return tuple(f"{what}: {text}" for what, text in texts if text)
