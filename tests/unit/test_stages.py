"""The news of a retraining: which network, how far, how long still."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.run_progress import ProgressLine, ProgressWriter, read_progress
from training.retraining.stages import Stages


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def train(stages: Stages, clock: Clock, what: str, n_steps: int, seconds: float) -> None:
    for _ in stages.training(what, range(n_steps), 0, n_steps):
        clock.now_s += seconds / n_steps
    stages.trained()


def news(path: Path, n_networks: int) -> tuple[list[ProgressLine], Stages, Clock]:
    clock = Clock()
    with ProgressWriter(path) as writer:
        stages = Stages(writer, n_networks, clock)
        stages.at("Preparing")
        train(stages, clock, "First", 100, 600.0)
        stages.taken_up("Second")
        train(stages, clock, "Third", 10, 600.0)
        stages.at("Measuring")
    return read_progress(path), stages, clock


def test_minutes_left_follow_from_the_networks_trained_so_far(tmp_path: Path) -> None:
    lines, _, _ = news(tmp_path / "progress.jsonl", n_networks=4)
    by_stage = {(line.what, line.done): line for line in lines}
    assert by_stage["Preparing", 0].minutes_left is None
    assert by_stage["First", 50].minutes_left == pytest.approx(35.0)
    assert by_stage["Third", 5].minutes_left == pytest.approx(15.0)
    assert by_stage["Measuring", 0].minutes_left == pytest.approx(10.0)


def test_with_no_network_left_nothing_is_said_of_the_time_left(tmp_path: Path) -> None:
    lines, _, _ = news(tmp_path / "progress.jsonl", n_networks=3)
    assert lines[-1].what == "Measuring"
    assert lines[-1].minutes_left is None


def test_a_stage_says_how_far_it_is_and_which_network_it_is(tmp_path: Path) -> None:
    lines, _, _ = news(tmp_path / "progress.jsonl", n_networks=4)
    third = [line for line in lines if line.what == "Third"]
    assert [(line.done, line.total) for line in third] == [(k, 10) for k in range(10)]
    assert third[0].sentence == "Network 3 of 4."
    assert "Second: found finished" in [line.what for line in lines]


def test_a_long_training_writes_few_lines(tmp_path: Path) -> None:
    clock = Clock()
    with ProgressWriter(tmp_path / "progress.jsonl") as writer:
        train(Stages(writer, 1, clock), clock, "Long", 5000, 60.0)
    assert len(read_progress(tmp_path / "progress.jsonl")) == 50
