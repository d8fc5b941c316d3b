"""What readings changed: networks without and with them, each scoring the same records outside its folds."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from training.data.folds import IntArray, Split
from training.data.prepared_set import PreparedSet
from training.figures.evaluate import best_f1_threshold
from training.retraining.gold import Gold
from training.retraining.merge import Merged
from training.retraining.networks import Network, Workshop
from training.retraining.rotations import rotation
from training.systems.recipes import Recipe
from training.trials.cross_validate import record_probabilities

FloatArray = npt.NDArray[np.float32]


class NothingToJudgeError(Exception):
    """The folds leave no positive or no negative record to choose thresholds on; one plain sentence."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What one system says of records (n,): probabilities (n, n_classes) and the class it decides on (n,)."""

    probabilities: FloatArray = field(repr=False)
    decided: IntArray = field(repr=False)

    def take(self, chosen: npt.NDArray[np.bool_] | IntArray) -> Answers:
        """The same for some of the records."""
        return Answers(self.probabilities[chosen], self.decided[chosen])


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """Answers without and with the readings, on the tested rows (n,) of the merged set and on the gold set.

    A gold record's answer is the mean of the rotations' networks. `validation` are the targets and the
    probabilities of the networks 'after' on their validation folds: what thresholds are chosen on.
    """

    rows: IntArray = field(repr=False)
    before: Answers
    after: Answers
    gold_before: Answers
    gold_after: Answers
    validation: tuple[IntArray, FloatArray] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Trial:
    """What is compared: `fine_tuned` is the recipe of the networks 'after' where they start from 'before'."""

    recipe: Recipe
    base: PreparedSet = field(repr=False)
    merged: Merged = field(repr=False)
    folds: IntArray = field(repr=False)
    gold: Gold
    n_rotations: int
    fine_tuned: Recipe | None = None


@dataclass(frozen=True, slots=True)
class _Run:
    test: IntArray
    before: Answers
    after: Answers
    gold_before: Answers
    gold_after: Answers
    validation: tuple[IntArray, FloatArray]


def compare(trial: Trial, workshop: Workshop) -> BeforeAfter:
    """Train without and with the readings, rotation by rotation, and score what neither network has seen.

    Raises NothingToJudgeError when a validation part has records of one class only, LeakageError when a
    signal, a patient or a gold record is on both sides.
    """
    splits = [rotation(trial.merged, trial.folds, trial.gold, run) for run in range(trial.n_rotations)]
    for split in splits:
        _refuse_one_class(trial, split)
    runs = [_run(trial, split, workshop) for split in splits]
    return BeforeAfter(
        np.concatenate([run.test for run in runs]),
        _joined([run.before for run in runs]),
        _joined([run.after for run in runs]),
        _mean([run.gold_before for run in runs]),
        _mean([run.gold_after for run in runs]),
        (
            np.concatenate([run.validation[0] for run in runs]),
            np.concatenate([run.validation[1] for run in runs]),
        ),
    )


def _run(trial: Trial, split: Split, workshop: Workshop) -> _Run:
    recipe, together = trial.recipe, trial.merged.prepared
    which = f"test part {split.run + 1} of {trial.n_rotations}"
    before = workshop.trained(
        f"Training without the readings, {which}", recipe, trial.base, _base_rows(trial, split.train)
    )
    rows = np.intersect1d(split.train, recipe.training_rows(together))
    after_recipe, start = (recipe, None) if trial.fine_tuned is None else (trial.fine_tuned, before)
    after = workshop.trained(f"Training with the readings, {which}", after_recipe, together, rows, start)
    workshop.stages.at(f"Judging both networks, {which}")
    test = np.intersect1d(split.test, _judged_rows(trial))
    validation = np.intersect1d(split.validation, recipe.usable_rows(together))
    old = np.intersect1d(
        split.validation[split.validation < trial.merged.n_base], recipe.usable_rows(trial.base)
    )
    before_threshold = _threshold(recipe, trial.base, before, old)[0]
    after_threshold, seen = _threshold(recipe, together, after, validation)
    return _Run(
        test,
        _answers(recipe, together, before, test, before_threshold),
        _answers(recipe, together, after, test, after_threshold),
        _answers(recipe, together, before, trial.gold.rows, before_threshold),
        _answers(recipe, together, after, trial.gold.rows, after_threshold),
        (recipe.targets(together)[validation], seen),
    )


def _base_rows(trial: Trial, train: IntArray) -> IntArray:
    return np.intersect1d(train[train < trial.merged.n_base], trial.recipe.training_rows(trial.base))


def _judged_rows(trial: Trial) -> IntArray:
    """Rows with a label for this task, be it the base set's own or a reading's."""
    return np.union1d(trial.recipe.usable_rows(trial.base), trial.recipe.usable_rows(trial.merged.prepared))


def _threshold(
    recipe: Recipe, prepared: PreparedSet, network: Network, rows: IntArray
) -> tuple[float | None, FloatArray]:
    """The best F1's threshold on these rows (None with more than two classes), and their probabilities."""
    probabilities = record_probabilities(recipe, prepared, network.net, rows)
    if len(recipe.classes) > 2:
        return None, probabilities
    return best_f1_threshold(recipe.targets(prepared)[rows], probabilities[:, 1]), probabilities


def _answers(
    recipe: Recipe, prepared: PreparedSet, network: Network, rows: IntArray, threshold: float | None
) -> Answers:
    probabilities = record_probabilities(recipe, prepared, network.net, rows)
    if threshold is None:
        return Answers(probabilities, probabilities.argmax(axis=1).astype(np.int64))
    return Answers(probabilities, (probabilities[:, 1] >= threshold).astype(np.int64))


def _joined(parts: list[Answers]) -> Answers:
    return Answers(
        np.concatenate([part.probabilities for part in parts]),
        np.concatenate([part.decided for part in parts]),
    )


def _mean(parts: list[Answers]) -> Answers:
    """Mean probabilities, and the decision of most networks; the rotations are an odd number."""
    mean = np.stack([part.probabilities for part in parts]).mean(axis=0, dtype=np.float32)
    votes = np.array([part.decided for part in parts])
    n_classes = mean.shape[1]
    counts = np.array([(votes == k).sum(axis=0) for k in range(n_classes)])
    return Answers(mean, counts.argmax(axis=0).astype(np.int64))


def _refuse_one_class(trial: Trial, split: Split) -> None:
    together = trial.merged.prepared
    rows = np.intersect1d(split.validation, trial.recipe.usable_rows(together))
    if len(np.unique(trial.recipe.targets(together)[rows])) < 2:
        raise NothingToJudgeError(
            f"The validation records of test part {split.run + 1} are all of one class, so that no "
            "threshold can be chosen: use a larger base set."
        )
