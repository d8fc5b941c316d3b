"""The JSON file beside an array or a table that says what its numbers are (read by records/sidecar)."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from inference.records.record import Record
from inference.records.sidecar import sidecar_path
from inference.writing.comments import comments_for


def write_sidecar(record: Record, path: Path) -> None:
    """Write the sidecar of the array file at `path`; what is unknown is left out."""
    patient = record.patient
    values = {
        "fs_hz": record.fs_hz,
        "unit": "mV",
        "leads": list(record.lead_names),
        "age_years": patient.age_years,
        "sex": patient.sex,
        "patient_id": patient.patient_id,
        "name": patient.name,
        "birth_date": None if patient.birth_date is None else patient.birth_date.isoformat(),
        "acquired_at": None if record.acquired_at is None else record.acquired_at.isoformat(),
        "synthetic": None if record.synthetic is None else asdict(record.synthetic),
        "comments": list(comments_for(record, frozenset({"age", "sex", "patient_id", "name", "birth_date"}))),
    }
    known = {key: value for key, value in values.items() if value is not None}
    sidecar_path(path).write_text(
        json.dumps(known, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
    )
