"""When each lead of a PDF sheet was recorded: columns one after the other or together, late beginnings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.unit.pdf_reading import assert_same_ecg, read_back
from tests.unit.pdf_sheets import (
    SIX_BY_TWO,
    THREE_BY_FOUR,
    TWELVE_BY_ONE,
    FloatArray,
    Sheet,
    heart,
    sheet_pdf,
)


@pytest.fixture(scope="module")
def leads() -> dict[str, FloatArray]:
    return heart()


@pytest.mark.parametrize(
    "sheet",
    [
        Sheet(SIX_BY_TWO, column_s=10.0, together=True, gap_mm=5.0),
        Sheet((*THREE_BY_FOUR, ("II",)), column_s=10.0, together=True, gap_mm=5.0),
        Sheet((*THREE_BY_FOUR, ("II",)), together=True),
    ],
    ids=["six rows of two, ten seconds each", "ten seconds each over a strip", "2.5 s each over a strip"],
)
def test_columns_that_show_the_same_time_are_told_by_their_beats(
    tmp_path: Path, leads: dict[str, FloatArray], sheet: Sheet
) -> None:
    record = read_back(tmp_path, sheet_pdf(leads, sheet))

    assert_same_ecg(record, leads)
    assert np.flatnonzero(np.isfinite(record.lead("V4")))[0] == 0
    assert record.duration_s == pytest.approx(10.0, abs=0.01)
    assert "All columns were taken to show the same time" in " ".join(record.report.assumed)


def test_beats_that_fit_both_ways_leave_the_columns_one_after_the_other(
    tmp_path: Path, leads: dict[str, FloatArray]
) -> None:
    metronome = {name: np.tile(lead[500:750], 20) for name, lead in leads.items()}
    record = read_back(tmp_path, sheet_pdf(metronome))

    assert_same_ecg(record, metronome)
    assert np.flatnonzero(np.isfinite(record.lead("V4")))[0] == round(7.5 * record.fs_hz)
    assert not any("the same time" in sentence for sentence in record.report.assumed)


@pytest.mark.parametrize("rows", [TWELVE_BY_ONE, THREE_BY_FOUR], ids=["twelve rows", "three rows of four"])
@pytest.mark.parametrize("ink", ["polyline", "attached"])
def test_a_trace_that_begins_in_its_pulses_foot_keeps_its_time(
    tmp_path: Path, leads: dict[str, FloatArray], rows: tuple[tuple[str, ...], ...], ink: str
) -> None:
    flat_at_first = dict(leads)
    flat_at_first["III"] = np.concatenate([np.zeros(30), leads["III"][30:]])

    record = read_back(tmp_path, sheet_pdf(flat_at_first, Sheet(rows, ink=ink, foot_to_mm=20.0)))

    assert_same_ecg(record, flat_at_first)


@pytest.mark.parametrize("rows", [THREE_BY_FOUR, SIX_BY_TWO], ids=["3x4", "6x2"])
def test_a_strip_of_another_time_never_moves_the_columns(
    tmp_path: Path, leads: dict[str, FloatArray], rows: tuple[tuple[str, ...], ...]
) -> None:
    regular = {name: np.tile(lead[500:925], 14) for name, lead in leads.items()}
    sheet = Sheet((*rows, ("strip",)), names={"strip": "II"})
    begins = []
    for later in range(0, 425, 40):
        drawn = {
            **{name: lead[:5000] for name, lead in regular.items()},
            "strip": regular["II"][later:][:5000],
        }
        record = read_back(tmp_path, sheet_pdf(drawn, sheet))
        begins.append(np.flatnonzero(np.isfinite(record.lead("V6")))[0] / record.fs_hz)

    assert begins == pytest.approx([10.0 - 10.0 / len(rows[0])] * len(begins))


def test_a_lead_that_begins_late_in_a_long_column_keeps_its_time(
    tmp_path: Path, leads: dict[str, FloatArray]
) -> None:
    late = dict(leads)
    late["III"] = np.concatenate([np.zeros(60), leads["III"][60:]])

    record = read_back(tmp_path, sheet_pdf(late, Sheet(SIX_BY_TWO, ink="attached", foot_to_mm=20.0)))

    assert_same_ecg(record, late)
    assert record.report.assumed == (
        "The columns were taken to show one stretch of the recording after the other: without a rhythm strip "
        "nothing on the page tells.",
    )
