"""ResNet-18 (He et al. 2016, arXiv 1512.03385) with the twelve leads of a beat as the rows of a picture."""

from __future__ import annotations

from typing import Final

from torch import Tensor, nn

STAGES: Final = ((64, 1), (128, 2), (256, 2), (512, 2))


class BasicBlock2d(nn.Module):
    """Two 3x3 convolutions and a shortcut."""

    def __init__(self, c_in: int, c_out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        self.downsample: nn.Module = nn.Identity()
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride, bias=False), nn.BatchNorm2d(c_out)
            )

    def forward(self, x: Tensor) -> Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        result: Tensor = self.relu(out + self.downsample(x))
        return result


class ResNet18(nn.Module):
    """(N, 1, 12, samples) -> (N, n_classes); 11,171,266 parameters with 2 classes.

    Named as in the published ImageNet weights, so that those fit; their first convolution has three
    channels, whose kernels are summed for one (`models.md`: the authors' code leaves it untrained).
    """

    def __init__(self, n_classes: int = 2) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        channels = 64
        for number, (width, stride) in enumerate(STAGES, start=1):
            stage = nn.Sequential(BasicBlock2d(channels, width, stride), BasicBlock2d(width, width, 1))
            self.add_module(f"layer{number}", stage)
            channels = width
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, n_classes)

    def forward(self, x: Tensor) -> Tensor:
        for child in self.children():
            x = child(x.flatten(1) if child is self.fc else x)
        return x
