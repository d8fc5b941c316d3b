"""Section 2: the Huffman tables, and samples out of the bits that they make.

EN 1064 annex C: a code structure has the bits of its prefix, the bits of prefix and value together, a
switch (1 for a value, 0 for another table), a base value and the base code, whose first bit is its lowest.
A code with more bits than its prefix is followed by the value itself, as a signed number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from inference.records.errors import RecordError
from inference.records.scp.cursor import DAMAGED, Cursor

IntArray = npt.NDArray[np.int64]

STANDARD_TABLE: Final = 19999
"""The number of tables that stands for the table of the standard."""
_MAX_TABLES: Final = 64
_MAX_CODES: Final = 4096
_MAX_PREFIX_BITS: Final = 32
_MAX_VALUE_BITS: Final = 16
_LOOKUP_BITS: Final = 12
_UNKNOWN: Final = (
    "The file's Huffman table is not one that this program can read: "
    "export the ECG uncompressed, or in another format."
)


class Code(NamedTuple):
    """What follows a prefix: `value_bits` of a value if there are any, else `base`, a value or a table."""

    prefix_bits: int
    value_bits: int
    is_value: bool
    base: int


@dataclass(frozen=True, slots=True)
class HuffmanTable:
    """Codes by the 12 bits that begin with a short prefix, or by length and bits of a long one."""

    short: Sequence[Code | None] = field(repr=False)
    long: dict[tuple[int, int], Code] = field(repr=False)

    def find(self, bits: int) -> Code:
        """The code that begins with these 32 bits. RecordError where none does."""
        code = self.short[bits >> (_MAX_PREFIX_BITS - _LOOKUP_BITS)]
        if code is not None:
            return code
        for length in range(_LOOKUP_BITS + 1, _MAX_PREFIX_BITS + 1):
            code = self.long.get((length, bits >> (_MAX_PREFIX_BITS - length)))
            if code is not None:
                return code
        raise RecordError(DAMAGED)


def read_tables(section_2: bytes | None) -> tuple[HuffmanTable, ...]:
    """The tables of a file, the first one first; none where its samples are plain 16-bit numbers."""
    if section_2 is None:
        return ()
    cursor = Cursor(section_2)
    n_tables = cursor.number("H")
    if n_tables == STANDARD_TABLE:
        return (standard_table(),)
    if n_tables > _MAX_TABLES:
        raise RecordError(_UNKNOWN)
    return tuple(_read_table(cursor) for _ in range(n_tables))


def standard_table() -> HuffmanTable:
    """The table of EN 1064 C.2.7.4: a zero is 0; k ones, a zero and a sign are ±k, for k up to 8.

    Nine ones and a zero announce a value of 8 bits, ten ones a value of 16.
    """
    codes = {"0": Code(1, 0, True, 0)}
    for size in range(1, 9):
        codes["1" * size + "00"] = Code(size + 2, 0, True, size)
        codes["1" * size + "01"] = Code(size + 2, 0, True, -size)
    codes["1111111110"] = Code(10, 8, True, 0)
    codes["1111111111"] = Code(10, 16, True, 0)
    return _table(codes)


def _read_table(cursor: Cursor) -> HuffmanTable:
    codes: dict[str, Code] = {}
    n_codes = cursor.number("H")
    if n_codes > _MAX_CODES:
        raise RecordError(_UNKNOWN)
    for _ in range(n_codes):
        prefix_bits, all_bits, switch, base, reversed_prefix = cursor.numbers("BBBhI")
        value_bits = all_bits - prefix_bits
        if not (1 <= prefix_bits <= _MAX_PREFIX_BITS and 0 <= value_bits <= _MAX_VALUE_BITS and switch <= 1):
            raise RecordError(_UNKNOWN)
        if value_bits and (base or not switch):
            # Whether the base is added to the value, readers of this format do not agree on.
            raise RecordError(_UNKNOWN)
        prefix = f"{reversed_prefix:032b}"[::-1][:prefix_bits]
        if prefix in codes:
            raise RecordError(_UNKNOWN)
        codes[prefix] = Code(prefix_bits, value_bits, bool(switch), base)
    return _table(codes)


def _table(codes: dict[str, Code]) -> HuffmanTable:
    short: list[Code | None] = [None] * (1 << _LOOKUP_BITS)
    long: dict[tuple[int, int], Code] = {}
    for prefix, code in codes.items():
        free = _LOOKUP_BITS - len(prefix)
        if free < 0:
            long[len(prefix), int(prefix, 2)] = code
            continue
        first = int(prefix, 2) << free
        # A prefix of another prefix leaves no way to tell them apart, and would cost time without end.
        if any(short[first : first + (1 << free)]):
            raise RecordError(_UNKNOWN)
        short[first : first + (1 << free)] = [code] * (1 << free)
    return HuffmanTable(short, long)


def decode(data: bytes, n_values: int, tables: Sequence[HuffmanTable]) -> IntArray:
    """At most `n_values` values out of `data`, shape (n,): fewer where the bits end before.

    Each lead begins with the first table. RecordError for bits that begin no code.
    """
    windows, n_bits = _windows(data), 8 * len(data)
    values: list[int] = []
    table, place = tables[0], 0
    while len(values) < n_values and place < n_bits:
        code = table.find((windows[place >> 3] >> (8 - (place & 7))) & 0xFFFFFFFF)
        place += code.prefix_bits
        if place + code.value_bits > n_bits:
            break
        if not code.is_value:
            table = _switched(tables, code.base)
        elif code.value_bits:
            values.append(
                _signed(windows[place >> 3] >> (40 - (place & 7) - code.value_bits), code.value_bits)
            )
            place += code.value_bits
        else:
            values.append(code.base)
    return np.array(values, dtype=np.int64)


def _windows(data: bytes) -> list[int]:
    """The 40 bits that begin at each byte, and behind the last one: any 32 bits lie in one of them."""
    padded = np.frombuffer(data + bytes(5), dtype=np.uint8).astype(np.uint64)
    n_places = len(data) + 1
    windows = np.zeros(n_places, dtype=np.uint64)
    for byte in range(5):
        windows |= padded[byte : byte + n_places] << np.uint64(8 * (4 - byte))
    return [int(window) for window in windows.tolist()]


def _signed(bits: int, n_bits: int) -> int:
    value = bits & ((1 << n_bits) - 1)
    return value - (1 << n_bits) if value >> (n_bits - 1) else value


def _switched(tables: Sequence[HuffmanTable], number: int) -> HuffmanTable:
    if not 1 <= number <= len(tables):
        raise RecordError(DAMAGED)
    return tables[number - 1]
