"""Where a reading belongs: a file, ten seconds of one, or a table with what its reader said of it.

Written behind the path as fields of a fragment: `holter.edf#t=11560` (a media fragment in seconds, W3C Media
Fragments URI 1.0, 4.2.1), `table.csv#fs_hz=500&unit=mV&leads=I,II,…` in its syntax. A name that is no text is
written as `file_names` says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from urllib.parse import quote, unquote

from inference.records.file_names import as_named, storable
from inference.records.given import NOTHING_GIVEN, Given

_FRAGMENT: Final = re.compile(
    r"(?P<file>.+)#(?:t=(?P<start_s>\d{1,9}(?:\.\d{1,6})?)|(?P<given>(?:fs_hz|unit|leads)=[^#\s]*))", re.S
)
_RATE: Final = re.compile(r"\d{1,9}(?:\.\d{1,9})?")


@dataclass(frozen=True, slots=True)
class Place:
    """A file; of a long recording where the ten seconds begin, of a table what was given by hand."""

    file: str
    start_s: float | None = None
    given: Given = NOTHING_GIVEN

    @classmethod
    def of(cls, text: str | Path) -> Self:
        """The place that `text` was written for; what is no fragment of one belongs to the file's name."""
        written = as_named(str(text))
        match = _FRAGMENT.fullmatch(written)
        if match is None:
            return cls(written)
        if match["start_s"] is not None:
            return cls(match["file"], float(match["start_s"]))
        given = _given(match["given"])
        return cls(written) if given is None else cls(match["file"], given=given)

    @property
    def text(self) -> str:
        """Inverse of `of`; the start with up to three decimals."""
        file = storable(self.file)
        if self.start_s is not None:
            return f"{file}#t={self.start_s:.3f}".rstrip("0").rstrip(".")
        said = "&".join(f"{name}={value}" for name, value in _fields(self.given))
        return f"{file}#{said}" if said else file


def _fields(given: Given) -> Iterator[tuple[str, str]]:
    if given.fs_hz is not None:
        yield "fs_hz", f"{given.fs_hz:.9f}".rstrip("0").rstrip(".")
    if given.unit is not None:
        yield "unit", quote(given.unit, safe="")
    if given.lead_order is not None:
        yield "leads", ",".join(quote(name, safe="") for name in given.lead_order)


def _given(said: str) -> Given | None:
    """What a fragment says of a table; None where it says anything else."""
    fields = dict(field.partition("=")[::2] for field in said.split("&"))
    rate, unit, leads = (fields.pop(name, None) for name in ("fs_hz", "unit", "leads"))
    if fields or (rate is not None and not _RATE.fullmatch(rate)):
        return None
    return Given(
        None if rate is None else float(rate),
        None if unit is None else unquote(unit),
        None if leads is None else tuple(unquote(name) for name in leads.split(",")),
    )
