"""The formats that are read: each is recognised by what the file holds and read by one function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inference.records.file_head import FileHead
from inference.records.given import Given
from inference.records.pdf_reader import is_pdf
from inference.records.picture_reader import PICTURE_SUFFIXES, is_picture, read_sheet
from inference.records.record import Record


@dataclass(frozen=True, slots=True)
class Format:
    """One file format behind `read_record`."""

    name: str
    """As the reader of the ECG knows it: "Philips Sierra XML"."""
    recognises: Callable[[FileHead], bool]
    """Whether a file with this head is of the format; never raises."""
    read: Callable[[Path, Given], Record]
    """Raises RecordError, and nothing else, for a file that cannot be used."""
    own_suffixes: tuple[str, ...] = ()
    """Endings that hardly anything else has: in a folder such files are listed, and refused with a reason."""
    shared_suffixes: tuple[str, ...] = ()
    """Endings that other files have too: in a folder these are listed where `recognises` says so."""


FORMATS: Final[tuple[Format, ...]] = (
    Format("PDF", is_pdf, read_sheet, own_suffixes=(".pdf",)),
    Format("Picture of an ECG sheet", is_picture, read_sheet, shared_suffixes=PICTURE_SUFFIXES),
)
"""All but WFDB and arrays, which several files make up together (see `reader`)."""

OWN_SUFFIXES: Final = frozenset(suffix for known in FORMATS for suffix in known.own_suffixes)
SHARED_SUFFIXES: Final = frozenset(suffix for known in FORMATS for suffix in known.shared_suffixes)


def recognised(head: FileHead) -> Format | None:
    """The format of a file by its head, None for none that is known."""
    return next((known for known in FORMATS if known.recognises(head)), None)
