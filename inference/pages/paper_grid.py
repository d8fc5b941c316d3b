"""The grid of ECG paper on a drawing: how many points one millimetre of it is, along and across.

Spacing is taken from all lines together: a straight line through their numbers and positions has its slope
to a ten thousandth where two neighbours have theirs to a tenth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.grid_lines import Lines, LinesByStyle, lines_by_style, panels
from inference.pages.pdf_drawing import Drawing, Style

FloatArray = npt.NDArray[np.float64]

POINTS_PER_MM: Final = 72.0 / 25.4
_FINE_OR_BOLD: Final = 5.0**0.5
"""A spacing this many true millimetres wide is as far from 1 mm as from 5 mm."""
_LEAST_SHARE: Final = 0.05
"""Of the lines of the style that draws most in one direction: less is a frame, a table, a bar code."""
_ON_LATTICE: Final = 0.12
_MOST_OFF_LATTICE: Final = 0.1
_MOST_MISSING: Final = 6
_MOST_STRETCHED: Final = 1.8
"""Of one direction against the other. Twice is no stretched page but a grid of which half was seen."""


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
    upright, level = lines_by_style(drawing.strokes)
    along_x, along_y = _spacings(upright), _spacings(level)
    if not along_x or not along_y:
        return None
    # Bar codes and tables keep a distance too, but hardly ever in both directions.
    both = {found.style for found in along_x} & {found.style for found in along_y}
    if both:
        along_x = [found for found in along_x if found.style in both]
        along_y = [found for found in along_y if found.style in both]
    x, y = _per_mm(along_x), _per_mm(along_y)
    if not 1.0 / _MOST_STRETCHED < x.points_per_mm / y.points_per_mm < _MOST_STRETCHED:
        return None
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


def _spacings(by_style: LinesByStyle) -> list[_Spacing]:
    """The spacing of each style that draws much in one direction and keeps one."""
    lengths = {style: sum(lines.length) for style, lines in by_style.items()}
    most = max(lengths.values(), default=0.0)
    spacings = [
        _spacing(style, lines) for style, lines in by_style.items() if lengths[style] >= _LEAST_SHARE * most
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


def _spacing(style: Style, lines: Lines) -> _Spacing | None:
    """The common distance of lines, measured inside each panel of the page; None where they keep none."""
    by_panel = panels(lines)
    if not by_panel:
        return None
    places = np.concatenate(by_panel)
    steps = np.diff(places)
    inside = np.ones(steps.size, dtype=bool)
    inside[np.cumsum([panel.size for panel in by_panel[:-1]], dtype=int) - 1] = False
    step = float(np.median(steps[inside]))
    counts = np.round(steps / step)
    for _again in range(3):
        on = (np.abs(steps / step - counts) < _ON_LATTICE) & (counts >= 1) & (counts <= _MOST_MISSING)
        on &= inside
        if (~on[inside]).mean() > _MOST_OFF_LATTICE:
            return None
        step = _slope(places, counts, on)
        counts = np.round(steps / step)
    return _Spacing(step, int(places.size), style)


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
