"""Readings put into a base set: which labels change, who is one patient, and what may still be tested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.labels import Omi, Reading
from inference.manifest import ManifestRow, write_manifest
from inference.prepare import PrepareSpec
from tests.unit.labelled_sets import saved_records
from tests.unit.manifests import reading_of
from training.data.folds import LeakageError, Split
from training.data.frozen_folds import FrozenFolds
from training.data.inputs import PreparedSet, prepare_set
from training.retraining.gold import Gold, find_gold
from training.retraining.merge import Merged, merge, unchanged
from training.retraining.readings import lessons
from training.retraining.rotations import ROTATIONS, fold_of_rows, rotation
from training.systems.recipes import MiRecipe

N_BASE = 40


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> PreparedSet:
    """The base set's records of the patients ptb-xl/100, ptb-xl/101 …, and six that are in no base set."""
    return prepare_set(saved_records(tmp_path_factory.mktemp("set"), n=N_BASE + 6), PrepareSpec(), None)


@pytest.fixture(scope="module")
def base(everything: PreparedSet) -> PreparedSet:
    own = everything.take(np.arange(N_BASE))
    named = tuple(replace(record, patient=f"ptb-xl/{100 + k}") for k, record in enumerate(own.records))
    return replace(own, records=named)


def merged_with(base: PreparedSet, rows: Sequence[ManifestRow], folder: Path) -> Merged:
    write_manifest(folder / "labels.jsonl", rows)
    learned = lessons(folder / "labels.jsonl", "mi")
    return merge(base, unchanged(prepare_set(learned.records, PrepareSpec(), None)), learned.said)


def test_a_reading_replaces_the_label_of_the_same_ecg(base: PreparedSet, tmp_path: Path) -> None:
    merged = merged_with(base, [reading_of(base, 0), reading_of(base, 3)], tmp_path)
    assert len(merged.prepared) == N_BASE
    assert merged.prepared.records[0].is_mi
    assert [(c.record.record_id, c.old, c.new, c.reader) for c in merged.changes] == [
        ("made/0", "negative", "positive, location I", "Dr. Test")
    ]
    assert np.flatnonzero(merged.reviewed).tolist() == [0, 3]


def test_a_reading_replaces_the_label_of_every_copy_of_an_ecg(base: PreparedSet, tmp_path: Path) -> None:
    twice = base.take(np.array([*range(N_BASE), 0]))
    merged = merged_with(twice, [reading_of(base, 0)], tmp_path)
    assert np.flatnonzero(merged.reviewed).tolist() == [0, N_BASE]
    assert merged.prepared.records[N_BASE].is_mi


def test_a_corrected_location_is_among_the_changes(base: PreparedSet, tmp_path: Path) -> None:
    moved = reading_of(base, 1, Reading(omi=Omi.YES, location="AL"))
    unsaid = reading_of(base, 3, Reading(omi=Omi.YES))
    merged = merged_with(base, [moved, unsaid], tmp_path)
    assert [(c.record.record_id, c.old, c.new) for c in merged.changes] == [
        ("made/1", "positive, location I", "positive, location AL")
    ]
    assert [merged.prepared.records[row].site for row in (1, 3)] == ["AL", "I"]


def test_a_file_that_changed_since_it_was_read_teaches_nothing(base: PreparedSet, tmp_path: Path) -> None:
    changed = replace(reading_of(base, 3), record_sha256="0" * 64)
    write_manifest(tmp_path / "labels.jsonl", [changed])
    kept = unchanged(
        prepare_set(lessons(tmp_path / "labels.jsonl", "mi").records, PrepareSpec(), None),
    )
    assert len(kept) == 0
    assert "'made3.npy' has changed since it was read" in kept.refused[-1]


def frozen(base: PreparedSet) -> FrozenFolds:
    return FrozenFolds.freeze(base.records, MiRecipe().strata(base))


def nobody(merged: Merged) -> Gold:
    """A gold set of no record."""
    return find_gold(merged.prepared, ())


def splits_of(base: PreparedSet, merged: Merged) -> list[Split]:
    folds = fold_of_rows(merged, frozen(base))
    return [rotation(merged, folds, nobody(merged), run) for run in range(ROTATIONS)]


def test_a_reading_moves_nobody_from_one_part_of_a_split_to_another(
    base: PreparedSet, everything: PreparedSet, tmp_path: Path
) -> None:
    none_read = merged_with(base, [reading_of(everything, N_BASE)], tmp_path)
    some_read = merged_with(base, [reading_of(base, row) for row in range(0, N_BASE, 3)], tmp_path)
    for without, with_readings in zip(splits_of(base, none_read), splits_of(base, some_read), strict=True):
        assert without.test.tolist() == with_readings.test.tolist()
        assert without.validation.tolist() == with_readings.validation.tolist()
        assert set(without.train) - {N_BASE} == set(with_readings.train)


def test_every_known_patient_is_tested_once_in_five_rotations(base: PreparedSet, tmp_path: Path) -> None:
    splits = splits_of(base, merged_with(base, [reading_of(base, 0)], tmp_path))
    assert sorted(np.concatenate([split.test for split in splits]).tolist()) == list(range(N_BASE))


def test_a_new_ecg_of_a_tested_patient_is_tested_with_that_patient(
    base: PreparedSet, everything: PreparedSet, tmp_path: Path
) -> None:
    untouched = merged_with(base, [reading_of(everything, N_BASE + 1)], tmp_path)
    tested = int(splits_of(base, untouched)[0].test[0])
    bare_id = base.records[tested].patient.removeprefix("ptb-xl/")
    merged = merged_with(base, [reading_of(everything, N_BASE, patient=bare_id)], tmp_path)
    assert merged.prepared.records[N_BASE].patient == f"ptb-xl/{bare_id}"
    assert merged.n_strangers == 0
    split = splits_of(base, merged)[0]
    assert {tested, N_BASE} <= set(split.test.tolist())
    assert not merged.untouched[tested]


def test_an_ecg_in_both_sets_tells_what_the_base_calls_a_manifests_patient(
    base: PreparedSet, everything: PreparedSet, tmp_path: Path
) -> None:
    rows = [
        reading_of(base, 5, patient="hospital-7"),
        reading_of(everything, N_BASE + 1, patient="hospital-7"),
        reading_of(everything, N_BASE + 2, patient="hospital-8"),
        reading_of(everything, N_BASE + 3),
    ]
    merged = merged_with(base, rows, tmp_path)
    new = {record.path.name: record.patient for record in merged.prepared.records[N_BASE:]}
    assert new["made41.npy"] == "ptb-xl/105"
    assert new["made42.npy"] == "hospital-8"
    assert new["made43.npy"].startswith("manifest/")
    assert merged.n_strangers == 2
    unnamed = [record.path.name for record in merged.prepared.records].index("made43.npy")
    assert all(unnamed in split.train for split in splits_of(base, merged))


def with_unknown_patient(base: PreparedSet, row: int) -> PreparedSet:
    records = list(base.records)
    records[row] = replace(records[row], patient="ptb-xl/record-1", patient_known=False)
    return replace(base, records=tuple(records))


@pytest.mark.parametrize("patient", ["107", "hospital-9"])
def test_a_base_record_of_an_unknown_patient_joins_the_patient_whom_the_manifest_names(
    base: PreparedSet, everything: PreparedSet, tmp_path: Path, patient: str
) -> None:
    partly_known = with_unknown_patient(base, 3)
    rows = [reading_of(partly_known, 3, patient=patient), reading_of(everything, N_BASE, patient=patient)]
    merged = merged_with(partly_known, rows, tmp_path)
    of_patient = [row for row, each in enumerate(merged.prepared.records) if each.patient.endswith(patient)]
    assert {3, N_BASE} <= set(of_patient)
    for split in splits_of(partly_known, merged):
        parts = [set(part.tolist()) for part in (split.train, split.validation, split.test)]
        assert sum(bool(part & set(of_patient)) for part in parts) == 1


def test_a_patient_with_two_names_in_the_base_set_is_never_tested(base: PreparedSet, tmp_path: Path) -> None:
    rows = [reading_of(base, 4, patient="hospital-7"), reading_of(base, 9, patient="hospital-7")]
    merged = merged_with(base, rows, tmp_path)
    assert merged.under_several_names == {"ptb-xl/104", "ptb-xl/109"}
    assert all({4, 9} <= set(split.train.tolist()) for split in splits_of(base, merged))


def test_the_same_ecg_under_two_patients_in_two_parts_stops_the_run(
    base: PreparedSet, tmp_path: Path
) -> None:
    folds = frozen(base).folds(base.records)
    other = int(np.flatnonzero(folds == (folds[0] + 5) % 10)[0])
    prints = np.array(base.column("fingerprints"))
    prints[0] = prints[other]
    twice = base.with_column("fingerprints", prints)
    merged = merged_with(twice, [reading_of(base, 7)], tmp_path)
    with pytest.raises(LeakageError, match="same ECG"):
        splits_of(twice, merged)
