"""One number for a validation fold, by which epochs are chosen and learning rates lowered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, roc_auc_score

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


class DivergedError(Exception):
    """A fit whose weights grew beyond all numbers; one plain sentence."""


@dataclass(frozen=True, slots=True)
class Score:
    """AUC, average precision and mean negative log-likelihood of a validation fold."""

    auc: float
    ap: float
    loss: float

    @property
    def value(self) -> float:
        """Two thirds AUC and one third average precision (arXiv 2405.09567)."""
        return (2.0 * self.auc + self.ap) / 3.0


def score(targets: IntArray, probabilities: FloatArray) -> Score:
    """Of (n, n_classes) probabilities; with more than two classes AUC and AP are means over the classes.

    A class without a record, or with all of them, has neither and is left out of the means; NaN where no
    class is left. Raises DivergedError for a probability that is no number.
    """
    if not np.isfinite(probabilities).all():
        raise DivergedError(
            "The network gives no number any more: lower highest_learning_rate and begin again."
        )
    n_classes = probabilities.shape[1]
    judged = [1] if n_classes == 2 else list(range(n_classes))
    present = [k for k in judged if 0 < (targets == k).sum() < targets.size]
    chosen = np.clip(probabilities[np.arange(targets.size), targets], 1e-7, 1.0)
    loss = float(-np.log(chosen).mean()) if targets.size else float("nan")
    if not present:
        return Score(float("nan"), float("nan"), loss)
    aucs = [roc_auc_score(targets == k, probabilities[:, k]) for k in present]
    aps = [average_precision_score(targets == k, probabilities[:, k]) for k in present]
    return Score(float(np.mean(aucs)), float(np.mean(aps)), loss)
