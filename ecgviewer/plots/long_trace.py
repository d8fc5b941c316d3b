"""A lead over minutes or hours: the line that goes through the lowest and highest value of every column."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Protocol, cast

import numpy as np
import numpy.typing as npt
from pyqtgraph.functions import arrayToQPath
from PySide6.QtGui import QPainterPath

FloatArray = npt.NDArray[np.float32]
POINTS_PER_PX: Final = 2.0
"""Up to so many samples on a column are drawn as they are: two points are a column's low and high."""
_EMPTY: Final = np.empty(0, dtype=np.float32)


class Envelopes(Protocol):
    """What a view needs of the min/max pyramid."""

    def envelope(self, lead: int, start: int, stop: int, n_columns: int) -> tuple[FloatArray, FloatArray]:
        """Lowest and highest mV of each column, shapes (n_columns,); NaN where nothing is known."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples that were read for a view: `signals_mv` (n_leads, n), rows as `leads`, from sample `start`."""

    leads: tuple[int, ...]
    start: int
    signals_mv: FloatArray = field(repr=False)

    @property
    def stop(self) -> int:
        return self.start + int(self.signals_mv.shape[1])

    def covers(self, leads: tuple[int, ...], start: int, stop: int) -> bool:
        """Whether it holds all these samples of all these leads."""
        return set(leads) <= set(self.leads) and self.start <= start and stop <= self.stop


@dataclass(frozen=True, slots=True)
class Columns:
    """One lead on a view: points at `x_px` with `low_mv` and `high_mv`, the same array where one is drawn."""

    x_px: npt.NDArray[np.float64] = field(repr=False)
    low_mv: FloatArray = field(repr=False)
    high_mv: FloatArray = field(repr=False)

    @property
    def middle_mv(self) -> float:
        """The level around which the lead runs, 0 where nothing is known."""
        middle = (self.low_mv + self.high_mv) / 2
        known = middle[np.isfinite(middle)]
        return float(np.median(known)) if known.size else 0.0

    @property
    def largest_swing_mv(self) -> float:
        """How far the lead goes from its middle, artefacts aside: in 99 of 100 columns it stays within."""
        away = np.fmax(self.high_mv - self.middle_mv, self.middle_mv - self.low_mv)
        known = away[np.isfinite(away)]
        return float(np.percentile(known, 99)) if known.size else 0.0

    def path(self, centre_px: float, px_per_mv: float) -> QPainterPath:
        """The line on the view, with `middle_mv` at `centre_px`; it breaks where nothing is known."""
        middle = self.middle_mv
        low, high = (centre_px - px_per_mv * (level - middle) for level in (self.low_mv, self.high_mv))
        if not np.isfinite(low).any():
            return QPainterPath()
        if self.low_mv is self.high_mv:
            return cast(QPainterPath, arrayToQPath(self.x_px, low.astype(np.float64), connect="finite"))
        levels = np.empty(2 * low.size)
        # Down and up in turn, so that the step from one column to the next stays short.
        levels[0::4], levels[1::4] = low[0::2], high[0::2]
        levels[2::4], levels[3::4] = high[1::2], low[1::2]
        return cast(QPainterPath, arrayToQPath(np.repeat(self.x_px, 2), levels, connect="finite"))


def columns_of_samples(samples_mv: FloatArray, first: float, per_px: float, n_columns: int) -> Columns:
    """Samples of one lead on `n_columns` pixels.

    `samples_mv` (n,): sample 0 lies at column `-first / per_px`; `first` is how many samples stand before
    the left edge, `per_px` how many on a pixel.
    """
    if per_px <= POINTS_PER_PX:
        begin = max(int(first) - 1, 0)
        shown = samples_mv[begin : int(first + per_px * n_columns) + 3]
        x_px = (begin - first + np.arange(shown.size, dtype=np.float64)) / per_px
        return Columns(x_px, shown, shown)
    edges = np.floor(first + per_px * np.arange(n_columns + 1)).astype(np.int64)
    inside = edges[:-1][edges[:-1] < samples_mv.size]
    if inside.size == 0:
        return Columns(np.empty(0), _EMPTY, _EMPTY)
    shown = samples_mv[: edges[-1]]
    return Columns(_middles(inside.size), np.fmin.reduceat(shown, inside), np.fmax.reduceat(shown, inside))


def columns_of_envelope(
    envelopes: Envelopes, lead: int, start: int, stop: int, n_columns: int, width_px: int
) -> Columns:
    """One lead of the pyramid in `n_columns` equal parts of `width_px` pixels."""
    low, high = envelopes.envelope(lead, start, stop, n_columns)
    return Columns(_middles(n_columns) * (width_px / n_columns), low, high)


def _middles(n_columns: int) -> npt.NDArray[np.float64]:
    return np.arange(n_columns, dtype=np.float64) + 0.5
