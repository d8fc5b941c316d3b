"""The watch itself sees what it is there to see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from inference.records import RecordError
from tests.fuzz import watch
from tests.fuzz.mutations import mutated


def faults_of(deed: Callable[[Path], object], path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(watch, "read_record", deed)
    return "\n".join(watch.read_watched(path, 100).faults)


def refuse(sentence: str) -> Callable[[Path], object]:
    def read(_path: Path) -> object:
        raise RecordError(sentence)

    return read


def test_an_error_that_is_no_sentence_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(_path: Path) -> object:
        return {}["nothing"]

    assert "KeyError" in faults_of(stumble, tmp_path / "x", monkeypatch)
    assert "no plain sentence" in faults_of(refuse("two\nlines."), tmp_path / "x", monkeypatch)
    assert faults_of(refuse("It is cut off: copy it again."), tmp_path / "x", monkeypatch) == ""


def test_a_file_opened_elsewhere_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pry(_path: Path) -> object:
        with Path("/etc/hostname").open() as stream:
            stream.read()
        raise RecordError("It is cut off: copy it again.")

    assert "opened /etc/hostname" in faults_of(pry, tmp_path / "x", monkeypatch)


def test_memory_out_of_proportion_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def swallow(_path: Path) -> object:
        np.zeros(80_000_000, dtype=np.uint8)
        raise RecordError("It is cut off: copy it again.")

    assert "took 80 MB" in faults_of(swallow, tmp_path / "x", monkeypatch)


def test_a_mutation_can_be_made_again_from_its_number() -> None:
    content = bytes(range(256)) * 4

    assert mutated(content, 7, "a") == mutated(content, 7, "a")
    assert len({mutated(content, number, "a") for number in range(50)}) > 45
