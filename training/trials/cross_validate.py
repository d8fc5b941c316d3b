"""Cross-validation runs that can be interrupted: each run's predictions are kept as they are made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from inference.nets import build_net
from training.data.folds import Split, make_splits
from training.data.inputs import PreparedSet
from training.figures.out_of_fold import OutOfFold
from training.fitting.fit import fit, predict_probabilities
from training.systems.recipes import Recipe

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


def cross_validate(recipe: Recipe, prepared: PreparedSet, folder: Path, n_runs: int) -> OutOfFold:
    """Train and test the first `n_runs` of the five rotations, or take finished ones from `folder`."""
    splits = make_splits(prepared.records, prepared.sha256, recipe.strata(prepared))[:n_runs]
    folder.mkdir(parents=True, exist_ok=True)
    targets = recipe.targets(prepared)
    results = []
    for split in splits:
        rows = _usable(recipe, prepared, split)
        path = folder / f"run{split.run}.npz"
        if not path.exists():
            net = train_on(recipe, prepared, rows.train, f"{recipe.name} run {split.run + 1}/{n_runs}")
            validation = record_probabilities(recipe, prepared, net, rows.validation)
            test = record_probabilities(recipe, prepared, net, rows.test)
            np.savez(
                path, test_rows=rows.test, test=test, validation_rows=rows.validation, validation=validation
            )
        results.append(dict(np.load(path, allow_pickle=False)))
    return OutOfFold(
        rows=np.concatenate([result["test_rows"] for result in results]),
        probabilities=np.concatenate([result["test"] for result in results]),
        targets=np.concatenate([targets[result["test_rows"]] for result in results]),
        run=np.concatenate([np.full(result["test_rows"].size, k) for k, result in enumerate(results)]),
        validation=tuple((result["validation"], targets[result["validation_rows"]]) for result in results),
    )


def _usable(recipe: Recipe, prepared: PreparedSet, split: Split) -> Split:
    usable = recipe.usable_rows(prepared)
    return Split(
        split.run,
        np.intersect1d(split.train, usable),
        np.intersect1d(split.validation, usable),
        np.intersect1d(split.test, usable),
    )


def train_on(recipe: Recipe, prepared: PreparedSet, rows: IntArray, label: str) -> nn.Module:
    """A fresh network trained on these rows, in eval mode on the CPU."""
    torch.manual_seed(recipe.settings.seed)
    net = build_net(recipe.arch, len(recipe.classes))
    return fit(
        net,
        lambda rng: recipe.batches(prepared, rows, rng),
        recipe.steps_per_epoch(prepared, rows),
        recipe.settings,
        name=label,
    )


def record_probabilities(recipe: Recipe, prepared: PreparedSet, net: nn.Module, rows: IntArray) -> FloatArray:
    """Probabilities per record, averaged over a record's windows: (n_rows, n_classes)."""
    per_record = [
        predict_probabilities(net, recipe.test_inputs(prepared, int(row))).mean(axis=0) for row in rows
    ]
    return np.asarray(per_record, dtype=np.float32).reshape(len(rows), len(recipe.classes))
