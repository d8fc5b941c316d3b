"""Which class a reading names for each model's question."""

from __future__ import annotations

import pytest

from inference.bundle_info import Task
from inference.labels import Omi, Reading
from inference.teaching import answer_for, is_positive, why_silent


@pytest.mark.parametrize(
    ("reading", "task", "answer"),
    [
        (Reading(omi=Omi.YES), "omi", "OMI"),
        (Reading(omi=Omi.NO), "omi", "no OMI"),
        (Reading(omi=Omi.UNCERTAIN, location="A"), "omi", None),
        (Reading(omi=Omi.YES), "mi", "MI"),
        (Reading(omi=Omi.NO), "mi", None),
        (Reading(omi=Omi.NO, location="I"), "mi", "MI"),
        (Reading(location="N"), "mi", "no MI"),
        (Reading(omi=Omi.YES), "mi-location", None),
        (Reading(location="IL"), "mi-location", "IL"),
    ],
)
def test_a_reading_names_a_class_only_where_it_answers_the_question(
    reading: Reading, task: Task, answer: str | None
) -> None:
    assert answer_for(reading, task) == answer


def test_an_unanswered_question_is_neither_positive_nor_negative() -> None:
    assert is_positive(Reading(), "omi") is None
    assert is_positive(Reading(omi=Omi.NO), "mi") is None


@pytest.mark.parametrize(
    ("reading", "task", "why"),
    [
        (Reading(omi=Omi.YES), "omi", None),
        (Reading(omi=Omi.UNCERTAIN), "omi", "OMI uncertain"),
        (Reading(omi=Omi.UNCERTAIN), "mi", "OMI uncertain, no location"),
        (Reading(comment="?"), "mi", "neither OMI yes nor a location"),
        (Reading(omi=Omi.YES), "mi-location", "no location"),
        (
            Reading(location="PL"),
            "mi-location",
            "location PL, which the model does not have among its classes",
        ),
    ],
)
def test_a_reading_that_names_no_class_has_a_reason_and_one_that_does_has_none(
    reading: Reading, task: Task, why: str | None
) -> None:
    locations = ("N", "A", "I")
    assert why_silent(reading, task, locations) == why
    assert (answer_for(reading, task, locations) is None) == (why is not None)


def test_of_a_location_the_answer_counts_whatever_is_said_of_an_occlusion() -> None:
    assert is_positive(Reading(omi=Omi.YES, location="N"), "mi-location") is False
