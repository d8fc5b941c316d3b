"""PDF sheets of many kinds, drawn here, and what is read back from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.records import STANDARD_LEADS, Record, read_record
from tests.unit.pdf_sheets import (
    FloatArray,
    heart,
)


@pytest.fixture(scope="module")
def leads() -> dict[str, FloatArray]:
    return heart()


def read_back(tmp_path: Path, content: bytes) -> Record:
    path = tmp_path / "sheet.pdf"
    path.write_bytes(content)
    return read_record(path)


def assert_same_ecg(record: Record, leads: dict[str, FloatArray], within_mv: float = 0.02) -> None:
    """Every lead that is shown has the amplitude and time that it was drawn with."""
    assert set(record.lead_names) == set(STANDARD_LEADS)
    for name in STANDARD_LEADS:
        row = record.lead(name)
        shown = np.flatnonzero(np.isfinite(row))
        expected = np.interp(shown / record.fs_hz, np.arange(5000) / 500.0, leads[name])
        off = np.abs(row[shown] - expected - np.median(row[shown] - expected))
        assert shown.size >= 2.4 * record.fs_hz, name
        assert np.percentile(off, 99) < within_mv, name
