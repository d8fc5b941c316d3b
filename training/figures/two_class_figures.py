"""Figures of a two-class system: AUC and AP over folds, and its decisions at each fold's own thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from training.figures.evaluate import auc, average_precision, decisions
from training.figures.resampling import N_BOOTSTRAP, PatientDraws
from training.figures.system_result import SystemResult
from training.figures.thresholds import OperatingPoints, Threshold, operating_points
from training.figures.weighted import (
    weighted_auc,
    weighted_average_precision,
    weighted_f1,
    weighted_mean,
)

BoolArray = npt.NDArray[np.bool_]
POINTS = ("best_f1", "rule_out", "rule_in")


def two_class_figures(result: SystemResult, n_draws: int = N_BOOTSTRAP) -> dict[str, Any]:
    """AUC and average precision per fold and pooled, and decisions at best F1, rule-out and rule-in."""
    scores, targets = result.predictions.probabilities[:, 1], result.predictions.targets
    of_fold = [result.predictions.run == place for place in range(len(result.folds))]
    draws = PatientDraws.of(result.patients, n_draws)
    points = fold_points(result)
    return {
        "positive_class": result.positives,
        "n_positive": int(targets.sum()),
        "auc": spread(result.folds, [auc(targets[rows], scores[rows]) for rows in of_fold])
        | {"pooled": draws.interval(weighted_auc(targets, scores)).to_json()},
        "average_precision": spread(
            result.folds, [average_precision(targets[rows], scores[rows]) for rows in of_fold]
        )
        | {"pooled": draws.interval(weighted_average_precision(targets, scores)).to_json()},
        **{
            f"at_{point}": at_point(result, [getattr(each, point) for each in points], n_draws)
            for point in POINTS
        },
    }


def spread(folds: Sequence[int], values: Sequence[float] | npt.NDArray[np.float64]) -> dict[str, Any]:
    """Mean and sample standard deviation over the folds in which a figure is defined, and all of them."""
    known = [float(value) for value in values if not np.isnan(value)]
    return {
        "mean": round(float(np.mean(known)), 4) if known else None,
        "sd": round(float(np.std(known, ddof=1)), 4) if len(known) > 1 else None,
        "per_fold": {str(fold): round(float(value), 4) for fold, value in zip(folds, values, strict=True)},
    }


def fold_points(result: SystemResult) -> list[OperatingPoints]:
    """The thresholds of each fold, from its validation records."""
    return [
        operating_points(targets, probabilities[:, 1])
        for probabilities, targets in result.predictions.validation
    ]


def called_at(result: SystemResult, thresholds: Sequence[Threshold]) -> tuple[BoolArray, BoolArray]:
    """Which tested records are called positive at their fold's threshold, and which have one: (n,) each."""
    scores, run = result.predictions.probabilities[:, 1], result.predictions.run
    values = np.array([np.nan if each.value is None else each.value for each in thresholds])
    known = ~np.isnan(values)[run]
    return known & (scores >= values[run]), known


def at_point(result: SystemResult, thresholds: Sequence[Threshold], n_draws: int) -> dict[str, Any]:
    """Decisions on the tested records of the folds that have this threshold; None where no fold has."""
    called, known = called_at(result, thresholds)
    named = dict(zip((str(fold) for fold in result.folds), thresholds, strict=True))
    figures: dict[str, Any] = {
        "thresholds": {fold: each.value for fold, each in named.items()},
        "why_none": {fold: each.why_none for fold, each in named.items() if each.value is None},
        "n_records": int(known.sum()),
    }
    if not known.any():
        return figures | {"decisions": None}
    called, positive = called[known], result.predictions.targets[known] == 1
    draws = PatientDraws.of(
        [name for name, keep in zip(result.patients, known, strict=True) if keep], n_draws
    )
    rates = decisions(called, positive, draws) | {
        "f1": draws.interval(weighted_f1(called, positive)).to_json(),
        "called_positive": draws.interval(weighted_mean(called)).to_json(),
    }
    return figures | {"decisions": rates}
