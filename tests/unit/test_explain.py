"""Saliency is the gradient, finds what was planted, and is reduced to what the viewer shows."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from inference.explain import (
    ChosenLogit,
    ExplainError,
    attribution_of,
    input_saliency,
    raw_window_saliency,
    target_index,
    window_means,
)
from inference.nets.fold import folded
from inference.records import STANDARD_LEADS
from tests.unit.model_bundles import SITE_MODEL, bundle_info, golden_input, untrained_net

V3 = STANDARD_LEADS.index("V3")


def saliency(net: nn.Module, batch: Tensor, target: int) -> Tensor:
    return input_saliency(ChosenLogit(net, lambda _logits: target), batch.clone())


def beats(n_beats: int = 2) -> Tensor:
    return torch.from_numpy(np.random.default_rng(5).normal(size=(n_beats, 1, 12, 400)).astype(np.float32))


def test_saliency_is_the_absolute_gradient_of_the_class_logit_and_folding_keeps_it() -> None:
    net = untrained_net("ecg-smart-net", 2)
    leaf = beats().requires_grad_(True)
    (gradient,) = torch.autograd.grad(net(leaf)[:, 1].sum(), leaf)
    reference = gradient.abs()
    assert torch.allclose(saliency(net, beats(), 1), reference, atol=1e-8)
    fast = saliency(folded(net).to(memory_format=torch.channels_last), beats(), 1)  # type: ignore[call-overload]
    assert torch.allclose(fast, reference, atol=1e-5 * float(reference.max()))


def test_prediction_and_saliency_share_one_pass_and_the_class_is_chosen_from_it() -> None:
    net, passes = untrained_net("uchiyama-cnn", 11), []
    net.register_forward_hook(lambda _net, _inputs, logits: passes.append(logits.detach()))
    chosen = ChosenLogit(net, lambda logits: int(logits.mean(0).argmax()))
    input_saliency(chosen, torch.rand(2, 12, 64, 64))
    assert len(passes) == 1
    assert torch.equal(chosen.logits, passes[0])
    assert chosen.target == int(passes[0].mean(0).argmax())


@pytest.mark.parametrize(("arch", "shape"), [("ecg-smart-net", (1, 12, 400)), ("uchiyama-cnn", (12, 64, 64))])
def test_folding_changes_logits_by_rounding_only(arch: str, shape: tuple[int, ...]) -> None:
    net = untrained_net(arch, 3)
    batch = torch.rand(2, *shape)
    twin = folded(net)
    with torch.inference_mode():
        assert torch.allclose(net(batch), twin(batch), atol=1e-5)
    kept = [module for module in twin.modules() if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d)]
    assert kept == []


def test_a_training_networks_statistics_cannot_be_folded() -> None:
    with pytest.raises(ValueError, match="eval mode"):
        folded(untrained_net("ecg-smart-net", 2).train())


def test_a_net_that_listens_to_one_lead_gives_that_lead_all_the_share() -> None:
    net = untrained_net("ecg-smart-net", 2)
    spatial = net.get_parameter("spatial.0.weight")
    with torch.no_grad():
        spatial[:, :, [lead for lead in range(12) if lead != V3]] = 0.0
    attribution = attribution_of(bundle_info(), "sha", saliency(net, beats(1), 1).numpy(), 1)
    assert attribution.lead_shares[V3] == pytest.approx(1.0)
    assert attribution.windows.any(axis=1).tolist() == [lead == V3 for lead in range(12)]


def test_a_net_that_listens_to_one_window_lights_that_window_by_the_bundles_scale() -> None:
    listens = torch.zeros(2, 12, 400)
    listens[1, V3, 200:220] = 0.3
    linear = nn.Linear(4800, 2)
    linear.weight.data = listens.reshape(2, -1)
    net = nn.Sequential(nn.Flatten(), linear)
    info = bundle_info(saliency_scale=0.2)
    attribution = attribution_of(info, "sha", saliency(net, beats(1), 1).numpy(), 1)
    expected = np.zeros((12, 20))
    expected[V3, 10] = 1.5
    assert attribution.windows == pytest.approx(expected)
    assert attribution.windows.flags.writeable is False
    assert attribution.target_class == "MI"
    first = attribution.first_sample + 10 * attribution.window_samples
    assert (first, first + attribution.window_samples) == (350, 370)


def test_window_saliency_for_training_is_what_the_viewer_shows_unscaled() -> None:
    net = untrained_net("ecg-smart-net", 2)
    raw = raw_window_saliency(net, beats(3))
    assert raw.shape == (3, 12, 20)
    info = bundle_info(saliency_scale=0.004)
    shown = attribution_of(info, "sha", saliency(net, beats(3)[1:2], 1).numpy(), 1)
    assert shown.windows == pytest.approx(raw[1] / 0.004, rel=1e-4)


def test_window_means_leave_out_samples_that_fill_no_window() -> None:
    assert window_means(np.arange(45, dtype=np.float32)).tolist() == [9.5, 29.5]


def test_without_a_scale_only_lead_shares_are_shown() -> None:
    raw = np.ones((1, 1, 12, 400), dtype=np.float32)
    attribution = attribution_of(bundle_info(saliency_scale=None), "sha", raw, 1)
    assert attribution.windows.shape == (12, 0)
    assert attribution.lead_shares == pytest.approx([1 / 12] * 12)


def test_lead_images_sum_their_saliency_per_lead_and_have_no_windows_on_the_beat() -> None:
    info = bundle_info(SITE_MODEL)
    net = untrained_net(info.arch, len(info.classes))
    raw = saliency(net, torch.from_numpy(golden_input(info).copy()), 3).numpy()
    attribution = attribution_of(info, "sha", raw, 3)
    assert attribution.windows.shape == (12, 0)
    assert attribution.lead_shares == pytest.approx(raw.sum(axis=(0, 2, 3)) / raw.sum(), rel=1e-4)
    assert attribution.target_class == info.classes[3]


def test_a_lead_that_the_model_does_not_see_has_no_share_and_no_windows() -> None:
    seen = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
    info = bundle_info()
    info = bundle_info(prepare=type(info.prepare)(leads=seen))
    attribution = attribution_of(info, "sha", np.ones((1, 1, 8, 400), dtype=np.float32), 1)
    shares = dict(zip(STANDARD_LEADS, attribution.lead_shares, strict=True))
    assert {name: share for name, share in shares.items() if share} == pytest.approx(
        dict.fromkeys(seen, 1 / 8)
    )
    blank = np.isnan(attribution.windows).all(axis=1)
    assert np.flatnonzero(blank).tolist() == [
        STANDARD_LEADS.index(name) for name in STANDARD_LEADS if name not in seen
    ]


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_a_saliency_that_says_nothing_is_not_shown(value: float) -> None:
    raw = np.full((1, 1, 12, 400), value, dtype=np.float32)
    with pytest.raises(ExplainError, match="No saliency"):
        attribution_of(bundle_info(), "sha", raw, 1)


def test_the_explained_class_is_the_positive_of_two_or_the_most_probable() -> None:
    assert target_index([0.9, 0.1]) == 1
    assert target_index([0.1, 0.6, 0.3]) == 1
    assert target_index([0.1, 0.2, 0.7]) == 2
