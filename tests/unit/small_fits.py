"""A fit small enough for a test; as a program: `python small_fits.py OUT CHECKPOINT KILL_AFTER_EPOCH`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from training.fitting.fit import Batch, FitData, Fitted, fit
from training.fitting.processes import ALONE, Processes, joined
from training.fitting.progress import Step
from training.fitting.settings import FitSettings

SETTINGS = FitSettings(
    epochs=6, batch=16, highest_learning_rate=0.01, keep="best-score", precision="fp32", label_smoothing=0.0
)


def small_net() -> nn.Module:
    """With both kinds of batch normalisation, by which several processes could differ from one."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 4, (1, 3), bias=False),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(4 * 2 * 6, 8, bias=False),
        nn.BatchNorm1d(8),
        nn.ReLU(),
        nn.Linear(8, 2),
    )


def small_data() -> FitData:
    """64 rows to learn from and 32 to judge by; the answer is whether the first lead lies higher."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(96, 1, 2, 8)).astype(np.float32)
    y = rng.integers(0, 2, 96)
    x[:, 0, 0] += 2.0 * y[:, None].astype(np.float32)

    def batches(rng: np.random.Generator) -> Iterator[Batch]:
        for rows in rng.permutation(64).reshape(4, 16):
            noise = 0.1 * rng.standard_normal((16, 1, 2, 8), dtype=np.float32)
            yield x[rows] + noise, y[rows]

    def validate(net: nn.Module) -> tuple[np.ndarray, np.ndarray]:
        with torch.inference_mode():
            return torch.softmax(net(torch.from_numpy(x[64:])), 1).numpy(), y[64:]

    return FitData(batches, 4, validate)


def small_fit(
    checkpoint: Path | None = None,
    settings: FitSettings = SETTINGS,
    kill_after: int | None = None,
    processes: Processes = ALONE,
) -> Fitted:
    def on_step(step: Step) -> None:
        if step.done == kill_after:
            os.kill(os.getpid(), signal.SIGKILL)

    return fit(
        small_net(), small_data(), settings, checkpoint=checkpoint, processes=processes, on_step=on_step
    )


def main(out: str, checkpoint: str, kill_after: str) -> None:
    """Under torchrun each process fits and the first writes."""
    with joined() as processes:
        fitted = small_fit(Path(checkpoint), kill_after=int(kill_after), processes=processes)
        if processes.is_first:
            save_file(dict(fitted.net.state_dict()), out)


if __name__ == "__main__":
    main(*sys.argv[1:])
