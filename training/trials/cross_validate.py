"""A network fitted and judged on folds; what is finished is kept, what was cut off goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from inference.nets import build_net
from training.data.folds import Split
from training.data.prepared_set import PreparedSet
from training.figures.aggregate_saliency import AggregateSaliency, aggregate, combined, raw_saliency
from training.fitting.fit import EVALUATION_BATCH, FitData, Fitted, fit, predict_probabilities
from training.fitting.processes import ALONE, Processes, wait_for_all
from training.fitting.progress import OnStep, print_step
from training.systems.forest import FittedForest
from training.systems.forest_recipe import ForestRecipe
from training.systems.recipes import Recipe
from training.systems.registry import System
from training.trials.fold_files import FoldHistory, is_finished, write_fold

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
_SALIENCY_ROWS: Final = 256


class NothingToLearnError(Exception):
    """Training records of one class only; one plain sentence."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Of a fit: which processes take part, and whom it tells how far it is."""

    processes: Processes = ALONE
    on_step: OnStep = print_step


class Judged(Protocol):
    """A fitted system, whatever it is made of; `history` has an entry per epoch where there are any."""

    @property
    def history(self) -> tuple[dict[str, float], ...]: ...
    @property
    def kept_epoch(self) -> int: ...
    @property
    def seconds(self) -> float: ...

    def probabilities(self, prepared: PreparedSet, rows: IntArray) -> FloatArray:
        """Of these records, (n_rows, n_classes)."""


@dataclass(frozen=True, slots=True)
class FittedNetwork:
    """A network with its recipe, which knows what it sees of a record."""

    recipe: Recipe
    fitted: Fitted

    @property
    def history(self) -> tuple[dict[str, float], ...]:
        return self.fitted.history

    @property
    def kept_epoch(self) -> int:
        return self.fitted.kept_epoch

    @property
    def seconds(self) -> float:
        return self.fitted.seconds

    def probabilities(self, prepared: PreparedSet, rows: IntArray) -> FloatArray:
        return record_probabilities(self.recipe, prepared, self.fitted.net, rows)


@dataclass(frozen=True, slots=True)
class FittedTrees:
    """A random forest with its recipe."""

    recipe: ForestRecipe
    fitted: FittedForest
    seconds: float
    history: tuple[dict[str, float], ...] = ()
    kept_epoch: int = 0

    def probabilities(self, prepared: PreparedSet, rows: IntArray) -> FloatArray:
        return self.recipe.probabilities(self.fitted, prepared, rows)


def finished_folds(
    recipe: System, prepared: PreparedSet, splits: Sequence[Split], around: Surroundings, folder: Path
) -> Iterator[list[int]]:
    """Fit and test on every split that is not finished in `folder`; after each, the runs finished so far."""
    folder.mkdir(parents=True, exist_ok=True)
    for k, split in enumerate(splits, start=1):
        if not is_finished(folder, split.run):
            label = f"{recipe.name} fold {k} of {len(splits)}"
            _run_fold(recipe, prepared, usable(recipe, prepared, split), around, folder, label)
        wait_for_all(around.processes)
        yield [each.run for each in splits[:k]]


def _run_fold(
    recipe: System, prepared: PreparedSet, split: Split, around: Surroundings, folder: Path, label: str
) -> None:
    checkpoint = folder / f"fold{split.run}.checkpoint"
    model = fitted_system(recipe, prepared, split, label, around, checkpoint)
    history = FoldHistory(model.kept_epoch, model.seconds, model.history)
    validation = model.probabilities(prepared, split.validation)
    test = model.probabilities(prepared, split.test)
    if around.processes.is_first:
        saliency = _positives_saliency(model, prepared, split.test)
        write_fold(folder, split, test, validation, history, saliency)
        checkpoint.unlink(missing_ok=True)


def _positives_saliency(model: Judged, prepared: PreparedSet, rows: IntArray) -> AggregateSaliency | None:
    """What a two-class network on beats looks at in the tested positives; None for other systems."""
    if not isinstance(model, FittedNetwork):
        return None
    recipe = model.recipe
    positives = rows[recipe.targets(prepared)[rows] == 1]
    if not recipe.spec.is_beat or len(recipe.classes) != 2 or not positives.size:
        return None
    first = recipe.spec.first_sample
    parts = []
    for start in range(0, positives.size, _SALIENCY_ROWS):
        some = positives[start : start + _SALIENCY_ROWS]
        inputs = np.concatenate([recipe.test_inputs(prepared, int(row))[0] for row in some])
        beats_mv = np.asarray(prepared.beats_mv[some])[:, :, first : first + recipe.spec.n_samples]
        parts.append(aggregate(raw_saliency(model.fitted.net, inputs), beats_mv))
    return combined(parts)


def usable(recipe: System, prepared: PreparedSet, split: Split) -> Split:
    """The split without the rows that the question leaves out."""
    tested, trained = recipe.usable_rows(prepared), recipe.training_rows(prepared)
    return Split(
        split.run,
        np.intersect1d(split.train, trained),
        np.intersect1d(split.validation, tested),
        np.intersect1d(split.test, tested),
    )


def fitted_system(
    recipe: System,
    prepared: PreparedSet,
    split: Split,
    label: str,
    around: Surroundings,
    checkpoint: Path | None = None,
) -> Judged:
    """A fresh system fitted on the split's training rows.

    Raises NothingToLearnError when these rows are of one class.
    """
    if np.unique(recipe.targets(prepared)[split.train]).size < 2:
        raise NothingToLearnError(
            f"The training records of run {split.run + 1} are all of one class: add records of another."
        )
    if isinstance(recipe, ForestRecipe):
        start = time.perf_counter()
        forest = recipe.fitted(prepared, split.train)
        return FittedTrees(recipe, forest, time.perf_counter() - start)
    return fitted_network(recipe, prepared, split.train, split.validation, label, around, checkpoint)


def fitted_network(
    recipe: Recipe,
    prepared: PreparedSet,
    train: IntArray,
    validation: IntArray,
    label: str,
    around: Surroundings,
    checkpoint: Path | None = None,
) -> FittedNetwork:
    """A fresh network fitted on `train`; `validation` rows choose its epoch where the settings say so."""
    torch.manual_seed(recipe.settings.seed)
    net = build_net(recipe.arch, len(recipe.classes))
    targets = recipe.targets(prepared)
    data = FitData(
        batches=lambda rng: recipe.batches(prepared, train, rng),
        steps_per_epoch=recipe.steps_per_epoch(prepared, train),
        validate=lambda now: (
            record_probabilities(recipe, prepared, now, validation),
            targets[validation],
        ),
        class_weights=recipe.class_weights(prepared, train),
    )
    fitted = fit(
        net,
        data,
        recipe.settings,
        label=label,
        checkpoint=checkpoint,
        processes=around.processes,
        on_step=around.on_step,
    )
    return FittedNetwork(recipe, fitted)


def record_probabilities(recipe: Recipe, prepared: PreparedSet, net: nn.Module, rows: IntArray) -> FloatArray:
    """Probabilities per record, averaged over a record's windows: (n_rows, n_classes)."""
    parts = [np.zeros((0, len(recipe.classes)), np.float32)]
    for start in range(0, rows.size, EVALUATION_BATCH):
        inputs = [recipe.test_inputs(prepared, int(row)) for row in rows[start : start + EVALUATION_BATCH]]
        answers = predict_probabilities(net, np.concatenate(inputs))
        ends = np.cumsum([each.shape[0] for each in inputs])[:-1]
        parts += [part.mean(axis=0, keepdims=True) for part in np.split(answers, ends)]
    return np.concatenate(parts)
