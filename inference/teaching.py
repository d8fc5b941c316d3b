"""What a reading answers of a model's question: the rule by which readings teach."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from inference.labels import MI_LOCATIONS, Omi, Reading

if TYPE_CHECKING:
    from inference.bundle_info import Task


def is_positive(reading: Reading, task: Task) -> bool | None:
    """Whether a reading says yes to a task's question; None where it does not answer it.

    OMI: the OMI answer alone. MI of any age: OMI yes or a location other than 'N' is positive, location
    'N' negative; 'OMI no' alone says nothing of an old infarct. Location: the location alone.
    """
    if task == "omi":
        return None if reading.omi not in (Omi.YES, Omi.NO) else reading.omi is Omi.YES
    if task == "mi" and reading.omi is Omi.YES:
        return True
    return None if reading.location is None else reading.location != "N"


def answer_for(reading: Reading, task: Task, locations: Collection[str] = tuple(MI_LOCATIONS)) -> str | None:
    """The class that a reading names for a model's question; None where it names none.

    'OMI' or 'no OMI', 'MI' or 'no MI', or a location code of `locations`, those that the model has.
    """
    if task == "mi-location":
        return reading.location if reading.location in locations else None
    positive = is_positive(reading, task)
    name = "OMI" if task == "omi" else "MI"
    return None if positive is None else name if positive else f"no {name}"


def why_silent(reading: Reading, task: Task, locations: Collection[str] = tuple(MI_LOCATIONS)) -> str | None:
    """Why a reading names no class for a model's question, in a few words; None where it names one."""
    if answer_for(reading, task, locations) is not None:
        return None
    if task == "mi-location":
        return _why_no_location(reading)
    if reading.omi is Omi.UNCERTAIN:
        return "OMI uncertain" if task == "omi" else "OMI uncertain, no location"
    if reading.omi is Omi.NO:
        return "OMI no, which says nothing of an infarct of another age, and no location"
    return "no OMI answer" if task == "omi" else "neither OMI yes nor a location"


def _why_no_location(reading: Reading) -> str:
    if reading.location is None:
        return "no location"
    return f"location {reading.location}, which the model does not have among its classes"
