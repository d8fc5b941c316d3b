"""What on a drawing may be lines of its grid: straight, upright or level, by the style they are drawn in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.pdf_drawing import Stroke, Style

FloatArray = npt.NDArray[np.float64]

FEWEST_LINES: Final = 8
"""So many lines at one distance from each other are a grid, fewer a frame or a table."""
_SAME_LINE: Final = 0.15
"""Points within which two strokes lie on one line: a fine one under a bold one, rounded coordinates."""
_LEAST_LENGTH: Final = 15.0
"""Points that the strokes on one line have together, dashes and dots included, to make it a line."""
_DOT: Final = 1.6
"""Points: a grid of dots has one where two lines would cross."""
_DOT_COUNTS: Final = 2.0
_STRAIGHT: Final = 0.02
_MOST_CORNERS: Final = 40
"""A dot drawn of four curves has 33."""
_SAME_END: Final = 3.0
"""Points within which lines of one panel begin, and end; some are drawn a little longer than others."""
_MOST_IN_PANELS: Final = 0.5
"""Of the length of all lines, that a page of panels has in panels."""


@dataclass(slots=True)
class Lines:
    """Lines of one direction and style, in points: where each stands, how much is drawn, from and to."""

    place: list[float]
    length: list[float]
    start: list[float]
    stop: list[float]

    def add(self, place: float, length: float, start: float, stop: float) -> None:
        self.place.append(place)
        self.length.append(length)
        self.start.append(start)
        self.stop.append(stop)


LinesByStyle = dict[Style, Lines]


def lines_by_style(strokes: Iterable[Stroke]) -> tuple[LinesByStyle, LinesByStyle]:
    """What may be upright lines, whose places are x, and level ones, whose places are y."""
    upright: LinesByStyle = defaultdict(lambda: Lines([], [], [], []))
    level: LinesByStyle = defaultdict(lambda: Lines([], [], [], []))
    for (left, top), (right, bottom), style in _straight_parts(strokes):
        wide, tall = right - left, bottom - top
        x, y = (left + right) / 2, (top + bottom) / 2
        if wide < _DOT and tall < _DOT:
            upright[style].add(x, _DOT_COUNTS, y, y)
            level[style].add(y, _DOT_COUNTS, x, x)
        elif min(wide, tall) > (_DOT if style[3] == 0.0 else _STRAIGHT):
            continue
        elif tall > wide:
            upright[style].add(x, tall, top, bottom)
        else:
            level[style].add(y, wide, left, right)
    return upright, level


def panels(lines: Lines) -> list[FloatArray]:
    """The places of the lines, rising, (n,) for each panel of a page with its grid in panels, else for all.

    Each lead may have a grid of its own that begins anywhere: lines of two panels taken together stand at
    any part of a millimetre from each other. Lines of one panel begin and end together.
    """
    place, length = np.array(lines.place), np.array(lines.length)
    ends = np.stack([_near_together(np.array(lines.start)), _near_together(np.array(lines.stop))])
    _ends, panel = np.unique(ends, axis=1, return_inverse=True)
    panel = panel.reshape(-1)
    count = np.bincount(panel)
    is_long = np.bincount(panel, length) >= _LEAST_LENGTH * count
    own = np.flatnonzero(is_long & (count >= FEWEST_LINES))
    if own.size < 2 or length[np.isin(panel, own)].sum() < _MOST_IN_PANELS * length.sum():
        each_panel = [_distinct(place, length)]
    else:
        each_panel = [_distinct(place[panel == each], length[panel == each]) for each in own]
    return [places for places in each_panel if places.size >= FEWEST_LINES]


def _near_together(places: FloatArray) -> npt.NDArray[np.int64]:
    """The number of the group that each place (n,) belongs to; groups stand apart."""
    order = np.argsort(places, kind="stable")
    group = np.empty(places.size, dtype=np.int64)
    group[order] = np.cumsum(np.diff(places[order], prepend=-np.inf) > _SAME_END)
    return group


def _straight_parts(strokes: Iterable[Stroke]) -> Iterator[tuple[list[float], list[float], Style]]:
    """Least and greatest (x, y) of each short stroke; a drawn rectangle is its four sides."""
    parts: list[tuple[FloatArray, Style]] = []
    for stroke in strokes:
        n_points = stroke.points.shape[0]
        if 3 < n_points <= 5 and not stroke.is_filled:
            parts += [(stroke.points[place : place + 2], stroke.style) for place in range(n_points - 1)]
        elif n_points <= _MOST_CORNERS:
            parts.append((stroke.points, stroke.style))
    if not parts:
        return
    points = np.concatenate([points for points, _style in parts])
    first = np.cumsum([0, *(points.shape[0] for points, _style in parts[:-1])])
    low, high = np.minimum.reduceat(points, first), np.maximum.reduceat(points, first)
    yield from zip(low.tolist(), high.tolist(), (style for _points, style in parts), strict=True)


def _distinct(place: FloatArray, length: FloatArray) -> FloatArray:
    """Positions of the lines long enough, strokes on one line taken together, (n_lines,), rising."""
    order = np.argsort(place, kind="stable")
    place, length = place[order], length[order]
    first = np.flatnonzero(np.diff(place, prepend=-np.inf) > _SAME_LINE)
    lengths = np.add.reduceat(length, first)
    counts = np.diff(np.append(first, place.size))
    middles = np.add.reduceat(place, first) / counts
    # Among long lines a short one is a tick or part of a letter.
    enough = lengths >= max(_LEAST_LENGTH, 0.2 * float(np.median(lengths)))
    distinct: FloatArray = middles[enough]
    return distinct
