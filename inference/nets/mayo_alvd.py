"""The Mayo Clinic's CNN for left ventricular dysfunction (Attia et al. 2019), as public codes have it."""

from __future__ import annotations

from typing import Final

from torch import Tensor, nn
from torch.nn import functional

BLOCKS: Final = ((16, 5, (2,)), (16, 5, (2,)), (32, 5, (2, 2)), (32, 3, (2,)), (64, 3, (2,)), (64, 3, (2, 2)))
"""Channels, kernel over time, poolings."""
_SHRINKS: Final = 2 * 2 * 4 * 2 * 2 * 4
_SPATIAL: Final = 128
_DROPOUT: Final = 0.5


class MayoAlvdCnn(nn.Module):
    """(N, 1, 12, samples) float32 -> logits (N, n_classes).

    Zeros are put before and after so that time shrinks without a rest: 5000 samples become 5120 (291,026
    parameters), a 400-sample beat 512 (143,570), for which the paper gives no detail.
    """

    def __init__(self, n_classes: int = 2, n_leads: int = 12, samples: int = 400) -> None:
        super().__init__()
        self.padded_samples = -(-samples // _SHRINKS) * _SHRINKS
        layers: list[nn.Module] = []
        channels = 1
        for width, kernel, pools in BLOCKS:
            layers += [
                nn.Conv2d(channels, width, (1, kernel), padding=(0, kernel // 2)),
                nn.BatchNorm2d(width),
            ]
            layers += [nn.ReLU(), *(nn.MaxPool2d((1, size)) for size in pools)]
            channels = width
        self.temporal = nn.Sequential(*layers)
        self.spatial = nn.Sequential(
            nn.Conv2d(channels, _SPATIAL, (n_leads, 1)), nn.BatchNorm2d(_SPATIAL), nn.ReLU()
        )
        self.head = nn.Sequential(
            nn.Flatten(),
            *_dense(_SPATIAL * self.padded_samples // _SHRINKS, 64),
            *_dense(64, 32),
            nn.Linear(32, n_classes),
        )
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.xavier_normal_(layer.weight)

    def forward(self, x: Tensor) -> Tensor:
        missing = self.padded_samples - x.shape[-1]
        x = functional.pad(x, (missing // 2, missing - missing // 2))
        logits: Tensor = self.head(self.spatial(self.temporal(x)))
        return logits


def _dense(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    return nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), nn.ReLU(), nn.Dropout(_DROPOUT)
