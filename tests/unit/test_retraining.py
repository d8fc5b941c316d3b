"""Retraining on corrected labels, end to end on small sets, and its command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import main
from inference.bundle import load_net, verify_golden
from inference.bundle_info import BundleInfo, read_bundle_info
from inference.labels import Omi, Reading
from inference.manifest import ManifestRow, write_manifest
from inference.prepare import PrepareSpec
from tests.unit.labelled_sets import saved_records
from tests.unit.manifests import reading_of
from training import cli
from training.data.inputs import PreparedSet, prepare_set
from training.data.labelled_record import LabelledRecord
from training.fitting.fit import FitSettings
from training.retraining.retrain import Job, RetrainError, bundle_name, retrain
from training.systems.recipes import MiRecipe, OmiProxyRecipe, Recipe, SiteRecipe

ONE_EPOCH = FitSettings(epochs=1, batch=16)


@dataclass(frozen=True)
class Retrained:
    report: str
    info: BundleInfo
    card: str


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[LabelledRecord]:
    return saved_records(tmp_path_factory.mktemp("data"), n=52)


@pytest.fixture(scope="module")
def everything(records: list[LabelledRecord]) -> PreparedSet:
    return prepare_set(records, PrepareSpec(), None)


def job_for(folder: Path, recipe: Recipe, base: Sequence[LabelledRecord], rows: Sequence[ManifestRow]) -> Job:
    write_manifest(folder / "labels.jsonl", rows)
    name = recipe.name.split(".")[1]
    return Job(name, recipe, base, folder / "labels.jsonl", folder / "work", folder / "models")


def carried_out(job: Job) -> Retrained:
    name = bundle_name(job)
    report = retrain(job)
    info = read_bundle_info(job.models / name)
    return Retrained(report, info, info.card_path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def retrained_mi(
    records: list[LabelledRecord], everything: PreparedSet, tmp_path_factory: pytest.TempPathFactory
) -> Retrained:
    """Forty base records; readings of two of them, of a new record, of a lost file and without an answer."""
    folder = tmp_path_factory.mktemp("mi")
    rows = [
        reading_of(everything, 0),
        reading_of(everything, 1, Reading(omi=Omi.YES, location="AL")),
        reading_of(everything, 41),
        reading_of(everything, 43, path=folder / "lost.npy"),
        reading_of(everything, 44, Reading(omi=Omi.NO)),
    ]
    return carried_out(job_for(folder, MiRecipe(settings=ONE_EPOCH), records[:40], rows))


def test_retraining_writes_a_working_bundle_and_says_what_changed(retrained_mi: Retrained) -> None:
    info, report = retrained_mi.info, retrained_mi.report
    assert verify_golden(info, load_net(info)) < 1e-3
    assert "made/0 (made0.npy): negative -> positive, location I (Dr. Test, 2026-01-02" in report
    assert "made/1 (made1.npy): positive, location I -> positive, location AL (Dr. Test" in report
    assert "(made41.npy): new -> positive, location I (Dr. Test" in report
    assert "It is switched on." in report
    figures = info.metrics["retraining"]
    assert (figures["reviewed_records"], figures["new_records"]) == (3, 1)
    assert [change["old"] for change in figures["changed_labels"]].count(None) == 1


def test_the_report_names_what_taught_nothing_and_why(retrained_mi: Retrained) -> None:
    report = retrained_mi.report
    assert "Files that could not be used: 1." in report
    assert "'lost.npy'" in report
    assert "Readings that teach this model nothing: 1." in report
    assert "OMI no, which says nothing of an infarct of another age, and no location: 1: made44.npy" in report
    assert "New records that name no patient whom the base set knows: 1;" in report
    assert "may overlap with test patients" in report
    assert "The MI location model cannot be retrained" in report


def test_a_retrained_card_says_only_what_is_true_of_it(retrained_mi: Retrained) -> None:
    card, figures = retrained_mi.card, retrained_mi.info.metrics["retraining"]
    assert "research" in card.lower()
    for untrue in ("cross-validation", "test fold are among", "this model has seen none", "One source"):
        assert untrue not in card
    test = figures["test"]
    assert (
        f"{test['n_records']} test records ({test['n_positive']} positive by the base set's labels, "
        f"{test['n_patients']} patients)" in card
    )
    assert "weights in this bundle are of a third network" in card
    assert "may overlap with test patients" in card
    assert "made41.npy" not in json.dumps(retrained_mi.info.metrics)


def test_a_retrained_proxy_is_measured_on_other_sets_and_judged_by_the_same_rule(
    records: list[LabelledRecord], everything: PreparedSet, tmp_path: Path
) -> None:
    recipe = OmiProxyRecipe(settings=ONE_EPOCH)
    rows = [reading_of(everything, 0), reading_of(everything, 45)]
    externals = {"Acute ECGs": records[40:]}
    done = carried_out(replace(job_for(tmp_path, recipe, records[:40], rows), externals=externals))
    assert done.info.name.startswith("ecg-smart-net.omi-proxy-corrected-")
    pooled = done.info.metrics["external"]["Pooled external records"]
    assert (pooled["n_records"], pooled["n_positive"], pooled["n_patients"]) == (11, 5, 11)
    assert "Acute ECGs: 1 left out of the measurement" in done.report
    assert done.info.enabled == (pooled["auc"]["value"] >= 0.85)
    assert ("It is switched on." in done.report) == done.info.enabled
    assert done.info.enabled or "because its pooled AUC of" in done.report
    assert "5 positive of 11 records of 11 patients" in done.card
    assert "answer 'OMI no' whatever their code" in done.card
    assert "Negatives are real records without an MI code." not in done.card


def test_a_proxy_that_was_not_measured_is_switched_off_and_the_report_says_why(
    records: list[LabelledRecord], everything: PreparedSet, tmp_path: Path
) -> None:
    recipe = OmiProxyRecipe(settings=ONE_EPOCH)
    done = carried_out(job_for(tmp_path, recipe, records[:40], [reading_of(everything, 0)]))
    assert not done.info.enabled
    assert "switched off, because it was not measured on real acute ECGs" in done.report


def test_each_base_and_each_manifest_gets_a_bundle_of_its_own(
    records: list[LabelledRecord], everything: PreparedSet, tmp_path: Path
) -> None:
    names = set()
    for recipe in (MiRecipe(), OmiProxyRecipe()):
        for index in (0, 1):
            names.add(bundle_name(job_for(tmp_path, recipe, records, [reading_of(everything, index)])))
    assert len(names) == 4
    assert all("-corrected-" in name for name in names)
    assert sum(name.startswith("ecg-smart-net.omi-proxy-") for name in names) == 2


@pytest.mark.parametrize(
    ("tag", "why"),
    [
        ("../elsewhere", "cannot name a bundle"),
        ("a\\b", "cannot name a bundle"),
        ("mi-ptbxl", "comes with the program"),
        ("mine", "word 'proxy'"),
    ],
)
def test_a_tag_that_would_mislead_is_refused(
    everything: PreparedSet, tmp_path: Path, tag: str, why: str
) -> None:
    job = job_for(tmp_path, OmiProxyRecipe(), [], [reading_of(everything, 0)])
    with pytest.raises(RetrainError, match=why):
        retrain(replace(job, tag=tag))


def test_a_bundle_that_exists_is_never_replaced(everything: PreparedSet, tmp_path: Path) -> None:
    job = job_for(tmp_path, MiRecipe(), [], [reading_of(everything, 0)])
    (job.models / bundle_name(replace(job, tag="mine"))).mkdir(parents=True)
    with pytest.raises(RetrainError, match="exists already"):
        retrain(replace(job, tag="mine"))


def test_a_manifest_that_answers_nothing_is_refused_with_its_reasons(
    everything: PreparedSet, tmp_path: Path
) -> None:
    job = job_for(tmp_path, MiRecipe(), [], [reading_of(everything, 0, Reading(omi=Omi.NO))])
    with pytest.raises(RetrainError, match=r"no reading that answers.*OMI no.*made0\.npy"):
        retrain(job)


def test_the_location_model_is_refused_with_a_sentence(everything: PreparedSet, tmp_path: Path) -> None:
    with pytest.raises(RetrainError, match="location model cannot be retrained"):
        retrain(job_for(tmp_path, SiteRecipe(), [], [reading_of(everything, 0)]))


def ptb_xl_folder(folder: Path) -> Path:
    """PTB-XL's table with one record whose files are not there."""
    folder.mkdir()
    table = "ecg_id,patient_id,scp_codes,filename_hr\n1,7.0,{'NORM': 100.0},records500/00001_hr\n"
    (folder / "ptbxl_database.csv").write_text(table)
    return folder


def call(folder: Path, *more: str) -> int:
    paths = {
        "--ptb-xl": folder / "ptb-xl",
        "--manifest": folder / "labels.jsonl",
        "--models": folder / "models",
        "--work": folder / "work",
    }
    options = [word for option, path in paths.items() for word in (option, str(path))]
    return main.main(["train", "retrain", *options, *more])


def test_a_manifest_whose_files_were_moved_ends_in_one_sentence(
    everything: PreparedSet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ptb_xl_folder(tmp_path / "ptb-xl")
    gone = [reading_of(everything, k, path=tmp_path / f"gone{k}.npy") for k in range(7)]
    write_manifest(tmp_path / "labels.jsonl", gone)
    assert call(tmp_path) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith(f"No record of {tmp_path / 'labels.jsonl'} could be used: ")
    assert "'gone" in said
    assert said.endswith("And 2 more.")
    assert not (tmp_path / "models").exists()


def test_a_base_set_without_a_readable_record_ends_in_one_sentence(
    everything: PreparedSet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ptb_xl_folder(tmp_path / "ptb-xl")
    write_manifest(tmp_path / "labels.jsonl", [reading_of(everything, 0)])
    assert call(tmp_path) == 1
    assert "No record of the base set could be used: ptb-xl/1: " in capsys.readouterr().err


def test_the_command_line_hands_the_sets_to_measure_on_over(
    everything: PreparedSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs: list[Job] = []
    monkeypatch.setattr(cli, "retrain", lambda job: jobs.append(job) or "done")
    ptb_xl_folder(tmp_path / "ptb-xl")
    (tmp_path / "ludb" / "data").mkdir(parents=True)
    (tmp_path / "ludb" / "data" / "7.hea").write_text("7 12 500 5000\n# STEMI: anterior\n")
    assert call(tmp_path, "--base", "omi-proxy", "--ludb", str(tmp_path / "ludb")) == 0
    assert jobs[0].tag is None
    assert {name: len(each) for name, each in jobs[0].externals.items()} == {
        "LUDB, STEMI against all others": 1
    }
