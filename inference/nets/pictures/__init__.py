"""Networks that read a whole ECG as a picture, a file per family: (N, 3, 224, 224) -> (N, n_classes).

Those of Gandham et al. (EfficientNet-B0 with multi-scale attention on ECG images, and what they compare it
with). Pictures are float32, normalised with ImageNet's mean and standard deviation; any side that is a
multiple of 32 px works, 224 px is what the figures are for.
"""

from __future__ import annotations

from typing import Final

from torch import nn

HEAD_DROPOUT: Final = 0.3
"""Before the last layer of every picture network, as in Gandham et al."""


def last_map_layer(net: nn.Module) -> nn.Module:
    """The layer of a picture network that makes its last feature map, which Grad-CAM looks at.

    Of EfficientNet-B0 with multi-scale attention the projection of its deepest scale; else the last
    convolution. Raises ValueError for a network without one.
    """
    projections = getattr(net, "projections", None)
    if isinstance(projections, nn.ModuleList):
        return projections[-1]
    convolutions = [module for module in net.modules() if isinstance(module, nn.Conv2d)]
    if not convolutions:
        raise ValueError("Only a network with convolutions has a feature map.")
    return convolutions[-1]
