"""How complex a beat is: principal components of its leads, and where its power lies in frequency."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from inference.records.leads import STANDARD_LEADS
from inference.signal.beat import MODEL_FS_HZ, R_SAMPLE, MedianBeat
from inference.signal.vcg import INDEPENDENT_LEADS

_ROWS: Final = [STANDARD_LEADS.index(name) for name in INDEPENDENT_LEADS]
_SPECTRUM: Final = slice(R_SAMPLE - 150, R_SAMPLE + 250)
"""-300 … +500 ms: what a beat must have inside the record, so never cut short."""
POWER_BANDS_HZ: Final = ((0.5, 10.0), (10.0, 50.0), (50.0, 100.0))


def component_variances(
    beat: MedianBeat, first: int | None, last: int | None
) -> npt.NDArray[np.float64] | None:
    """Variances (8,) of the principal components of the eight independent leads, largest first.

    Between two samples, both included; None where one of them or a lead is missing, or nothing moves.
    """
    if first is None or last is None or last - first < len(_ROWS):
        return None
    part = beat.signals_mv[_ROWS, first : last + 1].astype(np.float64)
    if np.isnan(part).any():
        return None
    variances = np.linalg.svd(part - part.mean(axis=1, keepdims=True), compute_uv=False) ** 2
    return np.asarray(variances) if variances[0] > 0.0 else None


def component_ratio(variances: npt.NDArray[np.float64] | None) -> float | None:
    """Second over first (Priori et al., Circulation 1997;96:3155, for the T wave): 0 for a straight loop."""
    return None if variances is None else float(variances[1] / variances[0])


def non_dipolar_share(variances: npt.NDArray[np.float64] | None) -> float | None:
    """Part of the variance outside the first three components: what no single dipole explains."""
    return None if variances is None else float(variances[3:].sum() / variances.sum())


def relative_power(beat: MedianBeat) -> tuple[float | None, ...]:
    """Share of each of POWER_BANDS_HZ in the leads' power from 0.5 to 100 Hz, over R-300 … R+500 ms."""
    part = beat.signals_mv[:, _SPECTRUM].astype(np.float64)
    present = part[~np.isnan(part).any(axis=1)]
    windowed = (present - present.mean(axis=1, keepdims=True)) * np.hanning(part.shape[1])
    power = (np.abs(np.fft.rfft(windowed, axis=1)) ** 2).sum(axis=0)
    frequencies_hz = np.fft.rfftfreq(part.shape[1], 1.0 / MODEL_FS_HZ)
    lowest, highest = POWER_BANDS_HZ[0][0], POWER_BANDS_HZ[-1][1]
    total = power[(frequencies_hz >= lowest) & (frequencies_hz < highest)].sum()
    if present.shape[0] == 0 or total <= 0.0:
        return (None,) * len(POWER_BANDS_HZ)
    within = [(frequencies_hz >= low) & (frequencies_hz < high) for low, high in POWER_BANDS_HZ]
    return tuple(float(power[band].sum() / total) for band in within)
