"""Frozen folds: a patient stays in one fold, version after version, and no name is kept."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.unit.labelled_sets import labelled
from training.data.folds import assign_folds
from training.data.frozen_folds import FrozenFolds, FrozenFoldsError, patient_hash

RECORDS = [labelled(k, patient=f"p{k}", is_mi=k % 3 == 0, known=k != 7) for k in range(60)]
STRATA = [str(record.site) for record in RECORDS]


def test_frozen_folds_are_the_stratified_ones_and_unknown_patients_have_none() -> None:
    folds = FrozenFolds.freeze(RECORDS, STRATA).folds(RECORDS)
    assert folds.tolist() == assign_folds(RECORDS, STRATA).tolist()
    assert folds[7] == -1


def test_a_patient_keeps_the_fold_whatever_else_is_in_a_later_version() -> None:
    frozen = FrozenFolds.freeze(RECORDS, STRATA)
    later = [labelled(k, patient=f"p{k}", is_mi=k % 2 == 0) for k in range(40, 90)]
    assert frozen.folds(later)[:20].tolist() == frozen.folds(RECORDS)[40:].tolist()


def test_a_patient_who_is_new_has_the_fold_of_the_names_hash() -> None:
    frozen = FrozenFolds.freeze(RECORDS, STRATA)
    assert frozen.fold("hospital-7") == int(patient_hash("hospital-7"), 16) % 10
    spread = Counter(frozen.fold(f"hospital-{k}") for k in range(1000))
    assert set(spread) == set(range(10))
    assert min(spread.values()) > 60


def test_folds_on_disk_come_back_and_name_no_patient(tmp_path: Path) -> None:
    frozen = FrozenFolds.freeze([labelled(k, patient=f"Meier-{k}") for k in range(20)], ["N"] * 20)
    frozen.save(tmp_path / "run" / "folds.json")
    assert FrozenFolds.load(tmp_path / "run" / "folds.json") == frozen
    assert "Meier" not in (tmp_path / "run" / "folds.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"schema_version": 2, "n_folds": 10, "folds": {}}',
        '{"schema_version": 1, "n_folds": 10, "folds": {"0123456789abcdef": 10}}',
        '{"schema_version": 1, "n_folds": 10, "folds": {"Meier": 1}}',
    ],
)
def test_a_file_that_holds_no_frozen_folds_is_refused_with_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "folds.json").write_text(text)
    with pytest.raises(FrozenFoldsError, match="put the right file back"):
        FrozenFolds.load(tmp_path / "folds.json")
