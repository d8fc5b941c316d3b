"""Sections 8 and 11: the interpretation, in the device's words and in the standard's codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from inference.records.scp.cursor import Cursor
from inference.records.scp.text import read_text

_STATUS: Final = {
    0: "The interpretation is the device's own and not confirmed.",
    1: "The interpretation was confirmed by a reader.",
    2: "The interpretation was overread, and not confirmed.",
}
_CODED: Final = 1
"""The type of a statement of section 11 that holds codes of the standard, as against words."""


@dataclass(frozen=True, slots=True)
class Interpretation:
    """The statements of one section in their order, and whether a reader confirmed them."""

    statements: tuple[str, ...] = ()
    status: str = ""


def read_statements(section_8: bytes, codec: str) -> Interpretation:
    """Section 8: sequence number (1 byte), length (2), text, for each statement."""
    status, values = _values(section_8)
    return _interpretation(status, [read_text(value, codec) for value in values])


def read_coded_statements(section_11: bytes, codec: str) -> Interpretation:
    """Section 11: as section 8, with a type before the text; codes are named as such."""
    status, values = _values(section_11)
    texts = []
    for value in values:
        words = " ".join(read_text(part, codec) for part in value[1:].split(b"\x00")).strip()
        texts.append(f"Code {words}" if words and value[:1] == bytes([_CODED]) else words)
    return _interpretation(status, texts)


def _values(section: bytes) -> tuple[int, list[bytes]]:
    cursor = Cursor(section)
    status, _year, _month, _day, _hour, _minute, _second, n_statements = cursor.numbers("BHBBBBBB")
    values = []
    for _ in range(n_statements):
        _number, length = cursor.numbers("BH")
        values.append(cursor.take(length))
    return status, values


def _interpretation(status: int, texts: list[str]) -> Interpretation:
    statements = tuple(text for text in texts if text)
    return Interpretation(statements, _STATUS.get(status, "") if statements else "")
