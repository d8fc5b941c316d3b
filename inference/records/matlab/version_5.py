"""MAT-files of versions 5 to 7: elements with a tag of type and length, compressed or not.

Source: MathWorks, MAT-File Format (matfile_format.pdf), "Level 5 MAT-File Format". Read here and not by
scipy, which takes the memory that a damaged or hostile file claims before it looks for the numbers.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np

from inference.records.matlab.values import (
    MAX_TEXT,
    BrokenMatFileError,
    MatValue,
    NumberArray,
    rows_of_text,
    shaped,
)

HEADER_BYTES: Final = 128
MAX_EXPANSION: Final = 20
"""A compressed variable may unpack to so many times its size: ECGs come to 3 to 10."""
_SPARE_BYTES: Final = 1_000_000
_NUMBERS: Final = {
    **{1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"},
    **{16: "u1", 17: "u2", 18: "u4"},
}
"""Element types by number; 16 to 18 are texts in UTF-8, UTF-16 and UTF-32."""
_MATRIX, _COMPRESSED = 14, 15
_CELL, _STRUCT, _TEXT = 1, 2, 4
_UTF8 = 16
_NUMBER_CLASSES: Final = range(6, 16)
_COMPLEX: Final = 0x08
_MAX_DEPTH: Final = 4
_MAX_ELEMENTS: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Element:
    kind: int
    content: bytes = field(repr=False)


def is_version_5(head: bytes) -> bool:
    """Whether the header of 128 bytes is that of versions 5 to 7."""
    return head[124:128] in (b"\x00\x01IM", b"\x01\x00MI")


def variables(content: bytes) -> Iterator[tuple[str, MatValue]]:
    """Each variable of numbers, text, cells of text or a single struct. Raises BrokenMatFileError."""
    order: Literal["<", ">"] = "<" if content[126:128] == b"IM" else ">"
    for element in _elements(content[HEADER_BYTES:], order):
        inner = element
        if element.kind == _COMPRESSED:
            inner = next(_elements(_unpacked(element.content), order), element)
        if inner.kind != _MATRIX:
            continue
        name, value = _matrix(inner.content, order, 0)
        if value is not None:
            yield name, value


def _elements(content: bytes, order: str) -> Iterator[_Element]:
    """The elements behind each other in `content`."""
    place = 0
    for _ in range(_MAX_ELEMENTS):
        if len(content) - place < 8:
            return
        kind, size = np.frombuffer(content, dtype=f"{order}u4", count=2, offset=place).tolist()
        is_small = kind >> 16 != 0
        if is_small:
            # Up to four bytes of content stand inside the tag itself.
            kind, size = kind & 0xFFFF, kind >> 16
        start = place + (4 if is_small else 8)
        if size > (4 if is_small else len(content) - start):
            raise BrokenMatFileError("an element that is cut off")
        yield _Element(kind, content[start : start + size])
        padding = 0 if kind == _COMPRESSED else -size % 8
        place = place + 8 if is_small else start + size + padding
    raise BrokenMatFileError("more elements than a recording has")


def _unpacked(content: bytes) -> bytes:
    limit = MAX_EXPANSION * len(content) + _SPARE_BYTES
    try:
        unpacker = zlib.decompressobj()
        unpacked = unpacker.decompress(content, limit + 1)
    except zlib.error:
        raise BrokenMatFileError("a compressed variable that is damaged") from None
    if len(unpacked) > limit:
        raise BrokenMatFileError("a compressed variable of absurd size")
    return unpacked


def _matrix(content: bytes, order: str, depth: int) -> tuple[str, MatValue | None]:
    """Name and value of a matrix; None for kinds that hold no ECG (functions, objects, sparse, complex)."""
    parts = _elements(content, order)
    flags, shape, name = (
        _numbers(next(parts, None), order),
        _numbers(next(parts, None), order),
        next(parts, None),
    )
    if flags.size < 1 or name is None or not 2 <= shape.size <= 8:
        raise BrokenMatFileError("a matrix without its header")
    kind, is_complex = int(flags[0]) & 0xFF, bool(int(flags[0]) >> 8 & _COMPLEX)
    lengths = [int(length) for length in shape]
    title = name.content.rstrip(b"\x00").decode("latin-1")
    if kind in _NUMBER_CLASSES and not is_complex:
        return title, shaped(_numbers(next(parts, None), order), lengths)
    if kind == _TEXT:
        return title, _text(next(parts, None), lengths, order)
    if kind == _CELL and depth < _MAX_DEPTH:
        return title, _cell(parts, order, depth)
    if kind == _STRUCT and lengths == [1, 1] and depth < _MAX_DEPTH:
        return title, _struct(parts, order, depth)
    return title, None


def _numbers(element: _Element | None, order: str) -> NumberArray:
    if element is None or element.kind not in _NUMBERS:
        raise BrokenMatFileError("numbers are missing")
    dtype = np.dtype(f"{order}{_NUMBERS[element.kind]}")
    if len(element.content) % dtype.itemsize:
        raise BrokenMatFileError("numbers that are cut off")
    values: NumberArray = np.frombuffer(element.content, dtype=dtype)
    return values


def _text(element: _Element | None, lengths: list[int], order: str) -> tuple[str, ...]:
    if element is None:
        return ()
    if len(element.content) > MAX_TEXT:
        raise BrokenMatFileError("a text of odd length")
    codes = _numbers(element, order)
    if element.kind == _UTF8:
        # One code for each character, however many bytes it took.
        text = element.content.decode("utf-8", errors="replace")
        codes = np.array([ord(character) for character in text], dtype=np.int64)
    return rows_of_text(shaped(codes, lengths))


def _cell(parts: Iterator[_Element], order: str, depth: int) -> tuple[str, ...]:
    """The texts in a cell array, in order; anything else in it is no lead name and is left out."""
    texts: list[str] = []
    for part in parts:
        value = _matrix(part.content, order, depth + 1)[1] if part.kind == _MATRIX else None
        if isinstance(value, tuple):
            texts += value
    return tuple(texts)


def _struct(parts: Iterator[_Element], order: str, depth: int) -> dict[str, Any]:
    width, names = _numbers(next(parts, None), order), next(parts, None)
    length = int(width[0]) if width.size == 1 else 0
    if names is None or not 0 < length <= 64:
        raise BrokenMatFileError("a struct without field names")
    places = range(0, len(names.content), length)
    titles = [names.content[at : at + length].split(b"\x00", 1)[0].decode("latin-1") for at in places]
    fields: dict[str, Any] = {}
    for title, part in zip(titles, parts, strict=False):
        value = _matrix(part.content, order, depth + 1)[1] if part.kind == _MATRIX and part.content else None
        if value is not None:
            fields[title] = value
    return fields
