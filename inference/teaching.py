"""What a reading answers of a model's question: the rule by which readings teach."""

from __future__ import annotations

from inference.bundle_info import Task
from inference.labels import Omi, Reading


def is_positive(reading: Reading, task: Task) -> bool | None:
    """What a reading says for a yes-or-no question; None where it does not answer it.

    OMI: the OMI answer alone. MI of any age: OMI yes or a location other than 'N' is positive, location
    'N' negative; 'OMI no' alone says nothing of an old infarct.
    """
    if task == "omi":
        return None if reading.omi not in (Omi.YES, Omi.NO) else reading.omi is Omi.YES
    if reading.omi is Omi.YES:
        return True
    return None if reading.location is None else reading.location != "N"


def answer_for(reading: Reading, task: Task) -> str | None:
    """The class that a reading names for a model's question; None where it names none.

    'OMI' or 'no OMI', 'MI' or 'no MI', or a location code.
    """
    if task == "mi-location":
        return reading.location
    positive = is_positive(reading, task)
    name = "OMI" if task == "omi" else "MI"
    return None if positive is None else name if positive else f"no {name}"
