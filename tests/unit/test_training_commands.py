"""`python -m training`: from a folder of records to figures, a report and a bundle; leaks are stopped."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.bundle import load_net, verify_golden
from inference.bundle_info import read_bundle_info
from inference.prepare import PrepareSpec, Profile
from inference.resource_paths import shipped_models_folder
from tests.unit.small_ptb_xl import small_ptb_xl
from training.cli import main
from training.publishing.card import model_card

EXPERIMENT = """
title = "A small one"
question = "mi"
notes = "Made records."
[protocol]
folds = 3
[fit]
epochs = 2
batch = 8
keep = "best-score"
[[systems]]
name = "mayo-alvd"
[[systems]]
name = "random-forest"
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_ptb_xl(tmp_path_factory.mktemp("archive") / "ptb-xl", n=40)


@pytest.fixture(scope="module")
def work(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run of the small experiment."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "small.toml").write_text(EXPERIMENT, encoding="utf-8")
    said = ["compare", str(folder / "small.toml"), "--ptb-xl", str(archive), "--work", str(folder / "runs")]
    assert main(said) == 0
    return folder


def test_a_comparison_leaves_what_the_report_is_made_of(work: Path) -> None:
    run = work / "runs" / "small"
    assert main(["report", str(run)]) == 0
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "Mayo ALVD CNN" in page
    assert "Random forest, engineered features" in page
    assert "not a medical device" in page.lower()
    metrics = json.loads((run / "mayo-alvd" / "metrics.json").read_text())
    assert metrics
    assert (run / "mayo-alvd" / "predictions.parquet").exists()
    assert list((run / "mayo-alvd").rglob("*saliency*.svg")) or list(run.rglob("*saliency*.svg"))


def test_all_systems_of_a_run_are_tested_on_the_same_records(work: Path) -> None:
    tested = [
        np.load(work / "runs" / "small" / name / "predictions.npz", allow_pickle=False)["rows"]
        for name in ("mayo-alvd", "random-forest")
    ]
    np.testing.assert_array_equal(tested[0], tested[1])


def test_a_copy_of_an_ecg_under_another_patient_stops_the_run(
    work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = small_ptb_xl(tmp_path / "ptb-xl", n=40, copy_of_first=2)
    said = ["compare", str(work / "small.toml"), "--ptb-xl", str(archive), "--work", str(tmp_path / "runs")]
    assert main(said) == 1
    assert "The same ECG" in capsys.readouterr().err
    assert not list((tmp_path / "runs").rglob("predictions.npz"))
    assert main([*said, "--group-copies", "--systems", "random-forest"]) == 0
    lines = (tmp_path / "runs" / "small" / "records.jsonl").read_text().splitlines()
    patients = [json.loads(line)["patient"] for line in lines]
    assert patients[0] == patients[2]


def test_a_bundle_is_published_of_a_runs_system_with_its_figures(
    work: Path, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = ["publish", "mi-ptbxl", "--experiment", str(work / "small.toml"), "--system", "mayo-alvd"]
    said += ["--ptb-xl", str(archive), "--work", str(work / "runs"), "--models", str(tmp_path)]
    assert main(said) == 0
    info = read_bundle_info(tmp_path / "mayo-alvd.mi-ptbxl")
    assert verify_golden(info, load_net(info)) < 1e-3
    tested = np.load(work / "runs" / "small" / "mayo-alvd" / "predictions.npz", allow_pickle=False)["rows"]
    assert info.metrics["cross_validation"]["n_records"] == tested.size
    card = info.card_path.read_text(encoding="utf-8")
    assert "Rule-out: sensitivity at the runs' own thresholds" in card
    assert "3 of the 10 runs over ten patient-grouped folds" in card


def test_a_forest_is_compared_and_not_published(
    work: Path, archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = ["publish", "mi-ptbxl", "--experiment", str(work / "small.toml"), "--system", "random-forest"]
    assert main([*said, "--ptb-xl", str(archive), "--models", str(tmp_path)]) == 1
    assert "choose a network" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["compare", "mi-beats"], "No data set is named"),
        (["compare", "mi-beats", "--ptb-xl", "/nowhere"], "/nowhere"),
        (["compare", "no-such-thing", "--ptb-xl", "/nowhere"], "There is no experiment"),
        (["compare", "class-folders-paper"], "--pictures"),
        (["report", "/nowhere"], "/nowhere"),
    ],
)
def test_what_a_user_can_mend_is_one_sentence(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        ("beat-zscore-12x400", "each lead z-scored"),
        ("beat-maxabs-12x400", "divided by its largest absolute value"),
        ("beat-mv-12x400", "in millivolts"),
        ("paper-picture-224", "picture of the printed sheet"),
    ],
)
def test_a_card_says_what_its_own_network_sees(profile: Profile, said: str) -> None:
    shipped = read_bundle_info(shipped_models_folder() / "ecg-smart-net.mi-ptbxl")
    card = model_card(replace(shipped, prepare=PrepareSpec(profile=profile)), {}, ())
    assert said in card.partition("## Input")[2].partition("## Settings")[0]
