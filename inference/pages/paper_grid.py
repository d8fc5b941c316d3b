"""The grid of ECG paper on a drawing: how many points one millimetre of it is, along and across.

Spacing is taken from all lines together: a straight line through their numbers and positions has its slope
to a ten thousandth where two neighbours have theirs to a tenth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.pdf_drawing import Drawing, Stroke, Style

FloatArray = npt.NDArray[np.float64]

POINTS_PER_MM: Final = 72.0 / 25.4
_FINE_OR_BOLD: Final = 5.0**0.5
"""A spacing this many true millimetres wide is as far from 1 mm as from 5 mm."""
_FEWEST_LINES: Final = 8
_SAME_LINE: Final = 0.15
"""Points within which two strokes lie on one line: a fine one under a bold one, rounded coordinates."""
_LEAST_LENGTH: Final = 15.0
"""Points that the strokes on one line have together, dashes and dots included, to make it a line."""
_DOT: Final = 1.6
"""Points: a grid of dots has one where two lines would cross."""
_DOT_COUNTS: Final = 2.0
_LEAST_SHARE: Final = 0.05
"""Of the lines of the style that draws most in one direction: less is a frame, a table, a bar code."""
_STRAIGHT: Final = 0.02
_MOST_CORNERS: Final = 40
"""A dot drawn of four curves has 33."""
_ON_LATTICE: Final = 0.12
_MOST_OFF_LATTICE: Final = 0.1
_MOST_MISSING: Final = 6


@dataclass(frozen=True, slots=True)
class PaperGrid:
    """Points of the page per millimetre of paper, and how they were found."""

    points_per_mm_x: float
    points_per_mm_y: float
    note: str
    """One sentence for the import report."""
    styles: frozenset[Style] = frozenset()
    """How its lines are drawn: nothing else that is straight and drawn so can be told from it."""
    assumed: tuple[str, ...] = ()
    is_certain: bool = True
    """False where a calibration pulse must confirm it: no line of it was found in the drawing."""


@dataclass(frozen=True, slots=True)
class _Spacing:
    points: float
    n_lines: int
    style: Style


def find_grid(drawing: Drawing) -> PaperGrid | None:
    """The grid that the strokes of a drawing make, None where they make none in both directions."""
    across, down = _lines_by_style(drawing.strokes)
    along_x, along_y = _spacings(across), _spacings(down)
    if not along_x or not along_y:
        return None
    # Bar codes and tables keep a distance too, but hardly ever in both directions.
    both = {found.style for found in along_x} & {found.style for found in along_y}
    if both:
        along_x = [found for found in along_x if found.style in both]
        along_y = [found for found in along_y if found.style in both]
    x, y = _per_mm(along_x), _per_mm(along_y)
    n_lines = sum(found.n_lines for found in (*along_x, *along_y))
    finest = min(found.points for found in along_x) / x.points_per_mm
    note = (
        f"The grid of {n_lines} lines has {finest:.0f} mm squares of {x.points_per_mm * finest:.3f} x "
        f"{y.points_per_mm * finest:.3f} points."
    )
    styles = frozenset(found.style for found in (*along_x, *along_y))
    assumed = () if x.is_confirmed and y.is_confirmed else (_ONE_SPACING.format(mm=finest),)
    return PaperGrid(x.points_per_mm, y.points_per_mm, note, styles, assumed)


_ONE_SPACING: Final = (
    "The grid has lines of one spacing only: by its size on the page it was taken as {mm:.0f} mm."
)


def _spacings(lines_by_style: Mapping[Style, list[tuple[float, float]]]) -> list[_Spacing]:
    """The spacing of each style that draws much in one direction and keeps one."""
    lengths = {style: sum(length for _place, length in lines) for style, lines in lines_by_style.items()}
    most = max(lengths.values(), default=0.0)
    spacings = [
        _spacing(style, lines)
        for style, lines in lines_by_style.items()
        if lengths[style] >= _LEAST_SHARE * most
    ]
    return [spacing for spacing in spacings if spacing is not None]


@dataclass(frozen=True, slots=True)
class _PerMm:
    points_per_mm: float
    is_confirmed: bool


def _per_mm(spacings: list[_Spacing]) -> _PerMm:
    """Points per millimetre from the spacings of one direction; confirmed where 1 and 5 mm are both drawn."""
    finest = min(spacings, key=lambda found: found.points)
    mm = 1.0 if finest.points < _FINE_OR_BOLD * POINTS_PER_MM else 5.0
    fivefold = any(abs(found.points / finest.points - 5.0) < 0.05 for found in spacings)
    # Lines of one spacing only are averaged with nothing: the one with most lines is the best known.
    best = max(
        (found for found in spacings if abs(found.points / finest.points - 1.0) < 0.02),
        key=lambda found: found.n_lines,
    )
    return _PerMm(best.points / mm, fivefold)


def _lines_by_style(
    strokes: Iterable[Stroke],
) -> tuple[dict[Style, list[tuple[float, float]]], dict[Style, list[tuple[float, float]]]]:
    """(position, length) of what may be upright and level grid lines, by their style."""
    across: dict[Style, list[tuple[float, float]]] = defaultdict(list)
    down: dict[Style, list[tuple[float, float]]] = defaultdict(list)
    for (wide, tall), (x, y), style in _straight_parts(strokes):
        if wide < _DOT and tall < _DOT:
            across[style].append((x, _DOT_COUNTS))
            down[style].append((y, _DOT_COUNTS))
        elif min(wide, tall) <= (_DOT if style[3] == 0.0 else _STRAIGHT):
            (across if tall > wide else down)[style].append((x, tall) if tall > wide else (y, wide))
    return across, down


def _straight_parts(strokes: Iterable[Stroke]) -> Iterator[tuple[list[float], list[float], Style]]:
    """Size and middle (x, y) of the box of each short stroke; a drawn rectangle is its four sides."""
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
    sizes, middles = (high - low).tolist(), ((low + high) / 2).tolist()
    yield from zip(sizes, middles, (style for _points, style in parts), strict=True)


def _spacing(style: Style, lines: list[tuple[float, float]]) -> _Spacing | None:
    """The common distance of lines given as (position, length); None where they keep none."""
    places = _distinct(np.array(sorted(lines)))
    if places.size < _FEWEST_LINES:
        return None
    steps = np.diff(places)
    step = float(np.median(steps))
    counts = np.round(steps / step)
    for _again in range(3):
        on = (np.abs(steps / step - counts) < _ON_LATTICE) & (counts >= 1) & (counts <= _MOST_MISSING)
        if (~on).mean() > _MOST_OFF_LATTICE:
            return None
        step = _slope(places, counts, on)
        counts = np.round(steps / step)
    return _Spacing(step, int(places.size), style)


def _distinct(lines: FloatArray) -> FloatArray:
    """Positions of the lines long enough, strokes on one line taken together; (n, 2) sorted to (n_lines,)."""
    first = np.flatnonzero(np.diff(lines[:, 0], prepend=-np.inf) > _SAME_LINE)
    lengths = np.add.reduceat(lines[:, 1], first)
    counts = np.diff(np.append(first, lines.shape[0]))
    middles = np.add.reduceat(lines[:, 0], first) / counts
    # Among long lines a short one is a tick or part of a letter.
    enough = lengths >= max(_LEAST_LENGTH, 0.2 * float(np.median(lengths)))
    distinct: FloatArray = middles[enough]
    return distinct


def _slope(places: FloatArray, counts: FloatArray, on: npt.NDArray[np.bool_]) -> float:
    """Points per line: one slope for all runs of lines, whose beginnings need not fit each other."""
    run = np.concatenate([[0], np.cumsum(~on)])
    number = np.concatenate([[0.0], np.cumsum(counts)])
    top = bottom = 0.0
    for each in np.unique(run):
        here = run == each
        n, p = number[here] - number[here].mean(), places[here] - places[here].mean()
        top, bottom = top + float(n @ p), bottom + float(n @ n)
    return top / bottom
