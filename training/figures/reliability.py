"""Is a probability of 0.7 right seven times in ten? Bins, Brier score and expected calibration error."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from training.figures.calibration import (
    CalibrationError,
    Calibrator,
    Method,
    brier,
    fit_calibrator,
    log_loss,
)
from training.figures.system_result import SystemResult

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.floating]
N_BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """The records whose probability lies in one tenth of 0..1: their mean probability and outcome."""

    low: float
    high: float
    n_records: int
    mean_probability: float
    observed: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far probabilities are from what happened; bins without a record are left out."""

    brier: float
    log_loss: float
    expected_calibration_error: float
    bins: tuple[Bin, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "brier": round(self.brier, 4),
            "log_loss": round(self.log_loss, 4),
            "expected_calibration_error": round(self.expected_calibration_error, 4),
            "bins": [asdict(each) for each in self.bins],
        }


@dataclass(frozen=True, slots=True)
class CalibratedFold:
    """The calibrator of one fold; None with the sentence `why_none`."""

    calibrator: Calibrator | None
    judged: dict[Method, float]
    why_none: str = ""


def reliability(targets: IntArray, probabilities: FloatArray) -> Reliability:
    """Ten bins of equal width over probabilities (n,) of outcomes (n,) 0 or 1.

    Expected calibration error as in Naeini 2015 and Guo 2017: the bins' distances between mean probability
    and observed frequency, weighted by their records.
    """
    places = np.minimum((probabilities * N_BINS).astype(np.int64), N_BINS - 1)
    bins = tuple(_bin(int(k), targets[places == k], probabilities[places == k]) for k in np.unique(places))
    distance = sum(each.n_records * abs(each.mean_probability - each.observed) for each in bins)
    return Reliability(
        brier(targets, probabilities), log_loss(targets, probabilities), distance / targets.size, bins
    )


def _bin(k: int, targets: IntArray, probabilities: FloatArray) -> Bin:
    return Bin(
        low=k / N_BINS,
        high=(k + 1) / N_BINS,
        n_records=int(targets.size),
        mean_probability=round(float(probabilities.mean()), 4),
        observed=round(float(targets.mean()), 4),
    )


def outcomes(probabilities: FloatArray, targets: IntArray) -> tuple[IntArray, FloatArray]:
    """What is calibrated of probabilities (n, n_classes): outcome (n,) 0 or 1, and its probability (n,).

    Of two classes the positive one; of more the class that was called, and whether the call is right.
    """
    if probabilities.shape[1] == 2:
        return targets, probabilities[:, 1]
    guessed = probabilities.argmax(axis=1)
    return (guessed == targets).astype(np.int64), probabilities.max(axis=1)


def calibrate_folds(result: SystemResult) -> tuple[CalibratedFold, ...]:
    """The calibrator of each of a system's folds, fitted on the fold's validation records."""
    folds = []
    for (probabilities, targets), patients in zip(
        result.predictions.validation, result.validation_patients, strict=True
    ):
        outcome, scores = outcomes(probabilities, targets)
        try:
            folds.append(CalibratedFold(*fit_calibrator(outcome, scores, patients)))
        except CalibrationError as error:
            folds.append(CalibratedFold(None, {}, str(error)))
    return tuple(folds)


def calibrated_probabilities(
    result: SystemResult, folds: tuple[CalibratedFold, ...]
) -> npt.NDArray[np.float64]:
    """Of each tested record, by its own fold's calibrator: (n,), NaN where that fold has none."""
    _, scores = outcomes(result.predictions.probabilities, result.predictions.targets)
    calibrated = np.full(scores.size, np.nan)
    for place, fold in enumerate(folds):
        tested = result.predictions.run == place
        if fold.calibrator is not None:
            calibrated[tested] = fold.calibrator(scores[tested])
    return calibrated
