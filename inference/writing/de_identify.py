"""A Record without what tells who the patient is.

Removed: name, patient ID, birth date, comments, the device's free text, and of maker, model and software each
that holds a serial number or repeats the patient. Kept: samples, age (over 89 given as 90, as 45 CFR
164.514(b)(2)(i)(C) asks), sex, time of day, the maker's and model's name, filters and measured numbers. Days
are moved back by a number that is the same for all records of one patient, and a pseudonym takes the place of
the ID; both come from a secret key (HMAC-SHA256), so that nobody without the key can compute them from an ID.
Moved days are less than Safe Harbor, which wants all but the year gone.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from inference.records.device import DeviceFilters, DeviceFindings, DeviceMeasurement
from inference.records.record import ImportReport, Patient, Record
from inference.records.xml_tree import number_of
from inference.whole_file import replacing
from inference.writing.comments import author_lines
from inference.writing.errors import WriteError

OLDEST_SAID_YEARS: Final = 90.0
MOST_DAYS: Final = 5 * 365
"""How far a day may be moved: years, so that no season remains, and still in the age of digital ECGs."""
_FIRST_YEAR: Final = 1900
"""No ECG was written down in digits before; a file that says so is mistaken."""
_KEY_BYTES: Final = 32
_PSEUDONYM_LETTERS: Final = 12
_SERIAL_DIGITS: Final = 5
"""Digits in a row from which a device's text may hold a serial number; models and versions have fewer."""
_SERIAL: Final = re.compile(rf"\d{{{_SERIAL_DIGITS},}}|\bs/?n(?![a-z])|\bserial", re.IGNORECASE)
_LARGEST_MEASURED: Final = 100_000.0
"""No wave, interval, rate or axis reaches it in any unit that devices use; numbers of patients do."""
_SHORTEST_TELLING: Final = 3
"""Letters of a part of a name or ID below which it is found in ordinary words too."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A Record that may leave, and in words what was removed and changed, never the values."""

    record: Record
    removed: tuple[str, ...]
    changed: tuple[str, ...]


def load_key(path: Path) -> bytes:
    """The secret key of this user, made on first use and readable by nobody else. WriteError without one."""
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as part:
                part.touch(mode=0o600)
                part.write_bytes(secrets.token_bytes(_KEY_BYTES))
        key = path.read_bytes()
    except OSError as error:
        raise WriteError(
            f"The key for de-identified export cannot be read or made ({error.strerror}): "
            f"check {path.parent}."
        ) from None
    if len(key) != _KEY_BYTES:
        raise WriteError(f"'{path}' is not a key of this program: move it away, and a new one is made.")
    return key


def de_identified(record: Record, key: bytes) -> Cleaned:
    """The Record without names, IDs and free text; see the module for what is kept."""
    who = _who(record)
    removed = tuple(dict.fromkeys(_removed(record)))
    changed = tuple(_changed(record))
    patient = Patient(
        age_years=_said_age(record.patient.age_years),
        sex=record.patient.sex,
        patient_id=None if not _is_named(record.patient) else f"P-{_keyed(key, 'id', who)}",
    )
    report = ImportReport(
        format=record.report.format,
        derived_leads=record.report.derived_leads,
        missing_leads=record.report.missing_leads,
        digitised=record.report.digitised,
        einthoven_residual_mv=record.report.einthoven_residual_mv,
    )
    cleaned = replace(
        record,
        patient=patient,
        acquired_at=_moved(record.acquired_at, _days(key, who)),
        comments=(),
        device=_without_text(record),
        report=report,
    )
    return Cleaned(cleaned, removed, changed)


def shuffle_key(key: bytes, path: Path) -> str:
    """Orders files without telling anything of their names, which may be patients'."""
    return _keyed(key, "order", os.fspath(path))


def _who(record: Record) -> str:
    """What stands for the patient: the ID, else name and birth date, else this one ECG."""
    patient = record.patient
    if patient.patient_id:
        return f"id|{patient.patient_id.strip()}"
    if patient.name:
        return f"name|{patient.name.strip().casefold()}|{patient.birth_date}"
    return f"ecg|{record.sha256}"


def _is_named(patient: Patient) -> bool:
    return bool(patient.patient_id or patient.name)


def _keyed(key: bytes, use: str, text: str) -> str:
    return hmac.new(key, f"{use}|{text}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[
        :_PSEUDONYM_LETTERS
    ]


def _days(key: bytes, who: str) -> int:
    """Whole days, 1 to `MOST_DAYS`: the time of day stays."""
    return 1 + int(_keyed(key, "days", who), 16) % MOST_DAYS


def _moved(moment: datetime | None, days: int) -> datetime | None:
    """None too for a wrong year, from which the calendar has no earlier days."""
    return None if moment is None or moment.year < _FIRST_YEAR else moment - timedelta(days=days)


def _said_age(age_years: float | None) -> float | None:
    return None if age_years is None else min(age_years, OLDEST_SAID_YEARS)


def _without_text(record: Record) -> DeviceFindings:
    """Statements and notes are free text, in which a name may stand; numbers are kept."""
    device, limits = record.device, record.device.filters
    parts = _parts_of_patient(record.patient)
    return replace(
        device,
        maker=_type_name(device.maker, parts),
        model=_type_name(device.model, parts),
        software=_type_name(device.software, parts),
        statements=(),
        measurements=tuple(each for each in device.measurements if _is_measured(each, parts)),
        filters=DeviceFilters(limits.high_pass_hz, limits.low_pass_hz, limits.notch_hz),
    )


def _parts_of_patient(patient: Patient) -> frozenset[str]:
    words = re.split(r"[\W_]+", f"{patient.name or ''} {patient.patient_id or ''}".casefold())
    return frozenset(word for word in words if len(word) >= _SHORTEST_TELLING)


def _repeats(text: str, parts: frozenset[str]) -> bool:
    return not parts.isdisjoint(re.split(r"[\W_]+", text.casefold()))


def _type_name(text: str | None, parts: frozenset[str]) -> str | None:
    """What type a device is of; None where the text may tell which one it is, or of whom."""
    return None if text is None or _SERIAL.search(text) or _repeats(text, parts) else text


def _is_measured(each: DeviceMeasurement, parts: frozenset[str]) -> bool:
    number = number_of(each.value)
    if number is None or abs(number) >= _LARGEST_MEASURED:
        return False
    return not _SERIAL.search(each.name) and not _repeats(f"{each.name} {each.unit}", parts)


def _removed(record: Record) -> Iterator[str]:
    patient, device = record.patient, record.device
    kept = _without_text(record)
    named = (device.maker, device.model, device.software)
    facts = (
        ("patient name", patient.name),
        ("patient ID", patient.patient_id),
        ("birth date", patient.birth_date),
        ("comments", author_lines(record)),
        ("device statements", device.statements),
        (
            "device name with a serial number or of the patient",
            named != (kept.maker, kept.model, kept.software),
        ),
        ("device measurements in words or like an ID", len(device.measurements) > len(kept.measurements)),
        ("device filter notes", device.filters.notes),
    )
    yield from (what for what, value in facts if value)


def _changed(record: Record) -> Iterator[str]:
    age_years = record.patient.age_years
    if _is_named(record.patient):
        yield "patient ID replaced by a pseudonym"
    if record.acquired_at is not None and _moved(record.acquired_at, 0) is None:
        yield "time of recording removed: its year cannot be right"
    elif record.acquired_at is not None:
        yield "day of recording moved back by a secret number of days; time of day kept"
    if age_years is not None and age_years >= OLDEST_SAID_YEARS:
        yield "age given as 90 for 90 or older"
