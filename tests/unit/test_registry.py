"""Bundles are found without torch, and a broken one is kept with its sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from inference.bundle_info import write_bundle_info
from inference.registry import find_bundles
from inference.resource_paths import resources_folder
from tests.unit.model_bundles import bundle_info


def light_bundle(folder: Path, name: str, **changes: Any) -> Path:
    """bundle.json and a stand-in for the weights, which the registry does not open."""
    bundle = folder / name
    bundle.mkdir(parents=True)
    write_bundle_info(bundle_info(name, **changes), bundle)
    (bundle / "weights.safetensors").write_bytes(b"weights")
    return bundle


def test_a_broken_bundle_is_kept_with_its_sentence_beside_the_usable_ones(tmp_path: Path) -> None:
    light_bundle(tmp_path, "ecg-smart-net.good")
    spoiled = light_bundle(tmp_path, "ecg-smart-net.spoiled")
    (spoiled / "bundle.json").write_text("{", encoding="utf-8")
    (light_bundle(tmp_path, "ecg-smart-net.light") / "weights.safetensors").unlink()
    registry = find_bundles([tmp_path])
    assert [info.name for info in registry.bundles] == ["ecg-smart-net.good"]
    assert {each.name: each.sentence.split("has ")[1][:11] for each in registry.broken} == {
        "ecg-smart-net.light": "no weights ",
        "ecg-smart-net.spoiled": "no readable",
    }


def test_the_later_folder_wins_and_a_broken_namesake_does_not(tmp_path: Path) -> None:
    shipped, own, third = tmp_path / "shipped", tmp_path / "own", tmp_path / "third"
    light_bundle(shipped, "ecg-smart-net.one", title="shipped")
    light_bundle(own, "ecg-smart-net.one", title="own")
    (light_bundle(third, "ecg-smart-net.one") / "bundle.json").write_text("[]", encoding="utf-8")
    registry = find_bundles([shipped, own, third])
    assert [info.title for info in registry.bundles] == ["own"]
    assert [each.folder.parent for each in registry.broken] == [third]


def test_omi_comes_first_then_mi_then_its_location(tmp_path: Path) -> None:
    light_bundle(tmp_path, "uchiyama-cnn.site")
    light_bundle(tmp_path, "ecg-smart-net.mi")
    light_bundle(tmp_path, "ecg-smart-net.omi", task="omi", enabled=False)
    registry = find_bundles([tmp_path])
    assert [info.task for info in registry.bundles] == ["omi", "mi", "mi-location"]
    assert [info.task for info in registry.enabled] == ["mi", "mi-location"]
    mi = registry.get("ecg-smart-net.mi")
    assert mi is not None
    assert mi.folder == tmp_path / "ecg-smart-net.mi"
    assert registry.get("ecg-smart-net.none") is None


def test_folders_that_are_absent_or_hold_no_bundle_are_empty(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "readme.txt").write_text("no bundle", encoding="utf-8")
    registry = find_bundles([tmp_path, tmp_path / "absent"])
    assert (registry.bundles, registry.broken) == ((), ())


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="permissions do not bind this user")
def test_a_folder_that_may_not_be_entered_hides_no_other_bundle(tmp_path: Path) -> None:
    closed = light_bundle(tmp_path, "ecg-smart-net.closed")
    light_bundle(tmp_path, "ecg-smart-net.open")
    closed.chmod(0)
    registry = find_bundles([tmp_path])
    closed.chmod(0o700)
    assert [info.name for info in registry.bundles] == ["ecg-smart-net.open"]


def test_bundles_are_found_without_torch(tmp_path: Path) -> None:
    light_bundle(tmp_path, "ecg-smart-net.one")
    code = (
        "import json, sys; from pathlib import Path; from inference.registry import find_bundles;"
        "found = [info.name for info in find_bundles([Path(sys.argv[1])]).bundles];"
        "print(json.dumps([found, 'torch' in sys.modules]))"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=root, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [["ecg-smart-net.one"], False]


def test_resources_are_beside_the_packages_or_in_the_built_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (resources_folder() / "fonts").is_dir()
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resources_folder() == tmp_path / "resources"
