"""Several sources, or several stretches of one, behind each other on one time axis, with gaps between."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from inference.records.framed_file import SampleSource
from inference.records.record import FloatArray


@dataclass(frozen=True, slots=True)
class Stretch:
    """`length` samples of a source from `source_start` on, which lie at `start` of the recording."""

    start: int
    length: int
    source: SampleSource = field(repr=False)
    source_start: int
    rows: tuple[int | None, ...]
    """The source's row of each of the recording's leads, None for a lead that it lacks."""

    @property
    def stop(self) -> int:
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class JoinedSource:
    """A recording's stretches in order of time, no lead twice at one time; between them is NaN."""

    stretches: tuple[Stretch, ...] = field(repr=False)

    def read_mv(self, lead_rows: Sequence[int], start: int, stop: int) -> FloatArray:
        """As `SampleSource.read_mv`."""
        mv = np.full((len(lead_rows), max(0, stop - start)), np.nan, dtype=np.float32)
        for stretch in self._touching(start, stop):
            begin, end = max(start, stretch.start), min(stop, stretch.stop)
            held = [(row, stretch.rows[lead]) for row, lead in enumerate(lead_rows)]
            places = [row for row, source_row in held if source_row is not None]
            source_rows = [source_row for _, source_row in held if source_row is not None]
            shift = stretch.source_start - stretch.start
            if source_rows:
                values = stretch.source.read_mv(source_rows, begin + shift, end + shift)
                mv[places, begin - start : end - start] = values
        return mv

    def notes_between(self, start: int, stop: int) -> tuple[str, ...]:
        """As `SampleSource.notes_between`."""
        notes: list[str] = []
        for stretch in self._touching(start, stop):
            shift = stretch.source_start - stretch.start
            begin, end = max(start, stretch.start), min(stop, stretch.stop)
            notes += stretch.source.notes_between(begin + shift, end + shift)
        return tuple(notes)

    def _touching(self, start: int, stop: int) -> Sequence[Stretch]:
        first = bisect.bisect_right(self.stretches, start, key=lambda stretch: stretch.stop)
        last = bisect.bisect_left(self.stretches, stop, key=lambda stretch: stretch.start)
        return self.stretches[first:last]
