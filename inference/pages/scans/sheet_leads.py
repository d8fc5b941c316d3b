"""The leads of a sheet from its traces: millivolts in time, each lead in its own stretch of ten seconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.scans.arrangement import FS_HZ, GAIN_MM_MV, SHEET_S, Piece
from inference.pages.scans.calibration_pulse import Pulse
from inference.pages.scans.straighten import PX_PER_MM
from inference.pages.scans.trace import Trace

FloatArray = npt.NDArray[np.float32]

N_SAMPLES: Final = int(SHEET_S * FS_HZ)
BORDER_PX: Final = 3
"""Where one lead gives way to the next, 15 ms on both sides belong to neither for sure."""
_ALIKE: Final = 0.9
"""Least correlation of a rhythm strip with the same lead's piece."""
_MORE_ALIKE: Final = 0.03
"""By so much it must be more like one lead than like any other: leads resemble each other."""
_LEAST_OVERLAP: Final = 200


def piece_mv(piece: Piece, trace: Trace, pulse: Pulse) -> FloatArray:
    """A piece as (2000,) mV at its place in ten seconds, NaN elsewhere; 0 mV is the pulse's foot."""
    here = slice(piece.first - trace.first, piece.stop - trace.first)
    values = (np.float32(pulse.baseline) - trace.y[here]) / np.float32(PX_PER_MM * GAIN_MM_MV)
    if piece.name:
        values[:BORDER_PX] = values[-BORDER_PX:] = np.nan
    start = round(piece.start_s * FS_HZ)
    row = np.full(N_SAMPLES, np.nan, dtype=np.float32)
    values = values[: N_SAMPLES - start]
    row[start : start + values.size] = values
    return row


def rhythm_lead(strip_mv: FloatArray, leads_mv: dict[str, FloatArray]) -> str | None:
    """Which lead a rhythm strip (2000,) shows, by the piece that it repeats; None where that isn't clear."""
    likeness = sorted(((_correlation(strip_mv, lead), name) for name, lead in leads_mv.items()), reverse=True)
    if not likeness or likeness[0][0] < _ALIKE:
        return None
    if len(likeness) > 1 and likeness[0][0] - likeness[1][0] < _MORE_ALIKE:
        return _closest_in_size(strip_mv, leads_mv, [name for _, name in likeness[:3]])
    return likeness[0][1]


def _closest_in_size(
    strip_mv: FloatArray, leads_mv: dict[str, FloatArray], names: Sequence[str]
) -> str | None:
    """Of leads that are alike in shape the one that differs by less than half of what the next one does."""
    misses = sorted((_miss(strip_mv, leads_mv[name]), name) for name in names)
    return misses[0][1] if misses[0][0] < 0.5 * misses[1][0] else None


def _both(first: FloatArray, second: FloatArray) -> tuple[FloatArray, FloatArray]:
    held = np.isfinite(first) & np.isfinite(second)
    return first[held], second[held]


def _correlation(first: FloatArray, second: FloatArray) -> float:
    one, other = _both(first, second)
    if one.size < _LEAST_OVERLAP or one.std() < 1e-4 or other.std() < 1e-4:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def _miss(first: FloatArray, second: FloatArray) -> float:
    one, other = _both(first, second)
    return float(np.sqrt(np.mean(((one - np.median(one)) - (other - np.median(other))) ** 2)))
