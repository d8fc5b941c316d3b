"""A run tells of itself in a file that survives being killed, and a lock says whether it still lives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inference.run_progress import ProgressWriter, RunProgressError, is_running, read_progress, read_start

A_RUN = """
import sys, time
from pathlib import Path
from inference.run_progress import ProgressWriter
with ProgressWriter(Path(sys.argv[1])) as progress:
    progress.running("Training", 1, 5, minutes_left=2.5, sentence="Epoch 1 of 5.")
    print("told", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "progress.jsonl"


def test_what_a_run_tells_is_read_back_in_order(path: Path) -> None:
    with ProgressWriter(path) as progress:
        progress.running("Preparing", 3, 10)
        progress.running("Training", 1, 5, minutes_left=2.5, sentence="Epoch 1: 0.91.")
        progress.finished("A new model lies ready.", "net.mi-2")
    first, second, last = read_progress(path)
    assert (first.state, first.what, first.done, first.total, first.minutes_left) == (
        "running", "Preparing", 3, 10, None,
    )  # fmt: skip
    assert (second.minutes_left, second.sentence, second.bundle) == (2.5, "Epoch 1: 0.91.", None)
    assert (last.state, last.bundle, last.minutes_left) == ("finished", "net.mi-2", 0.0)


def test_a_failure_is_told_with_its_sentence(path: Path) -> None:
    with ProgressWriter(path) as progress:
        progress.failed("The disk is full: make room and start again.")
    assert [(line.state, line.sentence) for line in read_progress(path)] == [
        ("failed", "The disk is full: make room and start again.")
    ]


def test_the_first_line_names_the_process(path: Path) -> None:
    with ProgressWriter(path):
        start = read_start(path)
    assert start is not None
    assert start.process_id == os.getpid()
    assert start.started.endswith("+00:00")


def test_half_a_line_and_spoilt_lines_are_left_out(path: Path) -> None:
    with ProgressWriter(path) as progress:
        progress.running("Training", 1, 5)
    with path.open("ab") as file:
        file.write(b'\xff\n[1]\n{"state": "running"}\n')
        file.write(path.read_bytes().splitlines()[1].replace(b'"running"', b'"dancing"') + b"\n")
        file.write(path.read_bytes().splitlines()[1].replace(b'"done": 1', b'"done": 2')[:-9])
    assert [line.done for line in read_progress(path)] == [1]


def test_a_file_that_is_not_there_says_nothing(path: Path) -> None:
    assert read_progress(path) == []
    assert read_start(path) is None
    assert not is_running(path)


def test_a_new_run_in_the_same_file_begins_anew(path: Path) -> None:
    for done in (1, 2):
        with ProgressWriter(path) as progress:
            progress.running("Training", done, 5)
    assert [line.done for line in read_progress(path)] == [2]


def test_a_second_run_cannot_take_a_file_that_is_held(path: Path) -> None:
    with ProgressWriter(path) as progress:
        progress.running("Training", 1, 5)
        with pytest.raises(RunProgressError, match="Another run is writing"):
            ProgressWriter(path)
    assert len(read_progress(path)) == 1


def test_a_closed_run_is_over(path: Path) -> None:
    with ProgressWriter(path):
        assert is_running(path)
    assert not is_running(path)


def test_a_killed_run_is_over_and_what_it_told_remains(path: Path) -> None:
    run = subprocess.Popen([sys.executable, "-c", A_RUN, str(path)], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    assert run.stdout.readline() == "told\n"
    assert is_running(path)
    start = read_start(path)
    assert start is not None
    assert start.process_id == run.pid
    run.kill()
    run.communicate()
    assert not is_running(path)
    assert [line.what for line in read_progress(path)] == ["Training"]
