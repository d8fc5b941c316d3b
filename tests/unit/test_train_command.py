"""`main.py train --log FILE`: what the dialog starts, without a terminal to speak to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_all_that_training_says_goes_into_the_log(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    log = tmp_path / "log.txt"
    log.write_text("said before\n", encoding="utf-8")
    command = [sys.executable, str(ROOT / "main.py"), "train", "--log", str(log), "retrain"]
    finished = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert finished.returncode == 2
    assert (finished.stdout, finished.stderr) == ("", "")
    said = log.read_text(encoding="utf-8")
    assert said.startswith("said before\n")
    assert "--manifest" in said
