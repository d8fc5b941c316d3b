"""The network architectures, one file each, registered by the name that a bundle carries."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from torch import nn

from inference.nets.ecg_smart_net import EcgSmartNet, TemporalResNet18
from inference.nets.mayo_alvd import MayoAlvdCnn
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
}


class UnknownArchitectureError(Exception):
    """An architecture's name, or an option of it, that this version does not know; one plain sentence."""


def build_net(arch: str, n_classes: int, **options: Any) -> nn.Module:
    """A freshly initialised network. Raises UnknownArchitectureError for a name or option it lacks."""
    if arch not in ARCHITECTURES:
        raise UnknownArchitectureError(f"This version knows no network architecture called {arch!r}.")
    try:
        return ARCHITECTURES[arch](n_classes=n_classes, **options)
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
