"""The picture networks have the published sizes; MONAI is asked for only where it is needed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Final

import numpy as np
import pytest
import torch
from torch import nn

from inference.nets import UnknownArchitectureError, build_net
from inference.nets.fold import folded
from tests.unit.model_bundles import untrained_net

PARAMETERS: Final = {
    "picture-baseline-cnn": 94_212,
    "mobilenet-v2": 2_228_996,
    "resnet-50": 23_516_228,
    "densenet-121": 6_957_956,
    "convnext-tiny": 27_823_204,
    "densenet-121-bottleneck": 9_579_908,
    "densenet-121-se": 7_090_116,
    "efficientnet-b0": 4_012_672,
    "efficientnet-b0-msa": 2_960_867,
}
MONAIS: Final = tuple(name for name in PARAMETERS if name.startswith(("resnet", "densenet", "efficientnet")))
SMALL_PX: Final = 64


def pictures() -> torch.Tensor:
    return torch.randn(2, 3, SMALL_PX, SMALL_PX, generator=torch.Generator().manual_seed(5))


@pytest.mark.parametrize("arch", PARAMETERS)
def test_a_picture_network_has_the_published_number_of_parameters(arch: str) -> None:
    with torch.device("meta"):
        net = build_net(arch, 4)
    assert sum(parameter.numel() for parameter in net.parameters()) == PARAMETERS[arch]


@pytest.mark.parametrize("arch", PARAMETERS)
def test_folding_a_picture_network_keeps_its_logits(arch: str) -> None:
    net = untrained_net(arch, 3)
    with torch.inference_mode():
        expected, found = net(pictures()), folded(net)(pictures())
    assert expected.shape == (2, 3)
    scale = float(expected.abs().max())
    assert scale > 0
    assert float((expected - found).abs().max()) < 1e-4 * scale


@pytest.mark.parametrize("arch", PARAMETERS)
def test_a_picture_network_learns_in_every_layer(arch: str) -> None:
    torch.manual_seed(0)
    net = build_net(arch, 4).train()
    loss = nn.functional.cross_entropy(net(pictures()), torch.tensor([0, 3]))
    loss.backward()
    unmoved = [name for name, each in net.named_parameters() if each.grad is None]
    assert unmoved == []
    assert np.isfinite(loss.item())


def test_densenet_keeps_the_normalisations_that_have_no_layer_before_them() -> None:
    twin = folded(untrained_net("densenet-121", 4))
    assert isinstance(twin.get_submodule("features.norm0"), nn.Identity)
    assert isinstance(twin.get_submodule("features.norm5"), nn.BatchNorm2d)
    assert isinstance(twin.get_submodule("features.denseblock1.denselayer1.layers.norm1"), nn.BatchNorm2d)


@pytest.mark.parametrize(
    ("arch", "key", "shape"),
    [
        ("mobilenet-v2", "features.0.0.weight", (32, 3, 3, 3)),
        ("mobilenet-v2", "features.1.conv.0.0.weight", (32, 1, 3, 3)),
        ("mobilenet-v2", "features.17.conv.2.weight", (320, 960, 1, 1)),
        ("mobilenet-v2", "features.17.conv.3.running_var", (320,)),
        ("mobilenet-v2", "features.18.1.bias", (1280,)),
        ("mobilenet-v2", "classifier.1.weight", (4, 1280)),
        ("convnext-tiny", "features.0.1.weight", (96,)),
        ("convnext-tiny", "features.1.0.layer_scale", (96, 1, 1)),
        ("convnext-tiny", "features.4.1.weight", (384, 192, 2, 2)),
        ("convnext-tiny", "features.5.8.block.0.weight", (384, 1, 7, 7)),
        ("convnext-tiny", "features.7.2.block.5.bias", (768,)),
        ("convnext-tiny", "classifier.0.weight", (768,)),
        ("convnext-tiny", "classifier.2.weight", (4, 768)),
        ("resnet-50", "layer4.2.conv3.weight", (2048, 512, 1, 1)),
        ("resnet-50", "fc.weight", (4, 2048)),
    ],
)
def test_layers_have_the_names_of_the_published_imagenet_weights(
    arch: str, key: str, shape: tuple[int, ...]
) -> None:
    with torch.device("meta"):
        state = build_net(arch, 4).state_dict()
    assert tuple(state[key].shape) == shape


@pytest.mark.parametrize("arch", PARAMETERS)
def test_dropout_stands_before_the_head(arch: str) -> None:
    with torch.device("meta"):
        net = build_net(arch, 4)
    rates = [module.p for module in net.modules() if isinstance(module, nn.Dropout)]
    assert rates == [0.3]


def test_the_attention_weighs_three_scales_at_each_place() -> None:
    net = untrained_net("efficientnet-b0-msa", 4)
    weights: list[torch.Tensor] = []
    keep: Callable[[nn.Module, object, torch.Tensor], None] = lambda _, __, out: weights.append(out)  # noqa: E731
    net.get_submodule("weigh").register_forward_hook(keep)
    with torch.inference_mode():
        net(torch.zeros(1, 3, 224, 224))
    assert weights[0].shape == (1, 3, 7, 7)
    torch.testing.assert_close(weights[0].sum(dim=1), torch.ones(1, 7, 7))


def test_the_networks_are_importable_without_monai() -> None:
    code = "import inference.nets, sys; sys.exit('monai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("arch", MONAIS)
def test_a_network_of_monais_without_monai_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, arch: str
) -> None:
    for name in [each for each in sys.modules if each.split(".")[0] == "monai"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "monai", None)
    with pytest.raises(UnknownArchitectureError, match=r"needs monai.*pip install monai"):
        build_net(arch, 4)
