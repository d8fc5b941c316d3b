"""What ruling out and ruling in come to: thresholds of each validation fold, judged on tested records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.figures.evaluate import decisions
from training.figures.out_of_fold import OutOfFold
from training.figures.resampling import N_BOOTSTRAP, PatientDraws
from training.figures.thresholds import Threshold, rule_in_threshold, rule_out_threshold


def operating_figures(
    result: OutOfFold, patients: Sequence[str], n_draws: int = N_BOOTSTRAP
) -> dict[str, Any]:
    """Figures at `at_rule_out` and `at_rule_in`, each with the median of the runs' thresholds.

    A point that a run's validation fold does not allow is left out as a whole.
    """
    draws = PatientDraws.of(patients, n_draws)
    of_runs = {
        "at_rule_out": [rule_out_threshold(targets, p[:, 1]) for p, targets in result.validation],
        "at_rule_in": [rule_in_threshold(targets, p[:, 1]) for p, targets in result.validation],
    }
    return {name: _judged(result, runs, draws) for name, runs in of_runs.items() if _all_there(runs)}


def _all_there(thresholds: Sequence[Threshold]) -> bool:
    return all(threshold.value is not None for threshold in thresholds)


def _judged(result: OutOfFold, thresholds: Sequence[Threshold], draws: PatientDraws) -> dict[str, Any]:
    values = np.array([threshold.value for threshold in thresholds], dtype=np.float64)
    called = result.probabilities[:, 1] >= values[result.run]
    return {"threshold": round(float(np.median(values)), 4), **decisions(called, result.targets == 1, draws)}
