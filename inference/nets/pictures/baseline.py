"""The small network that the large ones are compared with (Gandham et al.)."""

from __future__ import annotations

from typing import Final

from torch import Tensor, nn

from inference.nets.pictures import HEAD_DROPOUT

WIDTHS: Final = (32, 64, 128)


class PictureBaselineCnn(nn.Module):
    """(N, 3, 224, 224) -> (N, n_classes); 94,212 parameters with 4 classes.

    Three times convolution 3x3, normalisation, ReLU and pooling by 2, then the mean over all places.
    """

    def __init__(self, n_classes: int = 4) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for width in WIDTHS:
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
            layers.append(nn.MaxPool2d(2))
            channels = width
        self.features = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(1))
        self.head = nn.Sequential(nn.Dropout(HEAD_DROPOUT), nn.Linear(channels, n_classes))

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.features(x))
        return logits
