"""The header of an ISHNE file: ten bytes of signature and checksum, 512 fixed bytes, a free block.

Source: Badilini, The ISHNE Holter Standard Output File Format, Ann Noninvasive Electrocardiol 1998;3:263
(doi 10.1111/j.1542-474X.1998.tb00353.x).
"""

from __future__ import annotations

import binascii
import struct
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

from inference.records.errors import RecordError
from inference.records.patient_text import completed_years
from inference.records.record import Patient, Sex
from inference.records.safety import file_size

SIGNATURE: Final = b"ISHNE1.0"
_FIXED_BYTES: Final = 522
_MAX_FREE_BYTES: Final = 1_000_000
_MAX_LEADS: Final = 12
LEAD_NAMES: Final = (
    *("unknown", "bipolar", "X", "Y", "Z", "I", "II", "III", "aVR", "aVL", "aVF"),
    *("V1", "V2", "V3", "V4", "V5", "V6", "ES", "AS", "AI"),
)
"""By code, as the standard numbers them; it writes VR, VL and VF."""
_SEXES: Final[dict[int, Sex]] = {1: "male", 2: "female"}
_QUALITIES: Final = {
    2: "intermittent noise",
    3: "frequent noise",
    4: "intermittent disconnection",
    5: "frequent disconnection",
}
_PACEMAKERS: Final = {
    1: "of unknown type",
    2: "single-chamber, unipolar",
    3: "dual-chamber, unipolar",
    4: "single-chamber, bipolar",
    5: "dual-chamber, bipolar",
}


@dataclass(frozen=True, slots=True)
class IshneLead:
    """One lead: its name by the standard's code, nV per unit, and the recorder's complaint, if any."""

    name: str
    nv_per_unit: int
    quality: str | None


@dataclass(frozen=True, slots=True)
class IshneHeader:
    """What stands before the samples; None where the file does not say."""

    fs_hz: float
    n_frames: int
    byte_offset: int
    leads: tuple[IshneLead, ...]
    patient: Patient
    acquired_at: datetime | None
    recorder: str | None
    pacemaker: str | None
    checksum_agrees: bool
    notes: tuple[str, ...] = ()


def read_header(path: Path) -> IshneHeader:
    """The header of the file, checked against its size. RecordError for anything that does not fit."""
    size = file_size(path)
    try:
        with path.open("rb") as stream:
            head = stream.read(_FIXED_BYTES)
            if len(head) < _FIXED_BYTES:
                raise _broken(path, "is cut off inside its header")
            n_samples, byte_offset = _long(head, 14), _long(head, 22)
            if not _FIXED_BYTES <= byte_offset <= min(size, _FIXED_BYTES + _MAX_FREE_BYTES):
                raise _broken(path, "does not say where its samples begin")
            head += stream.read(byte_offset - _FIXED_BYTES)
    except OSError:
        raise RecordError(f"'{path.name[:80]}' may not be read: check its permissions.") from None
    n_leads = _short(head, 156)
    if not 1 <= n_leads <= _MAX_LEADS:
        raise _broken(path, f"declares {n_leads} leads, where ISHNE allows 1 to {_MAX_LEADS},")
    n_frames, notes = _frames(path, n_samples, (size - byte_offset) // (2 * n_leads), n_leads)
    recorded, began = _date(head, 138), _time(head, 150)
    if recorded is not None and began is None:
        notes += ("The time of day is not known; 00:00:00 stands for it.",)
    return IshneHeader(
        fs_hz=float(_short(head, 272)),
        n_frames=n_frames,
        byte_offset=byte_offset,
        leads=tuple(_lead(path, head, number) for number in range(n_leads)),
        patient=_patient(head, recorded),
        acquired_at=None if recorded is None else datetime.combine(recorded, began or time()),
        recorder=_text(head, 232, 40),
        pacemaker=_PACEMAKERS.get(_short(head, 230)),
        checksum_agrees=binascii.crc_hqx(head[10:], 0xFFFF) == _short(head, 8) & 0xFFFF,
        notes=notes,
    )


def _frames(path: Path, declared: int, held: int, n_leads: int) -> tuple[int, tuple[str, ...]]:
    """Samples per lead. Some programs declare these, others those of all leads: the file's size decides."""
    if declared in (held, held * n_leads):
        return held, ()
    if declared > held * n_leads:
        raise _broken(path, f"is cut off, with {held} of {declared} samples per lead")
    return held, (
        f"The header declares {declared} samples and the file holds {held} per lead; all of them were read.",
    )


def _lead(path: Path, head: bytes, number: int) -> IshneLead:
    code, quality, step = (_short(head, place + 2 * number) for place in (158, 182, 206))
    name = LEAD_NAMES[code] if 0 <= code < len(LEAD_NAMES) else LEAD_NAMES[0]
    if step < 1:
        raise _broken(path, f"gives lead {number + 1} no amplitude resolution")
    return IshneLead(name, step, _QUALITIES.get(quality))


def _patient(head: bytes, recorded: date | None) -> Patient:
    born = _date(head, 132)
    name = " ".join(part for part in (_text(head, 28, 40), _text(head, 68, 40)) if part)
    return Patient(
        age_years=None if born is None or recorded is None else completed_years(born, recorded),
        sex=_SEXES.get(_short(head, 128)),
        patient_id=_text(head, 108, 20),
        name=name or None,
        birth_date=born,
    )


def _short(head: bytes, place: int) -> int:
    return int(struct.unpack_from("<h", head, place)[0])


def _long(head: bytes, place: int) -> int:
    return int(struct.unpack_from("<i", head, place)[0])


def _text(head: bytes, place: int, length: int) -> str | None:
    text = head[place : place + length].split(b"\x00", 1)[0].decode("latin-1").strip()
    return "".join(character if character.isprintable() else "?" for character in text) or None


def _date(head: bytes, place: int) -> date | None:
    """Day, month, year; None for zeros, for -9 (not known) and for what is no date."""
    day, month, year = (_short(head, place + step) for step in (0, 2, 4))
    try:
        return date(year, month, day) if year > 0 else None
    except ValueError:
        return None


def _time(head: bytes, place: int) -> time | None:
    """Hours, minutes, seconds; None for -9 (not known) and for what is no time of day."""
    try:
        return time(_short(head, place), _short(head, place + 2), _short(head, place + 4))
    except ValueError:
        return None


def _broken(path: Path, why: str) -> RecordError:
    return RecordError(f"'{path.name[:80]}' {why}: copy or export the recording again.")
