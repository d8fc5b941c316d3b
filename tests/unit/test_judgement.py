"""Better, worse or not shown: what the figures before and after are called."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.manifest import write_manifest
from inference.prepare import PrepareSpec
from tests.unit.labelled_sets import saved_records
from tests.unit.manifests import reading_of
from training.data.inputs import PreparedSet, prepare_set
from training.retraining.before_after import Answers, BeforeAfter, Trial
from training.retraining.gold import find_gold
from training.retraining.judgement import Judged, judge_all
from training.retraining.merge import merge, unchanged
from training.retraining.provenance import changes_json, write_changes
from training.retraining.readings import lessons
from training.systems.recipes import MiRecipe

N = 40


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    folder = tmp_path_factory.mktemp("judged")
    base: PreparedSet = prepare_set(saved_records(folder, n=N), PrepareSpec(), None)
    write_manifest(folder / "labels.jsonl", [reading_of(base, 0)])
    learned = lessons(folder / "labels.jsonl", "mi")
    merged = merge(base, unchanged(prepare_set(learned.records, PrepareSpec(), None)), learned.said)
    folds = np.arange(N) % 10
    gold = find_gold(merged.prepared, ["made/2", "made/4"])
    return Trial(MiRecipe(), base, merged, folds, gold, n_rotations=1)


def answers(scores: np.ndarray) -> Answers:
    positive = scores.astype(np.float32)
    return Answers(np.stack([1 - positive, positive], axis=1), (positive >= 0.5).astype(np.int64))


def judged(trial: Trial, before: np.ndarray, after: np.ndarray) -> dict[str, Judged]:
    gold = answers(np.array([0.1, 0.2]))
    validation = (np.array([0, 1]), np.array([[0.9, 0.1], [0.2, 0.8]], dtype=np.float32))
    both = BeforeAfter(np.arange(N), answers(before), answers(after), gold, gold, validation)
    return {each.name: each for each in judge_all(trial, both, n_draws=200)}


def test_the_first_figures_interval_decides_what_a_difference_is_called(trial: Trial) -> None:
    labels = trial.recipe.targets(trial.merged.prepared)
    good, bad = 0.1 + 0.8 * labels, 0.9 - 0.8 * labels
    noise = np.random.default_rng(1).random(N)
    verdicts = {
        name: judged(trial, before, after)["base_test_patients"].verdict
        for name, before, after in (
            ("rose", noise, good),
            ("fell", good, bad),
            ("same", noise, noise),
        )
    }
    assert verdicts == {"rose": "better", "fell": "worse", "same": "no difference shown"}


def test_only_patients_of_whom_nothing_was_read_are_the_base_sets_own(trial: Trial) -> None:
    untouched = judged(trial, np.full(N, 0.4), np.full(N, 0.4))["base_test_patients"]
    assert untouched.targets.size == N - 1
    assert untouched.to_json(2)["auc_difference"] == {"value": 0.0, "low": 0.0, "high": 0.0, "p": 1.0}


def test_sets_that_cannot_be_judged_say_why(trial: Trial) -> None:
    sets = judged(trial, np.full(N, 0.4), np.full(N, 0.4))
    assert sets["gold_set"].not_judged == "Not judged: all 2 records are of one class."
    assert sets["corrected_records"].not_judged.startswith("Too few to judge: of 1 reviewed records, 1 in ")
    assert sets["gold_set"].verdict is None


def test_half_of_the_decisions_right_is_an_agreement_of_one_half(trial: Trial) -> None:
    labels = trial.recipe.targets(trial.merged.prepared)
    figures = judged(trial, np.full(N, 0.9), 0.1 + 0.8 * labels)["base_test_patients"].to_json(2)
    assert figures["agreement_with_label_before"] == round(float(labels[1:].mean()), 4)
    assert figures["agreement_with_label_after"] == 1.0


def test_the_table_of_changes_holds_no_files_name_unless_asked_to(trial: Trial, tmp_path: Path) -> None:
    write_changes(tmp_path / "a.csv", changes_json(trial))
    write_changes(tmp_path / "b.csv", changes_json(trial), ["made0.npy"])
    assert "made0.npy" not in (tmp_path / "a.csv").read_text(encoding="utf-8")
    assert "made0.npy" in (tmp_path / "b.csv").read_text(encoding="utf-8")
