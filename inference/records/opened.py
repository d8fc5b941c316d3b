"""A recording whose header was read and whose samples wait in the file until they are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from inference.records.assemble import Found, assemble
from inference.records.errors import RecordError
from inference.records.framed_file import SampleSource
from inference.records.record import Record
from inference.records.safety import MAX_VALUES, check_shape, file_size

_MAX_EXPANSION: Final = 20
"""Samples in memory may take so many times the file's bytes (2 where there are no pauses), and 10 MB more."""
_SPARE_BYTES: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Opened:
    """What the header says, in a `Found` without leads, and where the samples are."""

    found: Found
    lead_names: tuple[str, ...]
    n_samples: int
    source: SampleSource = field(repr=False)

    @property
    def duration_s(self) -> float:
        return self.n_samples / self.found.fs_hz

    def whole(self) -> Record:
        """The recording as one Record. RecordError where it is too long for that."""
        if self.n_samples * len(self.lead_names) > MAX_VALUES:
            raise RecordError(
                f"The recording is {self.duration_s / 3600:.1f} hours long, too long to be read at once: "
                "open it in the viewer, which reads only what it shows, or cut out the part that matters."
            )
        check_shape(len(self.lead_names), self.n_samples, self.found.fs_hz)
        n_bytes = 4 * len(self.lead_names) * self.n_samples
        if n_bytes > _MAX_EXPANSION * file_size(self.found.path) + _SPARE_BYTES:
            raise RecordError(
                "The recording consists of pauses for the most part: open it in the viewer, which reads only "
                "what it shows."
            )
        rows = range(len(self.lead_names))
        mv = self.source.read_mv(rows, 0, self.n_samples)
        notes = self.source.notes_between(0, self.n_samples)
        return assemble(
            replace(
                self.found,
                leads=tuple(zip(self.lead_names, mv, strict=True)),
                comments=self.found.comments + notes,
            )
        )
