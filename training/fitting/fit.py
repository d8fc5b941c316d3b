"""The one trainer: it takes batches, keeps a network, and goes on where it was cut off."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR, ReduceLROnPlateau

from training.fitting.checkpoint import Checkpoint, Weights, load_checkpoint, save_checkpoint
from training.fitting.device import autocast, pick_device
from training.fitting.processes import ALONE, Processes, from_the_first, spread, summed, wait_for_all
from training.fitting.progress import Clock, OnStep, Step, print_step
from training.fitting.score import Score, score
from training.fitting.settings import PLATEAU_FACTOR, PLATEAU_PATIENCE, FitSettings

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
Batch = tuple[FloatArray, IntArray]
EpochBatches = Callable[[np.random.Generator], Iterator[Batch]]
Validate = Callable[[nn.Module], tuple[FloatArray, IntArray]]
EVALUATION_BATCH: Final = 64
_SHORTEST_CYCLE: Final = 8
"""Steps below which a learning-rate cycle has no rise and fall."""


@dataclass(frozen=True, slots=True)
class FitData:
    """What a network is fitted on.

    `batches` draws one epoch of (x, class index) batches; `validate` gives (n, n_classes) probabilities
    and (n,) targets of the validation rows; `class_weights` (n_classes,) are those of the loss.
    """

    batches: EpochBatches
    steps_per_epoch: int
    validate: Validate | None = None
    class_weights: FloatArray | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A network in eval mode on the CPU, and how its fit went: one entry per epoch."""

    net: nn.Module
    history: tuple[dict[str, float], ...]
    kept_epoch: int
    seconds: float
    """Of all epochs, those before an interruption too."""


def fit(
    net: nn.Module,
    data: FitData,
    settings: FitSettings,
    *,
    label: str = "",
    checkpoint: Path | None = None,
    processes: Processes = ALONE,
    on_step: OnStep = print_step,
) -> Fitted:
    """Fits `net` in place.

    With a `checkpoint` file the fit is written there after each epoch and goes on from it. The draws of
    an epoch depend on the seed and the epoch alone.
    """
    run = _Run(net, data, settings, label, checkpoint, processes, on_step)
    return run.to_the_end()


class _Run:
    """One fit: an epoch, its validation, the checkpoint, and again."""

    def __init__(
        self,
        net: nn.Module,
        data: FitData,
        settings: FitSettings,
        label: str,
        checkpoint: Path | None,
        processes: Processes,
        on_step: OnStep,
    ) -> None:
        self._data, self._settings, self._label = data, settings, label
        self._checkpoint, self._processes, self._on_step = checkpoint, processes, on_step
        self._device = pick_device()
        self._net = net.to(self._device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._spread = spread(self._net, processes, self._device)
        self._optimiser = _optimiser(self._spread, settings)
        self._schedule = _schedule(self._optimiser, settings, data.steps_per_epoch)
        self._history: list[dict[str, float]] = []
        self._best: Weights = {}
        self._best_epoch = 0
        weights = data.class_weights
        self._loss_weights = None if weights is None else torch.from_numpy(weights).to(self._device)

    def to_the_end(self) -> Fitted:
        self._take_up()
        clock = Clock(self._settings.epochs, len(self._history))
        while len(self._history) < self._settings.epochs and not self._has_stopped_learning():
            self._epoch(clock)
        if self._best:
            self._net.load_state_dict(self._best)
        net = self._net.to("cpu").eval()
        seconds = sum(entry["seconds"] for entry in self._history)
        return Fitted(net, tuple(self._history), self._best_epoch or len(self._history), seconds)

    def _take_up(self) -> None:
        state = None if self._checkpoint is None else load_checkpoint(self._checkpoint, self._settings)
        if state is None:
            return
        self._net.load_state_dict(state.weights)
        self._optimiser.load_state_dict(dict(state.optimiser))
        if self._schedule is not None:
            self._schedule.load_state_dict(dict(state.schedule))
        self._history = [dict(entry) for entry in state.history]
        self._best, self._best_epoch = state.best, state.best_epoch

    def _epoch(self, clock: Clock) -> None:
        number, start = len(self._history), time.perf_counter()
        # Both generators begin anew with each epoch: nothing of them has to be kept for a fit that goes on.
        torch.manual_seed(self._settings.seed * 1000 + number)
        rng = np.random.default_rng([self._settings.seed, number])
        rate = float(self._optimiser.param_groups[0]["lr"])
        losses = self._train(rng)
        entry = {"epoch": number + 1.0, "learning_rate": rate, "train_loss": float(np.mean(losses))}
        judged = self._validated()
        if judged is not None:
            entry |= {"validation_loss": judged.loss, "auc": judged.auc, "ap": judged.ap}
            entry |= {"score": judged.value}
        self._history.append(entry | {"seconds": time.perf_counter() - start})
        self._after_epoch(judged)
        self._save()
        if self._processes.is_first:
            self._on_step(self._step(clock, entry))

    def _step(self, clock: Clock, entry: dict[str, float]) -> Step:
        shown = [("loss", "train_loss"), ("validation loss", "validation_loss"), ("AUC", "auc")]
        figures = " ".join(f"{name} {entry[key]:.3f}" for name, key in shown if key in entry)
        done = len(self._history)
        return Step(self._label, done, self._settings.epochs, clock.minutes_left(done), figures)

    def _train(self, rng: np.random.Generator) -> list[float]:
        self._spread.train()
        losses = []
        for step, (x, y) in enumerate(self._data.batches(rng)):
            if step >= self._data.steps_per_epoch:
                break
            losses.append(self._learn(x, y))
            if isinstance(self._schedule, OneCycleLR):
                self._schedule.step()
        return losses

    def _learn(self, x: FloatArray, y: IntArray) -> float:
        share = slice(self._processes.rank, None, self._processes.number)
        targets = torch.from_numpy(y).to(self._device)
        with autocast(self._device, self._settings.precision):
            logits = self._spread(_on(x[share], self._device)).float()
            loss = self._loss(logits, targets, share)
        self._optimiser.zero_grad(set_to_none=True)
        # The processes' gradients are averaged: each one's loss counts as many times as there are of them.
        torch.autograd.backward(loss * self._processes.number)
        if self._settings.largest_gradient > 0.0:
            nn.utils.clip_grad_norm_(self._net.parameters(), self._settings.largest_gradient)
        self._optimiser.step()
        return summed(loss.detach(), self._processes)

    def _loss(self, logits: Tensor, targets: Tensor, share: slice) -> Tensor:
        """This process's part of the whole batch's mean loss."""
        weights = self._loss_weights
        rows = torch.ones_like(targets, dtype=torch.float32) if weights is None else weights[targets]
        total: Tensor = nn.functional.cross_entropy(
            logits,
            targets[share],
            weight=weights,
            label_smoothing=self._settings.label_smoothing,
            reduction="sum",
        )
        return total / rows.sum()

    def _validated(self) -> Score | None:
        if self._data.validate is None or not self._settings.watches_validation:
            return None
        if not self._processes.is_first:
            return Score(*from_the_first([0.0, 0.0, 0.0], self._processes))
        self._net.eval()
        probabilities, targets = self._data.validate(self._net)
        judged = score(targets, probabilities)
        return Score(*from_the_first([judged.auc, judged.ap, judged.loss], self._processes))

    def _after_epoch(self, judged: Score | None) -> None:
        if judged is None:
            return
        # Validation rows of one class have no score, and nothing is chosen by it.
        if isinstance(self._schedule, ReduceLROnPlateau) and math.isfinite(judged.value):
            self._schedule.step(judged.value)
        if self._settings.keep != "last" and self._is_best_yet(judged):
            self._best = {name: tensor.detach().clone() for name, tensor in self._net.state_dict().items()}
            self._best_epoch = len(self._history)

    def _is_best_yet(self, judged: Score) -> bool:
        past = self._history[:-1]
        if self._settings.keep == "lowest-loss":
            return judged.loss < min((entry["validation_loss"] for entry in past), default=math.inf)
        scores = [entry["score"] for entry in past if math.isfinite(entry["score"])]
        return judged.value > max(scores, default=-math.inf)

    def _has_stopped_learning(self) -> bool:
        patience = self._settings.patience
        if patience is None or self._best_epoch == 0:
            return False
        return len(self._history) - self._best_epoch >= patience

    def _save(self) -> None:
        if self._checkpoint is None:
            return
        if self._processes.is_first:
            state = Checkpoint(
                epochs_done=len(self._history),
                history=tuple(self._history),
                weights=self._net.state_dict(),
                best=self._best,
                best_epoch=self._best_epoch,
                optimiser=self._optimiser.state_dict(),
                schedule={} if self._schedule is None else _plain(self._schedule.state_dict()),
            )
            save_checkpoint(self._checkpoint, state, self._settings)
        wait_for_all(self._processes)


def _optimiser(net: nn.Module, settings: FitSettings) -> torch.optim.Optimizer:
    kind = torch.optim.AdamW if settings.optimiser == "adamw" else torch.optim.Adam
    return kind(net.parameters(), settings.highest_learning_rate, weight_decay=settings.weight_decay)


def _schedule(
    optimiser: torch.optim.Optimizer, settings: FitSettings, steps_per_epoch: int
) -> LRScheduler | None:
    if settings.schedule == "plateau":
        return ReduceLROnPlateau(optimiser, "max", factor=PLATEAU_FACTOR, patience=PLATEAU_PATIENCE)
    if settings.schedule == "constant":
        return None
    total = max(_SHORTEST_CYCLE, settings.epochs * steps_per_epoch)
    return OneCycleLR(optimiser, settings.highest_learning_rate, total_steps=total, pct_start=0.25)


def _plain(state: dict[str, Any]) -> dict[str, Any]:
    """The values that JSON holds; what a schedule computes from them it makes itself."""
    return {name: value for name, value in state.items() if _is_plain(value)}


def _is_plain(value: object) -> bool:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return all(_is_plain(each) for each in value)
    if isinstance(value, dict):
        return all(_is_plain(each) for each in value.values())
    return isinstance(value, bool | int | float | str | None)


def _on(x: FloatArray, device: torch.device) -> Tensor:
    # A slice of every N-th row is not contiguous, and torch wants memory of its own to write to.
    return torch.from_numpy(np.ascontiguousarray(x)).to(device).contiguous(memory_format=torch.channels_last)


def predict_probabilities(net: nn.Module, x: FloatArray) -> FloatArray:
    """Softmax of the network in fp32, in batches, where the network is: (n, …) -> (n, n_classes)."""
    net.eval()
    device = next(net.parameters()).device
    with torch.inference_mode():
        parts = [
            torch.softmax(net(torch.from_numpy(np.array(x[start : start + EVALUATION_BATCH])).to(device)), 1)
            for start in range(0, len(x), EVALUATION_BATCH)
        ]
    return np.asarray(torch.cat(parts).cpu().numpy(), dtype=np.float32)
