"""Files of frames of one size, of which only the stretch that is asked for is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from inference.records.errors import RecordError, UnreadableFileError
from inference.records.record import FloatArray
from inference.records.sample_words import IntArray, SampleWords
from inference.records.units import scaled_mv

_BYTES_AT_ONCE: Final = 8_000_000
"""Read in pieces of this size: a day of one lead never brings the whole file into memory."""


class SampleSource(Protocol):
    """Where the samples of an open recording come from. May be asked from several threads at once."""

    def read_mv(self, lead_rows: Sequence[int], start: int, stop: int) -> FloatArray:
        """Samples `start` to `stop` in mV, shape (len(lead_rows), stop - start), float32.

        NaN where the file declares a sample invalid or holds none. Raises RecordError where the file
        cannot be read any more.
        """
        ...

    def notes_between(self, start: int, stop: int) -> tuple[str, ...]:
        """What the file itself notes of samples `start` to `stop` (a pressed button, an event)."""
        ...


@dataclass(frozen=True, slots=True)
class FramedSignal:
    """One lead: `per_frame` values of each frame from `first` on; (value - offset) * mv_per_value is mV."""

    first: int
    per_frame: int
    offset: float
    mv_per_value: float
    invalid: int | None = None
    """The value that marks an invalid sample, where the format has one."""


@dataclass(frozen=True, slots=True)
class FramedFile:
    """Frames of `values_per_frame` whole numbers from byte `byte_offset` on; each lead has the same rate."""

    path: Path
    words: SampleWords
    byte_offset: int
    values_per_frame: int
    n_frames: int
    signals: tuple[FramedSignal, ...] = field(repr=False)

    @property
    def samples_per_frame(self) -> int:
        return self.signals[0].per_frame

    @property
    def n_samples(self) -> int:
        return self.n_frames * self.samples_per_frame

    def read_mv(self, lead_rows: Sequence[int], start: int, stop: int) -> FloatArray:
        """As `SampleSource.read_mv`; outside of the file there is NaN."""
        mv = np.full((len(lead_rows), max(0, stop - start)), np.nan, dtype=np.float32)
        place, end = max(0, start), min(stop, self.n_samples)
        at_once = max(1, _BYTES_AT_ONCE // self.words.bytes_of(self.values_per_frame))
        while place < end:
            first = place // self.samples_per_frame
            last = min(first + at_once, -(-end // self.samples_per_frame))
            frames = self.read_frames(first, last)
            until = min(end, last * self.samples_per_frame)
            inside = slice(place - first * self.samples_per_frame, until - first * self.samples_per_frame)
            for row, lead in enumerate(lead_rows):
                values = _of_signal(frames, self.signals[lead])[inside]
                mv[row, place - start : until - start] = in_mv(values, self.signals[lead])
            place = until
        return mv

    def notes_between(self, start: int, stop: int) -> tuple[str, ...]:  # noqa: ARG002
        """Nothing: frames hold samples only."""
        return ()

    def read_frames(self, first: int, last: int) -> IntArray:
        """Frames `first` to `last` as they are stored, shape (last - first, values_per_frame)."""
        begin, end = first * self.values_per_frame, last * self.values_per_frame
        group = begin // self.words.values_per_group
        skipped = begin - group * self.words.values_per_group
        n_bytes = self.words.bytes_of(end - begin + skipped)
        content = self._read_bytes(self.byte_offset + group * self.words.bytes_per_group, n_bytes)
        values = self.words.decode(content)[skipped : skipped + end - begin]
        return values.reshape(last - first, self.values_per_frame)

    def _read_bytes(self, place: int, n_bytes: int) -> bytes:
        # Opened for each stretch: no lock between threads, and the file can be moved meanwhile.
        try:
            with self.path.open("rb") as stream:
                stream.seek(place)
                content = stream.read(n_bytes)
        except OSError:
            raise UnreadableFileError(
                f"'{self.path.name[:80]}' cannot be read any more: check that it is still there."
            ) from None
        missing = n_bytes - len(content)
        if missing >= self.words.bytes_per_group:
            raise RecordError(f"'{self.path.name[:80]}' is cut off or damaged: copy the record again.")
        # The last group may lack the bytes of values that do not exist.
        return content + bytes(missing)


def _of_signal(frames: IntArray, signal: FramedSignal) -> IntArray:
    return frames[:, signal.first : signal.first + signal.per_frame].reshape(-1)


def in_mv(values: IntArray, signal: FramedSignal) -> FloatArray:
    """Stored values of a lead in mV, same shape, float32, NaN where the format marks them as invalid."""
    mv = scaled_mv(values, signal.offset, signal.mv_per_value)
    if signal.invalid is not None:
        mv[values == signal.invalid] = np.nan
    return mv
