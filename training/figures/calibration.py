"""From a network's probability to one that can be believed: Platt or isotonic, fitted on validation only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.floating]
Method = Literal["platt", "isotonic"]
METHODS: Final[tuple[Method, ...]] = ("platt", "isotonic")
N_PARTS: Final = 5
FEWEST_PER_PART: Final = 2
"""Records of each class per part of the choice; with fewer there is nothing to choose by, and Platt it is."""
_SEED: Final = 11
_CLIP: Final = 1e-6
_UNREGULARISED: Final = 1e6


class CalibrationError(Exception):
    """Validation records that no calibrator can be fitted on; one plain sentence."""


@dataclass(frozen=True, slots=True)
class Calibrator:
    """A fitted calibration as plain numbers.

    Platt: `x` = (slope,), `y` = (intercept,) of the logistic curve over the logit of the probability.
    Isotonic: the corners of the rising line that is read between them. Both fields have equal length.
    """

    method: Method
    x: tuple[float, ...]
    y: tuple[float, ...]

    def __call__(self, scores: FloatArray) -> npt.NDArray[np.float64]:
        """Calibrated probabilities (n,) of probabilities (n,)."""
        if self.method == "platt":
            line = self.x[0] * logit(scores) + self.y[0]
            calibrated: npt.NDArray[np.float64] = 1.0 / (1.0 + np.exp(-line))
            return calibrated
        return np.interp(scores.astype(np.float64), self.x, self.y)

    def to_json(self) -> dict[str, Any]:
        return {"method": self.method, "x": list(self.x), "y": list(self.y)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Calibrator:
        """Inverse of `to_json`. Raises CalibrationError for a method that this version does not know."""
        if values.get("method") not in METHODS:
            raise CalibrationError(
                f"This version does not know the calibration '{values.get('method')}': train it again."
            )
        return cls(values["method"], tuple(values["x"]), tuple(values["y"]))


def logit(scores: FloatArray) -> npt.NDArray[np.float64]:
    """log(p / (1 - p)) of probabilities kept a millionth away from 0 and 1."""
    kept = np.clip(scores.astype(np.float64), _CLIP, 1.0 - _CLIP)
    return np.asarray(np.log(kept / (1.0 - kept)))


def fit_calibrator(
    targets: IntArray, scores: FloatArray, patients: Sequence[str]
) -> tuple[Calibrator, dict[Method, float]]:
    """The better of Platt and isotonic on validation records (n,), and the Brier score that chose.

    Each method is fitted on four fifths of the patients and judged on the last fifth, in turn; the one with
    the lower Brier score is then fitted on all. The Brier score and not the log loss, because isotonic
    regression answers 0 and 1, and one record wrong at 0 makes an infinite log loss.
    Raises CalibrationError when validation lacks a class.
    """
    if len(np.unique(targets)) < 2:
        raise CalibrationError(
            f"The {targets.size} validation records are all of one class, so that nothing can be calibrated: "
            "use a fold with both."
        )
    judged = _cross_validated_brier(targets, scores, patients)
    best = min(judged, key=lambda method: judged[method], default=METHODS[0])
    return fit_method(best, targets, scores), judged


def _cross_validated_brier(
    targets: IntArray, scores: FloatArray, patients: Sequence[str]
) -> dict[Method, float]:
    """Brier score of each method over the parts; empty where there is too little to choose by."""
    groups = np.asarray(patients)
    least = min(np.unique(groups[targets == label]).size for label in (0, 1))
    if least < N_PARTS * FEWEST_PER_PART:
        return {}
    parts = StratifiedGroupKFold(N_PARTS, shuffle=True, random_state=_SEED)
    calibrated = {method: np.full(targets.size, np.nan) for method in METHODS}
    for fitted, judged in parts.split(scores, targets, groups):
        if len(np.unique(targets[fitted])) < 2:
            return {}
        for method in METHODS:
            calibrator = fit_method(method, targets[fitted], scores[fitted])
            calibrated[method][judged] = calibrator(scores[judged])
    return {method: brier(targets, values) for method, values in calibrated.items()}


def fit_method(method: Method, targets: IntArray, scores: FloatArray) -> Calibrator:
    """This method fitted on these records (n,), both classes among them."""
    if method == "isotonic":
        fitted = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(
            scores.astype(np.float64), targets
        )
        return Calibrator("isotonic", _plain(fitted.X_thresholds_), _plain(fitted.y_thresholds_))
    return _platt(targets, scores)


def _platt(targets: IntArray, scores: FloatArray) -> Calibrator:
    """Platt 1999: a logistic fit to targets drawn in from 0 and 1, so that separable records have one too."""
    n_positive, n_negative = int(targets.sum()), int((targets == 0).sum())
    soft = np.where(targets == 1, (n_positive + 1) / (n_positive + 2), 1 / (n_negative + 2))
    # Each record stands twice, once as either class, weighted by its soft target.
    column = np.tile(logit(scores), 2)[:, None]
    labels = np.repeat([1, 0], targets.size)
    model = LogisticRegression(C=_UNREGULARISED, max_iter=1000)
    model.fit(column, labels, sample_weight=np.concatenate([soft, 1 - soft]))
    return Calibrator("platt", _plain(model.coef_[0]), _plain(model.intercept_))


def _plain(values: npt.NDArray[np.floating]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def brier(targets: IntArray, probabilities: FloatArray) -> float:
    """Mean squared distance of probability and outcome."""
    return float(np.mean((probabilities.astype(np.float64) - targets) ** 2))


def log_loss(targets: IntArray, probabilities: FloatArray) -> float:
    """Mean negative log likelihood, probabilities kept a millionth away from 0 and 1."""
    kept = np.clip(probabilities.astype(np.float64), _CLIP, 1.0 - _CLIP)
    return float(-np.mean(np.where(targets == 1, np.log(kept), np.log(1.0 - kept))))
