"""The networks have the sizes that their papers' tables give."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from inference.nets import UnknownArchitectureError, build_net


def n_parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_ecg_smart_net_has_the_published_number_of_parameters() -> None:
    assert n_parameters(build_net("ecg-smart-net", 2)) == 6_991_682


@pytest.mark.parametrize(("n_leads", "parameters"), [(12, 6_991_682), (8, 5_943_106)])
def test_leads_change_only_the_spatial_layer_of_ecg_smart_net(n_leads: int, parameters: int) -> None:
    assert n_parameters(build_net("ecg-smart-net", 2, n_leads=n_leads)) == parameters


def test_ecg_smart_net_keeps_leads_apart_until_the_spatial_layer() -> None:
    net = build_net("ecg-smart-net", 2).eval()
    with torch.inference_mode():
        stem = net.get_submodule("stem")(torch.zeros(1, 1, 12, 400))
        temporal = net.get_submodule("temporal")(stem)
        spatial = net.get_submodule("spatial")(temporal)
    assert tuple(stem.shape[1:]) == (64, 12, 100)
    assert tuple(temporal.shape[1:]) == (512, 12, 13)
    assert tuple(spatial.shape[1:]) == (512, 1, 13)


@pytest.mark.parametrize(("n_classes", "parameters"), [(11, 9_410_667), (8, 9_407_592), (2, 9_401_442)])
def test_uchiyama_cnn_has_the_published_number_of_parameters(n_classes: int, parameters: int) -> None:
    assert n_parameters(build_net("uchiyama-cnn", n_classes)) == parameters


def test_uchiyama_head_and_branches_have_the_published_sizes() -> None:
    net = build_net("uchiyama-cnn", 11)
    assert n_parameters(net.get_submodule("head")) == 9_195_531
    assert n_parameters(net.get_submodule("branches")) == 12 * 17_928


def test_uchiyama_branches_shrink_as_in_the_papers_table() -> None:
    shapes = []
    x = torch.zeros(1, 1, 64, 64)
    for layer in build_net("uchiyama-cnn", 11).eval().get_submodule("branches.0").children():
        x = layer(x)
        if not isinstance(layer, nn.BatchNorm2d | nn.ReLU):
            shapes.append((x.shape[1], x.shape[2]))
    assert shapes == [
        (4, 62),
        (8, 60),
        (8, 29),
        (16, 27),
        (16, 25),
        (16, 12),
        (32, 10),
        (32, 8),
        (32, 3),
    ]


def test_a_leads_image_reaches_only_its_own_part_of_the_features() -> None:
    net = build_net("uchiyama-cnn", 11).eval()
    features: list[torch.Tensor] = []
    net.get_submodule("head").register_forward_pre_hook(lambda _, inputs: features.append(inputs[0]))
    blank = torch.zeros(1, 12, 64, 64)
    drawn = blank.clone()
    drawn[0, 4, 20:40] = 1.0
    with torch.inference_mode():
        net(blank)
        net(drawn)
    per_lead = (features[1] - features[0]).abs().reshape(12, -1).sum(1)
    assert per_lead[4] > 0
    assert float(per_lead.sum() - per_lead[4]) == 0.0


@pytest.mark.parametrize(("arch", "shape"), [("ecg-smart-net", (1, 12, 400)), ("uchiyama-cnn", (12, 64, 64))])
def test_a_records_answer_does_not_depend_on_its_batch(arch: str, shape: tuple[int, ...]) -> None:
    torch.manual_seed(3)
    net = build_net(arch, 2).eval()
    batch = torch.randn(5, *shape)
    with torch.inference_mode():
        together, alone = (
            net(batch),
            torch.cat([net(batch[k : k + 1]) for k in range(5)]),
        )
    assert torch.allclose(together, alone, atol=1e-5)


def test_an_unknown_architecture_or_option_is_refused_by_name() -> None:
    with pytest.raises(UnknownArchitectureError, match="resnet"):
        build_net("resnet", 2)
    with pytest.raises(UnknownArchitectureError, match="dropout"):
        build_net("ecg-smart-net", 2, dropout=0.5)
