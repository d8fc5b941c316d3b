"""Batch normalisation folded into the layer before it: the same numbers from fewer steps."""

from __future__ import annotations

import copy
from typing import TypeVar

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

Net = TypeVar("Net", bound=nn.Module)


def folded(net: Net) -> Net:
    """A copy of an eval-mode network in which every normalisation is part of the layer before it.

    Relies on what every network here keeps to: a normalisation is registered right after the
    convolution or linear layer that it belongs to. Logits differ by float32 rounding only.
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
            setattr(module, before[0], _fuse(before[1], child))
            setattr(module, name, nn.Identity())
        before = (name, child)


def _fuse(layer: nn.Module, norm: nn.BatchNorm1d | nn.BatchNorm2d) -> nn.Module:
    if isinstance(layer, nn.Conv2d):
        return fuse_conv_bn_eval(layer, norm)
    if isinstance(layer, nn.Linear):
        return fuse_linear_bn_eval(layer, norm)
    raise TypeError(f"A normalisation follows {type(layer).__name__}, which cannot take it in.")
