"""The random forest on engineered features: settings with their reasons, fit, probabilities, importance.

It works on features as an array, (n, n_features) float32 with NaN where something was not found:
scikit-learn's trees send NaN to the side that served best in training, so nothing is filled in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import RandomForestClassifier
from sklearn.inspection import permutation_importance

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
_N_SHUFFLES: Final = 5


@dataclass(frozen=True, slots=True)
class ForestSettings:
    """The final forest of the ECG-SMART code (github.com/nateriek/ecg-smart-net).

    It was chosen there, among others, by the harmonic mean of AUC and AP. Out-of-bag scoring, on in that
    code, changes no tree and is left off here.
    """

    n_trees: int = 50
    criterion: str = "entropy"
    features_per_split: str = "log2"
    smallest_split: float = 0.001
    smallest_leaf: float = 0.001
    """As shares of the training rows."""
    pruning: float = 0.001
    """Cost-complexity α of each tree."""
    rows_per_tree: float = 0.75
    class_weight: str = "balanced_subsample"
    seed: int = 0


@dataclass(frozen=True, slots=True)
class FittedForest:
    """A fitted forest and how many classes it answers for."""

    settings: ForestSettings
    n_classes: int
    model: RandomForestClassifier = field(repr=False)


@dataclass(frozen=True, slots=True)
class FeatureDrop:
    """How much a score falls when one feature is shuffled among the rows: mean and deviation of the falls."""

    feature: str
    drop: float
    deviation: float


def fit_forest(
    features: FloatArray,
    targets: IntArray,
    settings: ForestSettings = ForestSettings(),
    n_classes: int | None = None,
) -> FittedForest:
    """Fit a forest to (n, n_features) and class indices (n,).

    `n_classes` is one more than the largest target where it is not given; a class that no row has gets
    probability 0. Raises ValueError when the rows are of one class: there is nothing to tell apart.
    """
    if np.unique(targets).size < 2:
        raise ValueError("A forest needs training rows of two classes or more.")
    model = RandomForestClassifier(
        n_estimators=settings.n_trees,
        criterion=settings.criterion,
        max_features=settings.features_per_split,
        min_samples_split=settings.smallest_split,
        min_samples_leaf=settings.smallest_leaf,
        ccp_alpha=settings.pruning,
        max_samples=settings.rows_per_tree,
        class_weight=settings.class_weight,
        random_state=settings.seed,
        # Starting workers costs more than one record's answer.
        n_jobs=1,
    )
    model.fit(features, targets)
    return FittedForest(settings, n_classes or int(targets.max()) + 1, model)


def forest_probabilities(fitted: FittedForest, features: FloatArray) -> FloatArray:
    """Class probabilities (n, n_classes) of rows (n, n_features): the mean of the trees' leaf shares."""
    probabilities = np.zeros((features.shape[0], fitted.n_classes), dtype=np.float32)
    probabilities[:, fitted.model.classes_] = fitted.model.predict_proba(features)
    return probabilities


def feature_importance(
    fitted: FittedForest,
    features: FloatArray,
    targets: IntArray,
    names: Sequence[str],
    n_shuffles: int = _N_SHUFFLES,
) -> list[FeatureDrop]:
    """Permutation importance (Breiman 2001) on rows that were not trained on, largest drop first.

    The score is the AUC for two classes, else the balanced accuracy. Of two features that say the same,
    either can stand in for the other, so both show a small drop.
    """
    found = permutation_importance(
        fitted.model,
        features,
        targets,
        scoring="roc_auc" if fitted.n_classes == 2 else "balanced_accuracy",
        n_repeats=n_shuffles,
        random_state=fitted.settings.seed,
        n_jobs=1,
    )
    table = [
        FeatureDrop(name, float(drop), float(deviation))
        for name, drop, deviation in zip(names, found.importances_mean, found.importances_std, strict=True)
    ]
    return sorted(table, key=lambda row: -row.drop)
