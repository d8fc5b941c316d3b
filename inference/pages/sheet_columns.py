"""Which stretch of the recording the columns of a sheet show: one after the other, or all of them the same.

Recorders print both ("sequential" and "simultaneous" are a setting of many), and nothing on the page says
which. The beats do: those of a column are those of the rhythm strip either at its place, or at the beginning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.sheet_times import ONE_AFTER_THE_OTHER, SHEET_S, SheetTimes, TimedPiece

FloatArray = npt.NDArray[np.float64]

_COMPARED_HZ: Final = 200.0
_SMOOTHED: Final = 5
"""25 ms, about a QRS's flank."""
_MOST_LAG_S: Final = 0.08
"""Columns are drawn a little beside their time."""
_SAME_BEATS: Final = 0.4
"""Least correlation of two movements whose beats are the same ones, as on scanned pages."""
_CLEARLY: Final = 0.25
"""By how much the beats must fit the beginning better than the columns' own places."""
_NOT_TOGETHER: Final = (
    "The columns were taken to show one stretch of the recording after the other, because their beats do not "
    "coincide: times between them are as on the page."
)
_WHOLE: Final = 0.97
_LEAST_S: Final = 2.0
_LATEST_S: Final = 0.2
"""By so much a lead may begin after its column."""


def with_columns_timed(sheet: SheetTimes) -> SheetTimes:
    """The pieces, all columns begun with the first one where they show the same time; sentences on that."""
    columns = _columns(sheet.pieces)
    if len(columns) < 2:
        return sheet
    strip = _strip(sheet.pieces)
    if strip is None and not _shows_all(columns[0]):
        return replace(sheet, assumed=(*sheet.assumed, ONE_AFTER_THE_OTHER))
    if strip is None:
        same = _beats_together(columns)
        why = f"each lasts {SHEET_S:g} s and their beats coincide"
    else:
        same = _beats_with_beginning(columns, strip)
        why = "their beats are those of the rhythm strip's beginning"
    if not same:
        return sheet if strip else replace(sheet, assumed=(*sheet.assumed, _NOT_TOGETHER))
    start_s = _start_s(columns[0])
    moved = {id(each): _start_s(column) - start_s for column in columns[1:] for each in column}
    timed = tuple(replace(each, times_s=each.times_s - moved.get(id(each), 0.0)) for each in sheet.pieces)
    return SheetTimes(timed, (f"All columns were taken to show the same time, because {why}.",))


def _columns(pieces: Sequence[TimedPiece]) -> list[list[TimedPiece]]:
    """The pieces of rows with several, by column, where each column has one beginning; else none."""
    rows = [each.row for each in pieces]
    shared = [each for each in pieces if rows.count(each.row) > 1]
    columns = [
        [each for each in shared if each.column == column]
        for column in sorted({each.column for each in shared})
    ]
    starts = [[each.start_s for each in column] for column in columns]
    if any(np.ptp(start) > _LATEST_S for start in starts) or any(map(_is_short, columns)):
        return []
    return columns


def _is_short(column: Sequence[TimedPiece]) -> bool:
    return min(each.stop_s - each.start_s for each in column) < _LEAST_S


def _strip(pieces: Sequence[TimedPiece]) -> TimedPiece | None:
    """The longest piece that stands alone in its row."""
    rows = [each.row for each in pieces]
    alone = [each for each in pieces if rows.count(each.row) == 1]
    return max(alone, key=lambda each: each.stop_s - each.start_s, default=None)


def _shows_all(column: Sequence[TimedPiece]) -> bool:
    return min(each.stop_s - each.start_s for each in column) >= _WHOLE * SHEET_S


def _start_s(column: Sequence[TimedPiece]) -> float:
    """Where a column begins: with the first of its pieces, of which some may begin late."""
    return min(each.start_s for each in column)


def _beats_together(columns: Sequence[Sequence[TimedPiece]]) -> bool:
    first = _movement(columns[0])
    return all(_likeness(_movement(column), first, 0.0).max() >= _SAME_BEATS for column in columns[1:])


def _beats_with_beginning(columns: Sequence[Sequence[TimedPiece]], strip: TimedPiece) -> bool:
    """Whether all columns beat with the strip's beginning, and the later ones clearly less at their places.

    The first column too, and all at one lag: beside a strip of another time a regular rhythm fits somewhere.
    """
    strip_moves = _movement([strip])
    own_s = [_start_s(column) - strip.start_s for column in columns]
    moves = [_movement(column) for column in columns]
    at_beginning = np.array([_likeness(each, strip_moves, own_s[0]) for each in moves])
    in_place = [_likeness(each, strip_moves, at_s).max() for each, at_s in zip(moves, own_s, strict=True)]
    together = at_beginning[:, int(at_beginning.min(axis=0).argmax())]
    return bool(together.min() >= _SAME_BEATS and together[1:].mean() > np.mean(in_place[1:]) + _CLEARLY)


def _movement(pieces: Sequence[TimedPiece]) -> FloatArray:
    """How fast the leads of a column move together, (n,) from its beginning on: large in the QRS."""
    # Here, because most sheets have no two columns to compare.
    from scipy.ndimage import uniform_filter1d

    start_s = _start_s(pieces)
    length_s = min(each.stop_s for each in pieces) - start_s
    times = start_s + np.arange(int(length_s * _COMPARED_HZ)) / _COMPARED_HZ
    steps = [np.abs(np.diff(np.interp(times, each.times_s, each.piece.trace.y_mm))) for each in pieces]
    moves: FloatArray = uniform_filter1d(np.sum(steps, axis=0), _SMOOTHED)
    return moves


def _likeness(moves: FloatArray, strip: FloatArray, at_s: float) -> FloatArray:
    """Correlation of a column's movement with the strip's from `at_s` on, at each lag; 0 where that ends."""
    lags = np.arange(-_MOST_LAG_S, _MOST_LAG_S + 1e-9, 1.0 / _COMPARED_HZ)
    found = np.zeros(lags.size)
    for number, lag_s in enumerate(lags):
        first = round((at_s + lag_s) * _COMPARED_HZ)
        part, own = strip[max(first, 0) : max(first + moves.size, 0)], moves[max(-first, 0) :]
        n = min(part.size, own.size)
        if n >= _WHOLE * moves.size - _MOST_LAG_S * _COMPARED_HZ and part[:n].std() and own[:n].std():
            found[number] = np.corrcoef(part[:n], own[:n])[0, 1]
    return found
