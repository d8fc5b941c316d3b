"""Where and in which precision a network is fitted."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch

from training.fitting.settings import Precision


def pick_device() -> torch.device:
    """cuda (this process's own where torchrun started several), else mps, else cpu."""
    if torch.cuda.is_available():
        return torch.device("cuda", torch.cuda.current_device())
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def autocast(device: torch.device, precision: Precision) -> AbstractContextManager[object]:
    """Mixed: bf16 where the device computes it natively; training only, predictions stay fp32."""
    if precision == "fp32":
        return nullcontext()
    if device.type == "cuda" and torch.cuda.is_bf16_supported():
        return torch.autocast("cuda", torch.bfloat16)
    if device.type == "cpu" and torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return torch.autocast("cpu", torch.bfloat16)
    return nullcontext()
