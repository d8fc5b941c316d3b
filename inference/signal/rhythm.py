"""Heart rate and irregularity from the beats' times."""

from __future__ import annotations

from typing import Final

import numpy as np

from inference.signal.beat import MODEL_FS_HZ, BoolArray, IntArray, Rhythm

_IRREGULAR: Final = 0.10
"""Median successive RR difference over median RR; our own choice, above ordinary sinus arrhythmia."""
_FEWEST_CHANGES: Final = 4


def describe_rhythm(r_samples: IntArray, ectopic: BoolArray | None = None) -> Rhythm:
    """Rate and irregularity of beats given in samples at 500 Hz.

    `ectopic` (n_beats,) marks beats of another shape: the intervals on both sides of them say nothing of
    the underlying rhythm and do not count as irregularity.
    """
    if r_samples.size < 2:
        return Rhythm(r_samples, None, None, None)
    rr_ms = np.diff(r_samples) * 1000.0 / MODEL_FS_HZ
    median_ms = float(np.median(rr_ms))
    odd = np.zeros(r_samples.size, dtype=np.bool_) if ectopic is None else ectopic
    own = ~(odd[1:] | odd[:-1])
    changes_ms = np.abs(np.diff(rr_ms))[own[1:] & own[:-1]]
    irregularity = float(np.median(changes_ms)) / median_ms if changes_ms.size >= 2 else None
    suspects = irregularity is not None and irregularity > _IRREGULAR and changes_ms.size >= _FEWEST_CHANGES
    return Rhythm(r_samples, 60000.0 / float(np.mean(rr_ms)), median_ms, irregularity, suspects)
