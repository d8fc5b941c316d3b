"""Marks in comments: what this program wrote is obeyed, what only looks like it does no harm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.records import Record
from inference.records.assemble import Found, assemble
from inference.records.marks import comments_within, invalid_mark, is_mark

TIMES = np.arange(100, dtype=np.float32)


def with_comments(*comments: str) -> Record:
    """Leads I, II, III and V1 of a file that has these comments."""
    leads = [("I", TIMES / 100), ("II", TIMES / 50), ("III", TIMES / 100), ("V1", TIMES / 10)]
    return assemble(Found(Path("a"), "made", 500.0, leads, comments=comments))


def test_a_lead_marked_as_derived_is_derived_again_and_no_longer_measured() -> None:
    record = with_comments("derived leads: III, aVR, aVL, aVF")
    assert record.report.derived_leads == ("III", "aVR", "aVL", "aVF")
    assert record.sha256 != with_comments().sha256


@pytest.mark.parametrize("names", ["V1", "I, II, III", "nonsense", "", "I, II"])
def test_a_mark_that_would_take_a_measured_lead_away_is_not_believed(names: str) -> None:
    record = with_comments(f"derived leads: {names}")
    assert {"I", "II", "V1"} <= set(record.lead_names)
    assert record.report.derived_leads == ("aVR", "aVL", "aVF")


def test_marked_samples_are_gaps_again() -> None:
    is_invalid = np.zeros(100, dtype=np.bool_)
    is_invalid[[0, 1, 50, 99]] = True
    mark = invalid_mark("V1", is_invalid)
    assert mark == "invalid samples: V1 0-1 50-50 99-99"
    np.testing.assert_array_equal(np.isnan(with_comments(mark).lead("V1")), is_invalid)


@pytest.mark.parametrize(
    "stretches", ["0-999999999", "50-10", "0-50 20-60", "100-100", "0-5,7-9", "-1-4", "a-b", ""]
)
def test_a_broken_mark_of_gaps_is_passed_over(stretches: str) -> None:
    assert not np.isnan(with_comments(f"invalid samples: V1 {stretches}").lead("V1")).any()


def test_a_window_of_a_recording_takes_its_part_of_the_marks_along() -> None:
    comments = ("Palpitations", "invalid samples: V1 10-19 95-104 300-301", "invalid samples: V2 500-501")
    assert comments_within(comments, 15, 85) == ("Palpitations", "invalid samples: V1 0-4 80-84")


def test_only_marks_count_as_marks() -> None:
    assert is_mark("Derived leads: III")
    assert not is_mark("Underived leads")
    assert with_comments("digitised: from a photo").report.digitised
    assert not with_comments("not digitised: recorded").report.digitised
