"""The localization network of Uchiyama et al. 2022 (Bioengineering 9:430): one small image CNN per lead.

Each lead's 64x64 image has convolutions of its own. As one grouped convolution the twelve branches are
the same network in one call, but twice to four times slower on a CPU, forward and backward; so they stay
twelve modules. The paper's table of sizes holds only when all three poolings have stride 2; the kind of
pooling is not given there, this is max pooling.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

STAGES: Final = (((4, 8), 4), ((16, 16), 3), ((32, 32), 4))
"""Per lead: channels of a stage's two 3x3 convolutions, and the kernel of the pooling after them."""
LEAD_FEATURES: Final = 32 * 3 * 3
HIDDEN: Final = (2048, 1024)


class UchiyamaCnn(nn.Module):
    """(N, n_leads, 64, 64) float32 -> logits (N, n_classes).

    With 12 leads: 9,410,667 parameters for 11 classes (12 branches of 17,928 and a head of 9,195,531).
    """

    def __init__(self, n_classes: int = 11, n_leads: int = 12) -> None:
        super().__init__()
        self.branches = nn.ModuleList(_branch() for _ in range(n_leads))
        head: list[nn.Module] = []
        features = n_leads * LEAD_FEATURES
        for width in HIDDEN:
            head += [nn.Linear(features, width), nn.BatchNorm1d(width), nn.ReLU()]
            features = width
        self.head = nn.Sequential(*head, nn.Linear(features, n_classes))

    def forward(self, x: Tensor) -> Tensor:
        leads = [branch(x[:, lead : lead + 1]).flatten(1) for lead, branch in enumerate(self.branches)]
        logits: Tensor = self.head(torch.cat(leads, dim=1))
        return logits


def _branch() -> nn.Sequential:
    layers: list[nn.Module] = []
    channels = 1
    for widths, kernel in STAGES:
        for width in widths:
            layers += [nn.Conv2d(channels, width, 3), nn.BatchNorm2d(width), nn.ReLU()]
            channels = width
        layers.append(nn.MaxPool2d(kernel, 2))
    return nn.Sequential(*layers)
