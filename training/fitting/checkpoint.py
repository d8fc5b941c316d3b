"""Where a fit stands, after each epoch: one safetensors file, replaced as a whole, never a pickle.

Weights, the best weights so far, what the optimiser remembers and, as JSON in the file's header, epoch,
history and schedule. A fit that goes on from it ends with the same weights as one that was never interrupted.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from inference.whole_file import replacing
from training.fitting.settings import FitSettings

log = logging.getLogger(__name__)
Weights = dict[str, Tensor]
_NOW: Final = "now."
_BEST: Final = "best."
_OPTIMISER: Final = "optimiser."


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A fit after `epochs_done` epochs; `best` is empty while no epoch is kept but the last."""

    epochs_done: int
    history: tuple[Mapping[str, float], ...]
    weights: Weights = field(repr=False)
    best: Weights = field(repr=False)
    best_epoch: int
    optimiser: Mapping[str, Any] = field(repr=False)
    schedule: Mapping[str, Any] = field(repr=False)


def save_checkpoint(path: Path, state: Checkpoint, settings: FitSettings) -> None:
    """Replaces the file at once, so that a process killed while writing leaves the one before."""
    tensors = {f"{_NOW}{name}": value for name, value in state.weights.items()}
    tensors |= {f"{_BEST}{name}": value for name, value in state.best.items()}
    for index, memory in state.optimiser["state"].items():
        tensors |= {f"{_OPTIMISER}{index}.{name}": value for name, value in memory.items()}
    facts = {
        "settings": settings.said(),
        "epochs_done": state.epochs_done,
        "history": list(state.history),
        "best_epoch": state.best_epoch,
        "groups": state.optimiser["param_groups"],
        "schedule": dict(state.schedule),
    }
    on_cpu = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    with replacing(path) as part:
        save_file(on_cpu, part, metadata={"facts": json.dumps(facts)})


def load_checkpoint(path: Path, settings: FitSettings) -> Checkpoint | None:
    """The fit at `path`; None where there is none, or one of other settings, or one that cannot be read."""
    if not path.exists():
        return None
    try:
        with safe_open(path, "pt") as file:
            facts = json.loads(file.metadata()["facts"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        log.warning("%s cannot be read (%s): this fit begins again.", path, error)
        return None
    if facts["settings"] != settings.said():
        return None
    return Checkpoint(
        epochs_done=facts["epochs_done"],
        history=tuple(facts["history"]),
        weights=_of(tensors, _NOW),
        best=_of(tensors, _BEST),
        best_epoch=facts["best_epoch"],
        optimiser={"state": _memory(_of(tensors, _OPTIMISER)), "param_groups": _groups(facts["groups"])},
        schedule=facts["schedule"],
    )


def _of(tensors: Weights, prefix: str) -> Weights:
    return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}


def _memory(tensors: Weights) -> dict[int, Weights]:
    memory: dict[int, Weights] = {}
    for name, tensor in tensors.items():
        index, _, what = name.partition(".")
        memory.setdefault(int(index), {})[what] = tensor
    return memory


def _groups(groups: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """JSON has no tuples, and Adam's betas are one."""
    return [{**group, "betas": tuple(group["betas"])} for group in groups]
