"""What a manifest teaches: one label per ECG, and no reading is lost without a word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from inference.labels import Omi, Reading
from inference.manifest import write_manifest
from inference.prepare import PrepareSpec
from inference.teaching import is_positive
from tests.unit.labelled_sets import saved_records
from tests.unit.manifests import OMI_AT_I, reading_of
from training.data.inputs import PreparedSet, prepare_set
from training.retraining.readings import lessons
from training.retraining.retrain_words import conflicts_text, left_out_text


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> PreparedSet:
    return prepare_set(saved_records(tmp_path_factory.mktemp("set"), n=6), PrepareSpec(), None)


@pytest.mark.parametrize(
    ("reading", "omi", "mi"),
    [
        (Reading(omi=Omi.YES), True, True),
        (Reading(omi=Omi.NO), False, None),
        (Reading(omi=Omi.NO, location="I"), False, True),
        (Reading(omi=Omi.NO, location="N"), False, False),
        (Reading(omi=Omi.UNCERTAIN, location="A"), None, True),
        (Reading(comment="poor quality"), None, None),
    ],
)
def test_a_reading_answers_each_task_on_its_own(reading: Reading, omi: bool | None, mi: bool | None) -> None:
    assert (is_positive(reading, "omi"), is_positive(reading, "mi")) == (omi, mi)


def test_a_later_comment_of_another_reader_takes_no_answer_back(
    prepared: PreparedSet, tmp_path: Path
) -> None:
    comment = reading_of(prepared, 0, Reading(comment="noisy"), reader="Dr. Later", day=3)
    write_manifest(tmp_path / "labels.jsonl", [reading_of(prepared, 0), comment])
    learned = lessons(tmp_path / "labels.jsonl", "omi")
    assert [(record.is_mi, record.site) for record in learned.records] == [(True, "I")]
    assert learned.said[prepared.sha256[0]].reader == "Dr. Test"
    assert [(each.reader, each.reason) for each in learned.left_out] == [("Dr. Later", "no OMI answer")]


def test_of_conflicting_readers_the_latest_signed_counts_and_both_are_listed(
    prepared: PreparedSet, tmp_path: Path
) -> None:
    no = Reading(omi=Omi.NO)
    rows = [
        reading_of(prepared, 0, no, reader="Dr. Later", day=3),
        reading_of(prepared, 0, reader="Dr. First"),
        reading_of(prepared, 0, OMI_AT_I, reader="Dr. Draft", day=4, signed=False),
        reading_of(prepared, 1, reader="Dr. First"),
        reading_of(prepared, 1, reader="Dr. Later", day=3),
    ]
    write_manifest(tmp_path / "labels.jsonl", rows)
    learned = lessons(tmp_path / "labels.jsonl", "omi")
    labels = {record.path.name: record.is_mi for record in learned.records}
    assert labels == {"made0.npy": False, "made1.npy": True}
    assert conflicts_text(learned.conflicts) == [
        "ECGs with differing readings, of which the latest signed one counts: 1.",
        "  made0.npy: Dr. First: positive, location I (2026-01-02T00:00:00+00:00); "
        "Dr. Later: negative (2026-01-03T00:00:00+00:00)",
    ]


def test_readings_without_an_answer_are_counted_and_listed_by_reason(
    prepared: PreparedSet, tmp_path: Path
) -> None:
    rows = [
        reading_of(prepared, 0, Reading(omi=Omi.NO)),
        reading_of(prepared, 1, Reading(omi=Omi.NO), reader="Dr. Other"),
        reading_of(prepared, 2, Reading(omi=Omi.UNCERTAIN)),
        reading_of(prepared, 3, Reading(comment="?")),
        reading_of(prepared, 4, synthetic=True),
        reading_of(prepared, 5),
    ]
    write_manifest(tmp_path / "labels.jsonl", rows)
    learned = lessons(tmp_path / "labels.jsonl", "mi")
    assert len(learned.records) == 1
    assert left_out_text(learned.left_out) == [
        "Readings that teach this model nothing: 5.",
        "  OMI no, which says nothing of an infarct of another age, and no location: 2: "
        "made0.npy (Dr. Test), made1.npy (Dr. Other)",
        "  OMI uncertain, no location: 1: made2.npy (Dr. Test)",
        "  neither OMI yes nor a location: 1: made3.npy (Dr. Test)",
        "  synthetic record: 1: made4.npy (Dr. Test)",
    ]


def test_an_empty_patient_id_names_no_patient(prepared: PreparedSet, tmp_path: Path) -> None:
    write_manifest(tmp_path / "labels.jsonl", [replace(reading_of(prepared, 0), patient_key="")])
    record = lessons(tmp_path / "labels.jsonl", "omi").records[0]
    assert not record.patient_known
