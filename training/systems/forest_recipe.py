"""The random forest as a system: what it sees of a record are the engineered features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.data.columns import Column
from training.data.measured_columns import FEATURES
from training.data.prepared_set import PreparedSet
from training.systems.asked import Asked
from training.systems.forest import FittedForest, ForestSettings, fit_forest, forest_probabilities

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ForestRecipe(Asked):
    """A forest for a question; it needs no validation rows, which only set thresholds."""

    forest: ForestSettings = ForestSettings()

    @property
    def more_columns(self) -> tuple[Column, ...]:
        return (FEATURES,)

    def fitted(self, prepared: PreparedSet, rows: IntArray) -> FittedForest:
        """Fitted to these rows. Raises ValueError when they are of one class."""
        targets = self.targets(prepared)[rows]
        return fit_forest(_features(prepared, rows), targets, self.forest, len(self.classes))

    def probabilities(self, fitted: FittedForest, prepared: PreparedSet, rows: IntArray) -> FloatArray:
        """(n_rows, n_classes)."""
        return forest_probabilities(fitted, _features(prepared, rows))


def _features(prepared: PreparedSet, rows: IntArray) -> FloatArray:
    return np.asarray(prepared.column("features")[rows], dtype=np.float32)
