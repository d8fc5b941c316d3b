"""Gaps: samples that the file does not hold, bridged for the filters and remembered."""

from __future__ import annotations

from typing import Final

import numpy as np

from inference.signal.beat import MODEL_FS_HZ, BoolArray, FloatArray, IntArray

_LONGEST_BRIDGE_S: Final = 1.0
_SHORT_BRIDGE_S: Final = 0.5
"""A longer silence is shortened to this for the R peaks' sake; filters settle within it."""


def runs(condition: BoolArray) -> IntArray:
    """Start and stop (excluded) of each stretch of True in (n,); shape (n_runs, 2)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], condition, [False]]).astype(np.int8)))
    return np.asarray(edges.reshape(-1, 2), dtype=np.int64)


def silence(gaps: BoolArray) -> BoolArray:
    """Where none of the leads that the file holds was recorded, (n,), from each lead's gaps (n_leads, n)."""
    # A missing lead is a gap from end to end and changes nothing here.
    return np.asarray(gaps.all(axis=0))


def bridged(signals_mv: FloatArray, gaps: BoolArray) -> FloatArray:
    """Straight lines over gaps (n_leads, n), zeros for a missing lead: filters need finite rows."""
    result = signals_mv.copy()
    samples = np.arange(signals_mv.shape[1])
    for row, gap in zip(result, gaps, strict=True):
        if gap.all():
            row[:] = 0.0
        elif gap.any():
            row[gap] = np.interp(samples[gap], samples[~gap], row[~gap])
    return result


def without_long(silent: BoolArray) -> BoolArray:
    """Samples (n,) at 500 Hz that remain when each long silence is shortened from its middle."""
    remain = np.ones(silent.size, dtype=np.bool_)
    half = int(_SHORT_BRIDGE_S / 2 * MODEL_FS_HZ)
    for start, stop in runs(silent):
        if stop - start > _LONGEST_BRIDGE_S * MODEL_FS_HZ:
            remain[start + half : stop - half] = False
    return remain
