"""The device's own median beat, laid over ours: its rate, its place of R and its baseline made the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.records.device import DeviceMedianBeat
from inference.records.leads import STANDARD_LEADS
from inference.signal.beat import BEAT_SAMPLES, MODEL_FS_HZ, R_SAMPLE, FloatArray, MedianBeat

COMPARED_S: Final = (-0.2, 0.45)
"""From before P's end to T's end, seconds from R: what lies outside belongs to neighbouring beats."""
_FARTHEST_S: Final = 0.1
"""Two placements of one beat by its R never differ by more."""


@dataclass(frozen=True, slots=True)
class OverlaidBeat:
    """The device's beat as (12, 600) mV at 500 Hz, NaN where it has none, and how alike it is to ours.

    `correlations` maps a lead to Pearson's r over `COMPARED_S`, only for leads that both have.
    """

    signals_mv: FloatArray = field(repr=False)
    correlations: dict[str, float]

    @property
    def median_correlation(self) -> float | None:
        """Of all leads; None where no lead can be compared."""
        return float(np.median(list(self.correlations.values()))) if self.correlations else None


def overlay(device: DeviceMedianBeat, ours: MedianBeat) -> OverlaidBeat | None:
    """The device's beat at the place of ours; None where no lead is common or nothing fits."""
    theirs = _standard_at_500_hz(device)
    common = np.isfinite(theirs).any(axis=1) & np.isfinite(ours.signals_mv).any(axis=1)
    if not common.any() or theirs.shape[1] < round(0.2 * MODEL_FS_HZ):
        return None
    start = R_SAMPLE - _place_of_r(theirs[common], ours.signals_mv[common])
    laid = np.full((len(STANDARD_LEADS), BEAT_SAMPLES), np.nan, dtype=np.float32)
    first, last = max(0, start), min(BEAT_SAMPLES, start + theirs.shape[1])
    if last - first < 2:
        return None
    laid[:, first:last] = theirs[:, first - start : last - start]
    level_at = ours.qrs_onset if ours.qrs_onset is not None else R_SAMPLE - 40
    if first <= level_at < last:
        laid -= laid[:, level_at : level_at + 1]
    laid.flags.writeable = False
    return OverlaidBeat(laid, _correlations(laid, ours.signals_mv))


def _standard_at_500_hz(device: DeviceMedianBeat) -> FloatArray:
    """(12, n) at 500 Hz in standard order; a lead that the device's beat lacks is NaN."""
    from scipy.signal import resample_poly

    ratio = Fraction(MODEL_FS_HZ / device.fs_hz).limit_denominator(100)
    rows = device.signals_mv
    if ratio != 1:
        rows = resample_poly(rows, ratio.numerator, ratio.denominator, axis=1, padtype="line")
    twelve = np.full((len(STANDARD_LEADS), rows.shape[1]), np.nan, dtype=np.float32)
    for row, name in enumerate(STANDARD_LEADS):
        if name in device.lead_names:
            twelve[row] = rows[device.lead_names.index(name)]
    return twelve


def _place_of_r(theirs: FloatArray, ours: FloatArray) -> int:
    """The sample of `theirs` that lies on our R: where the slopes of all common leads fit best."""
    slope, own = _slopes(theirs), _slopes(ours)
    peak = int(np.argmax(np.sqrt((slope**2).mean(axis=0))))
    farthest = round(_FARTHEST_S * MODEL_FS_HZ)
    best, place = -np.inf, peak
    for candidate in range(max(0, peak - farthest), min(slope.shape[1], peak + farthest)):
        before, after = min(candidate, 60), min(slope.shape[1] - candidate, 60)
        piece = slope[:, candidate - before : candidate + after]
        fit = float((piece * own[:, R_SAMPLE - before : R_SAMPLE + after]).sum())
        if fit > best:
            best, place = fit, candidate
    return place


def _slopes(leads: FloatArray) -> npt.NDArray[np.float64]:
    return np.gradient(np.nan_to_num(leads.astype(np.float64)), axis=1)


def _correlations(laid: FloatArray, ours: FloatArray) -> dict[str, float]:
    first = R_SAMPLE + round(COMPARED_S[0] * MODEL_FS_HZ)
    last = R_SAMPLE + round(COMPARED_S[1] * MODEL_FS_HZ)
    found = {}
    for row, name in enumerate(STANDARD_LEADS):
        theirs, own = laid[row, first:last].astype(np.float64), ours[row, first:last].astype(np.float64)
        both = np.isfinite(theirs) & np.isfinite(own)
        if both.sum() > 50 and theirs[both].std() > 0 and own[both].std() > 0:
            found[name] = float(np.corrcoef(theirs[both], own[both])[0, 1])
    return found
