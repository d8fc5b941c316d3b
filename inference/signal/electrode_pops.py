"""Electrode pops among what may be QRS complexes: steps of the leads' level that do not come back."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from inference.signal.beat import FloatArray, IntArray

_INNER_S: Final = 0.07
_OUTER_S: Final = 0.11
"""Between these times ahead of a candidate lies the level that it leaves, after it the one it comes to."""
_STEP_FRACTION: Final = 0.55
_BEHIND_T_S: Final = (0.36, 0.44)
"""Behind T and, up to some 120/min, ahead of the next P wave: the level is that of before a beat again."""
_BACK_FRACTION: Final = 0.3
_ALIKE: Final = 0.8
_COMPANY: Final = 2
"""Beats that one under a raised ST has to look like: a calibration pulse comes back too, but alone."""


def without_steps(candidates: IntArray, signals_mv: FloatArray, fs_hz: float) -> IntArray:
    """The candidates (n,) of a recording (n_leads, n_samples) in mV that are no electrode pops.

    A QRS comes back to where it left, a step does not. Where a large occlusion raises ST as far as the QRS is
    high, a beat comes back with the end of T only: it is kept where others look like it.
    """
    is_step = np.array([_is_step(signals_mv, int(sample), fs_hz) for sample in candidates], dtype=bool)
    if not is_step.any():
        return candidates
    returns = [
        not step or _comes_back(signals_mv, int(sample), fs_hz)
        for sample, step in zip(candidates, is_step, strict=True)
    ]
    likeness = _likeness(candidates, signals_mv, int(_OUTER_S * fs_hz))
    company = (likeness[:, returns] >= _ALIKE).sum(axis=1) - 1
    is_beat = ~is_step | (np.array(returns) & (company >= _COMPANY))
    kept: IntArray = candidates[is_beat]
    return kept


def _is_step(signals_mv: FloatArray, sample: int, fs_hz: float) -> bool:
    change = _change(signals_mv, sample, fs_hz, (_INNER_S, _OUTER_S))
    if change is None:
        return False
    inner = int(_INNER_S * fs_hz)
    span = np.ptp(signals_mv[:, max(0, sample - inner) : sample + inner], axis=1)
    return bool(np.median(change / np.maximum(span, 1e-6)) >= _STEP_FRACTION)


def _comes_back(signals_mv: FloatArray, sample: int, fs_hz: float) -> bool:
    """Whether the level behind T is that of before a step."""
    step = _change(signals_mv, sample, fs_hz, (_INNER_S, _OUTER_S))
    left = _change(signals_mv, sample, fs_hz, _BEHIND_T_S)
    if step is None or left is None:
        return False
    return bool(np.median(left / np.maximum(step, 1e-6)) < _BACK_FRACTION)


def _change(
    signals_mv: FloatArray, sample: int, fs_hz: float, later_s: tuple[float, float]
) -> FloatArray | None:
    """How far each lead's level at a later time lies from that ahead of a sample; None beyond the edges."""
    before = signals_mv[:, max(0, sample - int(_OUTER_S * fs_hz)) : max(1, sample - int(_INNER_S * fs_hz))]
    after = signals_mv[:, sample + int(later_s[0] * fs_hz) : sample + int(later_s[1] * fs_hz)]
    if before.shape[1] == 0 or after.shape[1] == 0:
        return None
    change: FloatArray = np.abs(np.median(after, axis=1) - np.median(before, axis=1))
    return change


def _likeness(candidates: IntArray, signals_mv: FloatArray, half: int) -> npt.NDArray[np.float64]:
    """Correlation of all leads around each candidate with those around each other, (n, n)."""
    around = candidates[:, None] + np.arange(-half, half)
    inside = np.clip(around, 0, signals_mv.shape[1] - 1)
    cut = np.moveaxis(signals_mv[:, inside], 0, 1).astype(np.float64)
    cut -= np.median(cut, axis=2, keepdims=True)
    flat = cut.reshape(candidates.size, -1)
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-9)
    likeness: npt.NDArray[np.float64] = flat @ flat.T
    return likeness
