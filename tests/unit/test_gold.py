"""The gold set: named by a file or by the readers, and never learned from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.labels import Omi, Reading
from inference.manifest import write_manifest
from inference.prepare import PrepareSpec
from tests.unit.labelled_sets import saved_records
from tests.unit.manifests import reading_of
from training.data.folds import LeakageError
from training.data.inputs import PreparedSet, prepare_set
from training.retraining.gold import GoldError, find_gold, gold_names


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> PreparedSet:
    return prepare_set(saved_records(tmp_path_factory.mktemp("set"), n=6), PrepareSpec(), None)


@pytest.mark.parametrize(
    "text",
    [
        "made/1\n\n made/4 \n",
        "Reader,record_id\nDr. A,made/1\nDr. B,made/4\n",
        "\ufeffrecord\nMADE/1\nmade/4\n",
    ],
)
def test_a_list_names_records_by_id(prepared: PreparedSet, tmp_path: Path, text: str) -> None:
    (tmp_path / "gold.csv").write_text(text, encoding="utf-8")
    gold = find_gold(prepared, gold_names(str(tmp_path / "gold.csv"), tmp_path / "labels.jsonl"))
    assert gold.rows.tolist() == [1, 4]
    assert gold.absent == ()


def test_a_list_names_records_by_hash_and_says_which_names_are_of_nothing(
    prepared: PreparedSet, tmp_path: Path
) -> None:
    (tmp_path / "gold.txt").write_text(f"{prepared.sha256[2].upper()}\nmade/77\n")
    gold = find_gold(prepared, gold_names(str(tmp_path / "gold.txt"), tmp_path / "labels.jsonl"))
    assert gold.rows.tolist() == [2]
    assert gold.absent == ("made/77",)


def test_readers_name_gold_records_with_a_word_in_their_comment(
    prepared: PreparedSet, tmp_path: Path
) -> None:
    rows = [
        reading_of(prepared, 0, Reading(omi=Omi.YES, comment="angiography done, #Gold")),
        reading_of(prepared, 1, Reading(omi=Omi.YES, comment="#golden hour")),
        reading_of(prepared, 2, Reading(omi=Omi.YES, comment="gold")),
    ]
    write_manifest(tmp_path / "labels.jsonl", rows)
    assert find_gold(prepared, gold_names("#gold", tmp_path / "labels.jsonl")).rows.tolist() == [0]


def test_a_gold_list_without_a_known_record_is_refused(prepared: PreparedSet, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("\n")
    with pytest.raises(GoldError, match="is empty"):
        gold_names(str(tmp_path / "empty.txt"), tmp_path / "labels.jsonl")
    with pytest.raises(GoldError, match="None of the 1 names"):
        find_gold(prepared, ["made/99"])
    write_manifest(tmp_path / "labels.jsonl", [reading_of(prepared, 0)])
    with pytest.raises(GoldError, match="No reading of"):
        gold_names("#gold", tmp_path / "labels.jsonl")


def test_every_record_of_a_gold_records_patient_is_kept_out(prepared: PreparedSet) -> None:
    records = tuple(replace(record, patient=f"p{k // 2}") for k, record in enumerate(prepared.records))
    gold = find_gold(replace(prepared, records=records), ["made/3"])
    assert np.flatnonzero(gold.kept_out).tolist() == [2, 3]


def test_a_gold_ecg_under_another_patients_name_stops_training(prepared: PreparedSet) -> None:
    prints = np.array(prepared.column("fingerprints"))
    prints[5] = prints[0]
    copied = prepared.with_column("fingerprints", prints)
    gold = find_gold(copied, ["made/0"])
    gold.refuse_leak(copied, np.array([1, 2, 3]))
    with pytest.raises(LeakageError, match="among the training data"):
        gold.refuse_leak(copied, np.array([1, 5]))
