"""The self-test: from source in every run, and from the built program where one was built."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def packaging_module(name: str) -> ModuleType:
    """A script of packaging/, which is a folder and never a package."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location(name, ROOT / "packaging" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def self_test_from_source(folder: Path) -> dict[str, Any]:
    report = folder / "report.json"
    finished = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "--self-test", str(report)],
        cwd=folder,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    loaded: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return loaded


def test_the_self_test_passes_from_source_in_a_bare_environment_and_another_folder(tmp_path: Path) -> None:
    report = self_test_from_source(tmp_path)
    assert report["ok"] is True
    assert report["frozen"] is False
    assert report["steps"][-1]["detail"] == "the command that retrains is there"


@pytest.mark.timeout(300)
def test_a_moved_copy_of_the_built_program_passes_its_self_test() -> None:
    smoke_test = packaging_module("smoke_test")
    if not smoke_test.program_in(smoke_test.BUILT).exists():
        pytest.skip("there is no dist/ecgviewer: `make package` builds it")
    report = smoke_test.check_moved_copy(smoke_test.BUILT)
    assert report["frozen"] is True
    assert report["steps"][-1]["detail"] == "the command that retrains is there"


@pytest.mark.parametrize(
    ("path", "left_out"),
    [
        ("torch/include/ATen/ATen.h", True),
        ("torch/bin/test_jit", True),
        ("torch/bin/torch_shm_manager", False),
        ("torch/lib/libtorch_cpu.so", False),
        ("resources/models/ecg-smart-net.mi-ptbxl/weights.safetensors", False),
        ("sympy/core/core.py", False),
        ("torch/lib/libtorchbind_test.so", True),
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", False),
    ],
)
def test_headers_and_test_programs_are_left_out_and_nothing_that_is_opened(path: str, left_out: bool) -> None:
    assert packaging_module("leave_out").is_left_out(path) is left_out


def test_a_library_from_outside_the_program_is_noticed(tmp_path: Path) -> None:
    smoke_test = packaging_module("smoke_test")
    home = tmp_path / "moved program"
    mapped = {home / "_internal/libtorch_cpu.so", tmp_path / "lib/libQt6Core.so.6", Path("/lib/libc.so.6")}
    assert smoke_test.foreign_libraries(mapped, home) == [tmp_path / "lib/libQt6Core.so.6"]
