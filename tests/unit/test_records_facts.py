"""What a WFDB header says of the patient, the time, the planted truth; and one identity for one ECG."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from inference.records import RecordError, SyntheticTruth, read_record
from inference.records.synthetic import synthetic_comment
from tests.unit.wfdb_files import some_integers, twelve_leads, write_record

TRUTH = SyntheticTruth(
    scenario="inferior-clear",
    description="Inferior occlusion, 'clear' size; ST up in II, III, aVF",
    territory="inferior",
    amplitude_mv=0.3,
    direction_xyz=(0.1, 0.9, -0.2),
    planted_mv={"II": 0.25, "aVL": -0.12},
    seed=7,
    generator_version="1",
)


@pytest.mark.parametrize(
    ("comments", "age_years", "sex"),
    [
        (["age: 81", "sex: female"], 81.0, "female"),
        (["<age>: 50", "<sex>: M"], 50.0, "male"),
        (["Age: 59", "Sex: Female"], 59.0, "female"),
        (["age: n/a", "sex: n/a"], None, None),
        (["Age: NaN", "Sex: Unknown"], None, None),
        ([], None, None),
    ],
)
def test_age_and_sex_come_from_the_comments(
    tmp_path: Path, comments: list[str], age_years: float | None, sex: str | None
) -> None:
    record = read_record(write_record(tmp_path, twelve_leads(), comments=comments))

    assert (record.patient.age_years, record.patient.sex) == (age_years, sex)
    assert record.report.assumed == ()


@pytest.mark.parametrize("age", ["-1", "300", "old", "1e9"])
def test_an_age_that_cannot_be_is_unknown_and_reported(tmp_path: Path, age: str) -> None:
    record = read_record(write_record(tmp_path, twelve_leads(), comments=[f"age: {age}"]))

    assert record.patient.age_years is None
    assert age in record.report.assumed[0]


def test_the_time_of_recording_comes_from_the_header(tmp_path: Path) -> None:
    clocked = read_record(write_record(tmp_path, twelve_leads(), clock="13:05:59.5 02/03/2021"))
    undated = read_record(write_record(tmp_path, twelve_leads(), clock="13:05:59"))
    ptb_like = read_record(write_record(tmp_path, twelve_leads(), comments=["ECG date: 01/10/1990"]))

    assert clocked.acquired_at == datetime(2021, 3, 2, 13, 5, 59, 500_000)
    assert undated.acquired_at is None
    assert ptb_like.acquired_at == datetime(1990, 10, 1)


def test_a_synthetic_record_says_so_with_its_planted_truth(tmp_path: Path) -> None:
    header = write_record(tmp_path, twelve_leads(), comments=["made up", synthetic_comment(TRUTH)])

    assert read_record(header).synthetic == TRUTH


def test_a_truth_without_territory_or_direction_survives_its_comment(tmp_path: Path) -> None:
    normal = replace(TRUTH, territory=None, direction_xyz=None, planted_mv={}, amplitude_mv=0.0)

    assert (
        read_record(write_record(tmp_path, twelve_leads(), comments=[synthetic_comment(normal)])).synthetic
        == normal
    )


@pytest.mark.parametrize(
    "broken", ["synthetic: yes", 'synthetic: {"scenario": 1}', "synthetic: [1]", "SYNTHETIC: {"]
)
def test_a_synthetic_record_is_never_taken_for_a_real_one(tmp_path: Path, broken: str) -> None:
    with pytest.raises(RecordError, match="synthetic"):
        read_record(write_record(tmp_path, twelve_leads(), comments=[broken]))


def test_one_ecg_has_one_identity_under_any_name_and_age(tmp_path: Path) -> None:
    first = read_record(write_record(tmp_path, twelve_leads()))
    renamed = read_record(write_record(tmp_path, twelve_leads(), name="other", comments=["age: 40"]))
    finer = read_record(write_record(tmp_path, twelve_leads() * 2, gain="2000(0)/mV", name="finer"))
    other = read_record(write_record(tmp_path, twelve_leads()[:, ::-1], name="turned"))

    assert len(first.sha256) == 64
    assert first.sha256 == renamed.sha256 == finer.sha256
    assert other.sha256 != first.sha256


def test_derived_leads_are_no_part_of_the_identity(tmp_path: Path) -> None:
    two = read_record(write_record(tmp_path, twelve_leads()[:2], ["I", "II"]))
    named_two = read_record(write_record(tmp_path, twelve_leads()[:3], ["I", "II", "noise"], name="b"))

    assert two.sha256 == named_two.sha256


def test_a_synthetic_mark_in_one_segment_marks_the_whole_record(tmp_path: Path) -> None:
    rows = some_integers(2, 1000)
    write_record(tmp_path, rows[:, :600], ["II", "V1"], name="a")
    write_record(tmp_path, rows[:, 600:], ["II", "V1"], name="b", comments=[synthetic_comment(TRUTH)])
    (tmp_path / "whole.hea").write_text("whole/2 2 500 1000\na 600\nb 400\n")

    assert read_record(tmp_path / "whole.hea").synthetic == TRUTH
