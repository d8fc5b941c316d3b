"""XML from outside: no entities, nothing fetched, sizes checked first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree as DefusedTree
from defusedxml.common import DefusedXmlException

from inference.records.errors import RecordError
from inference.records.safety import file_size

MAX_XML_BYTES: Final = 64_000_000
"""A resting ECG in XML takes 0.1 to 2 MB; minutes of rhythm as text some ten times that."""

_FALSE_UTF_16: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?<\?xml[^>]{0,80}encoding\s*=\s*['\"]utf-16", re.IGNORECASE
)


def read_xml(path: Path) -> Element:
    """The root element of a file, all names without their namespaces.

    RecordError for what is no XML, declares entities (which could be made to grow without end or to
    reach other files), or is far too large.
    """
    if file_size(path) > MAX_XML_BYTES:
        raise RecordError(f"'{path.name[:80]}' is larger than any ECG in XML: check the file.")
    try:
        # A DOCTYPE alone is harmless (GE writes one); entities and what lies outside are refused.
        root: Element = DefusedTree.fromstring(_readable(path.read_bytes()), forbid_dtd=False)
    except DefusedXmlException:
        raise RecordError(
            f"'{path.name[:80]}' declares XML entities, which no ECG needs, and is not read."
        ) from None
    except (ParseError, ValueError, LookupError, RecursionError):
        raise RecordError(f"'{path.name[:80]}' is damaged or cut off: export or copy it again.") from None
    except OSError:
        raise RecordError(f"'{path.name[:80]}' may not be read: check its permissions.") from None
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return root


def _readable(data: bytes) -> bytes | str:
    # .NET programs declare the UTF-16 of their strings in files that they then save as UTF-8.
    return data.decode("utf-8-sig") if _FALSE_UTF_16.match(data) else data


def text_of(element: Element | None, path: str = ".") -> str:
    """The stripped text of the first element at `path`, '' where there is none."""
    found = None if element is None else element.find(path)
    return "" if found is None or found.text is None else found.text.strip()


def number_of(text: str) -> float | None:
    """A finite number that a file wrote as text, None for anything else."""
    try:
        value = float(text.strip())
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None


def texts_of(elements: Iterable[Element]) -> tuple[str, ...]:
    """The stripped texts of elements, empty ones left out."""
    return tuple(text for element in elements if (text := text_of(element)))
