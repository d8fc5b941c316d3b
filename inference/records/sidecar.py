"""The small JSON file beside an array that says what its numbers are.

`ecg.npy` is described by `ecg.json`: {"fs_hz": 500, "unit": "mV", "leads": ["I", "II"], "age_years": 61,
"sex": "female", "acquired_at": "2024-05-01T09:30:00", "patient_id": "...", "name": "...",
"birth_date": "1963-02-01", "comments": ["..."], "synthetic": {...}}.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from inference.records.errors import RecordError
from inference.records.patient_text import parse_age, parse_birth_date, parse_sex
from inference.records.record import Patient, SyntheticTruth
from inference.records.safety import read_small_text
from inference.records.synthetic import truth_from_json


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What a sidecar says; None where it does not say."""

    fs_hz: float | None = None
    unit: str | None = None
    leads: tuple[str, ...] | None = None
    patient: Patient = field(default_factory=Patient)
    acquired_at: datetime | None = None
    synthetic: SyntheticTruth | None = None
    comments: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def sidecar_path(path: Path) -> Path:
    """Where the sidecar of an array file lies, whether or not it exists."""
    return path.with_suffix(".json")


def read_sidecar(path: Path) -> Sidecar:
    """Read the sidecar at `path`. RecordError where it is not what a sidecar should be."""
    try:
        values = json.loads(read_small_text(path))
    except (ValueError, RecursionError):
        raise _broken(path, "is not JSON") from None
    if not isinstance(values, Mapping):
        raise _broken(path, "does not hold a JSON object")
    age_years, age_note = parse_age(values.get("age_years"))
    sex, sex_note = parse_sex(values.get("sex"))
    acquired_at, time_note = _moment(values.get("acquired_at"))
    planted = values.get("synthetic")
    return Sidecar(
        fs_hz=_number(path, values.get("fs_hz")),
        unit=_text(path, "unit", values.get("unit")),
        leads=_names(path, values.get("leads")),
        patient=Patient(
            age_years,
            sex,
            _short(values.get("patient_id")),
            _short(values.get("name")),
            parse_birth_date(values.get("birth_date")),
        ),
        acquired_at=acquired_at,
        synthetic=None if planted is None else truth_from_json(planted),
        comments=_comments(values.get("comments")),
        notes=tuple(note for note in (age_note, sex_note, time_note) if note),
    )


def _short(value: object) -> str | None:
    return None if value is None else str(value)[:100]


def _comments(value: object) -> tuple[str, ...]:
    """Comments are worth having and worth no refusal: anything but a list of texts is passed over."""
    return tuple(line for line in value if isinstance(line, str)) if isinstance(value, list) else ()


def _number(path: Path, value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e12:
        raise _broken(path, "gives an fs_hz that is not a rate in Hz")
    return float(value)


def _text(path: Path, key: str, value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise _broken(path, f"gives a {key} that is not text")
    return value


def _names(path: Path, value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    if (
        isinstance(value, str)
        or not isinstance(value, Sequence)
        or not all(isinstance(name, str) for name in value)
    ):
        raise _broken(path, "gives leads that are not a list of names")
    return tuple(value)


def _moment(value: object) -> tuple[datetime | None, str]:
    """The recorder's own clock time: an offset from UTC is dropped, not applied."""
    if value is None:
        return None, ""
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=None), ""
    except ValueError:
        return None, f"Time of recording is taken as unknown: the file says '{str(value)[:30]}'."


def _broken(path: Path, why: str) -> RecordError:
    return RecordError(f"'{path.name}' {why}: correct it, or give rate, unit and lead order by hand.")
