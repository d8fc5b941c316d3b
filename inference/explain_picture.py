"""Why a picture model answers as it does: Grad-CAM and Integrated Gradients over the sheet that it saw.

Grad-CAM (Selvaraju et al. 2017, arXiv 1610.02391) says which coarse places speak for the class; Integrated
Gradients (Sundararajan et al. 2017, arXiv 1703.01365), from the empty sheet to this one, which ink does.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from captum.attr import IntegratedGradients, LayerGradCam
from torch import Tensor, nn
from torch.nn import functional

from inference.explain import ExplainError
from inference.nets.pictures import last_map_layer
from inference.signal.paper_picture import PICTURE_PX, network_pictures, with_ink

FloatArray = npt.NDArray[np.float32]

GRAD_CAM: Final = "Grad-CAM"
INTEGRATED_GRADIENTS: Final = "Integrated Gradients"
STEPS: Final = 24
"""Of the path from the empty sheet to this one."""
_AT_ONCE: Final = 6
"""Pictures in memory at a time: 60 MB of activations each."""
_SMOOTH_PX: Final = 7
"""Integrated Gradients speak of single pixels of a 1.1 px line; a lead's wave is some 7 px wide."""


def grad_cam(net: nn.Module, batch: Tensor, target: int) -> FloatArray:
    """(1, 3, 224, 224) -> (224, 224) from 0 to 1: what of the last feature map speaks for the class.

    Raises ExplainError where nothing does.
    """
    raw = LayerGradCam(net, last_map_layer(net)).attribute(batch, target=target, relu_attributions=True)
    whole = functional.interpolate(raw.detach(), size=batch.shape[2:], mode="bilinear", align_corners=False)
    return _from_0_to_1(whole[0, 0].cpu().numpy())


def integrated_gradients(net: nn.Module, batch: Tensor, target: int) -> FloatArray:
    """(1, 3, 224, 224) -> (224, 224) from 0 to 1: which ink speaks for the class, against empty paper.

    Raises ExplainError where none does.
    """
    paper = torch.from_numpy(empty_sheet()).to(batch.device)
    raw = IntegratedGradients(net).attribute(
        batch, baselines=paper, target=target, n_steps=STEPS, internal_batch_size=_AT_ONCE
    )
    speaks_for = raw.detach().sum(dim=1, keepdim=True).clamp(min=0.0).float()
    smooth = functional.avg_pool2d(speaks_for, _SMOOTH_PX, stride=1, padding=_SMOOTH_PX // 2)
    return _from_0_to_1(smooth[0, 0].cpu().numpy())


def empty_sheet() -> FloatArray:
    """The sheet's white paper with its grid and without any ink, as a network sees it: (1, 3, 224, 224)."""
    return network_pictures(with_ink(np.zeros((PICTURE_PX, PICTURE_PX), dtype=np.float32))[None])


def _from_0_to_1(heat: npt.NDArray[np.float32]) -> FloatArray:
    largest = float(heat.max())
    if not np.isfinite(heat).all() or largest <= 0.0:
        raise ExplainError("No map: nothing on this page speaks for the model's answer.")
    scaled = np.asarray(heat / largest, dtype=np.float32)
    scaled.flags.writeable = False
    return scaled
