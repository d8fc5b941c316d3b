"""Which lines of a drawing are ECG traces and which are calibration pulses, in millimetres of the paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.calibration_pulse import Pulse, as_pulse, without_pulses
from inference.pages.paper_grid import PaperGrid
from inference.pages.pdf_drawing import Stroke, Style

FloatArray = npt.NDArray[np.float64]

_SHORTEST_MM: Final = 15.0
_FEWEST_POINTS: Final = 30
_SPARSEST_MM: Final = 2.0
"""A curve with a point every 2 mm on average carries nothing above 6 Hz and is no ECG."""
_BACKWARDS_MM: Final = 0.05
"""Rounded coordinates of steep strokes step back by less."""
_SAME_PLACE_DIGITS: Final = 2
"""Hundredths of a point: where one piece of a line ends and the next begins."""
_OUTLINE_FEWEST: Final = 60
_UPRIGHT_MM: Final = 0.1
_TICKS_MM: Final = (1.0, 30.0)
"""Heights of the strokes that separate the columns of a row."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One drawn line of ECG: x to the right and y downwards in mm of paper, (n,) each, x never falling."""

    x_mm: FloatArray = field(repr=False)
    y_mm: FloatArray = field(repr=False)
    is_outline: bool = False
    """Whether it was drawn as the outline of a pen stroke and is the middle of that."""

    @property
    def start_mm(self) -> float:
        return float(self.x_mm[0])

    @property
    def stop_mm(self) -> float:
        return float(self.x_mm[-1])

    @property
    def middle_mm(self) -> float:
        """The height at which it runs most of the time."""
        return float(np.median(self.y_mm))

    def between(self, start_mm: float, stop_mm: float) -> Trace:
        """Its points from start to stop (excluded)."""
        inside = (self.x_mm >= start_mm) & (self.x_mm < stop_mm)
        return Trace(self.x_mm[inside], self.y_mm[inside], self.is_outline)


@dataclass(frozen=True, slots=True)
class SheetLines:
    """What the lines of a sheet are: traces, pulses, and the x in mm of short upright ticks with their y."""

    traces: tuple[Trace, ...]
    pulses: tuple[Pulse, ...]
    ticks: tuple[tuple[float, float], ...] = ()


def find_traces(strokes: Iterable[Stroke], grid: PaperGrid) -> SheetLines:
    """The traces and pulses among the strokes of a page; empty where there is none."""
    ink = [stroke for stroke in strokes if not (stroke.style in grid.styles and len(stroke.points) <= 5)]
    per_mm = np.array([grid.points_per_mm_x, grid.points_per_mm_y])
    traces: list[Trace] = []
    pulses: list[Pulse] = []
    ticks: list[tuple[float, float]] = []
    for line in _without_joining_pulses(ink, per_mm):
        if line.points.shape[0] == 2:
            (x0, y0), (x1, y1) = (line.points / per_mm).tolist()
            if abs(x1 - x0) < _UPRIGHT_MM and _TICKS_MM[0] < abs(y1 - y0) < _TICKS_MM[1]:
                ticks.append((x0, (y0 + y1) / 2))
            continue
        places = line.points / per_mm
        pulse = None if line.is_filled else as_pulse(places[:, 0], places[:, 1])
        if pulse is not None:
            pulses.append(pulse)
        elif (trace := _as_trace(places, line.is_filled)) is not None:
            rest, attached = without_pulses(trace.x_mm, trace.y_mm)
            pulses += attached
            traces.append(Trace(trace.x_mm[rest], trace.y_mm[rest], trace.is_outline))
    return SheetLines(tuple(traces), tuple(pulses), tuple(ticks))


def _without_joining_pulses(strokes: Sequence[Stroke], per_mm: FloatArray) -> list[Stroke]:
    """The joined lines; a pulse that is a stroke of its own stays one, though a trace begin where it ends.

    What is joined has to be cut again, and a trace that begins at 0 mV hides where.
    """
    pulses: list[Stroke] = []
    others: list[Stroke] = []
    for stroke in strokes:
        places = stroke.points / per_mm
        is_pulse = not stroke.is_filled and as_pulse(places[:, 0], places[:, 1]) is not None
        (pulses if is_pulse else others).append(stroke)
    return [*pulses, *_joined(others)]


def _joined(strokes: Sequence[Stroke]) -> list[Stroke]:
    """Strokes of one style that begin where an earlier one ends become one line."""
    if not strokes:
        return []
    ends = np.array([(stroke.points[0], stroke.points[-1]) for stroke in strokes])
    places = np.round(ends.reshape(-1, 4), _SAME_PLACE_DIGITS).tolist()
    open_ends: dict[tuple[Style, float, float], int] = {}
    chains: list[list[Stroke]] = []
    for stroke, (x0, y0, x1, y1) in zip(strokes, places, strict=True):
        is_open = (x0, y0) != (x1, y1) and not stroke.is_filled
        chain = open_ends.pop((stroke.style, x0, y0), None) if is_open else None
        if chain is None:
            chain = len(chains)
            chains.append([])
        chains[chain].append(stroke)
        if is_open:
            open_ends[stroke.style, x1, y1] = chain
    return [_one_line(chain) for chain in chains]


def _one_line(chain: Sequence[Stroke]) -> Stroke:
    if len(chain) == 1:
        return chain[0]
    points = np.concatenate([chain[0].points, *(stroke.points[1:] for stroke in chain[1:])])
    return Stroke(points, chain[0].style)


def _as_trace(places: FloatArray, is_filled: bool) -> Trace | None:
    """A line as a trace, (n, 2) in mm; None for what is none."""
    if places.shape[0] < _FEWEST_POINTS or np.ptp(places[:, 0]) < _SHORTEST_MM:
        return None
    if is_filled:
        return _middle_of_outline(places)
    if places[0, 0] > places[-1, 0]:
        places = places[::-1]
    if not _runs_forward(places[:, 0]) or _is_sparse(places):
        return None
    return Trace(np.maximum.accumulate(places[:, 0]), places[:, 1])


def _runs_forward(x_mm: FloatArray) -> bool:
    return bool(np.diff(x_mm).min() >= -_BACKWARDS_MM)


def _is_sparse(places: FloatArray) -> bool:
    return bool(np.ptp(places[:, 0]) / places.shape[0] > _SPARSEST_MM)


def _middle_of_outline(places: FloatArray) -> Trace | None:
    """The middle of a pen stroke drawn as a filled outline: there along one side, back along the other.

    Where the trace is steep the two sides are read at points of one x, half a pen beside the middle each.
    """
    if places.shape[0] < _OUTLINE_FEWEST:
        return None
    places = np.roll(places, -int(np.argmin(places[:, 0])), axis=0)
    turn = int(np.argmax(places[:, 0]))
    there, back = places[: turn + 1], places[turn:][::-1]
    if min(len(there), len(back)) < _FEWEST_POINTS or _is_sparse(there):
        return None
    if any(np.diff(side[:, 0]).min() < -_SPARSEST_MM for side in (there, back)):
        return None
    x_mm = np.maximum.accumulate(there[:, 0])
    other_mm = np.interp(x_mm, np.maximum.accumulate(back[:, 0]), back[:, 1])
    return Trace(x_mm, (there[:, 1] + other_mm) / 2, is_outline=True)
