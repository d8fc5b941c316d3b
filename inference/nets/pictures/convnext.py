"""ConvNeXt-Tiny (Liu et al. 2022, arXiv 2201.03545), named as in PyTorch's published ImageNet weights."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from inference.nets.pictures import HEAD_DROPOUT

WIDTHS: Final = (96, 192, 384, 768)
BLOCKS: Final = (3, 3, 9, 3)
LAYER_SCALE: Final = 1e-6
DROP_PATH: Final = 0.1
"""How often the last block is left out in training; less the earlier a block is (Tiny: 0.1 in the paper)."""
_EPS: Final = 1e-6


class ChannelsLast(nn.Module):
    """(N, c, h, w) -> (N, h, w, c)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(0, 2, 3, 1)


class ChannelsFirst(nn.Module):
    """(N, h, w, c) -> (N, c, h, w)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(0, 3, 1, 2)


class ChannelNorm(nn.LayerNorm):
    """Layer normalisation over the channels of (N, c, h, w), at each place for itself."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=_EPS)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNeXtBlock(nn.Module):
    """A 7x7 convolution of each channel by itself, then two dense layers at each place, and a shortcut."""

    def __init__(self, channels: int, drop_path: float) -> None:
        super().__init__()
        self.block = nn.Sequential(
            nn.Conv2d(channels, channels, 7, padding=3, groups=channels),
            ChannelsLast(),
            nn.LayerNorm(channels, eps=_EPS),
            nn.Linear(channels, 4 * channels),
            nn.GELU(),
            nn.Linear(4 * channels, channels),
            ChannelsFirst(),
        )
        self.layer_scale = nn.Parameter(torch.full((channels, 1, 1), LAYER_SCALE))
        self.drop_path = drop_path

    def forward(self, x: Tensor) -> Tensor:
        change: Tensor = self.layer_scale * self.block(x)
        return x + self._dropped(change)

    def _dropped(self, change: Tensor) -> Tensor:
        """Stochastic depth (Huang et al. 2016, arXiv 1603.09382): some pictures of a batch pass by."""
        if not self.training or self.drop_path == 0.0:
            return change
        kept = 1.0 - self.drop_path
        # Made in the change's own type, so that bf16 stays bf16.
        mask = change.new_empty((change.shape[0], 1, 1, 1)).bernoulli_(kept)
        return change * mask / kept


class ConvNeXtTiny(nn.Module):
    """(N, 3, 224, 224) -> (N, n_classes); 27,823,204 parameters with 4 classes."""

    def __init__(self, n_classes: int = 4) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Sequential(nn.Conv2d(3, WIDTHS[0], 4, 4), ChannelNorm(WIDTHS[0]))]
        depth = 0
        for stage, (width, n_blocks) in enumerate(zip(WIDTHS, BLOCKS, strict=True)):
            if stage > 0:
                before = WIDTHS[stage - 1]
                layers.append(nn.Sequential(ChannelNorm(before), nn.Conv2d(before, width, 2, 2)))
            rates = [DROP_PATH * (depth + k) / (sum(BLOCKS) - 1) for k in range(n_blocks)]
            layers.append(nn.Sequential(*(ConvNeXtBlock(width, rate) for rate in rates)))
            depth += n_blocks
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        # Dropout shares a place with the flattening: the last layer keeps its published name, classifier.2.
        flat = nn.Sequential(nn.Flatten(1), nn.Dropout(HEAD_DROPOUT))
        self.classifier = nn.Sequential(ChannelNorm(WIDTHS[-1]), flat, nn.Linear(WIDTHS[-1], n_classes))
        self.apply(_start)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.avgpool(self.features(x)))
        return logits


def _start(module: nn.Module) -> None:
    """The paper's starting weights."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
