"""R peaks from all leads together: near each QRS, the maximum of the leads' RMS.

A beat's R is so found to within its noise; the median beat settles it for all beats together, by the same
definition (`beat_alignment`).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d, median_filter

from inference.signal.beat import FloatArray, IntArray
from inference.signal.electrode_pops import without_steps
from inference.signal.filters import QRS_BAND, FilterBand, LeadSpectrum

_REFINE_BAND: Final = FilterBand(1.0, 45.0)
_SMOOTHING_S: Final = 0.02
_REFRACTORY_S: Final = 0.24
"""Shortest distance between two beats: 250/min, above any sinus or atrial rhythm of an adult."""
_SMALLEST_QRS_MV: Final = 0.03
"""Height in the 8-40 Hz band below which no lead holds a QRS; a low-voltage QRS has several times this."""
_CANDIDATE_S: Final = 0.1
_T_WAVE_S: Final = 0.4
"""Within this time of a taller deflection, a lower one is a T wave, P wave or pacing artefact."""
_T_WAVE_FRACTION: Final = 0.6
_REFINE_S: Final = 0.06
_FRACTION: Final = 0.32
_SEARCH_BACK_FRACTION: Final = 0.16
_SEARCH_BACK_RR: Final = 1.6
_FloatSeries = npt.NDArray[np.float64]


def detect_r_peaks(signals_mv: FloatArray, fs_hz: float, spectrum: LeadSpectrum | None = None) -> IntArray:
    """Sample of R of each beat in (n_leads, n_samples) mV; rows must be finite, empty when none is found.

    `spectrum` is that of `signals_mv` where it is at hand.
    """
    if signals_mv.shape[0] == 0 or signals_mv.shape[1] < fs_hz:
        return np.empty(0, dtype=np.int64)
    spectrum = spectrum or LeadSpectrum.of(signals_mv, fs_hz)
    activity = _qrs_activity(spectrum)
    candidates = _tallest_within(_local_maxima(activity), activity, int(_CANDIDATE_S * fs_hz), 1.0)
    candidates = without_steps(candidates, signals_mv, fs_hz)
    candidates = _tallest_within(candidates, activity, _REFRACTORY_S * fs_hz, 1.0)
    rough = _accept(candidates, activity, fs_hz)
    return _refine(rough, spectrum)


def _qrs_activity(spectrum: LeadSpectrum) -> _FloatSeries:
    """How much QRS there is at each sample, (n_samples,): RMS over leads of the 8-40 Hz band.

    Each lead is scaled by its own typical QRS height and weighted by how far that stands out of its
    background, so that a noisy or detached lead cannot outvote the others.
    """
    fs_hz = spectrum.fs_hz
    qrs = spectrum.filtered(QRS_BAND).astype(np.float64)
    magnitude = np.abs(qrs)
    n_seconds = max(1, int(qrs.shape[1] / fs_hz))
    per_second = np.array_split(magnitude, n_seconds, axis=1)
    height = np.median([piece.max(axis=1) for piece in per_second], axis=0)
    background = np.median(magnitude, axis=1)
    usable = height > 1e-3
    if height.max(initial=0.0) < _SMALLEST_QRS_MV:
        return np.zeros(qrs.shape[1])
    contrast = height[usable] / np.maximum(background[usable], 1e-4)
    weight = np.clip(contrast - 3.0, 0.05, 20.0) / np.maximum(height[usable], 1e-3) ** 2
    power = np.einsum("l,ls->s", weight, qrs[usable] ** 2) / np.clip(contrast - 3.0, 0.05, 20.0).sum()
    return np.asarray(gaussian_filter1d(np.sqrt(power), _SMOOTHING_S * fs_hz))


def _local_maxima(activity: _FloatSeries) -> IntArray:
    """Samples above their left and not below their right neighbour.

    As `scipy.signal.find_peaks` on a curve without plateaus; that import would hold up the first ECG after
    the start by a third of a second.
    """
    middle = activity[1:-1]
    return np.flatnonzero((middle > activity[:-2]) & (middle >= activity[2:])) + 1


def _tallest_within(
    candidates: IntArray, activity: _FloatSeries, distance: float, fraction: float
) -> IntArray:
    """Candidates that no neighbour within `distance` samples dwarfs (height below `fraction` of its)."""
    heights = activity[candidates]
    kept = np.ones(candidates.size, dtype=bool)
    for index in np.argsort(-heights):
        if kept[index]:
            near = np.abs(candidates - candidates[index]) < distance
            lower = (heights < fraction * heights[index]) | ((fraction == 1.0) & (heights <= heights[index]))
            kept &= ~(near & lower & (np.arange(candidates.size) != index))
    return candidates[kept]


def _accept(candidates: IntArray, activity: _FloatSeries, fs_hz: float) -> IntArray:
    """Candidates that reach a fraction of the typical height, and quieter ones inside long pauses."""
    if candidates.size == 0:
        return candidates
    heights = activity[candidates]
    level = _typical_height(candidates, heights, fs_hz)
    accepted = candidates[heights >= _FRACTION * level]
    accepted = _tallest_within(accepted, activity, _T_WAVE_S * fs_hz, _T_WAVE_FRACTION)
    if accepted.size < 3:
        return accepted
    quiet = candidates[(heights < _FRACTION * level) & (heights >= _SEARCH_BACK_FRACTION * level)]
    return np.sort(np.concatenate([accepted, _search_back(accepted, quiet, activity)]))


def _search_back(accepted: IntArray, quiet: IntArray, activity: _FloatSeries) -> IntArray:
    """The tallest quiet candidate well inside each pause of more than 1.6 typical RR."""
    typical_rr = float(np.median(np.diff(accepted)))
    margin = 0.45 * typical_rr
    found: list[int] = []
    for left, right in pairwise(accepted):
        inside = quiet[(quiet > left + margin) & (quiet < right - margin)]
        if right - left >= _SEARCH_BACK_RR * typical_rr and inside.size:
            found.append(int(inside[np.argmax(activity[inside])]))
    return np.array(found, dtype=np.int64)


def _typical_height(candidates: IntArray, heights: _FloatSeries, fs_hz: float) -> _FloatSeries:
    """Typical QRS height around each candidate: the median over nearby seconds of the highest one."""
    seconds = (candidates / (1.5 * fs_hz)).astype(int)
    tallest = np.array([heights[seconds == s].max(initial=0.0) for s in range(seconds.max() + 1)])
    smooth = median_filter(tallest, size=min(7, tallest.size), mode="nearest")
    return np.asarray(0.5 * (smooth[seconds] + np.median(tallest)))


def _refine(rough: IntArray, spectrum: LeadSpectrum) -> IntArray:
    """Move each beat to the maximum of the leads' RMS near it."""
    if rough.size == 0:
        return rough.astype(np.int64)
    broad = spectrum.filtered(_REFINE_BAND)
    rms = np.sqrt(np.mean(np.square(broad, dtype=np.float64), axis=0))
    half = int(_REFINE_S * spectrum.fs_hz)
    refined = []
    for sample in rough:
        start = max(0, int(sample) - half)
        refined.append(start + int(np.argmax(rms[start : int(sample) + half + 1])))
    return np.unique(np.array(refined, dtype=np.int64))
