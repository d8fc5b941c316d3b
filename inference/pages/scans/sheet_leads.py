"""The leads of a sheet from its traces: millivolts in time, each lead in its own stretch of ten seconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.scans.arrangement import FS_HZ, SHEET_S, Piece
from inference.pages.scans.calibration_pulse import Pulse
from inference.pages.scans.straighten import PX_PER_MM
from inference.pages.scans.trace import Trace

FloatArray = npt.NDArray[np.float32]

N_SAMPLES: Final = int(SHEET_S * FS_HZ)
BORDER_PX: Final = 3
"""Where one lead gives way to the next, 15 ms on both sides belong to neither for sure."""
_ALIKE: Final = 0.9
"""Least correlation of a rhythm strip with the same lead's piece."""
_NEARER: Final = 0.6
"""Part of the next lead's distance that its own lead may be away."""
_SHIFTED: Final = 3
"""15 ms: a column may have been printed so far from its due place."""
_LEAST_OVERLAP: Final = 200
_MOST_LAG: Final = 40
"""200 ms: no two columns of one recording are further apart than a small part of a beat."""
_SYNCHRONOUS: Final = 0.4
"""Least correlation of two leads' movement at which their beats are the same ones."""


def piece_mv(piece: Piece, trace: Trace, pulse: Pulse) -> FloatArray:
    """A piece as (2000,) mV at its place in ten seconds, NaN elsewhere; 0 mV is the pulse's foot."""
    here = slice(piece.first - trace.first, piece.stop - trace.first)
    values = (np.float32(pulse.baseline) - trace.y[here]) / np.float32(PX_PER_MM * pulse.gain_mm_mv)
    if piece.name:
        values[:BORDER_PX] = values[-BORDER_PX:] = np.nan
    start = round(piece.start_s * FS_HZ)
    row = np.full(N_SAMPLES, np.nan, dtype=np.float32)
    values = values[: N_SAMPLES - start]
    row[start : start + values.size] = values
    return row


def rhythm_lead(strip_mv: FloatArray, leads_mv: dict[str, FloatArray]) -> str | None:
    """Which lead a rhythm strip (2000,) shows, by the piece that it repeats; None where that isn't clear.

    Leads resemble each other in shape, so its own must also be the nearest in millivolts, by far.
    """
    alike = [name for name, lead in leads_mv.items() if _correlation(strip_mv, lead) >= _ALIKE]
    misses = sorted((_miss(strip_mv, leads_mv[name]), name) for name in alike)
    if not misses or (len(misses) > 1 and misses[0][0] > _NEARER * misses[1][0]):
        return None
    return misses[0][1]


def _both(first: FloatArray, second: FloatArray) -> tuple[FloatArray, FloatArray]:
    held = np.isfinite(first) & np.isfinite(second)
    return first[held], second[held]


def _correlation(first: FloatArray, second: FloatArray) -> float:
    one, other = _both(first, second)
    if one.size < _LEAST_OVERLAP or one.std() < 1e-4 or other.std() < 1e-4:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def _miss(strip: FloatArray, lead: FloatArray) -> float:
    """Root mean square distance in mV, without the baselines, at the shift by which they fit best."""
    misses = []
    for shift in range(-_SHIFTED, _SHIFTED + 1):
        one, other = _both(np.roll(strip, shift), lead)
        apart = (one - np.median(one)) - (other - np.median(other))
        misses.append(float(np.sqrt(np.mean(apart**2))))
    return min(misses)


def column_lag_ms(strip_mv: FloatArray, column: Sequence[FloatArray]) -> float | None:
    """By how much the beats of leads (2000,) of one column come later than those of the rhythm strip.

    None where the column is too short, or has no beat, to say so.
    """
    first, stop = _common(column)
    if stop - first < _LEAST_OVERLAP:
        return None
    moves = np.sum([_movement(lead) for lead in column], axis=0)[first:stop]
    strip = _movement(strip_mv)
    likeness = []
    for lag in range(-_MOST_LAG, _MOST_LAG + 1):
        low, high = first - lag, stop - lag
        if low < 0 or high > strip.size:
            likeness.append(-1.0)
        else:
            likeness.append(float(np.corrcoef(moves, strip[low:high])[0, 1]))
    best = int(np.nanargmax(likeness))
    return None if likeness[best] < _SYNCHRONOUS else (best - _MOST_LAG) * 1000.0 / FS_HZ


def _common(column: Sequence[FloatArray]) -> tuple[int, int]:
    held = np.flatnonzero(np.isfinite(np.stack(column)).all(axis=0))
    return (int(held[0]), int(held[-1]) + 1) if held.size else (0, 0)


def _movement(lead_mv: FloatArray) -> FloatArray:
    """How fast a lead (2000,) moves, smoothed over 25 ms, large in the QRS; 0 where it is missing."""
    from scipy.ndimage import uniform_filter1d

    steps = np.abs(np.nan_to_num(np.diff(lead_mv, append=np.nan)))
    return np.asarray(uniform_filter1d(steps, 5), dtype=np.float32)
