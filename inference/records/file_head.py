"""The beginning of a file, by which its format is recognised: names lie, contents seldom do."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from inference.records.errors import RecordError
from inference.records.safety import file_size

HEAD_BYTES: Final = 16_384
"""Enough for the comments and the DOCTYPE that some makers put in front of an XML file's first element."""

_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NOT_AN_ELEMENT: Final = re.compile(
    r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\])?\s*>", re.DOTALL | re.IGNORECASE
)
_FIRST_ELEMENT: Final = re.compile(r"<(?:[\w.-]+:)?(?P<name>[\w.-]+)(?=[\s/>])")


@dataclass(frozen=True, slots=True)
class FileHead:
    """What is known of a file before it is read."""

    suffix: str
    """Lower case, with its dot; '' where the name has none."""
    size: int
    data: bytes = field(repr=False)
    """The first `HEAD_BYTES` of it, or all."""
    xml_root: str | None = None
    """The local name of an XML file's first element, None for what is no XML."""
    xml_text: str = field(default="", repr=False)
    """An XML file's head as text, '' for what is no XML."""


def read_head(path: Path) -> FileHead:
    """The head of a file. RecordError where it is missing, empty, unreadable or no ordinary file."""
    size = file_size(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(HEAD_BYTES)
    except OSError:
        raise RecordError(f"'{path.name[:80]}' may not be read: check its permissions.") from None
    return head_of(path.suffix.lower(), size, data)


def head_of(suffix: str, size: int, data: bytes) -> FileHead:
    """The head of a file of `size` bytes that begins with `data`, wherever it lies."""
    text = _xml_text(data)
    return FileHead(suffix, size, data, _first_element(text), text)


def _xml_text(data: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, errors="ignore")
            break
    else:
        text = data.decode("utf-16-le" if data[:4] == b"<\x00?\x00" else "latin-1", errors="ignore")
    return text if text.lstrip().startswith("<") else ""


def _first_element(text: str) -> str | None:
    place = 0
    while skipped := _NOT_AN_ELEMENT.match(text, place):
        place = skipped.end()
    element = _FIRST_ELEMENT.match(text, place)
    return element["name"] if element else None
