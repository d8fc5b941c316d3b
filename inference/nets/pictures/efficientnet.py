"""EfficientNet-B0 (Tan & Le 2019, arXiv 1905.11946), built by MONAI, and its multi-scale attention.

Gandham et al. say of their attention both that the scales are concatenated and that they are summed with
weights, and give no sizes. This reading does both: the weights are found from the concatenated maps.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.nets.pictures import HEAD_DROPOUT

TAPS: Final = {3: 40, 4: 80, 6: 192}
"""Channels after the third, fourth and sixth stage: maps of 28x28, 14x14 and 7x7."""
WIDTH: Final = 192
REDUCTION: Final = 16
STATISTICS_MOMENTUM: Final = 0.1
"""Weight of each batch in BatchNorm's running statistics, PyTorch's own. MONAI keeps EfficientNet's 0.01, made
for a million pictures: in a run of some hundred steps the statistics lagged so far behind that validation
stayed near chance while the training loss fell."""


def efficientnet_b0(n_classes: int = 4) -> nn.Module:
    """(N, 3, 224, 224) -> (N, n_classes); 4,012,672 parameters with 4 classes.

    Raises ModuleNotFoundError where MONAI is not installed.
    """
    from monai.networks.nets.efficientnet import EfficientNetBN

    net: nn.Module = EfficientNetBN(
        "efficientnet-b0", pretrained=False, spatial_dims=2, in_channels=3, num_classes=n_classes
    )
    net._dropout = nn.Dropout(HEAD_DROPOUT)
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = STATISTICS_MOMENTUM
    return net


class EfficientNetB0Msa(nn.Module):
    """(N, 3, 224, 224) -> (N, n_classes); 2,960,867 parameters with 4 classes.

    Three maps, brought to 192 channels and to the smallest one's size, are summed at each place with
    weights that a small network finds from all three; the last stage of EfficientNet-B0 is not used.
    Raises ModuleNotFoundError where MONAI is not installed.
    """

    def __init__(self, n_classes: int = 4) -> None:
        super().__init__()
        whole = efficientnet_b0(n_classes)
        parts = ("_conv_stem_padding", "_conv_stem", "_bn0", "_swish")
        self.stem = nn.Sequential(*(whole.get_submodule(part) for part in parts))
        self.stages = nn.ModuleList(whole.get_submodule(f"_blocks.{stage}") for stage in range(max(TAPS)))
        self.projections = nn.ModuleList(
            nn.Sequential(nn.Conv2d(channels, WIDTH, 1, bias=False), nn.BatchNorm2d(WIDTH))
            for channels in TAPS.values()
        )
        joined = WIDTH * len(TAPS)
        self.weigh = nn.Sequential(
            nn.Conv2d(joined, joined // REDUCTION, 1),
            nn.ReLU(),
            nn.Conv2d(joined // REDUCTION, len(TAPS), 1),
            nn.Softmax(dim=1),
        )
        self.head = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(1), nn.Dropout(HEAD_DROPOUT), nn.Linear(WIDTH, n_classes)
        )

    def forward(self, x: Tensor) -> Tensor:
        scales = self._scales(x)
        weights = self.weigh(torch.cat(scales, dim=1))
        joined = sum(weights[:, k : k + 1] * scale for k, scale in enumerate(scales))
        logits: Tensor = self.head(joined)
        return logits

    def _scales(self, x: Tensor) -> list[Tensor]:
        """The three maps (N, 192, h, w) at the size of the smallest."""
        x = self.stem(x)
        taps: list[Tensor] = []
        for number, stage in enumerate(self.stages, start=1):
            x = stage(x)
            if number in TAPS:
                taps.append(self.projections[len(taps)](x))
        return [functional.adaptive_avg_pool2d(tap, (x.shape[2], x.shape[3])) for tap in taps]
