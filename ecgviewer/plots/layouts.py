"""Where everything lies on the paper, in millimetres: pure geometry without Qt.

x runs right, y runs down, both in mm of paper. Speed and gain turn seconds and mV into mm, so that the
ratio of mm/s to mm/mV is true by construction; how large a mm is on screen is the canvas's business.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

LayoutName = Literal["3x4+II", "6x2", "12x1"]
LAYOUTS: Final[tuple[LayoutName, ...]] = ("3x4+II", "6x2", "12x1")
SPEEDS_MM_S: Final = (12.5, 25.0, 50.0)
GAINS_MM_MV: Final = (5.0, 10.0, 20.0)

SHEET_S: Final = 10.0
"""A sheet shows ten seconds, as the printed 12-lead ECG does."""
PULSE_S: Final = 0.2
PULSE_MV: Final = 1.0
"""The calibration pulse is 1 mV for 200 ms (clinical convention, IEC 60601-2-25)."""

NAME_COLUMN_MM: Final = 10.0
LANES: Final = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
_COLUMNS: Final[dict[LayoutName, int]] = {"3x4+II": 4, "6x2": 2, "12x1": 1}
_MIN_PITCH_MM: Final[dict[LayoutName, float]] = {"3x4+II": 19.0, "6x2": 16.0, "12x1": 12.0}

BEAT_SHOWN_S: Final = (-0.36, 0.56)
"""The part of the 1.2-s median beat that is drawn, relative to R: the model's window (-0.30 to +0.50 s)
and a margin. What lies outside belongs mostly to the neighbouring beats."""
_BEAT_GAP_MM: Final = 4.0
_BEAT_MIN_PITCH_MM: Final = 24.0
BAND_MM: Final = 2.6
_BAND_CLEAR_MM: Final = 0.8
_EDGE_MM: Final = 2.5
_PULSE_LEAD_MM: Final = 1.0
_MAX_NEED_MM: Final = 34.0
_LEAST_SHARE: Final = 0.75
"""In a crowded sheet no row gets less than about this part of an even share."""
_LEAST_MIDDLE: Final = 0.6
_TOP_WEIGHT: Final = 0.55
"""Part of a row's pitch above the first baseline; the rest is under the last one."""
_LABEL_RISE_MM: Final = 4.0
_LABEL_SHIFT_MM: Final = 12


@dataclass(frozen=True, slots=True)
class Scale:
    """Paper speed and gain."""

    speed_mm_s: float = 25.0
    gain_mm_mv: float = 10.0

    def text(self) -> str:
        """The scale as it is written on paper: `25 mm/s · 10 mm/mV`."""
        return f"{self.speed_mm_s:g} mm/s · {self.gain_mm_mv:g} mm/mV"


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a trace reaches above and below its 0-mV line, in mV, both >= 0."""

    up_mv: float = 0.0
    down_mv: float = 0.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One stretch of one lead: `start_s` is drawn at `x_mm`, 0 mV at `baseline_mm`."""

    lead: str
    row: int
    column: int
    x_mm: float
    baseline_mm: float
    start_s: float
    duration_s: float
    scale: Scale
    band_mm: float = 0.0
    """Top of the lead's saliency strip; 0 where the layout has none."""

    @property
    def width_mm(self) -> float:
        return self.duration_s * self.scale.speed_mm_s

    def x_of(self, time_s: float) -> float:
        return self.x_mm + (time_s - self.start_s) * self.scale.speed_mm_s

    def y_of(self, level_mv: float) -> float:
        return self.baseline_mm - level_mv * self.scale.gain_mm_mv

    def time_at(self, x_mm: float) -> float:
        return self.start_s + (x_mm - self.x_mm) / self.scale.speed_mm_s

    def level_at(self, y_mm: float) -> float:
        return (self.baseline_mm - y_mm) / self.scale.gain_mm_mv


@dataclass(frozen=True, slots=True)
class Sheet:
    """A laid-out page: its cells, a calibration pulse per row, and the marks between columns."""

    cells: tuple[Cell, ...]
    pulses: tuple[tuple[tuple[float, float], ...], ...]
    """One polyline of (x_mm, y_mm) per row."""
    separators: tuple[tuple[float, float], ...]
    """(x_mm, baseline_mm) of each mark between two leads of a row."""
    width_mm: float
    height_mm: float
    scale: Scale

    def cell_near(self, x_mm: float, y_mm: float) -> Cell:
        """The cell that a point belongs to: its column by x, then the nearest baseline."""

        def distance(cell: Cell) -> tuple[float, float]:
            aside = max(cell.x_mm - x_mm, 0.0, x_mm - cell.x_mm - cell.width_mm)
            return aside, abs(y_mm - cell.baseline_mm)

        return min(self.cells, key=distance)


def row_leads(name: LayoutName, rhythm_lead: str = "II") -> tuple[tuple[str, ...], ...]:
    """The leads of each row from left to right."""
    rows = len(LANES) // _COLUMNS[name]
    grid = tuple(tuple(LANES[row::rows]) for row in range(rows))
    return (*grid, (rhythm_lead,)) if name == "3x4+II" else grid


def pulse_room_mm(scale: Scale) -> float:
    """Space left of the traces for the calibration pulse, in whole 5-mm boxes."""
    return 5.0 * math.ceil((_EDGE_MM + 2 * _PULSE_LEAD_MM + PULSE_S * scale.speed_mm_s) / 5.0)


def _trace_left_mm(name: LayoutName, scale: Scale) -> float:
    """Where the traces start: right of the pulse and, in the crowded 12x1, of a column of lead names."""
    return pulse_room_mm(scale) + (NAME_COLUMN_MM if has_name_column(name) else 0.0)


def has_name_column(name: LayoutName) -> bool:
    """Whether lead names stand left of the pulses instead of over their traces."""
    return name == "12x1"


def ecg_width_mm(name: LayoutName, scale: Scale) -> float:
    """Width of a ten-second sheet with its names, pulse and right margin."""
    return _trace_left_mm(name, scale) + SHEET_S * scale.speed_mm_s + _EDGE_MM


def ecg_min_height_mm(name: LayoutName) -> float:
    """The least height at which the rows of a layout are readable."""
    return _MIN_PITCH_MM[name] * len(row_leads(name))


def ecg_sheet(
    name: LayoutName,
    scale: Scale,
    height_mm: float,
    extents: Sequence[Extent],
    *,
    rhythm_lead: str = "II",
    start_s: float = 0.0,
) -> Sheet:
    """Lay out ten seconds from `start_s`; column k starts where column k-1 ends (continuous time).

    `extents` follow the cells row by row, rhythm strip last; baselines make room for what is tall.
    """
    rows = row_leads(name, rhythm_lead)
    needs = _rows_of(extents, [len(row) for row in rows])
    baselines = spread_rows(needs, scale.gain_mm_mv, height_mm)
    x0 = _trace_left_mm(name, scale)
    cells: list[Cell] = []
    separators: list[tuple[float, float]] = []
    for r, leads in enumerate(rows):
        duration = SHEET_S / len(leads)
        for c, lead in enumerate(leads):
            x = x0 + c * duration * scale.speed_mm_s
            cells.append(Cell(lead, r, c, x, baselines[r], start_s + c * duration, duration, scale))
            if c > 0:
                separators.append((x, baselines[r]))
    pulses = tuple(pulse_line(x0, baseline, scale) for baseline in baselines)
    return Sheet(tuple(cells), pulses, tuple(separators), ecg_width_mm(name, scale), height_mm, scale)


def beat_width_mm(scale: Scale) -> float:
    """Width of four median-beat columns with their pulse."""
    shown = (BEAT_SHOWN_S[1] - BEAT_SHOWN_S[0]) * scale.speed_mm_s
    return pulse_room_mm(scale) + 4 * shown + 3 * _BEAT_GAP_MM + _EDGE_MM


def beat_min_height_mm() -> float:
    """The least height at which three rows of beats with their strips are readable."""
    return 3 * _BEAT_MIN_PITCH_MM


def beat_sheet(scale: Scale, height_mm: float, extents: Sequence[Extent]) -> Sheet:
    """Lay out twelve median beats in three rows of four; time 0 is R, strips lie under the traces."""
    rows = row_leads("3x4+II")[:3]
    needs = [[_largest(row)] for row in _rows_of(extents, [4, 4, 4])]
    baselines = spread_rows(needs, scale.gain_mm_mv, height_mm, below_mm=BAND_MM + 2 * _BAND_CLEAR_MM)
    x0 = pulse_room_mm(scale)
    duration = BEAT_SHOWN_S[1] - BEAT_SHOWN_S[0]
    pitch = duration * scale.speed_mm_s + _BEAT_GAP_MM
    cells = []
    for r, leads in enumerate(rows):
        below = needs[r][0].down_mv * scale.gain_mm_mv
        room = (baselines[r + 1] if r < 2 else height_mm) - baselines[r] - BAND_MM - _BAND_CLEAR_MM
        band = baselines[r] + min(max(below + _BAND_CLEAR_MM, 5.0), room)
        for c, lead in enumerate(leads):
            x = x0 + c * pitch
            cells.append(Cell(lead, r, c, x, baselines[r], BEAT_SHOWN_S[0], duration, scale, band))
    pulses = tuple(pulse_line(x0, baseline, scale) for baseline in baselines)
    return Sheet(tuple(cells), pulses, (), beat_width_mm(scale), height_mm, scale)


def pulse_line(x0_mm: float, baseline_mm: float, scale: Scale) -> tuple[tuple[float, float], ...]:
    """The calibration pulse left of a row that starts at `x0_mm`: 200 ms wide, 1 mV high."""
    right = x0_mm - _PULSE_LEAD_MM
    left = right - PULSE_S * scale.speed_mm_s
    top = baseline_mm - PULSE_MV * scale.gain_mm_mv
    return (
        (left - _PULSE_LEAD_MM, baseline_mm),
        (left, baseline_mm),
        (left, top),
        (right, top),
        (right, baseline_mm),
        (x0_mm, baseline_mm),
    )


def spread_rows(
    needs: Sequence[Sequence[Extent]], gain_mm_mv: float, height_mm: float, *, below_mm: float = 0.0
) -> tuple[float, ...]:
    """Baselines of rows in whole mm: evenly spaced where traces allow, wider where neighbours would meet.

    `needs` has one Extent per cell of each row; `below_mm` is kept free under each row (for a strip).
    Where the height cannot hold all, the gaps between rows shrink first: traces may cross each other, but
    none is cut off by the sheet's edge as long as the rows keep `_LEAST_MIDDLE` of an even share.
    """
    gaps = [max(PULSE_MV, *(need.up_mv for need in needs[0])) * gain_mm_mv + 1.0]
    for upper, lower in itertools.pairwise(needs):
        gaps.append(max(_meeting_mv(upper, lower), PULSE_MV) * gain_mm_mv + below_mm + 1.0)
    gaps.append(max(need.down_mv for need in needs[-1]) * gain_mm_mv + below_mm + 1.0)
    gaps = [min(gap, _MAX_NEED_MM) for gap in gaps]
    weights = [_TOP_WEIGHT, *[1.0] * (len(gaps) - 2), 1.0 - _TOP_WEIGHT]
    total = sum(gaps)
    if total >= height_mm:
        shares = _crowded_shares(gaps, height_mm, PULSE_MV * gain_mm_mv + 1.0)
    else:
        level = _water_level(gaps, weights, height_mm)
        shares = [max(gap, weight * level) for gap, weight in zip(gaps, weights, strict=True)]
    baselines = []
    y = 0.0
    for share in shares[:-1]:
        y += share
        baselines.append(float(round(y)))
    return tuple(baselines)


def _crowded_shares(gaps: Sequence[float], height_mm: float, pulse_mm: float) -> list[float]:
    """Gaps above, between and below rows when the height is less than their sum."""
    even = height_mm / (len(gaps) - 1)
    middle = [max(gap, _LEAST_SHARE * even) for gap in gaps[1:-1]]
    spare = height_mm - _LEAST_MIDDLE * even * len(middle)
    shrunk = min(spare / (gaps[0] + gaps[-1]), 1.0)
    top = max(gaps[0] * shrunk, min(pulse_mm, height_mm / 2))
    bottom = gaps[-1] * shrunk
    rest = (height_mm - top - bottom) / sum(middle) if middle else 0.0
    return [top, *(gap * rest for gap in middle), bottom]


def _largest(extents: Sequence[Extent]) -> Extent:
    return Extent(max(extent.up_mv for extent in extents), max(extent.down_mv for extent in extents))


def _meeting_mv(upper: Sequence[Extent], lower: Sequence[Extent]) -> float:
    """What two rows need between their baselines: the worst column, or the worst pair if columns differ."""
    if len(upper) == len(lower):
        return max(above.down_mv + below.up_mv for above, below in zip(upper, lower, strict=True))
    return max(need.down_mv for need in upper) + max(need.up_mv for need in lower)


def _water_level(gaps: Sequence[float], weights: Sequence[float], height: float) -> float:
    """The level at which sum(max(gap, weight * level)) fills the height (monotone, so bisection)."""
    low, high = 0.0, height / min(weights)
    for _ in range(40):
        middle = (low + high) / 2
        filled = sum(max(gap, weight * middle) for gap, weight in zip(gaps, weights, strict=True))
        low, high = (middle, high) if filled < height else (low, middle)
    return low


def _rows_of(extents: Sequence[Extent], lengths: Sequence[int]) -> list[list[Extent]]:
    if len(extents) != sum(lengths):
        raise ValueError(f"{len(extents)} extents for {sum(lengths)} cells")
    found = iter(extents)
    return [[next(found) for _ in range(length)] for length in lengths]


def place_label(
    cell: Cell, above_mm: Sequence[float], ceiling_mm: Sequence[float], width_mm: float, height_mm: float
) -> tuple[float, float]:
    """Left and bottom of a lead name's box: at the start of its cell, clear of the traces around it.

    `above_mm` is the lead's own height above the baseline and `ceiling_mm` the lowest y of the row above,
    both for each mm from the cell's start. The name stands 4 mm above the baseline; it moves right by up
    to 12 mm past a QRS complex that is there already, and where that does not help it moves up.
    """
    span = max(math.ceil(width_mm), 1)
    bottom = max(cell.baseline_mm - _LABEL_RISE_MM, height_mm)

    def is_clear(first: int, floor_mm: float) -> bool:
        own = max(above_mm[first : first + span], default=0.0)
        return own <= _LABEL_RISE_MM - 0.5 and max(ceiling_mm[first : first + span], default=0.0) <= floor_mm

    for floor_mm in (bottom - height_mm, math.inf):
        for first in range(_LABEL_SHIFT_MM):
            if is_clear(first, floor_mm):
                return cell.x_mm + first, bottom
    tallest = max(above_mm[:span], default=0.0)
    return cell.x_mm, max(cell.baseline_mm - tallest - 0.6, height_mm)


def fit_mm_px(width_px: float, height_px: float, width_mm: float, height_mm: float) -> float:
    """Device pixels per mm at which a sheet fits, in steps of 0.2 so that 5-mm boxes are whole pixels."""
    fitting = min(width_px / width_mm, height_px / height_mm)
    return max(math.floor(fitting * 5.0 + 1e-6) / 5.0, 0.4)
