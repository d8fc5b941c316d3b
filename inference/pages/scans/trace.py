"""The line that the pen drew, row by row: the cheapest way through the ink from left to right.

A way may run along the page, which costs where there is no ink, and up and down within a column of pixels,
which is nearly free where there is ink: a steep stroke costs little, a leap over empty paper much. The best
way is found by dynamic programming, one column after the other, for all rows of the sheet at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.scans.straighten import PX_PER_MM
from inference.signal.gaps import runs

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

ABOVE_MM: Final = 45.0
BELOW_MM: Final = 45.0
"""How far a trace is followed from its baseline: 4.5 mV."""
_ALONG: Final = 4.0
"""What a pixel of empty paper costs along the page."""
_LEAP: Final = 0.3
"""What one costs up or down: a lead may begin elsewhere than the one before ended. So little that a leap of
7 mm at the border of two leads costs less than a short cut over five pixels of empty paper."""
_INKED: Final = 0.004
"""What a pixel of ink costs up or down, so that a way never runs back and forth."""
_FAINT_STROKE: Final = 0.2
"""A steep stroke is drawn fast and comes out faint: so much ink is enough to climb along."""
_BEGIN_AWAY: Final = 0.3
_AWAY: Final = 0.001
"""What each pixel from the row's baseline costs, at the beginning and in each column: a row is not followed
along its neighbour's ink."""
_OWN_MM: Final = 12.0
"""So near to its baseline a row's ink is its own."""
_INK_ENOUGH: Final = 0.4
_RIM_PX: Final = 2
_WIDEST_TIP_PX: Final = 4
_OUTSIDE_PX: Final = 8
"""40 ms beside a spike's tip the trace is back near its foot."""
_PEN_MM: Final = 0.6
"""A stroke no taller than this is the pen's own width: the trace runs level there."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One row's way over the columns `first` … of the page, in pixels from the page's top.

    `y` is the trace's place in each column, `upper` and `lower` are the ends of its stroke there, and
    `blank` says where the way had to leap over empty paper; all of shape (n_columns,).
    """

    first: int
    y: FloatArray = field(repr=False)
    upper: FloatArray = field(repr=False)
    lower: FloatArray = field(repr=False)
    blank: npt.NDArray[np.bool_] = field(repr=False)

    @property
    def stop(self) -> int:
        return self.first + self.y.size


def follow_rows(ink: FloatArray, baselines: list[float], first: int, stop: int) -> list[Trace]:
    """The trace of each row around its baseline (pixels) over the columns first … stop of the ink (h, w)."""
    above, below = round(ABOVE_MM * PX_PER_MM), round(BELOW_MM * PX_PER_MM)
    padded = np.pad(ink[:, first:stop], ((above, below), (0, 0)))
    tops = [round(baseline) for baseline in baselines]
    bands = np.stack([padded[top : top + above + below] for top in tops])
    ways = _cheapest_ways(bands, above)
    return [
        _trace_of(band, entered, left, first, top - above)
        for band, (entered, left), top in zip(bands, ways, tops, strict=True)
    ]


def _cheapest_ways(bands: FloatArray, baseline: int) -> list[tuple[IntArray, IntArray]]:
    """Per row of bands (n, h, w) where its way enters and leaves each column, both (w,)."""
    n_rows, height, width = bands.shape
    empty = np.clip(1.0 - bands / _INK_ENOUGH, 0.0, 1.0).transpose(2, 0, 1)
    void = np.clip(1.0 - bands / _FAINT_STROKE, 0.0, 1.0).transpose(2, 0, 1)
    # A thin level line may be uneven by a pixel, which must not cost anything over ten seconds.
    beside = np.minimum(empty, np.minimum(np.roll(empty, 1, axis=2), np.roll(empty, -1, axis=2)))
    for row, band in enumerate(bands):
        # After a row's end nothing may be won by leaping to another row that is longer.
        beside[_last_inked(band, baseline) + 1 :, row] = 0.0
    places = np.arange(height)
    away = np.abs(places - baseline)
    so_far = np.broadcast_to(_BEGIN_AWAY * away, (n_rows, height)) + _ALONG * beside[0]
    came_from: npt.NDArray[np.int32] = np.empty((width, n_rows, height), dtype=np.int32)
    for column in range(width):
        so_far, came_from[column] = _up_and_down(so_far, _LEAP * void[column] + _INKED, places)
        if column + 1 < width:
            so_far = so_far + _ALONG * beside[column + 1] + _AWAY * away
    return [_traced_back(came_from[:, row], int(so_far[row].argmin())) for row in range(n_rows)]


def _last_inked(band: FloatArray, baseline: int) -> int:
    """The last column of a band (h, w) with ink near the row's baseline."""
    reach = round(_OWN_MM * PX_PER_MM)
    inked = np.flatnonzero((band[baseline - reach : baseline + reach] > _INK_ENOUGH).any(axis=0))
    return int(inked[-1]) if inked.size else -1


def _up_and_down(
    so_far: npt.NDArray[np.float64], cost: FloatArray, places: IntArray
) -> tuple[npt.NDArray[np.float64], IntArray]:
    """The least cost of each pixel (n, h) of a column when the way may run up or down it, and from where."""
    climbed = np.cumsum(cost, axis=1, dtype=np.float64)
    down = so_far - climbed
    least_down = np.minimum.accumulate(down, axis=1)
    from_above = np.maximum.accumulate(np.where(down <= least_down, places, 0), axis=1)
    up = (so_far + climbed)[:, ::-1]
    least_up = np.minimum.accumulate(up, axis=1)
    from_below = places[-1] - np.maximum.accumulate(np.where(up <= least_up, places, 0), axis=1)[:, ::-1]
    by_down, by_up = least_down + climbed, least_up[:, ::-1] - climbed
    return np.minimum(by_down, by_up), np.where(by_down <= by_up, from_above, from_below)


def _traced_back(came_from: npt.NDArray[np.int32], end: int) -> tuple[IntArray, IntArray]:
    width = came_from.shape[0]
    entered, left = np.empty(width, dtype=np.int64), np.empty(width, dtype=np.int64)
    here = end
    for column in range(width - 1, -1, -1):
        left[column] = here
        here = int(came_from[column, here])
        entered[column] = here
    return entered, left


def _trace_of(band: FloatArray, entered: IntArray, left: IntArray, first: int, top: int) -> Trace:
    upper, lower, blank = _strokes(band > _INK_ENOUGH, np.minimum(entered, left), np.maximum(entered, left))
    y = _places(band, upper, lower, blank)
    return Trace(first, y + top, (upper + top).astype(np.float32), (lower + top).astype(np.float32), blank)


def _strokes(
    is_ink: npt.NDArray[np.bool_], upper: IntArray, lower: IntArray
) -> tuple[IntArray, IntArray, npt.NDArray[np.bool_]]:
    """Each column's ink along a way's stretch upper … lower (w,), to both its ends; and where there is none.

    The cheapest way cuts corners along the ink's rim, so ink up to two pixels beside it is its own.
    """
    height, width = is_ink.shape
    rows, columns = np.arange(height)[:, None], np.arange(width)
    next_ink = np.minimum.accumulate(np.where(is_ink, rows, height)[::-1], axis=0)[::-1]
    last_ink = np.maximum.accumulate(np.where(is_ink, rows, -1), axis=0)
    last_empty = np.maximum.accumulate(np.where(is_ink, -1, rows), axis=0)
    next_empty = np.minimum.accumulate(np.where(is_ink, height, rows)[::-1], axis=0)[::-1]
    highest = next_ink[np.maximum(upper - _RIM_PX, 0), columns]
    lowest = last_ink[np.minimum(lower + _RIM_PX, height - 1), columns]
    blank = (highest > lower + _RIM_PX) | (lowest < upper - _RIM_PX) | (lowest < highest)
    top = last_empty[np.minimum(highest, height - 1), columns] + 1
    bottom = next_empty[np.maximum(lowest, 0), columns] - 1
    return np.where(blank, upper, top), np.where(blank, lower, bottom), blank


def _places(band: FloatArray, upper: IntArray, lower: IntArray, blank: npt.NDArray[np.bool_]) -> FloatArray:
    """Where the trace is in each column (w,): mid-stroke, or half a pen inside the tip where it turns."""
    thin = lower - upper <= _PEN_MM * PX_PER_MM
    level = thin & ~blank
    pen = float(np.median((lower - upper)[level])) if level.any() else 0.0
    middle = (upper + lower) / 2.0
    before, after = np.roll(upper, 1), np.roll(upper, -1)
    is_top = ~thin & (upper <= before) & (upper <= after)
    under, over = np.roll(lower, 1), np.roll(lower, -1)
    is_bottom = ~thin & (lower >= under) & (lower >= over)
    y = np.where(is_top, upper + pen / 2, np.where(is_bottom, lower - pen / 2, middle))
    y = np.where(is_top & is_bottom, middle, y)
    y = np.where(level, _centres(band, upper, lower), y)
    return _with_tips(y, upper, lower, pen).astype(np.float32)


def _with_tips(
    y: npt.NDArray[np.float64],
    upper: IntArray,
    lower: IntArray,
    pen: float,
) -> npt.NDArray[np.float64]:
    """Between a spike's two strokes, where the way crossed from one to the other, the trace is at its tip.

    Between them there is no trace: a wave that comes and goes within 20 ms is no heart's.
    """
    tipped = y.copy()
    for start, stop in runs(_between_strokes(upper, lower)):
        if start == 0 or stop == y.size or stop - start > _WIDEST_TIP_PX:
            continue
        strokes = (start - 1, stop)
        outside = [y[max(start - _OUTSIDE_PX, 0)], y[min(stop + _OUTSIDE_PX, y.size - 1)]]
        middle = float(np.mean([(upper[k] + lower[k]) / 2 for k in strokes]))
        points_up = float(np.mean(outside)) > middle
        highest, lowest = min(upper[k] for k in strokes), max(lower[k] for k in strokes)
        tipped[start:stop] = highest + pen / 2 if points_up else lowest - pen / 2
    return tipped


def _between_strokes(upper: IntArray, lower: IntArray) -> npt.NDArray[np.bool_]:
    """Columns (w,) whose ink lies within the height of a tall stroke to the left and of one to the right."""
    between = np.zeros(upper.size, dtype=bool)
    height = lower - upper
    tall = _PEN_MM * PX_PER_MM * 2
    for aside in range(1, _WIDEST_TIP_PX + 1):
        for other in range(1, _WIDEST_TIP_PX + 2 - aside):
            here = slice(aside, upper.size - other)
            within = np.ones(upper.size - aside - other, dtype=bool)
            for shift in (-aside, other):
                stroke = slice(aside + shift, upper.size - other + shift)
                within &= (upper[stroke] <= upper[here]) & (lower[stroke] >= lower[here])
                within &= height[stroke] >= height[here] + tall
            between[here] |= within
    return between


def _centres(band: FloatArray, upper: IntArray, lower: IntArray) -> FloatArray:
    """The centre of the ink between one pixel above and one below each stroke, to a part of a pixel."""
    rows = np.arange(band.shape[0], dtype=np.float32)[:, None]
    weight = np.where((rows >= upper - 1) & (rows <= lower + 1), band, np.float32(0.0))
    total = weight.sum(axis=0)
    centre: FloatArray = (weight * rows).sum(axis=0) / np.maximum(total, np.float32(1e-6))
    return centre
