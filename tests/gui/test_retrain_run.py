"""How far a run is said to be, from its files alone; and what is said of it."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ecgviewer.services.retrain_run import (
    STARTING_AT_MOST_S,
    RetrainRun,
    RunNews,
    last_run,
    look_at,
    process_to_stop,
    save_run,
    settle,
)
from ecgviewer.widgets.retrain_words import left_text, notice_text, stage_text
from inference.run_progress import ProgressLine, ProgressWriter

STARTED = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
NO_PROCESS = 2**22 + 1
"""Above the highest process id that Linux gives out."""


@pytest.fixture
def run(tmp_path: Path) -> RetrainRun:
    return RetrainRun(tmp_path / "run", "mi-ptbxl", "MI", Path("/data/ptb-xl"), STARTED, os.getpid())


def soon() -> datetime:
    return STARTED + timedelta(seconds=5)


def test_a_run_comes_back_from_the_disk_as_it_was_saved_and_the_newest_counts(run: RetrainRun) -> None:
    save_run(run)
    newer = replace(run, folder=run.folder.with_name("another"), started=soon())
    save_run(newer)
    assert last_run(run.folder.parent) == newer
    settle(newer)
    found = last_run(run.folder.parent)
    assert found is not None
    assert found.is_settled


def test_a_broken_run_file_is_passed_over(run: RetrainRun) -> None:
    save_run(run)
    broken = run.folder.with_name("broken")
    broken.mkdir()
    for text in ("{", "[]", json.dumps({"ptb_xl": "/data"})):
        (broken / "run.json").write_text(text, encoding="utf-8")
        assert last_run(run.folder.parent) == run
    assert last_run(run.folder / "nothing here") is None


def test_a_process_that_has_told_nothing_yet_is_starting_but_not_for_ever(run: RetrainRun) -> None:
    assert look_at(run, soon).stage == "starting"
    assert look_at(run, lambda: STARTED + timedelta(seconds=STARTING_AT_MOST_S)).stage == "stopped"
    assert look_at(replace(run, process_id=NO_PROCESS), soon).stage == "stopped"


def test_a_dead_run_is_stopped_even_where_its_process_id_belongs_to_another_program(run: RetrainRun) -> None:
    with ProgressWriter(run.progress) as progress:
        progress.running("Training", 1, 5)
        assert look_at(run, soon).stage == "running"
        assert process_to_stop(run) == os.getpid()
    # The id in the file is this test's own: it lives, and is not the run.
    assert look_at(run, soon).stage == "stopped"
    assert process_to_stop(run) is None


def test_a_run_that_has_told_its_end_has_ended_even_while_its_process_lives(run: RetrainRun) -> None:
    with ProgressWriter(run.progress) as progress:
        progress.finished("Ready.", "net.new")
        assert look_at(run, soon).stage == "finished"


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (None, ""),
        (0.4, "less than a minute left"),
        (1.2, "about 1 minute left"),
        (12.4, "about 12 minutes left"),
        (150, "about 2.5 hours left"),
    ],
)
def test_the_time_left_is_said_as_roughly_as_it_is_known(minutes: float | None, text: str) -> None:
    assert left_text(minutes) == text


def test_a_stage_without_a_known_length_has_no_number(run: RetrainRun) -> None:
    line = ProgressLine("", "running", "Preparing", 0, 0, None, "")
    assert stage_text(RunNews(run, "running", line)) == "Preparing"


def test_the_notice_of_a_finished_run_says_that_its_model_is_not_in_use(run: RetrainRun) -> None:
    line = ProgressLine("", "finished", "Finished", 1, 1, 0.0, "Ready.", "net.new")
    assert notice_text(RunNews(run, "finished", line)).endswith("It is not in use.")
