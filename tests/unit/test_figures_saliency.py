"""The aggregate saliency of the positives: normalised within leads, averaged, and drawn where it belongs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from torch import Tensor, nn

from inference.explain import raw_window_saliency
from inference.prepare import PrepareSpec, prepare
from inference.records import STANDARD_LEADS
from tests.unit.model_bundles import beating_heart, untrained_net
from training.figures.aggregate_saliency import aggregate, combined, raw_saliency
from training.figures.read_run import read_saliency, write_saliency
from training.figures.saliency_plot import RAMP_STOPS, saliency_figure

V3 = STANDARD_LEADS.index("V3")
ST_WINDOW = 10
"""Samples 200 to 219 of 400, 100 to 140 ms after R."""


class LooksAtStOfV3(nn.Module):
    """Two logits of which the second is the ST level of V3."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor) -> Tensor:
        level = self.gain * x[:, 0, V3, ST_WINDOW * 20 : ST_WINDOW * 20 + 20].mean(dim=1)
        return torch.stack([-level, level], dim=1)


def beats_mv(n: int = 3) -> np.ndarray:
    return np.stack(
        [prepare(beating_heart(seed), PrepareSpec()).beat.signals_mv[:, 150:550] for seed in range(n)]  # type: ignore[union-attr]
    )


def test_the_map_of_real_beats_is_where_the_network_looks() -> None:
    beats = beats_mv()
    found = aggregate(raw_saliency(LooksAtStOfV3(), beats), beats)
    assert np.unravel_index(found.within_lead.argmax(), (12, 20)) == (V3, ST_WINDOW)
    assert found.within_lead[V3, ST_WINDOW] == 1.0
    assert found.within_lead.sum() == 1.0
    assert found.n_records == 3
    np.testing.assert_allclose(found.beat_mv, beats.mean(axis=0), rtol=1e-5, atol=1e-6)


def test_maps_in_batches_are_the_viewers_saliency_and_the_network_keeps_its_gradients() -> None:
    net, beats = untrained_net("ecg-smart-net", 2), beats_mv()
    found = aggregate(raw_saliency(net, beats, batch=2), beats)
    windows = raw_window_saliency(net, beats[:, None], target=1)
    np.testing.assert_allclose(found.raw, windows.mean(axis=0), rtol=1e-3, atol=1e-7)
    assert all(parameter.grad is None for parameter in net.parameters())


def test_every_record_counts_alike_within_a_lead_whatever_its_size() -> None:
    maps = np.zeros((2, 12, 400), dtype=np.float32)
    maps[0, V3, :20], maps[1, V3, 20:40] = 1000.0, 0.001
    found = aggregate(maps, maps)
    assert found.within_lead[V3, :3].tolist() == [0.5, 0.5, 0.0]
    assert found.map("over-all-leads")[V3, :2] == pytest.approx([1.0, 0.0], abs=1e-5)


def test_a_lead_without_any_difference_is_zero_and_not_undefined() -> None:
    found = aggregate(np.full((1, 12, 400), 0.3, dtype=np.float32), np.zeros((1, 12, 400), dtype=np.float32))
    assert not found.within_lead.any()
    assert not found.map("over-all-leads").any()


def test_folds_are_combined_by_their_records() -> None:
    rng = np.random.default_rng(0)
    maps, beats = rng.random((2, 5, 12, 400)).astype(np.float32)
    together = aggregate(maps, beats)
    apart = combined([aggregate(maps[:1], beats[:1]), aggregate(maps[1:], beats[1:])])
    assert apart.n_records == 5
    for name in ("within_lead", "raw", "beat_mv"):
        np.testing.assert_allclose(getattr(apart, name), getattr(together, name), rtol=1e-5)


def test_maps_and_beats_must_fit_together() -> None:
    with pytest.raises(ValueError, match="are not n x 12 x T"):
        aggregate(np.zeros((0, 12, 400), dtype=np.float32), np.zeros((0, 12, 400), dtype=np.float32))


def test_the_map_survives_the_run_folder(tmp_path: Path) -> None:
    maps = np.random.default_rng(1).random((2, 12, 400)).astype(np.float32)
    saliency = aggregate(maps, maps, r_sample=120)
    write_saliency(tmp_path, saliency)
    again = read_saliency(tmp_path)
    assert again is not None
    np.testing.assert_array_equal(again.within_lead, saliency.within_lead)
    assert (again.n_records, again.r_sample) == (2, 120)


def panel_of(name: str, panels: list[Axes]) -> Axes:
    (found,) = [axes for axes in panels if name in [text.get_text() for text in axes.texts]]
    return found


def test_a_hot_window_is_painted_in_its_lead_at_its_time() -> None:
    maps = np.zeros((1, 12, 400), dtype=np.float32)
    maps[0, V3, ST_WINDOW * 20 : ST_WINDOW * 20 + 20] = 1.0
    figure = saliency_figure(aggregate(maps, np.zeros_like(maps)))
    panels = figure.axes[:12]
    hot = [bar for bar in panel_of("V3", panels).patches if to_hex(bar.get_facecolor()) == RAMP_STOPS[-1]]
    assert [(bar.get_x(), bar.get_width()) for bar in hot] == [(100.0, 40.0)]
    others = [bar for axes in panels for bar in axes.patches if bar not in hot]
    assert {to_hex(bar.get_facecolor()) for bar in others} == {RAMP_STOPS[0]}
    assert len(others) == 12 * 20 - 1


def test_leads_lie_as_an_ecg_is_printed() -> None:
    maps = np.zeros((1, 12, 400), dtype=np.float32)
    panels = saliency_figure(aggregate(maps, maps)).axes[:12]
    first_row = [axes.texts[0].get_text() for axes in panels[:4]]
    assert first_row == ["I", "aVR", "V1", "V4"]
