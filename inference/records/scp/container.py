"""The outer form of an SCP-ECG file: its length, the pointers of section 0, and a checksum for each part.

EN 1064 clause 5: CRC (2 bytes), length of the record (4), then the sections. Each section begins with CRC
(2), number (2), length (4), versions of section and protocol (1 each) and 6 reserved bytes. Section 0 has
an entry per section: number (2), length (4) and place (4), counted from 1.
"""

from __future__ import annotations

import binascii
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from inference.records.errors import RecordError
from inference.records.file_head import FileHead
from inference.records.safety import file_size
from inference.records.scp.cursor import DAMAGED, Cursor

MAX_SCP_BYTES: Final = 16_000_000
"""The 64 leads that are read at most, of 65,535 bytes each, once as rhythm and once as reference beat, with
room for the rest."""
_FILE_HEADER: Final = 6
_SECTION_HEADER: Final = 16
_POINTER: Final = 10
_LEAST_POINTERS: Final = 12
"""Sections 0 to 11 have an entry each, also where they are empty (clause 5.3)."""
_PLACE_OF_SECTION_0: Final = _FILE_HEADER + 1
_LAST_SECTION: Final = 12
"""Those behind it belong to makers, who give them headers of their own."""
_FIT: Final = "The checksums of the file and of its sections fit."
_SECTIONS_OF_SAMPLES: Final = frozenset({2, 3, 4, 5, 6})
"""Without these the samples cannot be had, or come out wrong."""


@dataclass(frozen=True, slots=True)
class Container:
    """What each section that is there holds behind its header, by its number."""

    sections: Mapping[int, bytes] = field(repr=False)
    version: float
    """Of the protocol: 1.3, 2.0, …; 0 where the file does not say."""
    checks: tuple[str, ...]
    """That the checksums fit, or what was left out."""
    failed: tuple[str, ...] = ()
    """Which checksums do not fit."""


def is_scp(head: FileHead) -> bool:
    """Whether a file begins as SCP-ECG does: with section 0, whose first entry points to itself."""
    if len(head.data) < _FILE_HEADER + _SECTION_HEADER + _POINTER:
        return False
    number, length = struct.unpack_from("<HI", head.data, _FILE_HEADER + 2)
    first, _length, place = struct.unpack_from("<HII", head.data, _FILE_HEADER + _SECTION_HEADER)
    n_pointers, rest = divmod(length - _SECTION_HEADER, _POINTER)
    shape_fits = n_pointers >= _LEAST_POINTERS and rest == 0
    return bool(number == 0 and shape_fits and first == 0 and place == _PLACE_OF_SECTION_0)


def read_container(path: Path) -> Container:
    """The sections of a file. RecordError where it is cut off or its pointers lead nowhere."""
    data = _read_bytes(path)
    declared = Cursor(data, 2).number("I")
    if declared > len(data) or declared < _FILE_HEADER + _SECTION_HEADER:
        raise RecordError(
            f"'{path.name[:80]}' should be {declared} bytes long and has {len(data)}: "
            "copy or export it again."
        )
    record = data[:declared]
    section_0 = _section(record, 0, len(record) - _FILE_HEADER, _PLACE_OF_SECTION_0)
    whole, lost = {0: section_0}, []
    for number, length, place in _pointers(section_0):
        try:
            whole[number] = _section(record, number, length, place)
        except RecordError:
            if number in _SECTIONS_OF_SAMPLES:
                raise
            lost.append(f"Section {number} is damaged and was left out.")
    wrong = [] if _checksum_fits(record) else ["the whole file"]
    wrong += [f"section {number}" for number, section in sorted(whole.items()) if not _checksum_fits(section)]
    return Container(
        sections={number: section[_SECTION_HEADER:] for number, section in whole.items()},
        version=section_0[9] / 10,
        checks=(*(() if wrong else (_FIT,)), *lost),
        failed=_misfit(wrong),
    )


def _read_bytes(path: Path) -> bytes:
    if file_size(path) > MAX_SCP_BYTES:
        raise RecordError(
            f"'{path.name[:80]}' is larger than any resting ECG in SCP-ECG: long-term recordings in this "
            "format are not read, export it as EDF or DICOM."
        )
    try:
        return path.read_bytes()
    except OSError:
        raise RecordError(f"'{path.name[:80]}' may not be read: check its permissions.") from None


def _pointers(section_0: bytes) -> list[tuple[int, int, int]]:
    """Number, length and place of each section that is there, but section 0; the first entry counts."""
    n_entries = (len(section_0) - _SECTION_HEADER) // _POINTER
    entries: dict[int, tuple[int, int, int]] = {}
    for entry in range(n_entries):
        number, length, place = struct.unpack_from("<HII", section_0, _SECTION_HEADER + _POINTER * entry)
        if 1 <= number <= _LAST_SECTION and length > _SECTION_HEADER:
            entries.setdefault(number, (number, length, place))
    return list(entries.values())


def _section(record: bytes, number: int, most: int, place: int) -> bytes:
    """A section with its header; its own length counts, which may not exceed what points to it."""
    start = place - 1
    if start < _FILE_HEADER or start + _SECTION_HEADER > len(record):
        raise RecordError(DAMAGED)
    found, length = struct.unpack_from("<HI", record, start + 2)
    if found != number or not _SECTION_HEADER <= length <= most or start + length > len(record):
        raise RecordError(DAMAGED)
    return record[start : start + length]


def _checksum_fits(part: bytes) -> bool:
    """CRC-CCITT of all but its own two bytes: polynomial 0x1021, beginning with 0xFFFF (clause 5.2.7)."""
    return bool(binascii.crc_hqx(part[2:], 0xFFFF) == struct.unpack_from("<H", part)[0])


def _misfit(wrong: list[str]) -> tuple[str, ...]:
    if not wrong:
        return ()
    return (
        f"The checksum of {', '.join(wrong)} does not fit: the file was changed or damaged after it was "
        "written, compare it with the print.",
    )
