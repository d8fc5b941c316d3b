"""The calibration pulses of a page: 1 mV for 200 ms (IEC 60601-2-25), at 25 mm/s and 10 mm/mV 10 by 5 mm."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.scans.straighten import PX_PER_MM

FloatArray = npt.NDArray[np.float32]

WIDTH_MM: Final = 5.0
USUAL_MM_MV: Final = 10.0
OTHER_MM_MV: Final = (20.0, 5.0)
"""Gains that recorders offer beside the usual one."""
ENOUGH_PULSES: Final = 3
"""Boxes and letters may look like a pulse of an unusual gain, but not three times under each other."""
_HEIGHT_SLACK_MM: Final = 0.5
_WIDTH_SLACK_MM: Final = 0.6
_INKED: Final = 0.6
"""Part of each of a pulse's three strokes that must be ink."""
_ALIGNED_MM: Final = 1.5
_LEAST_APART_MM: Final = 8.0
_MOST_CANDIDATES: Final = 20_000
_MOST_PEAKS: Final = 24


@dataclass(frozen=True, slots=True)
class Pulse:
    """One calibration pulse, in pixels of the straightened page."""

    left: float
    right: float
    top: float
    baseline: float
    gain_mm_mv: float = USUAL_MM_MV

    @property
    def height_mm(self) -> float:
        return (self.baseline - self.top) / PX_PER_MM

    @property
    def width_mm(self) -> float:
        return (self.right - self.left) / PX_PER_MM


@dataclass(frozen=True, slots=True)
class PulseInk:
    """A page's ink (h, w), and the same thickened across and down, so that strokes may slant a little."""

    ink: FloatArray = field(repr=False)
    across: FloatArray = field(repr=False)
    down: FloatArray = field(repr=False)

    def turned(self, turns: int) -> PulseInk:
        """Turned by so many right angles anticlockwise: what was across is down after an odd number."""
        ink, one, other = (
            np.ascontiguousarray(np.rot90(each, turns)) for each in (self.ink, self.across, self.down)
        )
        return PulseInk(ink, one, other) if turns % 2 == 0 else PulseInk(ink, other, one)


def pulse_ink(ink: FloatArray) -> PulseInk:
    """Ink (h, w) as pulses are looked for in it."""
    from scipy.ndimage import maximum_filter

    return PulseInk(ink, maximum_filter(ink, size=(1, 5)), maximum_filter(ink, size=(5, 1)))


def find_pulses(page: PulseInk, gain_mm_mv: float = USUAL_MM_MV) -> list[Pulse]:
    """The pulses of one gain under each other on a page, from top to bottom."""
    ink, score = page.ink, _pulse_score(page, gain_mm_mv)
    found = (_measured(ink, *place, gain_mm_mv) for place in _peaks(score))
    candidates = [pulse for pulse in found if pulse is not None]
    best: list[Pulse] = []
    for one in candidates:
        column = [each for each in candidates if abs(each.left - one.left) < _ALIGNED_MM * PX_PER_MM]
        if len(column) > len(best):
            best = column
    if gain_mm_mv != USUAL_MM_MV and len(best) < ENOUGH_PULSES:
        return []
    return sorted(best, key=lambda pulse: pulse.baseline)


def _pulse_score(page: PulseInk, height_mm: float) -> FloatArray:
    """How well the three strokes of a pulse are inked whose middle lies at each pixel (h, w)."""
    from scipy.ndimage import uniform_filter1d

    strokes = uniform_filter1d(page.across, round(0.8 * height_mm * PX_PER_MM), axis=0, mode="constant")
    roofs = uniform_filter1d(page.down, round(0.8 * WIDTH_MM * PX_PER_MM), axis=1, mode="constant")
    aside, above = round(WIDTH_MM / 2 * PX_PER_MM), round(height_mm / 2 * PX_PER_MM)
    both = np.minimum(np.roll(strokes, aside, axis=1), np.roll(strokes, -aside, axis=1))
    score: FloatArray = np.minimum(both, np.roll(roofs, above, axis=0))
    return score


def _peaks(score: FloatArray) -> list[tuple[int, int]]:
    """Places (row, column) of the clearest pulses, none nearer to another than 8 mm."""
    rows, columns = np.nonzero(score > _INKED)
    clearest = np.argsort(score[rows, columns])[::-1][:_MOST_CANDIDATES]
    rows, columns = rows[clearest], columns[clearest]
    apart = _LEAST_APART_MM * PX_PER_MM
    found: list[tuple[int, int]] = []
    while rows.size and len(found) < _MOST_PEAKS:
        row, column = int(rows[0]), int(columns[0])
        found.append((row, column))
        is_apart = (np.abs(rows - row) > apart) | (np.abs(columns - column) > apart)
        rows, columns = rows[is_apart], columns[is_apart]
    return found


def _measured(ink: FloatArray, row: int, column: int, height_mm: float) -> Pulse | None:
    """The pulse around a place by its strokes' middles; None where it is not so high or has no foot."""
    mm = PX_PER_MM
    aside, above = round(WIDTH_MM / 2 * mm), round(height_mm / 2 * mm)
    height, width = ink.shape
    if not (2 * above < row < height - 2 * above and 2 * aside < column < width - 2 * aside):
        return None
    middle = slice(row - above // 2, row + above // 2)
    left = _centre(ink[middle, column - aside - mm : column - aside + mm + 1].sum(axis=0))
    right = _centre(ink[middle, column + aside - mm : column + aside + mm + 1].sum(axis=0))
    top = _centre(
        ink[row - above - mm : row - above + mm + 1, column - aside // 2 : column + aside // 2].sum(axis=1)
    )
    if left is None or right is None or top is None:
        return None
    left += column - aside - mm
    right += column + aside - mm
    top += row - above - mm
    feet = [
        _centre(ink[row + above - mm : row + above + mm + 1, from_x : from_x + mm].sum(axis=1))
        for from_x in (round(left) - round(1.25 * mm), round(right) + round(0.25 * mm))
    ]
    standing = [foot for foot in feet if foot is not None]
    if not standing:
        return None
    pulse = Pulse(left, right, top, float(np.mean(standing)) + row + above - mm, height_mm)
    is_pulse = (
        abs(pulse.height_mm - height_mm) <= _HEIGHT_SLACK_MM
        and abs(pulse.width_mm - WIDTH_MM) <= _WIDTH_SLACK_MM
    )
    return pulse if is_pulse else None


def _centre(profile: FloatArray) -> float | None:
    total = float(profile.sum())
    return float((profile * np.arange(profile.size)).sum() / total) if total > 1.0 else None
