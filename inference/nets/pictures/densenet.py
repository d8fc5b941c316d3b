"""DenseNet-121 (Huang et al. 2017, arXiv 1608.06993), by MONAI, and two variants of Gandham et al."""

from __future__ import annotations

from typing import Final

from torch import nn

from inference.nets.pictures import HEAD_DROPOUT

WIDTH: Final = 1024
BOTTLENECK_WIDTH: Final = 256
REDUCTION: Final = 16


def densenet_121(n_classes: int = 4) -> nn.Module:
    """(N, 3, 224, 224) -> (N, n_classes); 6,957,956 parameters with 4 classes."""
    return _with_head(n_classes)


def densenet_121_bottleneck(n_classes: int = 4) -> nn.Module:
    """(N, 3, 224, 224) -> (N, n_classes); 9,579,908 parameters with 4 classes.

    Before the mean over all places 1x1 to 256 channels, normalisation, ReLU, and 3x3 back to 1024.
    """
    return _with_head(
        n_classes,
        nn.Conv2d(WIDTH, BOTTLENECK_WIDTH, 1, bias=False),
        nn.BatchNorm2d(BOTTLENECK_WIDTH),
        nn.ReLU(),
        nn.Conv2d(BOTTLENECK_WIDTH, WIDTH, 3, padding=1, bias=False),
    )


def densenet_121_se(n_classes: int = 4) -> nn.Module:
    """(N, 3, 224, 224) -> (N, n_classes); 7,090,116 parameters with 4 classes.

    Squeeze-and-excitation (Hu et al. 2018, arXiv 1709.01507) of the last map's channels, reduced by 16.
    """
    from monai.networks.blocks.squeeze_and_excitation import ChannelSELayer

    return _with_head(n_classes, ChannelSELayer(spatial_dims=2, in_channels=WIDTH, r=REDUCTION))


def _with_head(n_classes: int, *before_the_mean: nn.Module) -> nn.Module:
    """DenseNet-121 with layers between its last map and the mean; `class_layers.out` keeps its name.

    Raises ModuleNotFoundError where MONAI is not installed.
    """
    from monai.networks.nets.densenet import DenseNet121

    net: nn.Module = DenseNet121(spatial_dims=2, in_channels=3, out_channels=n_classes)
    head = net.get_submodule("class_layers")
    net.class_layers = nn.Sequential()
    net.class_layers.add_module("relu", head.get_submodule("relu"))
    net.class_layers.add_module("between", nn.Sequential(*before_the_mean))
    net.class_layers.add_module("pool", head.get_submodule("pool"))
    net.class_layers.add_module("flatten", nn.Sequential(nn.Flatten(1), nn.Dropout(HEAD_DROPOUT)))
    net.class_layers.add_module("out", head.get_submodule("out"))
    return net
