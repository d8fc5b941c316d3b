"""The numbers of a section, front to back: all of SCP-ECG is little-endian."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from inference.records.errors import RecordError

DAMAGED: Final = "The SCP-ECG file is damaged or cut off: export or copy it again."


@dataclass(slots=True)
class Cursor:
    """A place in `data` that moves as numbers are taken; RecordError where they run over its end."""

    data: bytes = field(repr=False)
    place: int = 0

    @property
    def left(self) -> int:
        """How many bytes are still to come."""
        return len(self.data) - self.place

    def take(self, n_bytes: int) -> bytes:
        """The next bytes."""
        if n_bytes > self.left:
            raise RecordError(DAMAGED)
        self.place += n_bytes
        return self.data[self.place - n_bytes : self.place]

    def numbers(self, layout: str) -> tuple[int, ...]:
        """The next numbers, `layout` as in the struct module: B, H and I have 1, 2 and 4 bytes, h a sign."""
        numbers: tuple[int, ...] = struct.unpack(f"<{layout}", self.take(struct.calcsize(f"<{layout}")))
        return numbers

    def number(self, layout: str) -> int:
        """The next number."""
        return self.numbers(layout)[0]


def read_date(value: bytes) -> date | None:
    """Year (2 bytes), month and day (1 byte each); None for what is no day."""
    if len(value) < 4:
        return None
    try:
        return date(*Cursor(value).numbers("HBB"))
    except ValueError:
        return None
