"""Figures with their uncertainty: AUC, AP, confusion and recalls, with patient-clustered intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

from inference.labels import LOCATION_FAMILIES
from training.cross_validate import OutOfFold

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
Statistic = Callable[[IntArray], float]
N_BOOTSTRAP: Final = 2000
FAMILIES: Final = ("anterior", "inferior", "inferolateral/posterior", "lateral")
FEWEST_PATIENTS: Final = 10
"""No recall is quoted for a class with fewer known patients."""


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
    """Cross-validated figures of a two-class model; each run is judged at its own validation threshold."""
    scores, targets = result.probabilities[:, 1], result.targets
    thresholds = [best_f1_threshold(t, p[:, 1]) for p, t in result.validation]
    called = scores >= np.asarray(thresholds)[result.run]
    per_run = [auc(targets[result.run == run], scores[result.run == run]) for run in range(len(thresholds))]
    return {
        "n_records": int(targets.size),
        "n_patients": len(set(patients)),
        "n_positive": int(targets.sum()),
        "runs": len(thresholds),
        "auc_mean_over_runs": round(float(np.mean(per_run)), 4),
        "auc_per_run": [round(value, 4) for value in per_run],
        "auc_pooled": bootstrap(lambda rows: auc(targets[rows], scores[rows]), patients, n_draws).to_json(),
        "ap_pooled": bootstrap(
            lambda rows: average_precision(targets[rows], scores[rows]), patients, n_draws
        ).to_json(),
        "thresholds": [round(value, 4) for value in thresholds],
        "confusion": {
            "true_positive": int((called & (targets == 1)).sum()),
            "false_negative": int((~called & (targets == 1)).sum()),
            "false_positive": int((called & (targets == 0)).sum()),
            "true_negative": int((~called & (targets == 0)).sum()),
        },
        "sensitivity": bootstrap(
            lambda rows: _share(called[rows], targets[rows] == 1), patients, n_draws
        ).to_json(),
        "specificity": bootstrap(
            lambda rows: _share(~called[rows], targets[rows] == 0), patients, n_draws
        ).to_json(),
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


def _share(hit: npt.NDArray[np.bool_], among: npt.NDArray[np.bool_]) -> float:
    return float(hit[among].mean()) if among.any() else float("nan")


def site_metrics(
    result: OutOfFold, patients: Sequence[str], classes: Sequence[str], n_draws: int = N_BOOTSTRAP
) -> dict[str, Any]:
    """Cross-validated figures of localization: the four families first, then exact sites and MI against N.

    Families are judged among MI records, by the sum of a family's class probabilities; classes with
    fewer than ten known patients get no recall.
    """
    none = list(classes).index("N")
    is_mi = result.targets != none
    family_of = np.array(
        [FAMILIES.index(LOCATION_FAMILIES[c]) if c in LOCATION_FAMILIES else -1 for c in classes]
    )
    sums = np.stack(
        [result.probabilities[:, family_of == f].sum(axis=1) for f in range(len(FAMILIES))], axis=1
    )
    guessed, truth = sums[is_mi].argmax(axis=1), family_of[result.targets[is_mi]]
    without_none = np.where(np.arange(len(classes)) == none, -1.0, result.probabilities[is_mi])
    mi_patients = [name for name, mi in zip(patients, is_mi, strict=True) if mi]
    exact = without_none.argmax(axis=1) == result.targets[is_mi]
    return {
        "n_records": int(result.targets.size),
        "n_mi_records": int(is_mi.sum()),
        "n_patients": len(set(patients)),
        "runs": len(result.validation),
        "family_accuracy": bootstrap(
            lambda rows: float((guessed == truth)[rows].mean()), mi_patients
        ).to_json(),
        "family_macro_recall": bootstrap(
            lambda rows: _macro(guessed[rows], truth[rows]), mi_patients
        ).to_json(),
        "family_recall": _recalls(guessed == truth, [FAMILIES[t] for t in truth], mi_patients),
        "family_confusion": _confusion(truth, guessed, len(FAMILIES)),
        "exact_site_accuracy_among_mi": bootstrap(
            lambda rows: float(exact[rows].mean()), mi_patients
        ).to_json(),
        "exact_site_recall": _recalls(exact, [classes[t] for t in result.targets[is_mi]], mi_patients),
        "mi_against_none_auc": bootstrap(
            lambda rows: auc(is_mi[rows].astype(np.int64), 1.0 - result.probabilities[rows, none]),
            patients,
            n_draws,
        ).to_json(),
        "none_called_none": round(_share(result.probabilities.argmax(axis=1) == none, ~is_mi), 4),
        "mi_called_none": round(_share(result.probabilities.argmax(axis=1) == none, is_mi), 4),
    }


def _macro(guessed: IntArray, truth: IntArray) -> float:
    return float(np.mean([(guessed[truth == f] == f).mean() for f in np.unique(truth)]))


def _recalls(hit: npt.NDArray[np.bool_], names: Sequence[str], patients: Sequence[str]) -> dict[str, Any]:
    recalls: dict[str, Any] = {}
    for name in sorted(set(names)):
        rows = [row for row, each in enumerate(names) if each == name]
        n_patients = len({patients[row] for row in rows})
        enough = n_patients >= FEWEST_PATIENTS
        recalls[name] = {
            "n_records": len(rows),
            "n_patients": n_patients,
            "recall": round(float(hit[rows].mean()), 4) if enough else None,
        }
    return recalls


def _confusion(truth: IntArray, guessed: IntArray, size: int) -> list[list[int]]:
    table = np.zeros((size, size), dtype=int)
    np.add.at(table, (truth, guessed), 1)
    return [[int(n) for n in row] for row in table]


def external_metrics(
    targets: IntArray, scores: FloatArray, patients: Sequence[str], n_draws: int = N_BOOTSTRAP
) -> dict[str, Any]:
    """AUC with interval on a set that no network of this project was trained or tuned on."""
    return {
        "n_records": int(targets.size),
        "n_positive": int(targets.sum()),
        "auc": bootstrap(lambda rows: auc(targets[rows], scores[rows]), patients, n_draws).to_json(),
    }
