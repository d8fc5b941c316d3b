"""Heart rate and irregularity from the beats' times."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from inference.signal.beat import MODEL_FS_HZ, BoolArray, IntArray, Rhythm
from inference.signal.gaps import runs

_Series = npt.NDArray[np.float64]

_IRREGULAR: Final = 0.10
"""Median successive RR difference over median RR; our own choice, above ordinary sinus arrhythmia."""
_FEWEST_CHANGES: Final = 4
_MOST_ECTOPIC: Final = 0.5
"""Above this share the beats of another shape are no exception: their intervals are the rhythm."""
_HIDES_A_BEAT_S: Final = 0.04
"""A shorter silence cannot hide a QRS."""


def describe_rhythm(
    r_samples: IntArray, ectopic: BoolArray | None = None, silent: BoolArray | None = None
) -> Rhythm:
    """Rate and irregularity of beats given in samples at 500 Hz.

    `ectopic` (n_beats,) marks beats of another shape: the intervals on both sides of them say nothing of
    the underlying rhythm and do not count as irregularity, as long as these beats are a minority and
    enough others are left. Otherwise all intervals count, and a rhythm that is irregular by them is called
    so without a suspicion why: ectopic beats, or atrial fibrillation with aberrant conduction.
    `silent` (n,) marks the samples that no lead recorded: intervals across them count in nothing.
    """
    is_whole = _whole_intervals(r_samples, silent)
    rr_ms = np.diff(r_samples) * 1000.0 / MODEL_FS_HZ
    if not is_whole.any():
        return Rhythm(r_samples, None, None, None)
    median_ms = float(np.median(rr_ms[is_whole]))
    changes_ms, is_judged = _changes(rr_ms, is_whole, ectopic)
    irregularity = float(np.median(changes_ms)) / median_ms if changes_ms.size >= 2 else None
    is_irregular = (
        irregularity is not None and irregularity > _IRREGULAR and changes_ms.size >= _FEWEST_CHANGES
    )
    return Rhythm(
        r_samples=r_samples,
        heart_rate_bpm=60000.0 / float(np.mean(rr_ms[is_whole])),
        rr_median_ms=median_ms,
        rr_irregularity=irregularity,
        suspects_atrial_fibrillation=is_irregular and is_judged,
        is_irregular_by_ectopy=is_irregular and not is_judged,
    )


def _whole_intervals(r_samples: IntArray, silent: BoolArray | None) -> BoolArray:
    """Which RR intervals (n_beats - 1,) no silence interrupts."""
    is_whole = np.ones(max(0, r_samples.size - 1), dtype=np.bool_)
    if silent is None or not silent.any():
        return is_whole
    for start, stop in runs(silent):
        if stop - start >= _HIDES_A_BEAT_S * MODEL_FS_HZ:
            is_whole &= (r_samples[1:] < start) | (r_samples[:-1] >= stop)
    return is_whole


def _changes(rr_ms: _Series, is_whole: BoolArray, ectopic: BoolArray | None) -> tuple[_Series, bool]:
    """|RR(i+1)-RR(i)| in ms, and whether they are of the underlying rhythm.

    Successive intervals away from ectopic beats; where these are few, one such interval and the next one
    after the ectopic beat; where these are few too, all.
    """
    successive_ms = np.abs(np.diff(rr_ms))
    everything = successive_ms[is_whole[1:] & is_whole[:-1]]
    if ectopic is None or not ectopic.any():
        return everything, True
    if ectopic.mean() > _MOST_ECTOPIC:
        return everything, False
    own = is_whole & ~(ectopic[1:] | ectopic[:-1])
    for changes_ms in (successive_ms[own[1:] & own[:-1]], np.abs(np.diff(rr_ms[own]))):
        if changes_ms.size >= _FEWEST_CHANGES:
            return changes_ms, True
    return everything, False
