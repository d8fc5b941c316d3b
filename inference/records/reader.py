"""read_record: one door for every ECG file."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from inference.records.record import Record
from inference.records.wfdb_reader import read_wfdb


def read_record(
    path: str | PathLike[str],
    *,
    fs_hz: float | None = None,
    unit: str | None = None,
    lead_order: Sequence[str] | None = None,
) -> Record:
    """Read one ECG file into a Record in mV. RecordError (one plain sentence) for any file it cannot use."""
    return read_wfdb(Path(path).with_suffix(".hea"), fs_hz=fs_hz, unit=unit, lead_order=lead_order)
