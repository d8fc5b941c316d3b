"""The trainer: it learns, keeps the best epoch, goes on after a kill, is the same in several processes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from tests.unit.small_fits import SETTINGS, small_data, small_fit, small_net
from training.fitting.fit import Fitted, fit, predict_probabilities
from training.fitting.progress import Step
from training.fitting.score import DivergedError, score
from training.fitting.settings import FitSettings, SettingsError

SCRIPT = Path(__file__).parent / "small_fits.py"


def run(*arguments: str, launcher: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """The small fit as a program of its own."""
    root = Path(__file__).parents[2]
    command = [sys.executable, *launcher, str(SCRIPT), *arguments]
    environment = {"PYTHONPATH": str(root), "PATH": "", "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=110)


def losses(fitted: Fitted) -> list[float]:
    """The training loss of every epoch."""
    return [entry["train_loss"] for entry in fitted.history]


def test_the_trainer_learns_what_can_be_learned() -> None:
    fitted = small_fit(settings=replace(SETTINGS, epochs=40))
    probabilities, targets = small_data().validate(fitted.net)  # type: ignore[misc]
    assert (probabilities.argmax(axis=1) == targets).mean() > 0.85


def test_the_epoch_with_the_best_validation_score_is_kept() -> None:
    fitted = small_fit()
    scores = [entry["score"] for entry in fitted.history]
    assert fitted.kept_epoch == int(np.argmax(scores)) + 1
    probabilities, targets = small_data().validate(fitted.net)  # type: ignore[misc]
    assert score(targets, probabilities).value == pytest.approx(max(scores))


def test_a_fit_without_a_better_epoch_ends_early() -> None:
    still = replace(SETTINGS, epochs=50, patience=3, optimiser="adam", schedule="constant")
    fitted = small_fit(settings=replace(still, highest_learning_rate=0.0, weight_decay=0.0))
    assert len(fitted.history) < 50
    assert len(fitted.history) - fitted.kept_epoch == 3


def test_a_plateau_lowers_the_learning_rate_by_a_fifth() -> None:
    settings = replace(SETTINGS, epochs=8, schedule="plateau", optimiser="adam", highest_learning_rate=1e-12)
    rates = [entry["learning_rate"] for entry in small_fit(settings=settings).history]
    assert rates[0] == pytest.approx(1e-12)
    assert min(rates) == pytest.approx(0.8e-12)


@pytest.mark.parametrize("schedule", ["one-cycle", "plateau", "constant"])
def test_a_fit_that_was_killed_ends_as_one_that_was_not(tmp_path: Path, schedule: str) -> None:
    settings = replace(SETTINGS, schedule=schedule)  # type: ignore[arg-type]
    whole = small_fit(settings=settings).net.state_dict()
    checkpoint = tmp_path / "fit.checkpoint"

    class CutError(Exception):
        pass

    def cut(step: Step) -> None:
        if step.done == 3:
            raise CutError

    with pytest.raises(CutError):
        fit(small_net(), small_data(), settings, checkpoint=checkpoint, on_step=cut)
    resumed = small_fit(checkpoint, settings)
    assert len(resumed.history) == settings.epochs
    for name, tensor in resumed.net.state_dict().items():
        assert torch.equal(tensor, whole[name]), name


def test_a_program_killed_with_signal_9_goes_on_where_it_was(tmp_path: Path) -> None:
    out, checkpoint = tmp_path / "net.safetensors", tmp_path / "fit.checkpoint"
    killed = run(str(out), str(checkpoint), "3")
    assert killed.returncode == -9
    assert checkpoint.exists()
    assert not out.exists()
    resumed = run(str(out), str(checkpoint), "-1")
    assert resumed.returncode == 0, resumed.stderr
    assert run(str(tmp_path / "whole"), str(tmp_path / "other.checkpoint"), "-1").returncode == 0
    whole = load_file(tmp_path / "whole")
    for name, tensor in load_file(out).items():
        assert torch.equal(tensor, whole[name]), name


def test_a_checkpoint_of_other_settings_is_not_gone_on_from(tmp_path: Path) -> None:
    small_fit(tmp_path / "fit.checkpoint")
    other = small_fit(tmp_path / "fit.checkpoint", replace(SETTINGS, seed=2))
    assert len(other.history) == SETTINGS.epochs
    fresh = small_fit(settings=replace(SETTINGS, seed=2))
    assert losses(other) == losses(fresh)


@pytest.mark.expected_log("cannot be read")
def test_a_checkpoint_that_is_cut_off_begins_again(tmp_path: Path) -> None:
    checkpoint = tmp_path / "fit.checkpoint"
    whole = small_fit(checkpoint)
    checkpoint.write_bytes(checkpoint.read_bytes()[:500])
    assert losses(small_fit(checkpoint)) == losses(whole)


def test_two_processes_fit_the_same_network_as_one(tmp_path: Path) -> None:
    out, checkpoint = tmp_path / "net.safetensors", tmp_path / "fit.checkpoint"
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2")
    result = run(str(out), str(checkpoint), "-1", launcher=launcher)
    assert result.returncode == 0, result.stderr
    alone = small_fit()
    for name, tensor in load_file(out).items():
        torch.testing.assert_close(tensor, alone.net.state_dict()[name], rtol=1e-4, atol=1e-5)


def test_validation_rows_of_one_class_choose_no_epoch_and_end_no_fit() -> None:
    data = small_data()
    assert data.validate is not None
    ones = np.ones(32, dtype=np.int64)
    one_class = replace(data, validate=lambda _: (np.full((32, 2), 0.5, np.float32), ones))
    settings = replace(SETTINGS, patience=2)
    fitted = fit(small_net(), one_class, settings, on_step=lambda _: None)
    assert len(fitted.history) == fitted.kept_epoch == settings.epochs
    assert losses(fitted) == losses(small_fit())


def test_a_fit_that_diverges_says_what_to_do() -> None:
    data = small_data()
    nothing = np.full((32, 2), np.nan, np.float32)
    diverged = replace(data, validate=lambda _: (nothing, np.arange(32) % 2))
    with pytest.raises(DivergedError, match="lower highest_learning_rate"):
        fit(small_net(), diverged, SETTINGS, on_step=lambda _: None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("optimiser", "sgd"),
        ("schedule", "cosine"),
        ("keep", "best"),
        ("sampling", "undersample"),
        ("epochs", 0),
        ("epochs", "ten"),
        ("batch", 1),
        ("highest_learning_rate", -1.0),
        ("first_class_share", 1.5),
        ("augment", "yes"),
        ("patience", 0),
    ],
)
def test_a_setting_without_a_meaning_is_refused_by_its_name(name: str, value: object) -> None:
    with pytest.raises(SettingsError, match=name):
        FitSettings(**{name: value})  # type: ignore[arg-type]


def test_predictions_are_made_in_full_precision() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(16, 2))
    x = np.random.default_rng(0).normal(size=(5, 1, 2, 8)).astype(np.float32)
    with torch.inference_mode():
        expected = torch.softmax(net(torch.from_numpy(x)), dim=1).numpy()
    np.testing.assert_array_equal(predict_probabilities(net, x), expected)


def test_the_score_is_two_thirds_auc_and_one_third_average_precision() -> None:
    targets = np.array([0, 0, 1, 1])
    p = np.array([0.1, 0.6, 0.5, 0.9], np.float32)
    judged = score(targets, np.stack([1 - p, p], axis=1))
    assert judged.auc == pytest.approx(0.75)
    assert judged.value == pytest.approx((2 * judged.auc + judged.ap) / 3)


def test_a_class_that_is_absent_is_left_out_of_the_score() -> None:
    targets = np.array([0, 0, 1, 1])
    probabilities = np.eye(3, dtype=np.float32)[targets]
    assert score(targets, probabilities).auc == 1.0
