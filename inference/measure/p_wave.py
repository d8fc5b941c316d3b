"""The P wave of a median beat: onset, peak and end from all leads together, or not found.

Judged on LUDB's cardiologists: see `tests/unit/test_measure_real.py`. Where atrial fibrillation is
suspected no P wave is looked for; flutter waves that keep step with the QRS are taken for P waves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from inference.signal.beat import MODEL_FS_HZ, MedianBeat, Rhythm

_Series = npt.NDArray[np.float64]

_LONGEST_PR_S: Final = 0.32
_GAP_TO_QRS_S: Final = 0.006
_SHORTEST_WINDOW_S: Final = 0.06
_SMOOTHING_S: Final = 0.006
"""Standard deviation of the Gaussian that is laid over the leads: P waves have little above 30 Hz."""
_SMALLEST_P_MV: Final = 0.012
"""Height in the leads' RMS below which a bump may be noise; chosen on LUDB (0.008 and 0.020 lose little)."""
_NARROWEST_HALF_S: Final = 0.012


@dataclass(frozen=True, slots=True)
class PWave:
    """Samples of the beat, at 500 Hz; fractions of a sample are kept."""

    onset: float
    peak: int
    end: float

    @property
    def duration_ms(self) -> float:
        return (self.end - self.onset) * 1000.0 / MODEL_FS_HZ


def find_p_wave(beat: MedianBeat, rhythm: Rhythm) -> PWave | None:
    """The P wave ahead of QRS onset, or None where there is no bump that stands out of the leads' RMS.

    Tangents at the steepest rise and fall meet the line between the bump's feet (as Lepeschkin and
    Surawicz 1952 do for the T wave's end).
    """
    window = _window(beat, rhythm)
    if window is None or rhythm.suspects_atrial_fibrillation:
        return None
    first, stop = window
    present = beat.signals_mv[~np.isnan(beat.signals_mv[:, first:stop]).any(axis=1), first:stop]
    if present.shape[0] == 0:
        return None
    smooth = gaussian_filter1d(present.astype(np.float64), _SMOOTHING_S * MODEL_FS_HZ, axis=1)
    feet = _feet(smooth)
    return None if feet is None else _bump(smooth, first, feet)


def _window(beat: MedianBeat, rhythm: Rhythm) -> tuple[int, int] | None:
    """First sample and stop of the search: after the T wave of the beat before, up to the QRS."""
    if beat.qrs_onset is None:
        return None
    first = beat.qrs_onset - round(_LONGEST_PR_S * MODEL_FS_HZ)
    if beat.t_end is not None and rhythm.rr_median_ms is not None:
        first = max(first, int(beat.t_end - rhythm.rr_median_ms * MODEL_FS_HZ / 1000.0))
    covered = np.flatnonzero(~np.isnan(beat.signals_mv).all(axis=0))
    first = max(first, int(covered[0]) if covered.size else beat.qrs_onset)
    stop = beat.qrs_onset - round(_GAP_TO_QRS_S * MODEL_FS_HZ)
    return (first, stop) if stop - first >= _SHORTEST_WINDOW_S * MODEL_FS_HZ else None


def _feet(leads_mv: _Series) -> tuple[int, int] | None:
    """The lowest points on both sides of what stands highest above both, in the RMS against the PQ level."""
    magnitude = np.sqrt(np.mean(leads_mv**2, axis=0))
    lowest_before = np.minimum.accumulate(magnitude)
    lowest_after = np.minimum.accumulate(magnitude[::-1])[::-1]
    standing = magnitude - np.maximum(lowest_before, lowest_after)
    peak = int(np.argmax(standing))
    if standing[peak] < _SMALLEST_P_MV:
        return None
    return int(np.argmin(magnitude[: peak + 1])), peak + int(np.argmin(magnitude[peak:]))


def _bump(leads_mv: _Series, first: int, feet: tuple[int, int]) -> PWave | None:
    """The wave above the straight line between its feet, in each lead, judged by the leads' RMS."""
    left, right = feet
    along = np.linspace(0.0, 1.0, right - left + 1)
    line = leads_mv[:, [left]] + (leads_mv[:, [right]] - leads_mv[:, [left]]) * along
    height = np.sqrt(np.mean((leads_mv[:, left : right + 1] - line) ** 2, axis=0))
    peak = int(np.argmax(height))
    half = _NARROWEST_HALF_S * MODEL_FS_HZ
    if not half <= peak < height.size - half or height[peak] < _SMALLEST_P_MV:
        return None
    slope = np.gradient(height)
    rise, fall = int(np.argmax(slope[:peak])), peak + int(np.argmin(slope[peak:]))
    if slope[rise] <= 0.0 or slope[fall] >= 0.0:
        return None
    start = first + left
    return PWave(
        onset=float(start + rise - height[rise] / slope[rise]),
        peak=start + peak,
        end=float(start + fall - height[fall] / slope[fall]),
    )
