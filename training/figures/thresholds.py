"""Thresholds of a two-class system, chosen on validation records only: best F1, rule-out and rule-in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from training.figures.evaluate import best_f1_threshold

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]

RULE_OUT_SENSITIVITY: Final = 0.90
RULE_IN_PPV: Final = 0.85
"""Both as in the authors' later code of ECG-SMART-NET (models.md, 1.1)."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """The probability from which a record is called positive; `value` None with the sentence `why_none`."""

    value: float | None
    why_none: str = ""

    def called(self, scores: FloatArray) -> npt.NDArray[np.bool_] | None:
        """Which scores (n,) are called positive; None without a threshold."""
        return None if self.value is None else scores >= self.value


@dataclass(frozen=True, slots=True)
class OperatingPoints:
    """The three thresholds of one fold."""

    best_f1: Threshold
    rule_out: Threshold
    rule_in: Threshold


def operating_points(targets: IntArray, scores: FloatArray) -> OperatingPoints:
    """The thresholds of validation records: targets (n,) of 0 and 1 and positive probabilities (n,)."""
    return OperatingPoints(
        best_f1=_best_f1(targets, scores),
        rule_out=rule_out_threshold(targets, scores),
        rule_in=rule_in_threshold(targets, scores),
    )


def _best_f1(targets: IntArray, scores: FloatArray) -> Threshold:
    if not targets.any():
        return Threshold(None, _no_positive(targets))
    return Threshold(best_f1_threshold(targets, scores))


def rule_out_threshold(targets: IntArray, scores: FloatArray) -> Threshold:
    """The largest threshold with a sensitivity of at least 0.90: below it a record is ruled out."""
    if not targets.any():
        return Threshold(None, _no_positive(targets))
    falling = np.sort(scores[targets == 1])[::-1]
    n_needed = int(np.ceil(RULE_OUT_SENSITIVITY * falling.size - 1e-9))
    return Threshold(float(falling[n_needed - 1]))


def rule_in_threshold(targets: IntArray, scores: FloatArray) -> Threshold:
    """The smallest threshold with a positive predictive value of at least 0.85: from it on, ruled in."""
    candidates, first = np.unique(np.sort(scores), return_index=True)
    positives_below = np.concatenate([[0], np.cumsum(targets[np.argsort(scores, kind="stable")])])
    n_called = scores.size - first
    enough = np.flatnonzero(positives_below[-1] - positives_below[first] >= RULE_IN_PPV * n_called - 1e-9)
    if enough.size == 0:
        return Threshold(
            None,
            f"No threshold has a positive predictive value of {RULE_IN_PPV:.2f} on the {targets.size} "
            f"validation records ({int(targets.sum())} positive): use a fold with more positives.",
        )
    return Threshold(float(candidates[enough[0]]))


def _no_positive(targets: IntArray) -> str:
    return f"None of the {targets.size} validation records is positive: use a fold with positives."
