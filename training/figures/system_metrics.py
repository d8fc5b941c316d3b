"""All figures of one system as plain values: what metrics.json holds and the report shows."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Final

import numpy as np

from training.figures.many_classes import Called
from training.figures.reliability import (
    CalibratedFold,
    calibrate_folds,
    calibrated_probabilities,
    outcomes,
    reliability,
)
from training.figures.resampling import N_BOOTSTRAP, PatientDraws, WeightedStatistic
from training.figures.site_figures import recalls, site_metrics
from training.figures.system_result import SystemResult
from training.figures.two_class_figures import spread, two_class_figures

SITE_TASK: Final = "mi-location"


def system_metrics(result: SystemResult, n_draws: int = N_BOOTSTRAP) -> dict[str, Any]:
    """Facts, figures on tested records and calibration of a system; unknown values are None.

    Folds are keyed by their own number as text. Intervals are of `n_draws` draws of whole patients.
    """
    figures = two_class_figures if result.is_binary else many_class_figures
    return {
        "system": result.name,
        "title": result.title,
        "task": result.task,
        "classes": list(result.classes),
        "n_parameters": result.n_parameters,
        "seconds": result.seconds,
        "folds_run": list(result.folds),
        "folds_total": result.folds_total,
        "n_records": len(result.records),
        "n_patients": len(set(result.patients)),
        "bootstrap_draws": n_draws,
        **figures(result, n_draws),
        "calibration": calibration_figures(result),
    }


def many_class_figures(result: SystemResult, n_draws: int = N_BOOTSTRAP) -> dict[str, Any]:
    """Accuracy, macro recall and F1 over the classes that were tested, recall per class, confusion.

    A class with fewer than ten patients gets no recall. Of a system of MI sites also the figures of the
    four families.
    """
    said = result.predictions
    called = Called(said.probabilities.argmax(axis=1), said.targets, len(result.classes))
    hit = called.guessed == called.truth
    figures: dict[str, Any] = {
        "accuracy": _over_folds(result, called.accuracy, n_draws),
        "macro_recall": _over_folds(result, called.macro_recall, n_draws),
        "macro_f1": _over_folds(result, called.macro_f1, n_draws),
        "classes_in_macro": [result.classes[k] for k in called.present()],
        "recall": recalls(hit, [result.classes[k] for k in called.truth], result.patients, n_draws),
        "confusion": called.confusion().tolist(),
    }
    if result.task == SITE_TASK and "N" in result.classes:
        figures["sites"] = site_metrics(said, result.patients, result.classes, n_draws)
    return figures


def _over_folds(result: SystemResult, statistic: WeightedStatistic, n_draws: int) -> dict[str, Any]:
    weights = np.stack([result.predictions.run == place for place in range(len(result.folds))])
    per_fold = statistic(weights.astype(np.float64))
    draws = PatientDraws.of(result.patients, n_draws)
    return spread(result.folds, per_fold) | {"pooled": draws.interval(statistic).to_json()}


def calibration_figures(result: SystemResult) -> dict[str, Any]:
    """Brier score, log loss and calibration error on tested records, before and after calibration.

    Both are of the records whose fold has a calibrator; where no fold has one, of all, and `after` is None.
    """
    folds = calibrate_folds(result)
    calibrated = calibrated_probabilities(result, folds)
    outcome, scores = outcomes(result.predictions.probabilities, result.predictions.targets)
    known = ~np.isnan(calibrated)
    judged = known if known.any() else np.ones_like(known)
    return {
        "of": result.positives if result.is_binary else "the class that was called",
        "n_records": int(judged.sum()),
        "before": reliability(outcome[judged], scores[judged]).to_json(),
        "after": reliability(outcome[known], calibrated[known]).to_json() if known.any() else None,
        "folds": {str(fold): _fold_json(each) for fold, each in zip(result.folds, folds, strict=True)},
    }


def _fold_json(fold: CalibratedFold) -> dict[str, Any]:
    if fold.calibrator is None:
        return {"calibrator": None, "why_none": fold.why_none}
    judged = {method: round(value, 4) for method, value in fold.judged.items()}
    return {"calibrator": fold.calibrator.to_json(), "cross_validated_brier": judged}


def write_metrics(path: Path, metrics: dict[str, Any]) -> None:
    """metrics.json; what could not be computed (NaN) is null."""
    text = json.dumps(known_only(metrics), indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def known_only(values: Any) -> Any:
    """The same values with None for every number that is not finite."""
    if isinstance(values, dict):
        return {key: known_only(value) for key, value in values.items()}
    if isinstance(values, list | tuple):
        return [known_only(value) for value in values]
    if isinstance(values, float | np.floating) and not math.isfinite(values):
        return None
    return values
