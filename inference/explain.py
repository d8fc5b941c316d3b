"""Why: the saliency of a network's answer, reduced to what the viewer shows.

The method is Captum's `Saliency`: the absolute gradient of the class logit with respect to the input. Its
forward pass is also the prediction's, which saves a third of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Final, cast

import numpy as np
import numpy.typing as npt
import torch
from captum.attr import Saliency
from torch import Tensor, nn

from inference.bundle_info import BundleInfo
from inference.records.leads import STANDARD_LEADS
from inference.results import Attribution, FloatArray
from inference.signal.paper_picture import lead_at_pixels

METHOD: Final = "Saliency"
WINDOW_SAMPLES: Final = 20
"""40 ms at 500 Hz, the window of arXiv 2405.09567."""


class ExplainError(Exception):
    """An answer that cannot be explained; one plain sentence."""


class ChosenLogit:
    """The forward function that Captum is given: one class's logit per row, while it keeps all of them.

    `choose` names the class once the logits (N, n_classes) are there; it may raise, which ends the pass.
    `answered_s` is the `perf_counter` of that moment, where the prediction ends and the explanation begins.
    """

    def __init__(self, net: nn.Module, choose: Callable[[Tensor], int]) -> None:
        self._net = net
        self._choose = choose
        self.logits = torch.empty(0)
        self.target = -1
        self.answered_s = 0.0

    def __call__(self, batch: Tensor) -> Tensor:
        logits: Tensor = self._net(batch)
        self.logits = logits.detach()
        self.target = self._choose(self.logits)
        self.answered_s = perf_counter()
        return logits[:, self.target]


def input_saliency(chosen: ChosenLogit, batch: Tensor) -> Tensor:
    """|d logit of the chosen class / d batch|, shaped as `batch`; the network is in eval mode."""
    raw: Tensor = Saliency(chosen).attribute(batch.requires_grad_(True), abs=True)
    return raw.detach()


def target_index(probabilities: Sequence[float]) -> int:
    """The class to explain: the positive (last) of two, otherwise the most probable."""
    return 1 if len(probabilities) == 2 else int(np.argmax(probabilities))


def raw_window_saliency(
    net: nn.Module, batch: Tensor | npt.NDArray[np.float32], target: int = -1
) -> FloatArray:
    """Unscaled saliency of beats in 40-ms windows: (N, 1, leads, samples) -> (N, leads, samples // 20).

    The scale that a bundle stores is the 99th percentile of these values over its training records.
    """
    device = next(net.parameters()).device
    leaf = torch.as_tensor(batch, dtype=torch.float32).to(device).detach().clone()
    raw = input_saliency(ChosenLogit(net, lambda _logits: target), leaf)
    return window_means(raw[:, 0].cpu().numpy())


def window_means(raw: FloatArray) -> FloatArray:
    """Means over windows of 20 samples along the last axis; samples that fill no window are left out."""
    n_windows = raw.shape[-1] // WINDOW_SAMPLES
    whole = raw[..., : n_windows * WINDOW_SAMPLES]
    return cast(FloatArray, whole.reshape(*raw.shape[:-1], n_windows, WINDOW_SAMPLES).mean(axis=-1))


def attribution_of(info: BundleInfo, record_sha256: str, raw: FloatArray, target: int) -> Attribution:
    """What the viewer shows of one record's raw saliency, shaped as the network's input.

    Beats (1, 1, leads, samples): `windows` (12, n) divided by the bundle's scale, not clipped above 1.
    Lead images (n_windows, leads, px, px) and a sheet (1, 3, px, px) lie over the record and not over the
    median beat, so their `windows` are empty, (12, 0), and only `lead_shares` say something; so it is
    without a scale. A standard lead that the model does not see has share 0 and windows of NaN.
    Raises ExplainError when the saliency is zero everywhere or not finite.
    """
    is_beat = info.prepare.is_beat
    rows = [STANDARD_LEADS.index(name) for name in info.prepare.leads]
    shares = _lead_shares(info, raw, rows)
    windows = np.empty((len(STANDARD_LEADS), 0), dtype=np.float32)
    if is_beat and info.saliency_scale is not None:
        scaled = window_means(raw[0, 0]) / np.float32(info.saliency_scale)
        windows = np.full((len(STANDARD_LEADS), scaled.shape[1]), np.nan, dtype=np.float32)
        windows[rows] = scaled
    windows.flags.writeable = False
    return Attribution(
        bundle=info.name,
        record_sha256=record_sha256,
        target_class=info.classes[target],
        method=METHOD,
        windows=windows,
        lead_shares=tuple(float(share) for share in shares),
        first_sample=info.prepare.first_sample,
        window_samples=WINDOW_SAMPLES,
    )


def _lead_shares(info: BundleInfo, raw: FloatArray, rows: list[int]) -> FloatArray:
    """Each standard lead's share (12,) of the saliency, by where a network's input shows the leads."""
    per_lead = np.zeros(len(STANDARD_LEADS))
    if info.prepare.is_sheet:
        leads = lead_at_pixels()
        on_leads = leads >= 0
        np.add.at(per_lead, leads[on_leads], raw.sum(axis=(0, 1), dtype=np.float64)[on_leads])
    else:
        per_lead[rows] = raw.sum(axis=(0, 1, 3) if info.prepare.is_beat else (0, 2, 3), dtype=np.float64)
    total = float(per_lead.sum())
    if not np.isfinite(total) or total <= 0:
        raise ExplainError("No saliency: this model's answer does not depend on this ECG's details.")
    return cast(FloatArray, per_lead / total)
