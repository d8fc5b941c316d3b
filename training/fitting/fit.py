"""The one trainer: AdamW with a one-cycle learning rate, bf16 autocast and channels_last where they help."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

FloatArray = npt.NDArray[np.float32]
Batch = tuple[FloatArray, npt.NDArray[np.int64]]
EpochBatches = Callable[[np.random.Generator], Iterator[Batch]]
EVALUATION_BATCH: Final = 64


@dataclass(frozen=True, slots=True)
class FitSettings:
    """Settings of a run: AdamW and one learning-rate cycle, so that few epochs suffice on a CPU.

    The paper (arXiv 2405.09567) uses Adam 1e-5, a plateau scheduler and 100 epochs of batch 128.
    """

    epochs: int = 12
    batch: int = 64
    highest_learning_rate: float = 1e-3
    weight_decay: float = 0.05
    label_smoothing: float = 0.05
    seed: int = 1


def pick_device() -> torch.device:
    """cuda, else mps, else cpu."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def autocast(device: torch.device) -> AbstractContextManager[object]:
    """bf16 where the device computes it natively; training only, predictions stay fp32."""
    if device.type == "cuda" and torch.cuda.is_bf16_supported():
        return torch.autocast("cuda", torch.bfloat16)
    if device.type == "cpu" and torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return torch.autocast("cpu", torch.bfloat16)
    return nullcontext()


def fit(
    net: nn.Module,
    epoch_batches: EpochBatches,
    steps_per_epoch: int,
    settings: FitSettings,
    name: str = "",
) -> nn.Module:
    """Train `net` in place and return it in eval mode on the CPU."""
    device = pick_device()
    torch.manual_seed(settings.seed)
    rng = np.random.default_rng(settings.seed)
    net.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    net.train()
    loss_of = nn.CrossEntropyLoss(label_smoothing=settings.label_smoothing)
    optimiser = torch.optim.AdamW(
        net.parameters(), settings.highest_learning_rate, weight_decay=settings.weight_decay
    )
    total = settings.epochs * steps_per_epoch
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.highest_learning_rate, total_steps=total, pct_start=0.25
    )
    start, step = time.perf_counter(), 0
    for epoch in range(settings.epochs):
        losses = []
        for x, y in epoch_batches(rng):
            if step >= total:
                break
            with autocast(device):
                loss = loss_of(_to(net, x, device), torch.from_numpy(y).to(device))
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            step += 1
            losses.append(loss.item())
        left_min = (time.perf_counter() - start) / step * (total - step) / 60
        line = f"{name} epoch {epoch + 1}/{settings.epochs} loss {np.mean(losses):.3f}"
        print(f"{line} {left_min:.1f} min left", file=sys.stderr, flush=True)
    return net.to("cpu").eval()


def _to(net: nn.Module, x: FloatArray, device: torch.device) -> torch.Tensor:
    batch = torch.from_numpy(x).to(device).contiguous(memory_format=torch.channels_last)
    output: torch.Tensor = net(batch)
    return output.float()


def predict_probabilities(net: nn.Module, x: FloatArray) -> FloatArray:
    """Softmax of the network in fp32, in batches: (n, …) -> (n, n_classes)."""
    net.eval()
    with torch.inference_mode():
        parts = [
            torch.softmax(net(torch.from_numpy(np.array(x[start : start + EVALUATION_BATCH]))), dim=1)
            for start in range(0, len(x), EVALUATION_BATCH)
        ]
    return np.asarray(torch.cat(parts).numpy(), dtype=np.float32)
