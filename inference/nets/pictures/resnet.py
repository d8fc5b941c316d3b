"""ResNet-50 (He et al. 2016, arXiv 1512.03385), built by MONAI; its layers have their published names."""

from __future__ import annotations

from torch import nn

from inference.nets.pictures import HEAD_DROPOUT


def resnet_50(n_classes: int = 4) -> nn.Module:
    """(N, 3, 224, 224) -> (N, n_classes); 23,516,228 parameters with 4 classes.

    Raises ModuleNotFoundError where MONAI is not installed.
    """
    from monai.networks.nets.resnet import resnet50

    # MONAI's own defaults are for volumes: no first stride, and biases in the shortcuts.
    net: nn.Module = resnet50(
        spatial_dims=2, n_input_channels=3, num_classes=n_classes, conv1_t_stride=2, bias_downsample=False
    )
    # Where nothing but the flattening stands between dropout and the last layer, whose name it leaves alone.
    net.avgpool = nn.Sequential(net.get_submodule("avgpool"), nn.Dropout(HEAD_DROPOUT))
    return net
