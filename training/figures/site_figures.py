"""Figures of localization: families of sites first, then exact sites, and MI against none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from inference.labels import LOCATION_FAMILIES
from training.figures.out_of_fold import OutOfFold
from training.figures.resampling import N_BOOTSTRAP, DrawValues, PatientDraws, WeightedStatistic, Weights
from training.figures.weighted import (
    weighted_auc,
    weighted_average_precision,
    weighted_mean,
    weighted_share,
)

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
FAMILIES: Final = ("anterior", "inferior", "inferolateral/posterior", "lateral")
FEWEST_PATIENTS: Final = 10
"""No recall is quoted for a class with fewer known patients."""


def site_metrics(
    result: OutOfFold, patients: Sequence[str], classes: Sequence[str], n_draws: int = N_BOOTSTRAP
) -> dict[str, Any]:
    """Cross-validated figures of localization.

    Families and sites are judged among MI records: a family by the sum of its classes' probabilities, a
    site with N left out. Classes with fewer than ten known patients get no recall, and count neither in
    the macro recall nor in a quoted confusion.
    """
    none = list(classes).index("N")
    is_mi = result.targets != none
    family_of = np.array(
        [FAMILIES.index(LOCATION_FAMILIES[c]) if c in LOCATION_FAMILIES else -1 for c in classes]
    )
    sums = np.stack(
        [result.probabilities[:, family_of == f].sum(axis=1) for f in range(len(FAMILIES))], axis=1
    )
    mi_patients = [name for name, mi in zip(patients, is_mi, strict=True) if mi]
    truth = family_of[result.targets[is_mi]]
    return {
        "n_records": int(result.targets.size),
        "n_mi_records": int(is_mi.sum()),
        "n_patients": len(set(patients)),
        "runs": len(result.validation),
        **_families(sums[is_mi].argmax(axis=1), truth, mi_patients, n_draws),
        **_sites(result, classes, is_mi, mi_patients, n_draws),
        **_against_none(result, none, is_mi, patients, n_draws),
    }


def _families(guessed: IntArray, truth: IntArray, patients: Sequence[str], n_draws: int) -> dict[str, Any]:
    hit = guessed == truth
    by_family = recalls(hit, [FAMILIES[t] for t in truth], patients, n_draws)
    quoted = [f for f, name in enumerate(FAMILIES) if by_family.get(name, {}).get("recall") is not None]
    draws = PatientDraws.of(patients, n_draws)
    table = np.zeros((len(FAMILIES), len(FAMILIES)), dtype=int)
    np.add.at(table, (truth, guessed), 1)
    return {
        "family_accuracy": draws.interval(weighted_mean(hit)).to_json(),
        "family_macro_recall": draws.interval(_macro_recall(guessed, truth, quoted)).to_json(),
        "families_in_macro_recall": [FAMILIES[f] for f in quoted],
        "family_recall": by_family,
        "family_confusion": {FAMILIES[f]: [int(n) for n in table[f]] for f in quoted},
    }


def _sites(
    result: OutOfFold, classes: Sequence[str], is_mi: BoolArray, patients: Sequence[str], n_draws: int
) -> dict[str, Any]:
    without_none = result.probabilities[is_mi].copy()
    without_none[:, list(classes).index("N")] = -1.0
    targets = result.targets[is_mi]
    hit = without_none.argmax(axis=1) == targets
    return {
        "exact_site_accuracy_among_mi": PatientDraws.of(patients, n_draws)
        .interval(weighted_mean(hit))
        .to_json(),
        "exact_site_recall": recalls(hit, [classes[t] for t in targets], patients, n_draws),
    }


def _against_none(
    result: OutOfFold, none: int, is_mi: BoolArray, patients: Sequence[str], n_draws: int
) -> dict[str, Any]:
    targets, scores = is_mi.astype(np.int64), 1.0 - result.probabilities[:, none]
    called_none = result.probabilities.argmax(axis=1) == none
    statistics = {
        "mi_against_none_auc": weighted_auc(targets, scores),
        "mi_against_none_ap": weighted_average_precision(targets, scores),
        "none_called_none": weighted_share(called_none, ~is_mi),
        "mi_called_none": weighted_share(called_none, is_mi),
    }
    draws = PatientDraws.of(patients, n_draws)
    return {name: interval.to_json() for name, interval in draws.intervals(statistics).items()}


def _macro_recall(guessed: IntArray, truth: IntArray, families: Sequence[int]) -> WeightedStatistic:
    """Mean recall over these families; NaN in a draw that lacks one, and where there is none."""
    recalls = [weighted_share(guessed == family, truth == family) for family in families]

    def statistic(weights: Weights) -> DrawValues:
        if not recalls:
            return np.full(len(weights), np.nan)
        means: DrawValues = np.mean([recall(weights) for recall in recalls], axis=0)
        return means

    return statistic


def recalls(hit: BoolArray, names: Sequence[str], patients: Sequence[str], n_draws: int) -> dict[str, Any]:
    """Per class the records and patients, and the recall with its interval where patients are enough."""
    by_class: dict[str, Any] = {}
    for name in sorted(set(names)):
        rows = np.array([row for row, each in enumerate(names) if each == name])
        people = [patients[row] for row in rows]
        n_patients = len(set(people))
        recall = None
        if n_patients >= FEWEST_PATIENTS:
            recall = PatientDraws.of(people, n_draws).interval(weighted_mean(hit[rows])).to_json()
        by_class[name] = {"n_records": len(rows), "n_patients": n_patients, "recall": recall}
    return by_class
