"""A training step: as a plain loop in single precision takes it, and as the trainer does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np
from figures import Figure, hand_over

if TYPE_CHECKING:
    from training.fitting.fit import Batch
    from training.fitting.settings import Precision

SECTION: Final = "Training step, ECG-SMART-NET, batch 64"
BATCH: Final = 64
ROUNDS: Final = 7
AIM_PART: Final = 0.25
"""Of the plain loop's time, where the processor computes in bf16."""
LEARNED_STEPS: Final = 40
LEARNED_BATCH: Final = 16


def step_seconds(is_quick: bool) -> tuple[float, ...]:
    """Seconds of a step of either loop, after one that nobody counts."""
    import torch
    from torch import nn

    from inference.nets import build_net
    from training.fitting.device import autocast, pick_device

    rng, device = np.random.default_rng(0), pick_device()
    inputs = torch.from_numpy(rng.standard_normal((BATCH, 1, 12, 400), dtype=np.float32)).to(device)
    targets = torch.from_numpy(rng.integers(0, 2, BATCH)).to(device)
    layout = torch.channels_last if is_quick else torch.contiguous_format
    net = build_net("ecg-smart-net", 2).to(device).to(memory_format=layout).train()
    optimiser = torch.optim.AdamW(net.parameters(), 1e-4)

    def step() -> float:
        start = time.perf_counter()
        with autocast(device, "mixed" if is_quick else "fp32"):
            logits = net(inputs.contiguous(memory_format=layout)).float()
            loss = nn.functional.cross_entropy(logits, targets)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        loss.item()
        return time.perf_counter() - start

    step()
    return tuple(step() for _ in range(ROUNDS))


def learned_auc(precision: Precision) -> float:
    """Of a planted sign after the same few steps from the same start, on beats that no step saw."""
    import torch

    from inference.nets import build_net
    from training.fitting.fit import FitData, fit, predict_probabilities
    from training.fitting.score import score
    from training.fitting.settings import FitSettings

    torch.manual_seed(0)
    beats = np.random.default_rng(1).standard_normal((1024, 1, 12, 400), dtype=np.float32)
    sign = np.random.default_rng(2).integers(0, 2, 1024)
    beats[:, 0, 6:9, 170:220] += 0.3 * sign[:, None, None].astype(np.float32)
    seen = LEARNED_STEPS * LEARNED_BATCH

    def batches(_: np.random.Generator) -> Iterator[Batch]:
        for rows in np.arange(seen).reshape(LEARNED_STEPS, LEARNED_BATCH):
            yield beats[rows], sign[rows]

    settings = FitSettings(epochs=1, precision=precision)
    net = fit(build_net("ecg-smart-net", 2), FitData(batches, LEARNED_STEPS), settings).net
    return score(sign[seen:], predict_probabilities(net, beats[seen:])).auc


def main() -> None:
    """The plain loop first: what the trainer asks of the allocator holds for the whole process."""
    from training.fitting.memory import keep_freed_memory

    plain_s = step_seconds(is_quick=False)
    keep_freed_memory()
    quick_s = step_seconds(is_quick=True)
    part = [quick / plain for quick, plain in zip(quick_s, plain_s, strict=True)]
    hand_over(
        [
            Figure(SECTION, "plain loop, fp32", "records/s", tuple(BATCH / s for s in plain_s)),
            Figure(SECTION, "the trainer's step", "records/s", tuple(BATCH / s for s in quick_s)),
            Figure(SECTION, "the trainer's step as a part of the plain one's", "", tuple(part), AIM_PART),
            Figure(SECTION, "AUC of a planted sign, fp32", "", (learned_auc("fp32"),)),
            Figure(SECTION, "AUC of a planted sign, mixed precision", "", (learned_auc("mixed"),)),
        ]
    )


if __name__ == "__main__":
    main()
