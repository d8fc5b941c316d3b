"""A PDF sheet read back, and compared with the leads that were drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inference.records import STANDARD_LEADS, Record, read_record
from tests.unit.pdf_sheets import FloatArray


def read_back(tmp_path: Path, content: bytes) -> Record:
    path = tmp_path / "sheet.pdf"
    path.write_bytes(content)
    return read_record(path)


def assert_same_ecg(record: Record, leads: dict[str, FloatArray], within_mv: float = 0.015) -> None:
    """Every lead that is shown has the amplitude and the time that it was drawn with."""
    assert set(record.lead_names) == set(STANDARD_LEADS)
    for name in STANDARD_LEADS:
        row = record.lead(name)
        shown = np.flatnonzero(np.isfinite(row))
        expected = np.interp(shown / record.fs_hz, np.arange(5000) / 500.0, leads[name])
        off = row[shown] - expected
        assert shown.size >= 2.4 * record.fs_hz, name
        assert np.abs(off - np.median(off)).max() < within_mv, name
