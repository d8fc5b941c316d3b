"""The report of a run: one file with all systems side by side, honest about what is missing."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from tests.unit.made_results import SITES, made_result, write_run
from training.figures.aggregate_saliency import aggregate
from training.figures.read_run import RunFolderError, read_run, wanted_systems, write_saliency
from training.figures.report import report_run
from training.figures.report_tables import duration_text, p_text, signed
from training.figures.report_words import angiography_sentence

VOID = {"meta", "img"}


class Balanced(HTMLParser):
    """Checks that every element is closed in its place, and keeps what a reader sees."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.bold: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if "strong" in self.open:
            self.bold.append(data)


def parsed(page: Path) -> Balanced:
    parser = Balanced()
    parser.feed(page.read_text(encoding="utf-8"))
    parser.close()
    assert parser.open == []
    return parser


def seen(page: Path) -> str:
    return re.sub(r"\s+", " ", " ".join(parsed(page).text))


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of two complete systems, the second the better one, one with a saliency map."""
    folder = tmp_path_factory.mktemp("run")
    write_run(folder, [made_result("weak", separation=0.7), made_result("strong", separation=2.5, seed=1)])
    maps = np.random.default_rng(0).random((4, 12, 400)).astype(np.float32)
    write_saliency(folder / "strong", aggregate(maps, maps))
    return report_run(folder, n_draws=60)


def test_a_run_ends_with_all_its_files(complete: Path) -> None:
    folder = complete.parent
    for name in ("weak", "strong"):
        metrics = json.loads((folder / name / "metrics.json").read_text())
        assert metrics["folds_run"] == [0, 1, 2]
        assert (folder / name / "predictions.parquet").stat().st_size > 0
        for figure in ("roc", "pr", "calibration", "confusion", "learning"):
            assert {(folder / "figures" / f"{name}_{figure}.{end}").exists() for end in ("png", "svg")} == {
                True
            }
    assert (folder / "figures" / "strong_saliency.svg").exists()
    assert not (folder / "figures" / "weak_saliency.svg").exists()
    assert json.loads((folder / "strong" / "metrics.json").read_text())["paired"]["auc"]["value"] > 0


def test_the_report_is_one_file_that_needs_no_other(complete: Path) -> None:
    addresses = parsed(complete).addresses
    assert len(addresses) == 2 + 5 + 6
    assert all(address.startswith("data:image/svg+xml;base64,") for address in addresses)
    assert not re.search(r"url\(|@import|<script|<link", complete.read_text(encoding="utf-8"))


def test_the_table_says_what_was_measured_and_marks_the_best(complete: Path) -> None:
    metrics = json.loads((complete.parent / "strong" / "metrics.json").read_text())
    shown, bold = seen(complete), parsed(complete).bold
    assert f"{metrics['auc']['mean']:.3f} ± {metrics['auc']['sd']:.3f}" in bold
    assert f"{metrics['auc']['pooled']['value']:.3f}" in bold
    weak = json.loads((complete.parent / "weak" / "metrics.json").read_text())
    assert f"{weak['auc']['pooled']['value']:.3f}" not in bold
    assert f"{weak['auc']['pooled']['value']:.3f}" in shown
    assert "6,991,682" in shown
    assert "1.2 h" in shown


def test_the_report_says_what_it_is_and_what_its_labels_are_not(complete: Path) -> None:
    shown = seen(complete)
    assert "Research software. Not a medical device." in shown
    assert "There are no angiographic OMI labels in these data." in shown
    assert "180 records of" in shown
    assert "Paired differences from The weak system" in shown
    assert "not complete" not in shown


def test_a_report_is_the_same_when_it_is_made_again(complete: Path) -> None:
    before = complete.read_bytes()
    assert report_run(complete.parent, n_draws=60).read_bytes() == before


def test_a_partial_run_is_reported_and_says_what_is_missing(tmp_path: Path) -> None:
    whole, part = made_result("whole"), replace(made_result("part", seed=3).of_folds([0, 2]), folds_total=3)
    toml = 'title = "Cut off"\nsystems = [{name = "whole"}, {name = "part"}, {name = "never"}]\n'
    page = report_run(write_run(tmp_path, [whole, part], toml=toml), n_draws=30)
    shown = seen(page)
    assert "This run is not complete" in shown
    assert "The part system: only 2 of 3 folds (0, 2) were tested so far." in shown
    assert "Without a tested fold so far, and in no table: never." in shown
    assert "no value is marked as the best" in shown
    assert parsed(page).bold == []
    assert json.loads((tmp_path / "part" / "metrics.json").read_text())["paired"]["folds"] == [0, 2]
    assert "120 records" in shown


def test_systems_without_a_common_fold_are_not_compared(tmp_path: Path) -> None:
    first, second = made_result("first").of_folds([0]), made_result("second").of_folds([1])
    page = report_run(write_run(tmp_path, [first, second], everyone=made_result()), n_draws=20)
    assert "have no tested fold in common yet" in seen(page)


def test_systems_with_other_classes_get_tables_of_their_own(tmp_path: Path) -> None:
    site = made_result("site", classes=SITES, task="mi-location")
    page = report_run(write_run(tmp_path, [made_result("beat"), site]), n_draws=20)
    shown = seen(page)
    assert "2 classes: Figures" in shown
    assert "4 classes: Figures" in shown
    assert "Families: accuracy" in shown
    assert not (tmp_path / "figures" / "site_roc.svg").exists()


def test_what_an_experiment_says_is_text_and_not_markup(tmp_path: Path) -> None:
    toml = 'title = "<script>alert(1)</script>"\nsystems = ["first"]\n'
    page = report_run(write_run(tmp_path, [made_result()], toml=toml), n_draws=10)
    assert "<script" not in page.read_text(encoding="utf-8")
    assert "<script>alert(1)</script>" in seen(page)


def test_a_run_without_a_tested_fold_or_without_files_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"experiment.toml cannot be read .* name the folder of a run"):
        report_run(tmp_path)
    (tmp_path / "experiment.toml").write_text('systems = ["first"]\n')
    (tmp_path / "records.jsonl").write_text("")
    with pytest.raises(RunFolderError, match="No fold of any system"):
        report_run(tmp_path)


@pytest.mark.parametrize(
    ("name", "damage", "sentence"),
    [
        ("records.jsonl", '{"row": 0}\n', "Line 1 of .* is damaged"),
        ("first/predictions.npz", "no archive", "cannot be read"),
        ("first/system.json", '{"name": "first"}', "are incomplete"),
        ("first/history.json", "[", "is damaged"),
        ("experiment.toml", "title =", "is damaged"),
    ],
)
def test_a_damaged_run_is_one_sentence(tmp_path: Path, name: str, damage: str, sentence: str) -> None:
    write_run(tmp_path, [made_result()])
    (tmp_path / name).write_text(damage)
    with pytest.raises(RunFolderError, match=sentence):
        read_run(tmp_path)


def test_a_run_read_back_is_what_was_written(tmp_path: Path) -> None:
    whole = made_result(n_folds=4)
    result = whole.of_folds([1, 3])
    (read,) = read_run(write_run(tmp_path, [result], everyone=whole)).systems
    assert read.folds == (1, 3)
    assert read.patients == result.patients
    assert read.history[0] == result.history[0]
    for name in ("rows", "probabilities", "targets", "run"):
        np.testing.assert_array_equal(getattr(read.predictions, name), getattr(result.predictions, name))
    np.testing.assert_array_equal(read.predictions.validation[1][1], result.predictions.validation[1][1])


def test_an_experiment_names_its_systems_in_any_of_three_ways() -> None:
    assert wanted_systems({"systems": ["a", "b"]}) == ["a", "b"]
    assert wanted_systems({"systems": [{"name": "a"}, {"name": "b"}]}) == ["a", "b"]
    assert wanted_systems({"systems": {"a": {}, "b": {}}}) == ["a", "b"]
    assert wanted_systems({}) == []


def test_of_labels_of_ones_own_the_report_does_not_claim_to_know() -> None:
    sentence = angiography_sentence(["ptb-xl", "our-cath-lab"])
    assert sentence.startswith("On what the labels of our-cath-lab rest, this program does not know.")
    assert angiography_sentence(["ptb-xl", "ludb"]).startswith("There are no angiographic OMI labels")


def test_numbers_are_printed_as_in_a_paper() -> None:
    assert [duration_text(each) for each in (None, 5.04, 90.0, 7200.0)] == ["–", "5.0 s", "1.5 min", "2.0 h"]
    assert [p_text(each) for each in (0.0234, 0.0004, float("nan"))] == [
        "p 0.023",
        "p < 0.001",
        "p not known",
    ]
    assert [signed(each) for each in (-0.25, 0.5)] == ["−0.250", "+0.500"]
