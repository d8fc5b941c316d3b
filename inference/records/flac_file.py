"""WFDB's FLAC formats (508, 516, 524), of which only the stretch that is asked for is unpacked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from inference.records.errors import RecordError, UnreadableFileError
from inference.records.framed_file import FramedSignal, in_mv
from inference.records.record import FloatArray
from inference.records.safety import is_file

FLAC_BITS: Final = {508: ("PCM_S8", 8), 516: ("PCM_16", 16), 524: ("PCM_24", 24)}
"""Kind and bits of a sample; as int32 they come in the upper bits."""
_FRAMES_AT_ONCE: Final = 500_000


@dataclass(frozen=True, slots=True)
class FlacFile:
    """One channel per signal; a lead's `first` is its channel."""

    path: Path
    fmt: int
    n_samples: int
    signals: tuple[FramedSignal, ...] = field(repr=False)

    def read_mv(self, lead_rows: Sequence[int], start: int, stop: int) -> FloatArray:
        """As `SampleSource.read_mv`; outside of the file there is NaN."""
        mv = np.full((len(lead_rows), max(0, stop - start)), np.nan, dtype=np.float32)
        place, end = max(0, start), min(stop, self.n_samples)
        while place < end:
            until = min(end, place + _FRAMES_AT_ONCE)
            frames = self._frames(place, until)
            for row, lead in enumerate(lead_rows):
                signal = self.signals[lead]
                mv[row, place - start : until - start] = in_mv(frames[:, signal.first], signal)
            place = until
        return mv

    def notes_between(self, start: int, stop: int) -> tuple[str, ...]:  # noqa: ARG002
        """Nothing: the file holds samples only."""
        return ()

    def _frames(self, start: int, stop: int) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
        import soundfile

        subtype, bits = FLAC_BITS[self.fmt]
        try:
            with soundfile.SoundFile(str(self.path)) as stream:
                held = stream.subtype
                stream.seek(start)
                frames = stream.read(stop - start, dtype="int32", always_2d=True)
        except (OSError, RuntimeError):
            if not is_file(self.path):
                raise UnreadableFileError(
                    f"'{self.path.name[:80]}' cannot be read any more: check that it is still there."
                ) from None
            raise RecordError(
                f"'{self.path.name[:80]}' may not be read or is damaged: copy the record again."
            ) from None
        if held != subtype or len(frames) != stop - start:
            raise RecordError(f"'{self.path.name[:80]}' is cut off or damaged: copy the record again.")
        shifted: np.ndarray[tuple[int, int], np.dtype[np.int32]] = frames >> (32 - bits)
        return shifted
