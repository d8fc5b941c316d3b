"""Figures with their uncertainty: AUC, AP, confusion and recalls, with patient-clustered intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

from training.figures.out_of_fold import OutOfFold

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
Statistic = Callable[[IntArray], float]
N_BOOTSTRAP: Final = 2000


@dataclass(frozen=True, slots=True)
class Interval:
    """A measured value with its 95 % interval (percentiles of a patient-clustered bootstrap)."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f} to {self.high:.3f}]"

    def to_json(self) -> dict[str, float]:
        return {"value": round(self.value, 4), "low": round(self.low, 4), "high": round(self.high, 4)}


def bootstrap(
    statistic: Statistic, patients: Sequence[str], n_draws: int = N_BOOTSTRAP, seed: int = 7
) -> Interval:
    """A statistic of row indices with its interval when whole patients are drawn with replacement.

    Draws in which the statistic is undefined (one class only) are NaN and left out.
    """
    names, inverse = np.unique(np.asarray(patients), return_inverse=True)
    rows_of = np.split(np.argsort(inverse, kind="stable"), np.cumsum(np.bincount(inverse))[:-1])
    rng = np.random.default_rng(seed)
    draws = []
    for _ in range(n_draws):
        drawn = rng.integers(0, names.size, names.size)
        draws.append(statistic(np.concatenate([rows_of[patient] for patient in drawn])))
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return Interval(statistic(np.arange(len(patients))), float(low), float(high))


def auc(targets: IntArray, scores: FloatArray) -> float:
    """Area under the ROC curve; NaN when only one class is there."""
    return float(roc_auc_score(targets, scores)) if 0 < targets.sum() < targets.size else float("nan")


def average_precision(targets: IntArray, scores: FloatArray) -> float:
    """Average precision; NaN without a positive."""
    return float(average_precision_score(targets, scores)) if targets.any() else float("nan")


def best_f1_threshold(targets: IntArray, scores: FloatArray) -> float:
    """The score at which F1 is highest (arXiv 2405.09567 chooses its threshold so, on validation)."""
    precision, recall, thresholds = precision_recall_curve(targets, scores)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    return float(thresholds[int(np.argmax(f1[:-1]))])


def binary_metrics(result: OutOfFold, patients: Sequence[str], n_draws: int = N_BOOTSTRAP) -> dict[str, Any]:
    """Cross-validated figures of a two-class model.

    Each run is judged at the threshold of its own validation fold, and all of them once more at the one
    that is shipped, the median of the runs' thresholds. (A record that one run tests may have helped to
    choose another run's threshold.)
    """
    scores, targets = result.probabilities[:, 1], result.targets
    thresholds = [best_f1_threshold(t, p[:, 1]) for p, t in result.validation]
    shipped = round(float(np.median(thresholds)), 4)
    per_run = [auc(targets[result.run == run], scores[result.run == run]) for run in range(len(thresholds))]
    return {
        "n_records": int(targets.size),
        "n_patients": len(set(patients)),
        "n_positive": int(targets.sum()),
        "runs": len(thresholds),
        "auc_mean_over_runs": round(float(np.mean(per_run)), 4),
        "auc_per_run": [round(value, 4) for value in per_run],
        "auc_pooled": bootstrap(_auc_of(targets, scores), patients, n_draws).to_json(),
        "ap_pooled": bootstrap(
            lambda rows: average_precision(targets[rows], scores[rows]), patients, n_draws
        ).to_json(),
        "thresholds": [round(value, 4) for value in thresholds],
        "shipped_threshold": shipped,
        "at_own_threshold": _decisions(
            scores >= np.asarray(thresholds)[result.run], targets, patients, n_draws
        ),
        "at_shipped_threshold": _decisions(scores >= shipped, targets, patients, n_draws),
    }


def _decisions(
    called: npt.NDArray[np.bool_], targets: IntArray, patients: Sequence[str], n_draws: int
) -> dict[str, Any]:
    """Confusion, and the rates that it comes to with their intervals."""
    positive = targets == 1
    rates = {
        "sensitivity": lambda rows: share(called[rows], positive[rows]),
        "specificity": lambda rows: share(~called[rows], ~positive[rows]),
        "positive_predictive_value": lambda rows: share(positive[rows], called[rows]),
        "negative_predictive_value": lambda rows: share(~positive[rows], ~called[rows]),
    }
    return {
        "true_positive": int((called & positive).sum()),
        "false_negative": int((~called & positive).sum()),
        "false_positive": int((called & ~positive).sum()),
        "true_negative": int((~called & ~positive).sum()),
        **{name: bootstrap(rate, patients, n_draws).to_json() for name, rate in rates.items()},
    }


def by_negatives(
    result: OutOfFold, patients: Sequence[str], normal: npt.NDArray[np.bool_], n_draws: int = N_BOOTSTRAP
) -> dict[str, Any]:
    """Pooled AUC of the positives against negatives coded normal, and against all other negatives."""
    figures: dict[str, Any] = {}
    for name, kept in (("normal ECG", normal), ("other findings", ~normal)):
        rows = np.flatnonzero(kept | (result.targets == 1))
        targets, scores = result.targets[rows], result.probabilities[rows, 1]
        chosen = [patients[int(row)] for row in rows]
        figures[name] = {
            "n_negative": int((targets == 0).sum()),
            "auc": bootstrap(_auc_of(targets, scores), chosen, n_draws).to_json(),
        }
    return figures


def _auc_of(targets: IntArray, scores: FloatArray) -> Statistic:
    return lambda rows: auc(targets[rows], scores[rows])


def share(hit: npt.NDArray[np.bool_], among: npt.NDArray[np.bool_]) -> float:
    """Part of the rows `among` that are a hit; NaN where there is none."""
    return float(hit[among].mean()) if among.any() else float("nan")


def external_metrics(
    targets: IntArray, scores: FloatArray, patients: Sequence[str], n_draws: int = N_BOOTSTRAP
) -> dict[str, Any]:
    """AUC with interval on a set that no network of this project was trained or tuned on."""
    return {
        "n_records": int(targets.size),
        "n_positive": int(targets.sum()),
        "n_patients": len(set(patients)),
        "auc": bootstrap(_auc_of(targets, scores), patients, n_draws).to_json(),
    }
