"""Readings of made records, written as the app's manifest, and base sets to put them into."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from inference.labels import Omi, Reading
from inference.manifest import ManifestRow
from training.data.prepared_set import PreparedSet

OMI_AT_I = Reading(omi=Omi.YES, location="I")


def reading_of(
    prepared: PreparedSet,
    index: int,
    reading: Reading = OMI_AT_I,
    *,
    reader: str = "Dr. Test",
    day: int = 2,
    patient: str | None = None,
    path: Path | None = None,
    signed: bool = True,
    synthetic: bool = False,
) -> ManifestRow:
    """A reading of one record of a set, signed on that day of January 2026."""
    return ManifestRow(
        path=str(path or prepared.records[index].path),
        record_sha256=prepared.sha256[index],
        reading=reading,
        reader=reader,
        time=datetime(2026, 1, day, tzinfo=UTC),
        app_version="0.1.0",
        signed=signed,
        synthetic=synthetic,
        patient_key=patient,
    )
