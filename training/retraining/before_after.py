"""What readings changed: two networks on one split, judged on the same test records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from training.data.folds import Split
from training.data.prepared_set import PreparedSet
from training.figures.evaluate import auc, best_f1_threshold, bootstrap
from training.retraining.merge import Merged, merged_split
from training.systems.recipes import Recipe
from training.trials.cross_validate import record_probabilities, train_on

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]


class NothingToJudgeError(Exception):
    """Reviewed patients leave no positive or no negative record to judge on; one plain sentence."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Scores (n,) of the same test records without and with the readings, and the base set's own labels.

    `threshold` is that of the network trained with the readings, chosen on the validation records.
    """

    patients: tuple[str, ...]
    targets: IntArray = field(repr=False)
    before: FloatArray = field(repr=False)
    after: FloatArray = field(repr=False)
    threshold: float

    def figures(self) -> dict[str, Any]:
        """Both AUCs and their difference with its interval, with the counts that they rest on."""
        return {
            "test": {
                "n_records": int(self.targets.size),
                "n_positive": int(self.targets.sum()),
                "n_patients": len(set(self.patients)),
            },
            "auc_before": round(auc(self.targets, self.before), 4),
            "auc_after": round(auc(self.targets, self.after), 4),
            "auc_difference": bootstrap(self._difference, self.patients).to_json(),
        }

    def _difference(self, rows: IntArray) -> float:
        return auc(self.targets[rows], self.after[rows]) - auc(self.targets[rows], self.before[rows])


def compare(recipe: Recipe, base: PreparedSet, merged: Merged) -> Comparison:
    """Train without and with the readings and score the test records, none of a reviewed patient.

    Raises NothingToJudgeError when validation or test has lost one of the classes, LeakageError when a
    signal or a patient is on both sides.
    """
    split = merged_split(recipe, base, merged)
    targets = recipe.targets(base)
    _refuse_one_class(targets, split)
    rows_before = split.train[split.train < len(base)]
    before = train_on(recipe, base, rows_before, f"{recipe.name} before")
    after = train_on(recipe, merged.prepared, split.train, f"{recipe.name} after")
    validation = record_probabilities(recipe, base, after, split.validation)[:, 1]
    return Comparison(
        patients=tuple(base.records[row].patient for row in split.test),
        targets=targets[split.test],
        before=record_probabilities(recipe, base, before, split.test)[:, 1],
        after=record_probabilities(recipe, base, after, split.test)[:, 1],
        threshold=best_f1_threshold(targets[split.validation], validation),
    )


def _refuse_one_class(targets: IntArray, split: Split) -> None:
    for name, rows in (("validation", split.validation), ("test", split.test)):
        if len(np.unique(targets[rows])) < 2:
            raise NothingToJudgeError(
                f"Without the reviewed patients the base set's {name} part has no positive or no negative "
                "record left: use a larger base set."
            )
