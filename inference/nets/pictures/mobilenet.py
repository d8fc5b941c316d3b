"""MobileNetV2 (Sandler et al. 2018, arXiv 1801.04381), named as in the published ImageNet weights."""

from __future__ import annotations

from typing import Final

from torch import Tensor, nn

from inference.nets.pictures import HEAD_DROPOUT

STEM_WIDTH: Final = 32
STAGES: Final = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
"""Expansion, channels, blocks and first stride of each stage: table 2 of the paper."""
LAST_WIDTH: Final = 1280


class InvertedResidual(nn.Module):
    """Widen, convolve each channel by itself, narrow without ReLU; a shortcut where the shape stays."""

    def __init__(self, c_in: int, c_out: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = c_in * expansion
        layers: list[nn.Module] = [] if expansion == 1 else [_conv_norm(c_in, inner, 1)]
        layers.append(_conv_norm(inner, inner, 3, stride, groups=inner))
        layers += [nn.Conv2d(inner, c_out, 1, bias=False), nn.BatchNorm2d(c_out)]
        self.conv = nn.Sequential(*layers)
        self.keeps_shape = stride == 1 and c_in == c_out

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv(x)
        return x + out if self.keeps_shape else out


class MobileNetV2(nn.Module):
    """(N, 3, 224, 224) -> (N, n_classes); 2,228,996 parameters with 4 classes.

    Gandham et al. do not say which MobileNet they used; this is the second version.
    """

    def __init__(self, n_classes: int = 4) -> None:
        super().__init__()
        layers: list[nn.Module] = [_conv_norm(3, STEM_WIDTH, 3, 2)]
        channels = STEM_WIDTH
        for expansion, width, n_blocks, first_stride in STAGES:
            for block in range(n_blocks):
                stride = first_stride if block == 0 else 1
                layers.append(InvertedResidual(channels, width, stride, expansion))
                channels = width
        self.features = nn.Sequential(*layers, _conv_norm(channels, LAST_WIDTH, 1))
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(1))
        self.classifier = nn.Sequential(nn.Dropout(HEAD_DROPOUT), nn.Linear(LAST_WIDTH, n_classes))
        self.apply(_start)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.pool(self.features(x)))
        return logits


def _conv_norm(c_in: int, c_out: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(c_out), nn.ReLU6())


def _start(module: nn.Module) -> None:
    """The starting weights that the published network was trained from."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out")
    elif isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, 0.0, 0.01)
        nn.init.zeros_(module.bias)
