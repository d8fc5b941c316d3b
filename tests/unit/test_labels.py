"""The vocabulary that reviewers and models share."""

from __future__ import annotations

import json

import pytest

from inference.labels import LOCATION_FAMILIES, MI_LOCATIONS, Culprit, Omi, Reading

FULL = Reading(omi=Omi.UNCERTAIN, location="AS", culprit=Culprit.LAD, confidence=2, comment='später "?"\n')


@pytest.mark.parametrize("reading", [Reading(), FULL, Reading(comment="only a comment")])
def test_a_reading_survives_json(reading: Reading) -> None:
    assert Reading.from_json(json.loads(json.dumps(reading.to_json()))) == reading


def test_what_is_not_answered_is_none_and_not_no() -> None:
    assert Reading.from_json({}) == Reading()
    assert Reading().to_json()["omi"] is None
    assert Reading().is_empty
    assert not Reading(omi=Omi.NO).is_empty


@pytest.mark.parametrize(
    "values",
    [{"omi": "maybe"}, {"culprit": "aorta"}, {"location": "Q"}, {"confidence": 6}, {"comment": None}],
)
def test_a_word_outside_the_vocabulary_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=str(next(iter(values.values())))):
        Reading.from_json(values)


def test_every_location_but_none_belongs_to_one_family() -> None:
    assert set(LOCATION_FAMILIES) == set(MI_LOCATIONS) - {"N"}
    assert set(LOCATION_FAMILIES.values()) == {"anterior", "inferior", "inferolateral/posterior", "lateral"}
