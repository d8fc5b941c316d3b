"""The planted truth of a simulated ECG, written into its file and read back."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

from inference.records.errors import RecordError
from inference.records.record import SyntheticTruth

_MARK: Final = "synthetic:"


def synthetic_comment(truth: SyntheticTruth) -> str:
    """One WFDB comment (without `#`) that says the ECG is simulated and what was planted in it."""
    return f"{_MARK} {json.dumps(asdict(truth), sort_keys=True)}"


def truth_from_comments(comments: Iterable[str]) -> SyntheticTruth | None:
    """The planted truth, or None for a record that does not say it is synthetic.

    Raises RecordError for a mark that cannot be read: a simulated ECG must never pass as a real one.
    """
    for comment in comments:
        if comment.strip().lower().startswith(_MARK):
            try:
                values = json.loads(comment.strip()[len(_MARK) :])
            except (ValueError, RecursionError):
                raise _unreadable() from None
            return truth_from_json(values)
    return None


def truth_from_json(values: object) -> SyntheticTruth:
    """Inverse of `dataclasses.asdict` after JSON. Raises RecordError for anything else."""
    if not isinstance(values, Mapping):
        raise _unreadable()
    try:
        return _truth(values)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        raise _unreadable() from None


def _truth(values: Mapping[str, Any]) -> SyntheticTruth:
    direction = values.get("direction_xyz")
    territory = values.get("territory")
    truth = SyntheticTruth(
        scenario=str(values["scenario"]),
        description=str(values["description"]),
        territory=None if territory is None else str(territory),
        amplitude_mv=float(values["amplitude_mv"]),
        direction_xyz=None if direction is None else _three(direction),
        planted_mv={str(lead): float(shift) for lead, shift in values.get("planted_mv", {}).items()},
        seed=int(values.get("seed", 0)),
        generator_version=str(values.get("generator_version", "")),
    )
    numbers = (truth.amplitude_mv, *(truth.direction_xyz or ()), *truth.planted_mv.values())
    if not all(math.isfinite(number) for number in numbers):
        raise ValueError("not finite")
    return truth


def _three(values: Iterable[Any]) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return x, y, z


def _unreadable() -> RecordError:
    return RecordError(
        "The file says that it is a synthetic ECG, but what was planted in it cannot be read: "
        "make the file again with the simulator."
    )
