"""The network architectures, one file each, registered by the name that a bundle carries.

Some picture networks are MONAI's; MONAI is imported when one of them is built, not before.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from torch import nn

from inference.nets.ecg_smart_net import EcgSmartNet, TemporalResNet18
from inference.nets.mayo_alvd import MayoAlvdCnn
from inference.nets.pictures.baseline import PictureBaselineCnn
from inference.nets.pictures.convnext import ConvNeXtTiny
from inference.nets.pictures.densenet import densenet_121, densenet_121_bottleneck, densenet_121_se
from inference.nets.pictures.efficientnet import EfficientNetB0Msa, efficientnet_b0
from inference.nets.pictures.mobilenet import MobileNetV2
from inference.nets.pictures.resnet import resnet_50
from inference.nets.resnet import ResNet18
from inference.nets.uchiyama_cnn import UchiyamaCnn

ARCHITECTURES: Final[dict[str, Callable[..., nn.Module]]] = {
    "ecg-smart-net": EcgSmartNet,
    "ecg-smart-net-se": partial(EcgSmartNet, attention="se"),
    "ecg-smart-net-cbam": partial(EcgSmartNet, attention="cbam"),
    "temporal-resnet-18": TemporalResNet18,
    "resnet-18": ResNet18,
    "mayo-alvd": MayoAlvdCnn,
    "uchiyama-cnn": UchiyamaCnn,
    "picture-baseline-cnn": PictureBaselineCnn,
    "mobilenet-v2": MobileNetV2,
    "resnet-50": resnet_50,
    "densenet-121": densenet_121,
    "convnext-tiny": ConvNeXtTiny,
    "densenet-121-bottleneck": densenet_121_bottleneck,
    "densenet-121-se": densenet_121_se,
    "efficientnet-b0": efficientnet_b0,
    "efficientnet-b0-msa": EfficientNetB0Msa,
}


class UnknownArchitectureError(Exception):
    """An architecture's name, or an option of it, that this version does not know; one plain sentence."""


def build_net(arch: str, n_classes: int, **options: Any) -> nn.Module:
    """A freshly initialised network.

    Raises UnknownArchitectureError for a name or option it lacks, and for a network of MONAI's without it.
    """
    if arch not in ARCHITECTURES:
        raise UnknownArchitectureError(f"This version knows no network architecture called {arch!r}.")
    try:
        return ARCHITECTURES[arch](n_classes=n_classes, **options)
    except ModuleNotFoundError as error:
        raise UnknownArchitectureError(
            f"The network {arch!r} needs {error.name}, which is not installed: "
            f"run pip install {error.name} first."
        ) from error
    except TypeError as error:
        raise UnknownArchitectureError(f"The options {options} do not fit {arch!r} ({error}).") from error


__all__ = [
    "ARCHITECTURES",
    "EcgSmartNet",
    "MayoAlvdCnn",
    "ResNet18",
    "TemporalResNet18",
    "UchiyamaCnn",
    "UnknownArchitectureError",
    "build_net",
]
