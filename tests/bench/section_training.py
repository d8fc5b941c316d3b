"""A training step: as the trainer takes it, and as a plain loop in single precision would, in turns."""

from __future__ import annotations

import time
from typing import Final

import numpy as np
from figures import Figure, hand_over

SECTION: Final = "Training step, ECG-SMART-NET, batch 64"
BATCH: Final = 64
ROUNDS: Final = 7
AIM_PART: Final = 0.25
"""Of the plain loop's time, where the processor computes in bf16."""
LEARNED_STEPS: Final = 40
LEARNED_BATCH: Final = 16


def main() -> None:
    """Both loops take a step in turn, so that a busy machine slows both."""
    import torch
    from torch import nn

    from inference.nets import build_net
    from training.fitting.device import autocast, pick_device
    from training.fitting.fit import FitData, fit
    from training.fitting.memory import keep_freed_memory
    from training.fitting.settings import FitSettings

    rng = np.random.default_rng(0)
    x = rng.standard_normal((BATCH, 1, 12, 400), dtype=np.float32)
    y = rng.integers(0, 2, BATCH)
    plain_net, device = build_net("ecg-smart-net", 2).train(), pick_device()
    plain = torch.optim.AdamW(plain_net.to(device).parameters(), 1e-4)
    quick_net = build_net("ecg-smart-net", 2).to(device).to(memory_format=torch.channels_last).train()
    quick = torch.optim.AdamW(quick_net.parameters(), 1e-4)
    inputs, targets = torch.from_numpy(x).to(device), torch.from_numpy(y).to(device)

    def step(net: nn.Module, optimiser: torch.optim.Optimizer, is_quick: bool) -> float:
        start = time.perf_counter()
        batch = inputs.contiguous(memory_format=torch.channels_last) if is_quick else inputs
        with autocast(device, "mixed" if is_quick else "fp32"):
            loss = nn.functional.cross_entropy(net(batch).float(), targets)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        loss.item()
        return time.perf_counter() - start

    plain_s = [step(plain_net, plain, False) for _ in range(2)][1:]
    quick_s: list[float] = []
    plain_s += [step(plain_net, plain, False) for _ in range(ROUNDS)]
    # The plain loop is done before: what the trainer asks of the allocator holds for the whole process.
    keep_freed_memory()
    step(quick_net, quick, True)
    quick_s += [step(quick_net, quick, True) for _ in range(ROUNDS)]

    def learned_auc(precision: str) -> float:
        """Of a planted sign after the same few steps from the same start, on beats that no step saw."""
        from training.fitting.score import score

        torch.manual_seed(0)
        beats = np.random.default_rng(1).standard_normal((1024, 1, 12, 400), dtype=np.float32)
        sign = np.random.default_rng(2).integers(0, 2, 1024)
        beats[:, 0, 6:9, 170:220] += 0.3 * sign[:, None, None].astype(np.float32)
        seen = LEARNED_STEPS * LEARNED_BATCH

        def batches(rng: np.random.Generator):  # type: ignore[no-untyped-def]
            for rows in np.arange(seen).reshape(LEARNED_STEPS, LEARNED_BATCH):
                yield beats[rows], sign[rows]

        settings = FitSettings(epochs=1, precision=precision)  # type: ignore[arg-type]
        net = fit(build_net("ecg-smart-net", 2), FitData(batches, LEARNED_STEPS), settings).net
        with torch.inference_mode():
            probabilities = torch.softmax(net(torch.from_numpy(beats[seen:])), 1).numpy()
        return score(sign[seen:], probabilities).auc

    part = [quick / plain for quick, plain in zip(quick_s, plain_s[-ROUNDS:], strict=True)]
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
