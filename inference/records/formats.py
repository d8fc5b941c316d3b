"""The formats that are read: each is recognised by what the file holds and read by one function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inference.records.edf import is_edf, open_edf, read_edf
from inference.records.file_head import FileHead
from inference.records.given import Given
from inference.records.ishne import is_ishne, open_ishne, read_ishne
from inference.records.opened import Opened
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
    open: Callable[[Path, Given], Opened] | None = None
    """Reads the header only, where any stretch of the samples can be read alone; raises RecordError."""


FORMATS: Final[tuple[Format, ...]] = (
    Format("EDF", is_edf, read_edf, own_suffixes=(".edf", ".bdf"), open=open_edf),
    Format("ISHNE Holter", is_ishne, read_ishne, shared_suffixes=(".ecg", ".ann", ".hol"), open=open_ishne),
)
"""All but WFDB and arrays, which several files make up together (see `reader`)."""

OWN_SUFFIXES: Final = frozenset(suffix for known in FORMATS for suffix in known.own_suffixes)
SHARED_SUFFIXES: Final = frozenset(suffix for known in FORMATS for suffix in known.shared_suffixes)


def recognised(head: FileHead) -> Format | None:
    """The format of a file by its head, None for none that is known."""
    return next((known for known in FORMATS if known.recognises(head)), None)
