"""What a system looks at in the positives, all of them together: one map of leads by 40-ms windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from inference.explain import ChosenLogit, input_saliency, window_means

FloatArray = npt.NDArray[np.float32]
Variant = Literal["within-lead", "over-all-leads"]
N_LEADS: Final = 12
_BATCH: Final = 32


@dataclass(frozen=True, slots=True)
class AggregateSaliency:
    """Mean maps of `n_records` positives, each of shape (12, n_windows), leads in standard order.

    `within_lead`: every record's lead was brought to 0..1 over its own windows before the records were
    averaged, as arXiv 2405.09567 does. `raw`: the records' saliency averaged as it is, which that paper's
    later code brings to 0..1 over all leads afterwards. `beat_mv` (12, n_samples) is the mean median beat
    of the same records over the same samples, R at sample `r_sample`.
    """

    within_lead: FloatArray = field(repr=False)
    raw: FloatArray = field(repr=False)
    beat_mv: FloatArray = field(repr=False)
    n_records: int
    r_sample: int = 150

    def map(self, variant: Variant = "within-lead") -> FloatArray:
        """The map to be drawn, within 0..1: (12, n_windows)."""
        return self.within_lead if variant == "within-lead" else scaled(self.raw, axes=(0, 1))


def scaled(values: FloatArray, axes: tuple[int, ...]) -> FloatArray:
    """Minimum to 0 and maximum to 1 along these axes; 0 where all values are equal."""
    low, high = values.min(axis=axes, keepdims=True), values.max(axis=axes, keepdims=True)
    span = high - low
    result: FloatArray = np.divide(values - low, span, out=np.zeros_like(values), where=span > 0)
    return result


def aggregate(raw_maps: FloatArray, beats_mv: FloatArray, r_sample: int = 150) -> AggregateSaliency:
    """From the positives' raw saliency (n, 12, T) and their median beats in mV (n, 12, T), the same samples.

    Raises ValueError when there is no record or the shapes differ.
    """
    if raw_maps.shape != beats_mv.shape or raw_maps.shape[0] == 0 or raw_maps.shape[1] != N_LEADS:
        raise ValueError(f"Saliency {raw_maps.shape} and beats {beats_mv.shape} are not n x 12 x T of n > 0.")
    windows = window_means(raw_maps)
    return AggregateSaliency(
        within_lead=_mean(scaled(windows, axes=(2,))),
        raw=_mean(windows),
        beat_mv=_mean(beats_mv),
        n_records=raw_maps.shape[0],
        r_sample=r_sample,
    )


def _mean(values: FloatArray) -> FloatArray:
    return np.asarray(values.mean(axis=0, dtype=np.float64), dtype=np.float32)


def combined(parts: Sequence[AggregateSaliency]) -> AggregateSaliency:
    """One map of the records of all parts, such as the folds, each weighted by its records."""
    counts = np.array([part.n_records for part in parts], dtype=np.float64)

    def mean(maps: Sequence[FloatArray]) -> FloatArray:
        return np.asarray(np.average(np.stack(maps), axis=0, weights=counts), dtype=np.float32)

    return AggregateSaliency(
        within_lead=mean([part.within_lead for part in parts]),
        raw=mean([part.raw for part in parts]),
        beat_mv=mean([part.beat_mv for part in parts]),
        n_records=int(counts.sum()),
        r_sample=parts[0].r_sample,
    )


def raw_saliency(net: nn.Module, inputs: FloatArray, target: int = 1, batch: int = _BATCH) -> FloatArray:
    """|d logit of class `target` / d input| of beats (n, 12, T), in batches: (n, 12, T).

    The network is one for inputs (n, 1, 12, T); it is put into eval mode and left there.
    """
    net.eval()
    device = next(net.parameters()).device
    maps = []
    for start in range(0, len(inputs), batch):
        beats = torch.from_numpy(np.array(inputs[start : start + batch], dtype=np.float32))[:, None]
        chosen = ChosenLogit(net, lambda _logits: target)
        maps.append(input_saliency(chosen, beats.to(device))[:, 0].cpu().numpy())
    return np.concatenate(maps)
