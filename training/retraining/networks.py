"""The networks of a retraining: trained from scratch or fine-tuned, and taken up again when finished."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from inference.nets import build_net
from inference.whole_file import replacing
from training.data.folds import IntArray
from training.data.inputs import PreparedSet
from training.fitting.fit import Batch, FitData, fit
from training.retraining.stages import Stages
from training.systems.recipes import Recipe

FINE_TUNING_EPOCHS: Final = 1 / 3
"""Part of the recipe's epochs for a network that has learned most of it already."""
FINE_TUNING_RATE: Final = 0.1
"""Part of the recipe's highest learning rate: high enough to move, too low to forget the base set."""
_KEY_LETTERS: Final = 16


@dataclass(frozen=True, slots=True)
class Network:
    """A trained network, in eval mode on the CPU, and a key that no other weights have."""

    net: nn.Module = field(repr=False)
    key: str


@dataclass(frozen=True, slots=True)
class Workshop:
    """Trains networks and keeps each in `folder`, so that an interrupted run goes on where it was."""

    folder: Path
    stages: Stages

    def trained(
        self, what: str, recipe: Recipe, prepared: PreparedSet, rows: IntArray, start: Network | None = None
    ) -> Network:
        """A network trained on these rows, from scratch or from another's weights; or the kept one."""
        key = _key(recipe, prepared, rows, start)
        path = self.folder / f"{key}.safetensors"
        if path.exists():
            self.stages.taken_up(what)
            return Network(_kept(recipe, path), key)
        checkpoint = path.with_suffix(".checkpoint")
        self.folder.mkdir(parents=True, exist_ok=True)
        net = self._fitted(what, recipe, prepared, rows, start, checkpoint)
        self._keep(path, net)
        checkpoint.unlink(missing_ok=True)
        self.stages.trained()
        return Network(net, key)

    def _fitted(
        self,
        what: str,
        recipe: Recipe,
        prepared: PreparedSet,
        rows: IntArray,
        start: Network | None,
        checkpoint: Path,
    ) -> nn.Module:
        torch.manual_seed(recipe.settings.seed)
        if start is None:
            net = build_net(recipe.arch, len(recipe.classes))
        else:
            net = copy.deepcopy(start.net).requires_grad_(True)
        n_steps = recipe.steps_per_epoch(prepared, rows)
        n_done = 0

        def epoch(rng: np.random.Generator) -> Iterator[Batch]:
            nonlocal n_done
            total = n_steps * recipe.settings.epochs
            yield from self.stages.training(what, recipe.batches(prepared, rows, rng), n_done, total)
            n_done += n_steps

        data = FitData(epoch, n_steps, class_weights=recipe.class_weights(prepared, rows))
        return fit(net, data, recipe.settings, label=what, checkpoint=checkpoint).net

    def _keep(self, path: Path, net: nn.Module) -> None:
        with replacing(path) as part:
            save_file({name: tensor.contiguous() for name, tensor in net.state_dict().items()}, part)


def fine_tuning(recipe: Recipe, epochs: int | None) -> Recipe:
    """The recipe with fewer epochs (or these) and a lower rate, for a network that does not start anew."""
    settings = recipe.settings
    fewer = max(1, round(settings.epochs * FINE_TUNING_EPOCHS)) if epochs is None else epochs
    gentle = replace(
        settings, epochs=fewer, highest_learning_rate=settings.highest_learning_rate * FINE_TUNING_RATE
    )
    return replace(recipe, settings=gentle)  # type: ignore[type-var]


def _kept(recipe: Recipe, path: Path) -> nn.Module:
    net = build_net(recipe.arch, len(recipe.classes))
    net.load_state_dict(load_file(path))
    return net.eval()


def _key(recipe: Recipe, prepared: PreparedSet, rows: IntArray, start: Network | None) -> str:
    """Changes with the recipe, its settings, the signals, their labels, and the weights to start from."""
    digest = hashlib.sha256(f"{recipe!r}|{start.key if start else 'anew'}".encode())
    targets = recipe.targets(prepared)
    for row in rows:
        digest.update(f"{prepared.sha256[row]}|{targets[row]}".encode())
        digest.update(np.ascontiguousarray(prepared.inputs[row]).tobytes())
    return digest.hexdigest()[:_KEY_LETTERS]
