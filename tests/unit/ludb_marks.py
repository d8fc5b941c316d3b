"""What LUDB's cardiologists marked in a record, laid over our median beat."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference.records import STANDARD_LEADS
from inference.records.wfdb_package import quiet_wfdb
from inference.signal.beat import R_SAMPLE, MedianBeat

FEWEST_LEADS = 6
_NEAR_R = {"p": (-200, -20), "N": (-60, 60), "t": (20, 300)}


def marked_waves(record: Path, lead: str) -> list[tuple[str, int | None, int, int | None]]:
    """(kind, onset, peak, end) in samples of every wave marked in a lead; kinds p, N (the QRS) and t."""
    with quiet_wfdb() as wfdb:
        marks = wfdb.rdann(str(record), lead.lower())
    samples, kinds = marks.sample.tolist(), marks.symbol
    return [
        (
            kind,
            samples[k - 1] if k > 0 and kinds[k - 1] == "(" else None,
            samples[k],
            samples[k + 1] if k + 1 < len(kinds) and kinds[k + 1] == ")" else None,
        )
        for k, kind in enumerate(kinds)
        if kind in _NEAR_R
    ]


def marks_on_beat(record: Path, beat: MedianBeat) -> dict[str, npt.NDArray[np.float64]]:
    """Kind to (onset, peak, end) as samples of the beat: median over leads, then over the used beats.

    A kind counts in a beat where it was marked whole in six leads, and is NaN where it counts in fewer than
    half of the beats.
    """
    per_lead = [marked_waves(record, lead) for lead in STANDARD_LEADS]
    return {kind: _typical(per_lead, kind, beat.aligned_r_samples.tolist()) for kind in _NEAR_R}


def _typical(
    per_lead: list[list[tuple[str, int | None, int, int | None]]], kind: str, r_samples: list[int]
) -> npt.NDArray[np.float64]:
    low, high = _NEAR_R[kind]
    beats = []
    for r in r_samples:
        rows = []
        for waves in per_lead:
            near = [wave for wave in waves if wave[0] == kind and low <= wave[2] - r <= high]
            closest = min(near, key=lambda wave: abs(wave[2] - r), default=None)
            if closest is not None and None not in closest:
                rows.append([place - r + R_SAMPLE for place in closest[1:] if place is not None])
        if len(rows) >= FEWEST_LEADS:
            beats.append(np.median(rows, axis=0))
    return np.median(beats, axis=0) if len(beats) >= 0.5 * len(r_samples) else np.full(3, np.nan)
