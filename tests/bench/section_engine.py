"""The networks alone, as the engine runs them, and plain eager fp32 of the same weights in the same run."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from figures import Figure, hand_over, timed_ms
from torch import Tensor, nn

from inference.bundle import load_net
from inference.bundle_info import BundleInfo
from inference.engine import Engine
from inference.registry import find_bundles
from inference.resource_paths import shipped_models_folder

SECTION: Final = "Network alone: the engine against plain eager fp32"
ROUNDS: Final = 5
REPEATS: Final = {1: 12, 64: 2}
LARGEST_DIFFERENCE: Final = 1e-3


def batch_of(info: BundleInfo, size: int) -> Tensor:
    """The bundle's golden input, repeated to `size` rows, each changed a little so that no two are equal."""
    from safetensors.numpy import load_file

    golden = load_file(info.golden_path)["input"]
    rows = golden[np.arange(size) % len(golden)]
    noise = np.random.default_rng(7).normal(scale=0.01, size=rows.shape)
    return torch.from_numpy((rows + noise).astype(np.float32))


def forward(net: nn.Module, batch: Tensor) -> Tensor:
    with torch.inference_mode():
        logits: Tensor = net(batch)
    return logits


def forward_and_back(net: nn.Module, batch: Tensor) -> Tensor:
    """The last class's gradient with respect to the input, from one pass in each direction."""
    leaf = batch.detach().clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(net(leaf)[:, -1].sum(), leaf)
    return gradient


def figures_of(info: BundleInfo, engine: Engine) -> list[Figure]:
    """One bundle; the two networks take turns, so that a slower minute of the machine hits both."""
    nets = {"engine": engine._net(info), "plain eager fp32": load_net(info)}
    figures = []
    for size, repeats in REPEATS.items():
        batch = batch_of(info, size)
        samples: dict[str, list[float]] = {name: [] for name in nets}
        for _ in range(ROUNDS):
            for name, net in nets.items():
                samples[name] += timed_ms(
                    lambda net=net, batch=batch: forward(net, batch), repeats, warm_up=1
                )
        for name, values in samples.items():
            figures.append(Figure(SECTION, f"{info.name}, batch {size}, {name}", "ms", tuple(values)))
    batch = batch_of(info, 1)
    for name, net in nets.items():
        values = timed_ms(lambda net=net: forward_and_back(net, batch), ROUNDS * REPEATS[1])
        figures.append(Figure(SECTION, f"{info.name}, batch 1 with saliency, {name}", "ms", values))
    return [*figures, difference(info, nets)]


def difference(info: BundleInfo, nets: dict[str, nn.Module]) -> Figure:
    """How far the engine's probabilities lie from those of plain eager fp32, at most, over 64 rows."""
    batch = batch_of(info, 64)
    fast, plain = (forward(net, batch).softmax(dim=1) for net in nets.values())
    largest = float((fast - plain).abs().max()) * 1e6
    return Figure(
        SECTION,
        f"{info.name}, largest difference in probability",
        "1e-6",
        (largest,),
        LARGEST_DIFFERENCE * 1e6,
    )


def main() -> None:
    """Measure every shipped bundle."""
    bundles = find_bundles([shipped_models_folder()]).bundles
    engine = Engine(bundles, "cpu")
    hand_over([figure for info in bundles for figure in figures_of(info, engine)])


if __name__ == "__main__":
    main()
