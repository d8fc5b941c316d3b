"""Measurements of real ECGs against LUDB's cardiologists and what two devices wrote into their files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.measure.intervals import Intervals, intervals
from inference.measure.measurements import measure
from inference.measure.p_wave import PWave, find_p_wave
from inference.records import read_record
from inference.signal.analysis import analyse
from tests.unit.ludb_marks import marks_on_beat

Judged = list[tuple[PWave | None, Intervals, dict[str, np.ndarray]]]
EVERY = 3
"""Every third record of LUDB keeps this quick; all 93 give the same picture."""


@pytest.fixture(scope="module")
def judged(test_data: Path) -> Judged:
    """P wave and intervals that we found, and the cardiologists' marks, of some records of LUDB."""
    folder = test_data / "ludb" / "data"
    found = []
    for header in sorted(folder.glob("*.hea"), key=lambda path: int(path.stem))[::EVERY]:
        analysis = analyse(read_record(header))
        if analysis.beat is None:
            continue
        p_wave = find_p_wave(analysis.beat, analysis.rhythm)
        each = intervals(analysis.beat, analysis.rhythm, p_wave)
        found.append((p_wave, each, marks_on_beat(header.with_suffix(""), analysis.beat)))
    return found


def test_p_waves_are_found_where_cardiologists_marked_them(judged: Judged) -> None:
    marked = [(p_wave, marks["p"]) for p_wave, _, marks in judged if not np.isnan(marks["p"]).any()]
    found = [(p_wave, marks) for p_wave, marks in marked if p_wave is not None]
    assert len(found) >= 0.85 * len(marked) > 15
    errors_ms = np.array([[p.onset - m[0], p.peak - m[1], p.end - m[2]] for p, m in found]) * 2.0
    assert np.median(np.abs(errors_ms), axis=0).max() <= 8.0
    assert np.percentile(np.abs(errors_ms), 90, axis=0).max() <= 24.0


def test_hardly_any_p_wave_is_found_where_none_was_marked(judged: Judged) -> None:
    unmarked = [p_wave for p_wave, _, marks in judged if np.isnan(marks["p"]).all()]
    assert len(unmarked) >= 4
    assert sum(p_wave is not None for p_wave in unmarked) <= 1


@pytest.mark.parametrize(
    ("name", "begin", "end", "bias_ms"),
    [("pr_ms", ("p", 0), ("N", 0), 10), ("qrs_ms", ("N", 0), ("N", 2), 6), ("qt_ms", ("N", 0), ("t", 2), 25)],
)
def test_intervals_agree_with_the_cardiologists(
    judged: Judged, name: str, begin: tuple[str, int], end: tuple[str, int], bias_ms: float
) -> None:
    errors_ms = []
    for _, each, marks in judged:
        theirs_ms = (marks[end[0]][end[1]] - marks[begin[0]][begin[1]]) * 2.0
        ours_ms = getattr(each, name)
        if ours_ms is not None and not np.isnan(theirs_ms):
            errors_ms.append(ours_ms - theirs_ms)
    assert len(errors_ms) > 15
    assert abs(np.median(errors_ms)) <= bias_ms
    assert np.percentile(np.abs(errors_ms), 90) <= 32.0


@pytest.mark.parametrize(
    ("name", "pr_ms", "qrs_ms", "qt_ms", "axis_deg"),
    [("dicom_12lead_cardio.dcm", 156, 86, 398, 44), ("dicom_12lead_mortara.dcm", 161, 75, 368, 52)],
)
def test_intervals_and_axis_agree_with_the_devices_own(
    test_data: Path, name: str, pr_ms: float, qrs_ms: float, qt_ms: float, axis_deg: float
) -> None:
    analysis = analyse(read_record(test_data / "vendor" / name))
    assert analysis.beat is not None
    found = measure(analysis.beat, analysis.rhythm)
    assert found.intervals.pr_ms == pytest.approx(pr_ms, abs=12)
    assert found.intervals.qrs_ms == pytest.approx(qrs_ms, abs=6)
    assert found.intervals.qt_ms == pytest.approx(qt_ms, abs=20)
    assert found.qrs_axis_deg == pytest.approx(axis_deg, abs=5)


@pytest.mark.parametrize("name", ["02865", "14400", "17700", "19409", "19848"])
def test_the_next_p_wave_of_a_fast_heart_is_no_part_of_its_t_wave(test_data: Path, name: str) -> None:
    folder = test_data / "ptb-xl" / "records500" / f"{name[:2]}000"
    analysis = analyse(read_record(folder / f"{name}_hr.hea"))
    assert analysis.beat is not None
    found = measure(analysis.beat, analysis.rhythm).intervals
    assert found.pr_ms is not None
    assert found.qt_ms is not None
    assert analysis.rhythm.rr_median_ms is not None
    assert found.qt_ms + found.pr_ms <= analysis.rhythm.rr_median_ms


def test_the_t_wave_of_bigeminy_ends_before_the_ectopic_beat(test_data: Path) -> None:
    analysis = analyse(read_record(test_data / "ptb-xl" / "records500" / "08000" / "08872_hr.hea"))
    assert analysis.beat is not None
    # The ectopic beat's R is 574 ms behind this one's, and its QRS is broad.
    assert measure(analysis.beat, analysis.rhythm).intervals.qt_ms == pytest.approx(410, abs=30)
