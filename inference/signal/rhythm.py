"""Heart rate and irregularity from the beats' times."""

from __future__ import annotations

from typing import Final

import numpy as np

from inference.signal.beat import MODEL_FS_HZ, IntArray, Rhythm

_IRREGULAR: Final = 0.10
"""Median successive RR difference over median RR; sinus arrhythmia rarely exceeds it, measured on PTB-XL."""
_FEWEST_FOR_IRREGULARITY: Final = 6


def describe_rhythm(r_samples: IntArray) -> Rhythm:
    """Rate and irregularity of beats given in samples at 500 Hz."""
    if r_samples.size < 2:
        return Rhythm(r_samples, None, None, None)
    rr_ms = np.diff(r_samples) * 1000.0 / MODEL_FS_HZ
    median_ms = float(np.median(rr_ms))
    irregularity = None
    if r_samples.size >= 4:
        irregularity = float(np.median(np.abs(np.diff(rr_ms))) / median_ms)
    suspects = (
        irregularity is not None and irregularity > _IRREGULAR and r_samples.size >= _FEWEST_FOR_IRREGULARITY
    )
    return Rhythm(r_samples, 60000.0 / float(np.mean(rr_ms)), median_ms, irregularity, suspects)
