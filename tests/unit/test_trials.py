"""Experiments from TOML files, and the folder of a run that can be cut off, gone on with and read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.prepare import PrepareSpec, Profile, prepare
from inference.records import STANDARD_LEADS, read_record
from tests.unit.labelled_sets import labelled, saved_records
from tests.unit.made_records import made_signals
from training.data.columns import LEADS_MV, beat_columns
from training.data.folds import make_splits
from training.data.inputs import PreparedSet, prepare_set
from training.data.measured_columns import RR_MS
from training.figures.read_run import read_run
from training.fitting.progress import Step
from training.fitting.settings import FitSettings
from training.systems.forest_recipe import ForestRecipe
from training.systems.questions import MI, OMI_PROXY, SITE_8, SITE_11
from training.systems.recipes import MiRecipe, OmiProxyRecipe, SiteRecipe
from training.systems.registry import SYSTEMS, UnknownSystemError, system_named
from training.systems.sampling import class_weights_of_rows, inverse_frequency, row_batches
from training.trials.compare import compare
from training.trials.cross_validate import NothingToLearnError, Surroundings
from training.trials.experiment import EXPERIMENTS, Experiment, ExperimentError, load_experiment
from training.trials.run_folder import OtherRunError

TOML = """
title = "A small one"
question = "mi"
[protocol]
folds = 2
[fit]
epochs = 2
batch = 16
sampling = "undersample-in-batch"
keep = "best-score"
[[systems]]
name = "mayo-alvd"
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> PreparedSet:
    return prepare_set(saved_records(tmp_path_factory.mktemp("set"), n=40), PrepareSpec(), None)


def written(folder: Path, text: str = TOML) -> Experiment:
    path = folder / "small.toml"
    path.write_text(text, encoding="utf-8")
    return load_experiment(str(path))


def quiet(step: Step) -> None:
    """Says nothing of a step."""


QUIET = Surroundings(on_step=quiet)


@pytest.mark.parametrize("path", sorted(EXPERIMENTS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_experiment_that_comes_with_the_program_is_understood(path: Path) -> None:
    experiment = load_experiment(path.stem)
    assert experiment.systems
    assert experiment.title


def test_the_papers_own_settings_are_kept_beside_the_faster_recipe() -> None:
    paper = load_experiment("mi-beats-paper").chosen(("ecg-smart-net",)).systems[0].settings
    assert (paper.epochs, paper.batch, paper.optimiser) == (100, 128, "adam")
    assert (paper.schedule, paper.highest_learning_rate) == ("plateau", 1e-5)
    assert (paper.sampling, paper.keep, paper.augment) == ("undersample-in-batch", "best-score", False)
    mayo = load_experiment("mi-beats-paper").chosen(("mayo-alvd",)).systems[0].settings
    assert mayo.highest_learning_rate == 1e-4


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("epochs = 2", "epoch = 2"), "says 'epoch', which is not understood"),
        (('question = "mi"', 'question = "stroke"'), "There is no question 'stroke'"),
        (('name = "mayo-alvd"', 'name = "mayo"'), "There is no system 'mayo'"),
        (("folds = 2", 'split = "by-chance"'), "wants a split 'by-chance'"),
        (("[fit]", "[fit"), "is not understood"),
        (("epochs = 2", 'epochs = "two"'), "epochs = 'two': a number"),
        (("folds = 2", "folds = 0"), "wants folds = 0"),
        (('name = "mayo-alvd"', 'name = "mayo-alvd"\ntitle = "a/b"'), "cannot name a folder"),
        (('name = "mayo-alvd"', 'name = "mayo-alvd"\nprepare = { first_sample = 100 }'), "only profile can"),
        (('question = "mi"', 'question = "site"'), "more than two classes"),
        (('question = "mi"', 'question = "class-folders"'), "sees no pictures"),
        (("folds = 2", 'split = "random-windows"'), "does not see windows"),
    ],
)
def test_an_experiment_that_is_not_understood_is_refused_with_a_sentence(
    tmp_path: Path, change: tuple[str, str], sentence: str
) -> None:
    with pytest.raises(ExperimentError, match=sentence):
        written(tmp_path, TOML.replace(*change))


def test_a_missing_experiment_is_refused_with_the_names_of_those_that_are_there() -> None:
    with pytest.raises(ExperimentError, match="mi-beats"):
        load_experiment("no-such-thing")


def test_a_run_leaves_predictions_of_every_tested_record_by_a_network_that_never_saw_it(
    tmp_path: Path, prepared: PreparedSet
) -> None:
    compare(written(tmp_path), prepared, tmp_path / "run", QUIET)
    folder = tmp_path / "run" / "mayo-alvd"
    predictions = np.load(folder / "predictions.npz", allow_pickle=False)
    assert predictions["probabilities"].shape == (predictions["rows"].size, 2)
    assert set(predictions["run"].tolist()) == {0, 1}
    for fold in range(2):
        assert not set(predictions["rows"][predictions["run"] == fold]) & set(
            predictions[f"validation_rows_{fold}"]
        )
    facts = json.loads((folder / "system.json").read_text())
    assert facts["n_parameters"] == 143_570
    assert facts["folds_run"] == [0, 1]
    assert facts["folds_total"] == 10
    assert [len(fold) for fold in json.loads((folder / "history.json").read_text())] == [2, 2]
    lines = (tmp_path / "run" / "records.jsonl").read_text().splitlines()
    assert [json.loads(line)["record_id"] for line in lines] == [r.record_id for r in prepared.records]
    assert not list(folder.glob("*.checkpoint"))


def test_finished_folds_are_not_fitted_again(tmp_path: Path, prepared: PreparedSet) -> None:
    experiment = written(tmp_path)
    steps: list[Step] = []
    counted = Surroundings(on_step=steps.append)
    compare(experiment, prepared, tmp_path / "run", counted)
    first = len(steps)
    more = replace(experiment, protocol=replace(experiment.protocol, folds=3))
    compare(more, prepared, tmp_path / "run", counted)
    assert first == 4
    assert len(steps) == 6


def test_a_folder_of_other_labels_is_not_gone_on_with(tmp_path: Path, prepared: PreparedSet) -> None:
    compare(written(tmp_path), prepared, tmp_path / "run", QUIET)
    flipped = replace(prepared.records[0], is_mi=not prepared.records[0].is_mi)
    other = replace(prepared, records=(flipped, *prepared.records[1:]))
    with pytest.raises(OtherRunError, match="give another --work"):
        compare(written(tmp_path), other, tmp_path / "run", QUIET)


def test_a_refused_run_leaves_the_one_that_is_there_as_it_was(tmp_path: Path, prepared: PreparedSet) -> None:
    compare(written(tmp_path), prepared, tmp_path / "run", QUIET)
    before = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}
    other = prepared.take(np.arange(40)[::-1].copy())
    with pytest.raises(OtherRunError):
        compare(written(tmp_path), other, tmp_path / "run", QUIET)
    assert {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()} == before


def test_what_decides_the_folds_decides_whether_a_run_goes_on(tmp_path: Path, prepared: PreparedSet) -> None:
    compare(written(tmp_path), prepared, tmp_path / "run", QUIET)
    moved = replace(prepared.records[1], site="A")
    with pytest.raises(OtherRunError):
        compare(
            written(tmp_path),
            replace(prepared, records=(prepared.records[0], moved, *prepared.records[2:])),
            tmp_path / "run",
            QUIET,
        )


def test_an_unfinished_run_can_be_reported(tmp_path: Path, prepared: PreparedSet) -> None:
    class CutError(Exception):
        pass

    def cut(step: Step) -> None:
        if "fold 2" in step.label:
            raise CutError

    with pytest.raises(CutError):
        compare(written(tmp_path), prepared, tmp_path / "run", Surroundings(on_step=cut))
    run = read_run(tmp_path / "run")
    assert [system.name for system in run.systems] == ["mayo-alvd"]
    assert set(run.systems[0].predictions.run.tolist()) == {0}


def test_training_records_of_one_class_are_refused_with_a_sentence(
    tmp_path: Path, prepared: PreparedSet
) -> None:
    healthy = replace(prepared, records=tuple(replace(each, is_mi=False) for each in prepared.records))
    with pytest.raises(NothingToLearnError, match="all of one class"):
        compare(written(tmp_path), healthy, tmp_path / "run", QUIET)


def test_each_patient_is_left_out_once_and_patients_without_an_answer_never(prepared: PreparedSet) -> None:
    records = [replace(each, patient=f"p{k // 2}") for k, each in enumerate(prepared.records)]
    tested = np.array([k >= 4 for k in range(40)])
    strata = [str(each.is_mi) for each in records]
    splits = make_splits(records, prepared.sha256, strata, "leave-one-patient-out", tested=tested)
    assert sorted(tuple(split.test) for split in splits) == [(k, k + 1) for k in range(4, 40, 2)]
    for split in splits:
        assert not set(split.test) & set(split.train)
        assert not set(split.validation) & {*split.train, *split.test}


def test_windows_are_split_apart_and_keep_their_patients_name(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    columns = (*beat_columns(PrepareSpec()), LEADS_MV, RR_MS)
    records = saved_records(tmp_path_factory.mktemp("windows"), n=4)
    with_leads = prepare_set(records, PrepareSpec(), None, columns=columns, n_workers=1)
    text = TOML.replace("folds = 2", 'folds = 1\nsplit = "random-windows"')
    text = text.replace('name = "mayo-alvd"', 'name = "uchiyama-cnn"').replace("epochs = 2", "epochs = 1")
    compare(written(tmp_path, text), with_leads, tmp_path / "run", QUIET)
    facts = json.loads((tmp_path / "run" / "uchiyama-cnn" / "system.json").read_text())
    assert "patients leak" in facts["title"]
    lines = (tmp_path / "run" / "records.jsonl").read_text().splitlines()
    assert len(lines) > 30
    assert {json.loads(line)["patient"] for line in lines} == {"p0", "p1", "p2", "p3"}


def test_a_slow_heart_gets_a_wider_window_in_training_as_in_prepare(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    spec = PrepareSpec(profile="lead-images-64", wide_windows_s=(1.5, 2.0))
    assert [spec.at_rate(rr).window_s for rr in (800.0, 1200.0, 1700.0, 2500.0)] == [1.0, 1.5, 2.0, 2.0]
    assert spec.at_rate(None) == spec
    folder = tmp_path_factory.mktemp("slow")
    signals, _ = made_signals([1.3] * 7)
    np.save(folder / "slow.npy", signals.astype(np.float32))
    sidecar = {"fs_hz": 500, "unit": "mV", "leads": list(STANDARD_LEADS)}
    (folder / "slow.json").write_text(json.dumps(sidecar))
    columns = (*beat_columns(PrepareSpec()), LEADS_MV, RR_MS)
    record = labelled(0, path=folder / "slow.npy")
    made = prepare_set([record], PrepareSpec(), None, columns=columns, n_workers=1)
    seen = SiteRecipe(spec=spec).test_inputs(made, 0)
    np.testing.assert_array_equal(seen, prepare(read_record(record.path), spec).array)


@pytest.mark.parametrize("profile", ["beat-zscore-12x400", "beat-maxabs-12x400", "beat-mv-12x400"])
def test_training_sees_bit_for_bit_what_prepare_gives_in_every_scale(
    prepared: PreparedSet, profile: Profile
) -> None:
    recipe = MiRecipe(spec=PrepareSpec(profile=profile))
    for row in (0, 1):
        in_viewer = prepare(read_record(prepared.records[row].path), recipe.spec).array
        assert recipe.test_inputs(prepared, row).tobytes() == in_viewer.tobytes()


def test_every_system_answers_every_question_that_it_can_see(prepared: PreparedSet) -> None:
    signals = [name for name, facts in SYSTEMS.items() if facts.sees in ("beat", "lead-images")]
    assert len(signals) == 7
    for name in signals:
        for question in (MI, SITE_8, SITE_11):
            recipe = system_named(name, question, FitSettings(batch=4, sampling="by-class"))
            assert not isinstance(recipe, ForestRecipe)
            x, y = next(iter(recipe.batches(prepared, np.arange(40), np.random.default_rng(0))))
            assert len(x) == len(y) == 4
            assert recipe.classes == question.classes
    assert isinstance(system_named("resnet-18", OMI_PROXY, FitSettings()), OmiProxyRecipe)


def test_an_unknown_system_is_refused_with_the_names_of_those_that_are_there() -> None:
    with pytest.raises(UnknownSystemError, match="mayo-alvd"):
        system_named("nothing", MI, FitSettings())


def test_an_undersampled_batch_holds_as_many_of_either_class_and_a_new_draw_each_epoch() -> None:
    targets = np.array([1] * 10 + [0] * 90)
    settings = FitSettings(batch=50, sampling="undersample-in-batch")
    epochs = [
        list(row_batches(np.arange(100), targets, settings, np.random.default_rng(seed))) for seed in (0, 1)
    ]
    for epoch in epochs:
        assert all(targets[rows].mean() == 0.5 for rows in epoch)
        assert sum(int(targets[rows].sum()) for rows in epoch) == 10
    assert {*np.concatenate(epochs[0]).tolist()} != {*np.concatenate(epochs[1]).tolist()}


def test_a_batch_without_a_positive_is_skipped() -> None:
    settings = FitSettings(batch=10, sampling="undersample-in-batch")
    targets = np.array([1] + [0] * 39)
    batches = list(row_batches(np.arange(40), targets, settings, np.random.default_rng(0)))
    assert [rows.size for rows in batches] == [2]


def test_rows_drawn_by_class_give_the_first_class_its_share() -> None:
    targets = np.array([0] * 70 + [1] * 20 + [2] * 10)
    weights = class_weights_of_rows(targets, FitSettings(first_class_share=0.3, class_power=0.0))
    assert [round(float(weights[targets == k].sum()), 6) for k in range(3)] == [0.3, 0.35, 0.35]


def test_inverse_frequency_weighs_a_rare_class_more_and_an_absent_one_not_at_all() -> None:
    weights = inverse_frequency(np.array([0] * 8 + [1] * 2), 3)
    np.testing.assert_allclose(weights, [10 / 16, 10 / 4, 0.0])
