"""What all leads of one file have to share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from inference.records.errors import RecordError

Value = TypeVar("Value", int, float)


def equal_leads(values: Sequence[Value], what: str) -> Value:
    """The one value that all leads have. RecordError, naming `what`, where they differ."""
    if len(set(values)) != 1:
        raise RecordError(f"The file's leads have different {what}, which is not read: export the ECG again.")
    return values[0]
