"""The calibration pulse: 1 mV for a moment, drawn in front of a row or at its end (IEC 60601-2-25)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_WIDEST_MM: Final = 15.0
_LONGEST_MM: Final = 30.0
"""With the foot that leads from it to the trace."""
_NARROWEST_MM: Final = 1.0
_HEIGHTS_MM: Final = (2.0, 45.0)
"""1 mV at 2.5 to 40 mm/mV."""
_LEVEL_MM: Final = 0.06
"""How far the flat parts of a pulse may stray: rounded coordinates, never an ECG."""
_MOST_ON_THE_WAY: Final = 6
"""Points between foot and top, where the pulse is drawn as samples."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """A pulse in mm of paper: where it lies, its foot (0 mV), its height and the width of its top."""

    start_mm: float
    stop_mm: float
    foot_mm: float
    height_mm: float
    width_mm: float


def as_pulse(x_mm: FloatArray, y_mm: FloatArray) -> Pulse | None:
    """A whole line, (n,) each with y downwards, as a pulse; None for what is none."""
    if x_mm.size < 4 or x_mm[-1] - x_mm[0] > _LONGEST_MM or np.diff(x_mm).min() < -_LEVEL_MM:
        return None
    stop = _end_of_pulse(x_mm, y_mm)
    if stop is None or np.abs(y_mm[stop:] - y_mm[-1]).max() > _LEVEL_MM:
        return None
    return _measured(x_mm, y_mm)


def without_pulses(x_mm: FloatArray, y_mm: FloatArray) -> tuple[slice, tuple[Pulse, ...]]:
    """Which points of a trace are left without the pulse in front of it and behind it, and these pulses."""
    start, stop = 0, x_mm.size
    pulses = []
    end = _end_of_pulse(x_mm, y_mm)
    if end is not None:
        pulses.append(_measured(x_mm[: end + 1], y_mm[: end + 1]))
        start = end + _flat_points(y_mm[end:])
    end = _end_of_pulse(-x_mm[::-1], y_mm[::-1])
    if end is not None and x_mm.size - end - 1 > start:
        first = x_mm.size - end - 1
        pulses.append(_measured(x_mm[first:], y_mm[first:]))
        stop = first + 1 - _flat_points(y_mm[: first + 1][::-1])
    return slice(start, stop), tuple(pulses)


def _end_of_pulse(x_mm: FloatArray, y_mm: FloatArray) -> int | None:
    """The point at which a line that begins with a pulse is back at its foot, None where it does not."""
    near = x_mm <= x_mm[0] + _WIDEST_MM
    y_mm = y_mm[near]
    rise = y_mm[0] - y_mm
    height = float(rise.max())
    if not _HEIGHTS_MM[0] <= height <= _HEIGHTS_MM[1]:
        return None
    top = np.abs(rise - height) <= _LEVEL_MM
    first, last = np.flatnonzero(top)[[0, -1]]
    back = last + 1 + np.flatnonzero(np.abs(rise[last + 1 :]) <= _LEVEL_MM)[:1]
    if back.size == 0 or not top[first : last + 1].all():
        return None
    is_wide = x_mm[last] - x_mm[first] >= _NARROWEST_MM
    before = np.abs(rise[:first]) > _LEVEL_MM
    on_the_way = int(before.sum()) + int(back[0]) - last - 1
    # What lies between foot and top must be the edges themselves, no wave that leads up to them.
    at_edge = not before.any() or bool(before[np.flatnonzero(before)[0] :].all())
    return int(back[0]) if is_wide and at_edge and on_the_way <= _MOST_ON_THE_WAY else None


def _flat_points(y_mm: FloatArray) -> int:
    """How many points at the beginning lie at exactly one height, as the foot of a pulse does."""
    away = np.flatnonzero(np.abs(y_mm - y_mm[0]) > 1e-3)
    return int(away[0]) if away.size else y_mm.size


def _measured(x_mm: FloatArray, y_mm: FloatArray) -> Pulse:
    foot, top = float(y_mm[0]), float(y_mm.min())
    at_top = x_mm[np.abs(y_mm - top) <= _LEVEL_MM]
    return Pulse(float(x_mm[0]), float(x_mm[-1]), foot, foot - top, float(np.ptp(at_top)))
