"""A bundle gives back what was saved, and anything that was changed since is refused in one sentence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from inference.bundle import load_net, record_probabilities, save_bundle, verify_golden
from inference.bundle_info import BundleError, BundleInfo, read_bundle_info
from tests.unit.model_bundles import (
    BEAT_MODEL,
    SITE_MODEL,
    bundle_info,
    golden_input,
    make_bundle,
    untrained_net,
)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    make_bundle(folder, BEAT_MODEL)
    make_bundle(folder, SITE_MODEL)
    return folder


@pytest.fixture
def copied(models: Path, tmp_path: Path) -> Path:
    """A beat bundle that a test may spoil."""
    return Path(shutil.copytree(models / BEAT_MODEL, tmp_path / BEAT_MODEL))


def change_json(folder: Path, **changes: Any) -> None:
    path = folder / "bundle.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


def read_load_and_verify(folder: Path) -> float:
    info = read_bundle_info(folder)
    return verify_golden(info, load_net(info))


def refusal(folder: Path) -> str:
    with pytest.raises(BundleError) as caught:
        read_load_and_verify(folder)
    return str(caught.value)


@pytest.mark.parametrize("name", [BEAT_MODEL, SITE_MODEL])
def test_a_loaded_bundle_reproduces_its_golden_answer(models: Path, name: str) -> None:
    assert read_load_and_verify(models / name) < 1e-6


def test_bundle_info_survives_saving_and_reading(models: Path) -> None:
    saved = read_bundle_info(models / BEAT_MODEL)
    again = bundle_info(weights_sha256=saved.weights_sha256, folder=models / BEAT_MODEL)
    assert saved == again
    assert saved.card_path.read_text(encoding="utf-8") == "# Card\n"


def test_the_golden_answer_is_that_of_the_rounded_weights(models: Path) -> None:
    info = read_bundle_info(models / BEAT_MODEL)
    original = untrained_net(info.arch, 2)
    golden = load_file(info.golden_path)
    rounded = untrained_net(info.arch, 2).half().float()
    with torch.inference_mode():
        batch = torch.from_numpy(golden["input"])
        assert np.allclose(golden["logits"], rounded(batch).numpy(), atol=1e-6)
        assert not np.allclose(golden["logits"], original(batch).numpy(), atol=1e-6)


def test_golden_probabilities_of_lead_images_are_the_mean_over_a_records_windows(models: Path) -> None:
    golden = load_file(models / SITE_MODEL / "golden.safetensors")
    assert golden["input"].shape == (10, 12, 64, 64)
    exponents = np.exp(golden["logits"])
    windows = exponents / exponents.sum(axis=1, keepdims=True)
    assert golden["probabilities"] == pytest.approx(windows.mean(axis=0), abs=1e-6)


def test_a_loaded_net_is_float32_in_eval_mode_and_asks_for_no_weight_gradients(models: Path) -> None:
    net = load_net(read_bundle_info(models / BEAT_MODEL))
    assert {parameter.dtype for parameter in net.parameters()} == {torch.float32}
    assert not any(parameter.requires_grad for parameter in net.parameters())
    assert not any(module.training for module in net.modules())


def test_one_changed_byte_in_the_weights_is_refused(copied: Path) -> None:
    path = copied / "weights.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert "not the ones that bundle.json describes" in refusal(copied)


def test_an_answer_that_differs_from_the_golden_one_is_refused(copied: Path) -> None:
    path = copied / "golden.safetensors"
    golden = load_file(path)
    golden["probabilities"] = golden["probabilities"] + np.array([0.002, -0.002], dtype=np.float32)
    save_file(golden, path)
    assert "does not reproduce its golden answer" in refusal(copied)


@pytest.mark.parametrize("name", ["weights.safetensors", "golden.safetensors", "bundle.json"])
def test_a_missing_part_is_named(copied: Path, name: str) -> None:
    (copied / name).unlink()
    assert {"weights": "weights", "golden": "golden", "bundle": "bundle.json"}[name.split(".")[0]] in refusal(
        copied
    )


@pytest.mark.parametrize("name", ["golden.safetensors", "bundle.json"])
def test_a_file_cut_in_half_is_refused(copied: Path, name: str) -> None:
    content = (copied / name).read_bytes()
    (copied / name).write_bytes(content[: len(content) // 2])
    assert "readable" in refusal(copied)


def test_weights_too_large_to_be_a_network_of_ours_are_not_read(copied: Path) -> None:
    with (copied / "weights.safetensors").open("r+b") as stream:
        stream.truncate(41_000_000)
    assert "larger than 40 MB" in refusal(copied)


def test_weights_of_another_architecture_are_refused_by_the_name_that_differs(copied: Path) -> None:
    change_json(copied, arch="uchiyama-cnn")
    assert "do not fit uchiyama-cnn" in refusal(copied)


def test_weights_for_another_number_of_classes_are_refused(copied: Path) -> None:
    change_json(copied, classes=["a", "b", "c"])
    assert "head.bias" in refusal(copied)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"arch": "resnet-99"}, "resnet-99"),
        ({"arch_options": {"dropout": 0.5}}, "dropout"),
        ({"arch_options": {"arch": "x"}}, "cannot be used"),
        ({"schema_version": 2}, "another version"),
        ({"task": "stroke"}, "stroke"),
        ({"name": "../elsewhere"}, "elsewhere"),
        ({"classes": ["MI"]}, "two different classes"),
        ({"threshold": 7}, "threshold"),
        ({"saliency_scale": 0}, "saliency scale"),
        ({"title": 3}, "number where a text belongs"),
        ({"surprise": 1}, "surprise"),
        ({"prepare": {"profile": "spectrogram"}}, "cannot be used"),
        ({"prepare": 3}, "incomplete"),
    ],
)
def test_a_description_that_this_version_does_not_know_is_refused(
    copied: Path, changes: dict[str, Any], words: str
) -> None:
    change_json(copied, **changes)
    assert words in refusal(copied)


def test_weights_that_float16_cannot_hold_are_not_saved(tmp_path: Path) -> None:
    net = untrained_net("ecg-smart-net", 2)
    with torch.no_grad():
        net.get_parameter("head.bias").fill_(1e6)
    info = bundle_info()
    with pytest.raises(BundleError, match=r"head\.bias"):
        save_bundle(tmp_path / info.name, info, net, golden_input(info), "")
    assert not (tmp_path / info.name / "bundle.json").exists()


def test_a_bundle_whose_saving_broke_off_is_not_one(copied: Path) -> None:
    info = read_bundle_info(copied)
    wrong_shape = np.zeros((1, 1, 12, 300), dtype=np.float32)
    with pytest.raises(BundleError, match="golden input"):
        save_bundle(copied, info, untrained_net(info.arch, 2), wrong_shape, "")
    assert "bundle.json" in refusal(copied)


def test_a_record_of_one_window_keeps_its_softmax() -> None:
    logits = torch.tensor([[0.0, 1.0]])
    assert record_probabilities(logits).tolist() == pytest.approx([0.2689414, 0.7310586])


def test_the_weights_file_has_half_the_size_of_float32(models: Path) -> None:
    info: BundleInfo = read_bundle_info(models / BEAT_MODEL)
    assert info.weights_path.stat().st_size == pytest.approx(2 * 7.0e6, rel=0.01)
