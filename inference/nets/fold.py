"""Batch normalisation folded into the layer before it: the same numbers from fewer steps."""

from __future__ import annotations

import copy
from typing import TypeVar

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

Net = TypeVar("Net", bound=nn.Module)


def folded(net: Net) -> Net:
    """A copy of an eval-mode network in which normalisations are part of the layer before them.

    Relies on what every network here keeps to: a normalisation that is registered right after a
    convolution or linear layer belongs to it. One that follows anything else stays as it is, such as those
    before DenseNet's convolutions. Logits differ by float32 rounding only.
    """
    if net.training:
        raise ValueError("Folding needs the statistics of a network in eval mode.")
    twin = copy.deepcopy(net)
    for module in list(twin.modules()):
        _fold_children(module)
    return twin


def _fold_children(module: nn.Module) -> None:
    before: tuple[str, nn.Module] | None = None
    for name, child in list(module.named_children()):
        if before is not None and isinstance(child, nn.BatchNorm1d | nn.BatchNorm2d):
            fused = _fused(before[1], child)
            if fused is not None:
                setattr(module, before[0], fused)
                setattr(module, name, nn.Identity())
        before = (name, child)


def _fused(layer: nn.Module, norm: nn.BatchNorm1d | nn.BatchNorm2d) -> nn.Module | None:
    """Both as one layer, or None for a layer that cannot take a normalisation in."""
    if isinstance(layer, nn.Conv2d):
        return fuse_conv_bn_eval(layer, norm)
    if isinstance(layer, nn.Linear):
        return fuse_linear_bn_eval(layer, norm)
    return None
