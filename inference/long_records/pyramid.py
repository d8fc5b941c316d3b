"""The lowest and highest value of every stretch of a long recording, at widths that grow fourfold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.long_records.long_record import LongRecord
from inference.records.record import FloatArray

_BASE_BIN: Final = 64
"""Samples per stretch of the finest level, 0.13 s at 500 Hz. Narrower views are drawn from the samples."""
_STEP: Final = 4
_MOST_BASE_BINS: Final = 8_400_000
"""All leads together, 67 MB as pairs of float32: a day of twelve leads at 500 Hz fits at `_BASE_BIN`."""
_CHUNK_VALUES: Final = 1_500_000


class Pyramid:
    """Low and high of each lead at bins of `base_bin`, 4 * `base_bin`, … samples.

    One thread lets it `grow` while others ask for envelopes: what is not known yet is NaN.
    """

    def __init__(self, long: LongRecord) -> None:
        self._long = long
        n_leads = len(long.lead_names)
        self.base_bin = _BASE_BIN
        while n_leads * -(-long.n_samples // self.base_bin) > _MOST_BASE_BINS:
            self.base_bin *= 2
        self._levels: list[FloatArray] = []
        n_bins = -(-long.n_samples // self.base_bin)
        while True:
            self._levels.append(np.full((n_leads, 2, n_bins), np.nan, dtype=np.float32))
            if n_bins <= _STEP:
                break
            n_bins = -(-n_bins // _STEP)
        self.known_until = 0
        """The sample up to which the recording has been looked at."""

    @property
    def n_bytes(self) -> int:
        """Memory that the levels take."""
        return sum(level.nbytes for level in self._levels)

    @property
    def is_complete(self) -> bool:
        return self.known_until >= self._long.n_samples

    def grow(self, on_progress: Callable[[float], None], should_stop: Callable[[], bool]) -> None:
        """Look at the recording from where it stopped to its end, telling the share done, 0 to 1.

        Returns early where `should_stop` says so. Raises RecordError where the file cannot be read.
        """
        top = self.base_bin * _STEP ** (len(self._levels) - 1)
        n_leads = len(self._long.lead_names)
        # Whole bins of the third level, so that only the few bins above it are looked at twice.
        unit = min(top, self.base_bin * _STEP**2)
        chunk = max(unit, _CHUNK_VALUES // n_leads // unit * unit)
        while not self.is_complete and not should_stop():
            stop = min(self._long.n_samples, self.known_until + chunk)
            self._look_at(self.known_until, stop)
            self.known_until = stop
            on_progress(stop / self._long.n_samples)

    def _look_at(self, start: int, stop: int) -> None:
        first = start // self.base_bin
        low, high = _extremes(self._long.read_mv(start, stop), self.base_bin)
        base = self._levels[0]
        last = first + low.shape[1]
        base[:, 0, first:last], base[:, 1, first:last] = low, high
        for finer, coarser in zip(self._levels, self._levels[1:], strict=False):
            first, last = first // _STEP, -(-last // _STEP)
            below = finer[:, :, first * _STEP : last * _STEP]
            coarser[:, 0, first:last] = _extremes(below[:, 0], _STEP)[0]
            coarser[:, 1, first:last] = _extremes(below[:, 1], _STEP)[1]

    def envelope(self, lead: int, start: int, stop: int, n_columns: int) -> tuple[FloatArray, FloatArray]:
        """`envelopes` of one lead, a row of the recording's `lead_names`: low and high, each (n_columns,)."""
        low, high = self.envelopes([lead], start, stop, n_columns)
        return low[0], high[0]

    def envelopes(
        self, leads: Sequence[int], start: int, stop: int, n_columns: int
    ) -> tuple[FloatArray, FloatArray]:
        """Low and high in mV, each (n_leads, n_columns), of equal parts of samples `start` to `stop`.

        NaN where nothing is valid or nothing is known yet. A part reaches at most a quarter of its width
        beyond its borders; where parts are narrower than the finest bin they are taken from the file, once
        for all leads. Raises RecordError where that cannot be read.
        """
        width = (stop - start) / n_columns
        if width < self.base_bin:
            mv = self._long.read_mv(start, stop, leads)
            return _columns(mv, mv, np.linspace(0, stop - start, n_columns + 1))
        level = 0
        while level + 1 < len(self._levels) and self.base_bin * _STEP ** (level + 1) <= width / _STEP:
            level += 1
        bin_width = self.base_bin * _STEP**level
        n_bins = self._levels[level].shape[2]
        first, last = min(n_bins, max(0, start // bin_width)), max(0, min(n_bins, -(-stop // bin_width)))
        bins = self._levels[level][list(leads), :, first:last]
        return _columns(bins[:, 0], bins[:, 1], np.linspace(start, stop, n_columns + 1) / bin_width - first)


def build(long: LongRecord, on_progress: Callable[[float], None], should_stop: Callable[[], bool]) -> Pyramid:
    """The pyramid of a recording, complete unless stopped; to draw while it grows, use `Pyramid.grow`."""
    pyramid = Pyramid(long)
    pyramid.grow(on_progress, should_stop)
    return pyramid


def _extremes(values: FloatArray, width: int) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest valid value of each `width` samples of (n_leads, n); the last may be shorter."""
    n_leads, n_samples = values.shape
    whole = n_samples // width
    parts = values[:, : whole * width].reshape(n_leads, whole, width)
    low, high = parts.min(axis=2), parts.max(axis=2)
    # min is several times as fast as fmin, and gaps are few: only the bins that hold NaN are looked at again.
    doubtful = np.isnan(low)
    if doubtful.any():
        low[doubtful] = np.fmin.reduce(parts[doubtful], axis=1)
        high[doubtful] = np.fmax.reduce(parts[doubtful], axis=1)
    if whole * width == n_samples:
        return low, high
    rest = values[:, whole * width :]
    last = np.fmin.reduce(rest, axis=1)[:, None], np.fmax.reduce(rest, axis=1)[:, None]
    return np.concatenate([low, last[0]], axis=1), np.concatenate([high, last[1]], axis=1)


def _columns(
    low: FloatArray, high: FloatArray, edges: npt.NDArray[np.float64]
) -> tuple[FloatArray, FloatArray]:
    """Extremes of (n_leads, n) between neighbouring edges (places on the second axis), at least one place."""
    n_leads, n_places = low.shape
    lows = np.full((n_leads, len(edges) - 1), np.nan, dtype=np.float32)
    highs = lows.copy()
    first = np.floor(edges[:-1]).astype(np.int64)
    last = np.maximum(np.ceil(edges[1:]).astype(np.int64), first + 1)
    first, last = np.maximum(first, 0), np.minimum(last, n_places)
    inside = np.flatnonzero(first < last)
    if inside.size:
        # reduceat takes pairs (from, to), so that every second answer is a part; `to` may be the end itself.
        pairs = np.stack([first[inside], last[inside]], axis=1).reshape(-1)
        behind = np.full((n_leads, 1), np.nan, dtype=np.float32)
        lows[:, inside] = np.fmin.reduceat(np.hstack([low, behind]), pairs, axis=1)[:, ::2]
        highs[:, inside] = np.fmax.reduceat(np.hstack([high, behind]), pairs, axis=1)[:, ::2]
    return lows, highs
