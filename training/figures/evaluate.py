"""Figures with their uncertainty: AUC, AP, confusion and recalls, with patient-clustered intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

from training.figures.out_of_fold import OutOfFold
from training.figures.resampling import N_BOOTSTRAP, SEED, Interval, PatientDraws, with_percentiles
from training.figures.weighted import weighted_auc, weighted_average_precision, weighted_share

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Statistic = Callable[[IntArray], float]


def bootstrap(
    statistic: Statistic, patients: Sequence[str], n_draws: int = N_BOOTSTRAP, seed: int = SEED
) -> Interval:
    """A statistic of row indices with its interval when whole patients are drawn with replacement.

    Draws in which the statistic is undefined (one class only) are NaN and left out. Where there is a
    weighted form of the statistic, `PatientDraws.interval` gives the same from the same draws, sooner.
    """
    draws = PatientDraws.of(patients, n_draws, seed)
    by_patient = np.argsort(draws.patient_of, kind="stable")
    n_rows = np.bincount(draws.patient_of)
    first = np.cumsum(n_rows) - n_rows
    values = []
    for drawn in draws.drawn_patients():
        ends = np.cumsum(n_rows[drawn])
        offsets = np.repeat(first[drawn] - (ends - n_rows[drawn]), n_rows[drawn])
        values.append(statistic(by_patient[offsets + np.arange(ends[-1])]))
    return with_percentiles(statistic(np.arange(len(patients))), np.asarray(values))


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
    draws = PatientDraws.of(patients, n_draws)
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
        "auc_pooled": draws.interval(weighted_auc(targets, scores)).to_json(),
        "ap_pooled": draws.interval(weighted_average_precision(targets, scores)).to_json(),
        "thresholds": [round(value, 4) for value in thresholds],
        "shipped_threshold": shipped,
        "at_own_threshold": decisions(scores >= np.asarray(thresholds)[result.run], targets == 1, draws),
        "at_shipped_threshold": decisions(scores >= shipped, targets == 1, draws),
    }


def decisions(called: BoolArray, positive: BoolArray, draws: PatientDraws) -> dict[str, Any]:
    """Confusion of records (n,) called positive, and the rates that it comes to with their intervals."""
    rates = {
        "sensitivity": weighted_share(called, positive),
        "specificity": weighted_share(~called, ~positive),
        "positive_predictive_value": weighted_share(positive, called),
        "negative_predictive_value": weighted_share(~positive, ~called),
    }
    return {
        "true_positive": int((called & positive).sum()),
        "false_negative": int((~called & positive).sum()),
        "false_positive": int((called & ~positive).sum()),
        "true_negative": int((~called & ~positive).sum()),
        **{name: interval.to_json() for name, interval in draws.intervals(rates).items()},
    }


def by_negatives(
    result: OutOfFold, patients: Sequence[str], normal: BoolArray, n_draws: int = N_BOOTSTRAP
) -> dict[str, Any]:
    """Pooled AUC of the positives against negatives coded normal, and against all other negatives."""
    figures: dict[str, Any] = {}
    for name, kept in (("normal ECG", normal), ("other findings", ~normal)):
        rows = np.flatnonzero(kept | (result.targets == 1))
        targets, scores = result.targets[rows], result.probabilities[rows, 1]
        chosen = [patients[int(row)] for row in rows]
        figures[name] = {
            "n_negative": int((targets == 0).sum()),
            "auc": PatientDraws.of(chosen, n_draws).interval(weighted_auc(targets, scores)).to_json(),
        }
    return figures


def share(hit: BoolArray, among: BoolArray) -> float:
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
        "auc": PatientDraws.of(patients, n_draws).interval(weighted_auc(targets, scores)).to_json(),
    }
