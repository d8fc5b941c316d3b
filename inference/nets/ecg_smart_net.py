"""ECG-SMART-NET: time first, then all leads at once, for one median beat of twelve leads.

Built from the tables of Riek et al. 2024 (arXiv 2405.09567v1) and the published facts that the tables
leave out: batch normalisation after the spatial convolution, 1x1 projections where the shape changes,
no bias in any convolution.
"""

from __future__ import annotations

from typing import Final

from torch import Tensor, nn

STAGES: Final = ((64, 1), (128, 2), (256, 2), (512, 2))
"""Channels and time stride of the four stages; each has two basic blocks."""


class BasicBlock(nn.Module):
    """Two 1x3 convolutions over time and a shortcut: (N, c_in, leads, t) -> (N, c_out, leads, t / stride)."""

    def __init__(self, c_in: int, c_out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, (1, 3), (1, stride), (0, 1), bias=False)
        self.norm1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, (1, 3), padding=(0, 1), bias=False)
        self.norm2 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or c_in != c_out:
            projection = nn.Conv2d(c_in, c_out, 1, (1, stride), bias=False)
            self.shortcut = nn.Sequential(projection, nn.BatchNorm2d(c_out))

    def forward(self, x: Tensor) -> Tensor:
        out = self.relu(self.norm1(self.conv1(x)))
        out = self.norm2(self.conv2(out))
        result: Tensor = self.relu(out + self.shortcut(x))
        return result


class EcgSmartNet(nn.Module):
    """(N, 1, n_leads, samples) float32 -> logits (N, n_classes).

    With 12 leads and 2 classes it has exactly 6,991,682 parameters, whatever the number of samples.
    """

    def __init__(self, n_classes: int = 2, n_leads: int = 12) -> None:
        super().__init__()
        first = STAGES[0][0]
        self.stem = nn.Sequential(
            nn.Conv2d(1, first, (1, 7), (1, 2), (0, 3), bias=False),
            nn.BatchNorm2d(first),
            nn.ReLU(),
            nn.MaxPool2d((1, 3), (1, 2), (0, 1)),
        )
        blocks: list[nn.Module] = []
        channels = first
        for width, stride in STAGES:
            blocks += [BasicBlock(channels, width, stride), BasicBlock(width, width, 1)]
            channels = width
        self.temporal = nn.Sequential(*blocks)
        self.spatial = nn.Sequential(
            nn.Conv2d(channels, channels, (n_leads, 1), bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
        )
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(channels, n_classes)

    def forward(self, x: Tensor) -> Tensor:
        features = self.spatial(self.temporal(self.stem(x)))
        logits: Tensor = self.head(self.pool(features).flatten(1))
        return logits
