"""Global fiducials on a median beat: QRS onset, J point, T peak and T end, from all leads together.

What is not found is None. Global means the earliest onset and the latest end over the leads
(AHA/ACCF/HRS 2007), which the leads' joint velocity gives directly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d

from inference.signal.gaps import runs

FloatArray = npt.NDArray[np.float32]
_Series = npt.NDArray[np.float64]

_ONSET_FRACTION: Final = 0.03
_J_FRACTION: Final = 0.05
_QUIET_S: Final = 0.012
_LONGEST_ONSET_S: Final = 0.14
_LONGEST_J_S: Final = 0.18
_SMALLEST_T_MV: Final = 0.03
_T_FROM_J_S: Final = 0.06
_SMOOTHING_S: Final = 0.02
_VALLEY_MV: Final = 0.012
"""How far the leads' RMS falls between T and the next P wave, and rises again: as much as the smallest P."""
_P_PEAK_S: Final = 0.18
"""Longest time from P's peak to `next_qrs`: 300 ms to R, for PR intervals of up to some 320 ms."""


@dataclass(frozen=True, slots=True)
class Fiducials:
    """Samples of the beat; None where the wave was not found."""

    qrs_onset: int | None
    j_point: int | None
    t_peak: int | None
    t_end: int | None


def find_fiducials(beat_mv: FloatArray, fs_hz: float, r_sample: int, next_qrs: int | None) -> Fiducials:
    """Fiducials of a beat (n_leads, n_samples) in mV; rows must be finite.

    `next_qrs` is the sample, inside or outside the beat, 120 ms ahead of the next R; None where no beat
    follows. T is searched before it and before the P wave that belongs to it.
    """
    velocity = spatial_velocity(beat_mv, fs_hz)
    onset = _qrs_edge(velocity, fs_hz, r_sample, -1)
    j_point = _qrs_edge(velocity, fs_hz, r_sample, +1)
    if onset is None or j_point is None:
        return Fiducials(onset, j_point, None, None)
    level = np.median(beat_mv[:, max(0, onset - int(0.016 * fs_hz)) : max(1, onset)], axis=1)
    magnitude = np.sqrt(np.mean((beat_mv - level[:, None]) ** 2, axis=0, dtype=np.float64))
    smooth = uniform_filter1d(magnitude, int(_SMOOTHING_S * fs_hz))
    smooth = smooth if next_qrs is None else smooth[: max(0, next_qrs)]
    p_from = smooth.size if next_qrs is None else _next_p_wave(smooth, fs_hz, j_point, next_qrs)
    t_peak = _t_peak(smooth, fs_hz, j_point, p_from)
    t_end = None if t_peak is None else _t_end(smooth, fs_hz, t_peak, p_from)
    return Fiducials(onset, j_point, t_peak, t_end)


def spatial_velocity(beat_mv: FloatArray, fs_hz: float) -> _Series:
    """Root mean square over leads of the slope in mV/s, smoothed over 8 ms; shape (n_samples,)."""
    smooth = uniform_filter1d(beat_mv.astype(np.float64), max(1, int(0.008 * fs_hz)), axis=1)
    slope = np.gradient(smooth, 1.0 / fs_hz, axis=1)
    return np.asarray(np.sqrt(np.mean(slope**2, axis=0)))


def _qrs_edge(velocity: _Series, fs_hz: float, r_sample: int, direction: int) -> int | None:
    """Walk from R outwards to the first stretch that stays quiet; None when none is near enough."""
    near = int(0.1 * fs_hz)
    peak = velocity[max(0, r_sample - near) : r_sample + near].max()
    fraction, longest_s = (
        (_ONSET_FRACTION, _LONGEST_ONSET_S) if direction < 0 else (_J_FRACTION, _LONGEST_J_S)
    )
    background = np.percentile(velocity, 15)
    threshold = max(fraction * peak, 1.6 * background)
    quiet_run = int(_QUIET_S * fs_hz)
    run = 0
    # R itself is an extremum of the RMS, with low velocity: start one run of quiet further out.
    for step in range(int(0.014 * fs_hz), int(longest_s * fs_hz) + quiet_run):
        sample = r_sample + direction * step
        if not 0 <= sample < velocity.size:
            return None
        run = run + 1 if velocity[sample] < threshold else 0
        if run >= quiet_run:
            return sample - direction * (quiet_run - 1)
    return None


def _next_p_wave(smooth: _Series, fs_hz: float, j_point: int, next_qrs: int) -> int:
    """Where the next P wave rises out of a valley behind T; the end of `smooth` where none does.

    The lowest point of the last valley, where a wave before it can be T and the one behind it peaks, or still
    rises, as near the next QRS as a P wave does.
    """
    start = j_point + int(_T_FROM_J_S * fs_hz)
    window = smooth[start:]
    before, after = np.maximum.accumulate(window), np.maximum.accumulate(window[::-1])[::-1]
    in_valley = (np.minimum(before, after) - window >= _VALLEY_MV) & (before >= _SMALLEST_T_MV)
    if not in_valley.any():
        return smooth.size
    first, stop = runs(in_valley)[-1].tolist()
    valley = first + int(np.argmin(window[first:stop]))
    p_peak = start + valley + int(np.argmax(window[valley:]))
    return start + valley if p_peak >= next_qrs - _P_PEAK_S * fs_hz else smooth.size


def _t_peak(smooth: _Series, fs_hz: float, j_point: int, p_from: int) -> int | None:
    """Highest point of the RMS lead in the T window, when it is a peak and not the window's edge."""
    start = j_point + int(_T_FROM_J_S * fs_hz)
    stop = min(p_from, j_point + int(0.42 * fs_hz))
    if stop - start < int(0.06 * fs_hz):
        return None
    window = smooth[start:stop]
    peak = int(np.argmax(window))
    if window[peak] < _SMALLEST_T_MV or peak in (0, window.size - 1):
        return None
    return start + peak


def _t_end(smooth: _Series, fs_hz: float, t_peak: int, p_from: int) -> int | None:
    """Tangent method (Lepeschkin and Surawicz 1952): steepest descent after T peak meets the base."""
    stop = min(smooth.size, t_peak + int(0.26 * fs_hz))
    if stop - t_peak < int(0.04 * fs_hz):
        return None
    slope = np.gradient(smooth)[t_peak : min(stop, p_from)]
    steepest = int(np.argmin(slope))
    if slope[steepest] >= 0.0:
        return None
    base = float(smooth[t_peak:stop].min())
    end = t_peak + steepest + (smooth[t_peak + steepest] - base) / -slope[steepest]
    return round(end) if end < stop else None
