"""The localization network of Uchiyama et al. 2022 (Bioengineering 9:430): one small image CNN per lead.

Each lead's 64x64 image has convolutions of its own, here as grouped convolutions so that the twelve
branches are one call. The paper's table of sizes holds only when all three poolings have stride 2; the
kind of pooling is not given there, this is max pooling.
"""

from __future__ import annotations

from typing import Final

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
        layers: list[nn.Module] = []
        channels = 1
        for widths, kernel in STAGES:
            for width in widths:
                conv = nn.Conv2d(n_leads * channels, n_leads * width, 3, groups=n_leads)
                layers += [conv, nn.BatchNorm2d(n_leads * width), nn.ReLU()]
                channels = width
            layers.append(nn.MaxPool2d(kernel, 2))
        self.branches = nn.Sequential(*layers)
        head: list[nn.Module] = []
        features = n_leads * LEAD_FEATURES
        for width in HIDDEN:
            head += [nn.Linear(features, width), nn.BatchNorm1d(width), nn.ReLU()]
            features = width
        self.head = nn.Sequential(*head, nn.Linear(features, n_classes))

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.branches(x).flatten(1))
        return logits
