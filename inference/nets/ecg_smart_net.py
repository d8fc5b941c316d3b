"""ECG-SMART-NET: time first, then all leads at once, for one median beat of twelve leads.

Built from the tables of Riek et al. 2024 (arXiv 2405.09567v1) and the published facts that the tables
leave out: batch normalisation after the spatial convolution, 1x1 projections where the shape changes,
no bias in any convolution. Its relatives share the temporal stages: the temporal ResNet of the same paper,
which averages over the leads, and the squeeze-and-excitation and CBAM variants of the authors' later code.
"""

from __future__ import annotations

from typing import Final

from torch import Tensor, nn

from inference.nets.attention import ATTENTIONS

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


def time_stem(width: int) -> nn.Sequential:
    """(N, 1, leads, t) -> (N, width, leads, t / 4), each lead alone."""
    return nn.Sequential(
        nn.Conv2d(1, width, (1, 7), (1, 2), (0, 3), bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.MaxPool2d((1, 3), (1, 2), (0, 1)),
    )


def time_stages(attention: str = "none") -> nn.Sequential:
    """The four stages of basic blocks: (N, 64, leads, t) -> (N, 512, leads, t / 8).

    `attention` follows every block from the second stage on.
    """
    layers: list[nn.Module] = []
    channels = STAGES[0][0]
    for width, stride in STAGES:
        for block in (BasicBlock(channels, width, stride), BasicBlock(width, width, 1)):
            layers.append(block)
            if attention != "none" and stride != 1:
                layers.append(ATTENTIONS[attention](width))
        channels = width
    return nn.Sequential(*layers)


class EcgSmartNet(nn.Module):
    """(N, 1, n_leads, samples) float32 -> logits (N, n_classes).

    With 12 leads and 2 classes it has exactly 6,991,682 parameters, whatever the number of samples; with
    attention 'se' 7,110,466 and with 'cbam' 7,110,564. The authors give no place for the attention modules:
    after the six blocks of stages 2 to 4 and after the spatial layer is the one that gives both counts.
    """

    def __init__(self, n_classes: int = 2, n_leads: int = 12, attention: str = "none") -> None:
        super().__init__()
        channels = STAGES[-1][0]
        self.stem = time_stem(STAGES[0][0])
        self.temporal = time_stages(attention)
        self.spatial = nn.Sequential(
            nn.Conv2d(channels, channels, (n_leads, 1), bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
        )
        if attention != "none":
            self.spatial.append(ATTENTIONS[attention](channels))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(channels, n_classes)

    def forward(self, x: Tensor) -> Tensor:
        features = self.spatial(self.temporal(self.stem(x)))
        logits: Tensor = self.head(self.pool(features).flatten(1))
        return logits


class TemporalResNet18(nn.Module):
    """ECG-SMART-NET without the spatial layer: (N, 1, leads, samples) -> (N, n_classes).

    It has 3,844,930 parameters.
    """

    def __init__(self, n_classes: int = 2) -> None:
        super().__init__()
        self.stem = time_stem(STAGES[0][0])
        self.temporal = time_stages()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(STAGES[-1][0], n_classes)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.pool(self.temporal(self.stem(x))).flatten(1))
        return logits
