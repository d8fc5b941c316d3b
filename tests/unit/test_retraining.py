"""Retraining on corrected labels, end to end on small sets, and its command line."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import main
from inference.bundle import load_net, verify_golden
from inference.bundle_info import BundleInfo, read_bundle_info
from inference.labels import Omi, Reading
from inference.manifest import ManifestRow, write_manifest
from inference.nets import build_net
from inference.prepare import PrepareSpec
from inference.run_progress import ProgressWriter, read_progress
from tests.unit.labelled_sets import saved_records
from tests.unit.manifests import reading_of
from training.data.folds import LeakageError
from training.data.frozen_folds import patient_hash
from training.data.inputs import PreparedSet, prepare_set
from training.data.labelled_record import LabelledRecord
from training.fitting.fit import FitSettings
from training.retraining import command
from training.retraining.job import Job, RetrainError, bundle_name
from training.retraining.networks import Workshop
from training.retraining.retrain import Retrained, retrain
from training.systems.questions import SITE
from training.systems.recipes import MiRecipe, OmiProxyRecipe, Recipe

ONE_EPOCH = FitSettings(epochs=1, batch=16)
SMALL_MI = MiRecipe(name="mayo-alvd.mi-ptbxl", arch="mayo-alvd", settings=ONE_EPOCH)
SMALL_PROXY = OmiProxyRecipe(name="mayo-alvd.omi-proxy", arch="mayo-alvd", settings=ONE_EPOCH)


SMALL_SITE = MiRecipe(name="mayo-alvd.site-ptbxl", arch="mayo-alvd", question=SITE, settings=ONE_EPOCH)
"""Locations from median beats: the location model's question to a network small enough for a test."""


@dataclass(frozen=True)
class Done:
    report: str
    info: BundleInfo
    card: str

    @property
    def figures(self) -> dict[str, Any]:
        figures: dict[str, Any] = self.info.metrics["retraining"]
        return figures


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


def carried_out(job: Job) -> Done:
    name = bundle_name(job)
    report = retrain(job).report
    info = read_bundle_info(job.models / name)
    return Done(report, info, info.card_path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def retrained_mi(
    records: list[LabelledRecord], everything: PreparedSet, tmp_path_factory: pytest.TempPathFactory
) -> Done:
    """Forty base records; readings of two of them, of a new record, of a lost file and without an answer."""
    folder = tmp_path_factory.mktemp("mi")
    rows = [
        reading_of(everything, 0),
        reading_of(everything, 1, Reading(omi=Omi.YES, location="AL")),
        reading_of(everything, 41),
        reading_of(everything, 43, path=folder / "lost.npy"),
        reading_of(everything, 44, Reading(omi=Omi.NO)),
    ]
    return carried_out(job_for(folder, SMALL_MI, records[:40], rows))


def test_retraining_writes_a_working_bundle_and_says_what_changed(retrained_mi: Done) -> None:
    info, report = retrained_mi.info, retrained_mi.report
    assert verify_golden(info, load_net(info)) < 1e-3
    assert "made/0 (made0.npy): negative -> positive, location I (Dr. Test, 2026-01-02" in report
    assert "made/1 (made1.npy): positive, location I -> positive, location AL (Dr. Test" in report
    assert "(made41.npy): new -> positive, location I (Dr. Test" in report
    assert "It is switched on." in report
    figures = retrained_mi.figures
    assert (figures["reviewed_records"], figures["new_records"]) == (3, 1)
    assert [change["old"] for change in figures["changed_labels"]].count(None) == 1


def test_the_report_names_what_taught_nothing_and_why(retrained_mi: Done) -> None:
    report = retrained_mi.report
    assert "Files that could not be used: 1." in report
    assert "'lost.npy'" in report
    assert "Readings that teach this model nothing: 1." in report
    assert "OMI no, which says nothing of an infarct of another age, and no location: 1: made44.npy" in report
    assert "New records that name no patient whom the base set knows: 1;" in report
    assert "may overlap with test patients" in report


def test_the_report_says_in_one_sentence_whether_it_is_better(retrained_mi: Done) -> None:
    judged = retrained_mi.figures["judged"]["base_test_patients"]
    gap = judged["auc_difference"]
    assert judged["auc_after"] - judged["auc_before"] == pytest.approx(gap["value"], abs=2e-4)
    assert 0 < gap["p"] <= 1
    said = {
        "better": "Is it better? Yes",
        "worse": "Is it better? No",
        "no difference shown": "Is it better? That is not shown",
    }
    assert said[judged["verdict"]] in retrained_mi.report
    includes_0 = "includes 0, so chance alone may have made it" in retrained_mi.report
    assert includes_0 == (gap["low"] <= 0 <= gap["high"]) == (judged["verdict"] == "no difference shown")


def test_too_few_corrected_records_are_not_judged_and_the_report_says_so(retrained_mi: Done) -> None:
    assert "not_judged" in retrained_mi.figures["judged"]["corrected_records"]
    assert "too few to judge" in retrained_mi.report
    assert retrained_mi.figures["rotations"] == 1


def test_the_labels_drift_is_told_with_its_direction(retrained_mi: Done) -> None:
    drift = retrained_mi.figures["drift"]
    assert drift["before"] == {"no MI": 20, "MI": 20}
    assert drift["after"] == {"no MI": 19, "MI": 22}
    assert drift["changes_by_reader"] == {"Dr. Test": drift["changes"]}
    assert "MI 20 of 40 (50.0%) before, 22 of 41 (53.7%) after" in retrained_mi.report
    assert "negative to positive 1, other location 1, new record 1" in retrained_mi.report


def test_thresholds_are_those_of_validation_records_alone(retrained_mi: Done) -> None:
    thresholds = retrained_mi.figures["thresholds"]
    assert retrained_mi.info.threshold == thresholds["best_f1"]["value"]
    assert set(thresholds) == {"best_f1", "rule_out", "rule_in", "n_validation"}
    assert thresholds["n_validation"] == 4


def test_a_bundle_keeps_every_changed_label_with_its_origin_and_no_name(retrained_mi: Done) -> None:
    folder = retrained_mi.info.folder
    with (folder / "changed_labels.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["record"]: row for row in csv.DictReader(file)}
    assert (rows["made/0"]["old"], rows["made/0"]["new"]) == ("negative", "positive, location I")
    assert rows["made/0"]["patient"] == patient_hash("p0")
    assert (rows["made/0"]["reader"], rows["made/0"]["time"][:10]) == ("Dr. Test", "2026-01-02")
    assert len(rows) == retrained_mi.figures["n_changed_labels"] == 3
    kept = [path.read_text(encoding="utf-8") for path in folder.iterdir() if path.suffix != ".safetensors"]
    assert all("made41.npy" not in text and "made0.npy" not in text for text in kept)
    (with_files,) = (folder.parents[1] / "work").glob("*changed_labels.csv")
    assert "made41.npy" in with_files.read_text(encoding="utf-8")


def test_a_retrained_card_says_only_what_is_true_of_it(retrained_mi: Done) -> None:
    card, figures = retrained_mi.card, retrained_mi.figures
    assert "research" in card.lower()
    for untrue in ("cross-validation", "test fold are among", "this model has seen none", "One source"):
        assert untrue not in card
    test = figures["judged"]["base_test_patients"]
    assert (
        f"{test['n_records']} records, {test['n_positive']} positive, {test['n_patients']} patients" in card
    )
    assert "weights in this bundle are of one more network" in card
    assert "may overlap with test patients" in card


def test_a_later_retraining_tests_the_same_patients(
    retrained_mi: Done, records: list[LabelledRecord], everything: PreparedSet, tmp_path: Path
) -> None:
    folds = (retrained_mi.info.folder / "folds.json").read_text(encoding="utf-8")
    job = job_for(tmp_path, SMALL_MI, records[:30], [reading_of(everything, 3, Reading(location="N"))])
    retrain(replace(job, models=retrained_mi.info.folder.parent, tag="second"))
    assert (tmp_path / "work" / "folds.json").read_text(encoding="utf-8") == folds
    assert len(json.loads(folds)["folds"]) == 40


def test_the_gold_set_is_judged_and_never_learned_from(
    records: list[LabelledRecord],
    everything: PreparedSet,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    learned = spied_training(monkeypatch)
    rows = [reading_of(everything, k) for k in (0, 2, 41)]
    job = job_for(tmp_path, SMALL_MI, records[:40], rows)
    (tmp_path / "gold.txt").write_text("made/0\nmade/1\nmade/4\nmade/5\nmade/99\n")
    done = carried_out(replace(job, gold=str(tmp_path / "gold.txt")))
    assert learned
    assert not {"made/0", "made/1", "made/4", "made/5"} & set(learned)
    assert "made/2" in learned
    gold = done.figures["judged"]["gold_set"]
    assert (gold["n_records"], gold["n_positive"]) == (4, 3)
    assert done.figures["bundle_on_gold"]["n_records"] == 4
    uses = {change["record"]: change["use"] for change in done.figures["changed_labels"]}
    assert (uses["made/0"], uses["made/2"]) == ("gold", "training")
    assert done.figures["drift"]["changes"]["negative to positive"] == 1
    assert "made/0 (made0.npy): negative -> positive, location I (Dr. Test" in done.report
    assert "(gold set, not trained on)" in done.report
    assert "made/99" in done.report


def spied_training(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of all records that networks are trained on from now."""
    seen: list[str] = []
    fitted = Workshop._fitted

    def spy(self: Workshop, what: str, recipe: Recipe, prepared: PreparedSet, rows: Any, *rest: Any) -> Any:
        seen.extend(prepared.records[row].record_id for row in rows)
        return fitted(self, what, recipe, prepared, rows, *rest)

    monkeypatch.setattr(Workshop, "_fitted", spy)
    return seen


def test_thirty_corrected_records_are_judged_over_all_folds_and_a_stopped_run_is_taken_up(
    records: list[LabelledRecord],
    everything: PreparedSet,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    agreeing = {True: Reading(omi=Omi.YES, location="I"), False: Reading(location="N")}
    rows = [reading_of(everything, k, agreeing[k % 2 == 1 or k == 0]) for k in range(31)]
    job = job_for(tmp_path, SMALL_MI, records[:40], rows)
    made: list[str] = []
    monkeypatch.setattr(Workshop, "_fitted", untrained(made, stop_at=3))
    with pytest.raises(KeyboardInterrupt):
        retrain(job)
    monkeypatch.setattr(Workshop, "_fitted", untrained(made, stop_at=99))
    with ProgressWriter(tmp_path / "progress.jsonl") as writer:
        done = retrain(job, writer)
    # Where the one changed label is tested, both networks learn the same and are one.
    assert len(made) == len(set(made)) == 10
    told = [line.what for line in read_progress(tmp_path / "progress.jsonl")]
    assert sum("found finished" in what for what in told) == 2 + 1
    figures = done.info.metrics["retraining"]
    assert figures["rotations"] == 5
    judged = figures["judged"]
    assert judged["corrected_records"]["n_records"] == 31
    assert judged["base_test_patients"]["n_records"] == 9
    assert "Readers chose which records to correct" in done.report


def untrained(made: list[str], stop_at: int) -> Callable[..., nn.Module]:
    """In place of training: a network as it is made, and an interruption when the nth is asked for."""

    def make(_: Workshop, what: str, recipe: Recipe, *__: Any) -> nn.Module:
        if len(made) + 1 == stop_at:
            raise KeyboardInterrupt
        made.append(what)
        torch.manual_seed(len(made))
        return build_net(recipe.arch, len(recipe.classes)).eval()

    return make


def test_fine_tuning_starts_from_the_bundles_weights_and_moves_them_little(
    retrained_mi: Done, records: list[LabelledRecord], everything: PreparedSet, tmp_path: Path
) -> None:
    job = job_for(tmp_path, SMALL_MI, records[:40], [reading_of(everything, 2)])
    done = carried_out(replace(job, start=retrained_mi.info.folder))
    old, new = (load_net(info).state_dict() for info in (retrained_mi.info, done.info))
    weights = [name for name in old if name.endswith("weight") and old[name].ndim > 1]
    moved = [float((new[name] - old[name]).norm() / old[name].norm()) for name in weights]
    assert 0 < max(moved) < 0.2
    assert done.figures["fine_tuned_from"] == retrained_mi.info.name
    assert "the latter start from the weights of the former" in done.card
    assert "highest learning rate (AdamW, one cycle): 0.0001" in done.card


def test_fine_tuning_refuses_a_gold_record_that_the_start_has_learned(
    retrained_mi: Done, records: list[LabelledRecord], everything: PreparedSet, tmp_path: Path
) -> None:
    job = job_for(tmp_path, SMALL_MI, records[:40], [reading_of(everything, 2)])
    (tmp_path / "gold.txt").write_text("made/5\n")
    with pytest.raises(LeakageError, match="have learned"):
        retrain(replace(job, start=retrained_mi.info.folder, gold=str(tmp_path / "gold.txt")))


def test_fine_tuning_refuses_a_bundle_of_another_model(
    retrained_mi: Done, records: list[LabelledRecord], everything: PreparedSet, tmp_path: Path
) -> None:
    job = job_for(tmp_path, SMALL_PROXY, records[:40], [reading_of(everything, 2)])
    with pytest.raises(RetrainError, match="is no version of"):
        retrain(replace(job, start=retrained_mi.info.folder))


def test_a_retrained_proxy_is_measured_on_other_sets_and_judged_by_the_same_rule(
    records: list[LabelledRecord], everything: PreparedSet, tmp_path: Path
) -> None:
    rows = [reading_of(everything, 0), reading_of(everything, 45)]
    externals = {"Acute ECGs": records[40:]}
    done = carried_out(replace(job_for(tmp_path, SMALL_PROXY, records[:40], rows), externals=externals))
    assert done.info.name.startswith("mayo-alvd.omi-proxy-corrected-")
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
    done = carried_out(job_for(tmp_path, SMALL_PROXY, records[:40], [reading_of(everything, 0)]))
    assert not done.info.enabled
    assert "switched off, because it was not measured on real acute ECGs" in done.report


def test_the_location_model_learns_corrected_locations_of_its_own_classes(
    records: list[LabelledRecord], everything: PreparedSet, tmp_path: Path
) -> None:
    rows = [
        reading_of(everything, 0, Reading(location="AS")),
        reading_of(everything, 1, Reading(omi=Omi.YES, location="PL")),
        reading_of(everything, 2, Reading(omi=Omi.YES)),
        reading_of(everything, 3, Reading(location="N")),
    ]
    done = carried_out(job_for(tmp_path, SMALL_SITE, records[:40], rows))
    assert done.info.task == "mi-location"
    assert verify_golden(done.info, load_net(done.info)) < 1e-3
    assert "made/0 (made0.npy): negative -> positive, location AS" in done.report
    assert "made/3 (made3.npy): positive, location I -> negative" in done.report
    assert "location PL, which the model does not have among its classes: 1: made1.npy" in done.report
    assert "no location: 1: made2.npy" in done.report
    judged = done.figures["judged"]["base_test_patients"]
    assert 0 <= judged["family_accuracy_after"] <= 1
    assert "no threshold" in done.card
    assert (done.figures["drift"]["before"]["AS"], done.figures["drift"]["after"]["AS"]) == (0, 1)


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
    bundle = job.models / bundle_name(replace(job, tag="mine"))
    bundle.mkdir(parents=True)
    (bundle / "bundle.json").write_text("{}")
    with pytest.raises(RetrainError, match="exists already"):
        retrain(replace(job, tag="mine"))


def test_a_manifest_that_answers_nothing_is_refused_with_its_reasons(
    everything: PreparedSet, tmp_path: Path
) -> None:
    job = job_for(tmp_path, MiRecipe(), [], [reading_of(everything, 0, Reading(omi=Omi.NO))])
    with pytest.raises(RetrainError, match=r"no reading that answers.*OMI no.*made0\.npy"):
        retrain(job)


FINISHED = Retrained(
    BundleInfo(
        name="ecg-smart-net.mine",
        arch="ecg-smart-net",
        task="mi",
        title="",
        trained_on="",
        classes=("no", "yes"),
        prepare=PrepareSpec(),
        threshold=None,
        saliency_scale=None,
    ),
    "Is it better? That is not shown.",
    "report",
)


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
    monkeypatch.setattr(command, "retrain", lambda job, _: jobs.append(job) or FINISHED)
    ptb_xl_folder(tmp_path / "ptb-xl")
    (tmp_path / "ludb" / "data").mkdir(parents=True)
    (tmp_path / "ludb" / "data" / "7.hea").write_text("7 12 500 5000\n# STEMI: anterior\n")
    more = ("--base", "omi-proxy", "--ludb", str(tmp_path / "ludb"), "--gold", "#gold", "--from-base")
    assert call(tmp_path, *more) == 0
    assert jobs[0].tag is None
    assert jobs[0].gold == "#gold"
    assert jobs[0].start is not None
    assert (jobs[0].start / "bundle.json").exists()
    assert {name: len(each) for name, each in jobs[0].externals.items()} == {
        "LUDB, STEMI against all others": 1
    }


def test_a_run_tells_its_end_in_the_progress_file(
    everything: PreparedSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ptb_xl_folder(tmp_path / "ptb-xl")
    progress = tmp_path / "progress.jsonl"
    monkeypatch.setattr(command, "retrain", lambda *_: FINISHED)
    assert call(tmp_path, "--progress", str(progress)) == 0
    last = read_progress(progress)[-1]
    assert (last.state, last.bundle, last.sentence) == ("finished", FINISHED.info.name, FINISHED.headline)


def test_a_run_that_cannot_go_on_says_why_in_the_progress_file(
    everything: PreparedSet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ptb_xl_folder(tmp_path / "ptb-xl")
    write_manifest(tmp_path / "labels.jsonl", [reading_of(everything, 0, Reading(omi=Omi.NO))])
    assert call(tmp_path, "--progress", str(tmp_path / "progress.jsonl")) == 1
    last = read_progress(tmp_path / "progress.jsonl")[-1]
    assert last.state == "failed"
    assert "holds no reading that answers" in last.sentence
    assert last.sentence in capsys.readouterr().err


def test_a_fault_of_the_program_is_told_as_one_and_not_hidden(
    everything: PreparedSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(job: Job, writer: ProgressWriter) -> Retrained:
        raise ZeroDivisionError

    ptb_xl_folder(tmp_path / "ptb-xl")
    monkeypatch.setattr(command, "retrain", faulty)
    with pytest.raises(ZeroDivisionError):
        call(tmp_path, "--progress", str(tmp_path / "progress.jsonl"))
    assert (
        "fault of the program (ZeroDivisionError)" in read_progress(tmp_path / "progress.jsonl")[-1].sentence
    )
