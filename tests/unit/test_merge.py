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
from training.data.folds import make_splits
from training.data.inputs import PreparedSet, prepare_set
from training.retraining.merge import Merged, merge, merged_split, unchanged
from training.retraining.readings import lessons
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
    assert [(c.record_id, c.old, c.new, c.reader) for c in merged.changes] == [
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
    assert [(c.record_id, c.old, c.new) for c in merged.changes] == [
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


def test_what_is_tested_with_readings_is_part_of_what_is_tested_without(
    base: PreparedSet, tmp_path: Path
) -> None:
    recipe = MiRecipe()
    untouched = make_splits(base.records, base.sha256, recipe.strata(base))[0]
    read = [int(untouched.test[0]), int(untouched.validation[0]), int(untouched.train[0])]
    merged = merged_with(base, [reading_of(base, row) for row in read], tmp_path)
    split = merged_split(recipe, base, merged)
    assert split.test.tolist() == untouched.test[1:].tolist()
    assert split.validation.tolist() == untouched.validation[1:].tolist()
    assert set(split.train) == {*untouched.train, *read}


def test_a_new_ecg_of_a_tested_patient_takes_that_patient_out_of_the_test(
    base: PreparedSet, everything: PreparedSet, tmp_path: Path
) -> None:
    recipe = MiRecipe()
    tested = int(make_splits(base.records, base.sha256, recipe.strata(base))[0].test[0])
    bare_id = base.records[tested].patient.removeprefix("ptb-xl/")
    merged = merged_with(base, [reading_of(everything, N_BASE, patient=bare_id)], tmp_path)
    assert merged.prepared.records[N_BASE].patient == f"ptb-xl/{bare_id}"
    assert merged.n_strangers == 0
    split = merged_split(recipe, base, merged)
    assert {tested, N_BASE} <= set(split.train.tolist())
    assert tested not in split.test


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


def test_a_base_record_of_an_unknown_patient_gets_the_manifests_patient(
    base: PreparedSet, tmp_path: Path
) -> None:
    recipe = MiRecipe()
    tested = int(make_splits(base.records, base.sha256, recipe.strata(base))[0].test[0])
    unknown = next(row for row in range(N_BASE) if row != tested)
    records = list(base.records)
    records[unknown] = replace(records[unknown], patient="ptb-xl/record-1", patient_known=False)
    partly_known = replace(base, records=tuple(records))
    patient = base.records[tested].patient.removeprefix("ptb-xl/")
    merged = merged_with(partly_known, [reading_of(partly_known, unknown, patient=patient)], tmp_path)
    assert merged.prepared.records[unknown].patient == base.records[tested].patient
    assert tested not in merged_split(recipe, partly_known, merged).test
