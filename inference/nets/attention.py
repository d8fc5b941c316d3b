"""Attention modules that weigh channels, and places, of a feature map by what the map itself holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor, nn

REDUCTION: Final = 16


class SqueezeExcitation(nn.Module):
    """Channel weights from the map's means (Hu et al. 2018, arXiv 1709.01507): (N, c, leads, t) unchanged."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.weigh = _channel_mlp(channels)

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(self.weigh(self.pool(x)))


class Cbam(nn.Module):
    """Channel, then place weights from means and maxima (Woo et al. 2018, arXiv 1807.06521).

    The paper's 7x7 kernel of the place weights is 1x7 here: time has neighbours, the rows of leads don't.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mean_pool = nn.AdaptiveAvgPool2d(1)
        self.max_pool = nn.AdaptiveMaxPool2d(1)
        self.weigh = _channel_mlp(channels)
        self.place = nn.Conv2d(2, 1, (1, 7), padding=(0, 3), bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = x * torch.sigmoid(self.weigh(self.mean_pool(x)) + self.weigh(self.max_pool(x)))
        summary = torch.cat([x.mean(dim=1, keepdim=True), x.amax(dim=1, keepdim=True)], dim=1)
        return x * torch.sigmoid(self.place(summary))


def _channel_mlp(channels: int) -> nn.Sequential:
    inner = channels // REDUCTION
    return nn.Sequential(
        nn.Conv2d(channels, inner, 1, bias=False), nn.ReLU(), nn.Conv2d(inner, channels, 1, bias=False)
    )


ATTENTIONS: Final[dict[str, Callable[[int], nn.Module]]] = {"se": SqueezeExcitation, "cbam": Cbam}
