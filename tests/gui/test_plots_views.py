"""What the raw view puts on the screen, read back from its pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ecgviewer.plots.beat_view import BeatView
from ecgviewer.plots.ecg_view import EcgView
from ecgviewer.plots.layouts import LANES, LAYOUTS, LayoutName
from ecgviewer.theme import LIGHT, make_theme
from tests.gui.pixels import FS_HZ, bump_beat, cell_of, flat, is_dark, pixels_of, rgb, show, to_px

# The offscreen platform prints this whenever a window is shown; it says nothing about the window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("size", [(900, 420), (640, 500), (1500, 700)])
def test_a_second_is_two_and_a_half_times_as_long_as_a_millivolt(
    ecg: EcgView, name: LayoutName, size: tuple[int, int]
) -> None:
    signals = flat()
    for start in (0.6, 1.6):
        first = round(start * FS_HZ)
        signals[0, first : first + 6] = 1.0
    show(ecg, signals)
    ecg.set_layout(name)
    ecg.resize(*size)
    cell = cell_of(ecg, "I")
    dark = is_dark(pixels_of(ecg.canvas.viewport()))
    left, base = to_px(ecg.canvas, cell.x_mm, cell.baseline_mm)
    right, _ = to_px(ecg.canvas, cell.x_mm + 2.4 * 25, 0)
    _, near_top = to_px(ecg.canvas, 0, cell.y_of(0.93))
    columns = left + np.flatnonzero(dark[near_top, left:right])
    spikes = [group.mean() for group in np.split(columns, np.flatnonzero(np.diff(columns) > 8) + 1)]
    assert len(spikes) == 2
    second_px = spikes[1] - spikes[0]
    search_from = max(near_top - 6, 0)
    spike = dark[search_from : base + 1, round(spikes[0])]
    millivolt_px = base - (search_from + int(np.flatnonzero(spike)[0]))
    assert second_px == pytest.approx(2.5 * millivolt_px, abs=3.0)
    assert second_px == pytest.approx(25 * ecg.canvas.mm_px, abs=1.0)


def test_the_ratio_stays_true_when_zoomed_and_reset_brings_the_sheet_back(ecg: EcgView) -> None:
    show(ecg, flat())
    fitted = ecg.canvas.mm_px
    at = QPointF(450, 200)
    held = ecg.canvas.mapToScene(at.toPoint())
    wheel = QWheelEvent(
        at,
        ecg.canvas.viewport().mapToGlobal(at),
        QPoint(),
        QPoint(0, 480),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(ecg.canvas.viewport(), wheel)
    assert ecg.canvas.mm_px > 1.8 * fitted
    assert ecg.canvas.transform().m11() == ecg.canvas.transform().m22()
    moved = ecg.canvas.mapToScene(at.toPoint()) - held
    assert abs(moved.x()) < 1.0
    assert abs(moved.y()) < 1.0
    assert "zoom" in ecg.caption.right
    QTest.mouseDClick(ecg.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 100))
    assert ecg.canvas.mm_px == fitted
    assert "zoom" not in ecg.caption.right


def test_dragging_moves_a_zoomed_sheet(ecg: EcgView) -> None:
    show(ecg, flat())
    ecg.zoom_by(3.0)
    before = ecg.canvas.mapToScene(QPoint(0, 0))
    viewport = ecg.canvas.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=QPoint(400, 200))
    QTest.mouseMove(viewport, QPoint(340, 180))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(340, 180))
    moved = ecg.canvas.mapToScene(QPoint(0, 0)) - before
    assert moved.x() * ecg.canvas.mm_px == pytest.approx(60, abs=1)
    assert moved.y() * ecg.canvas.mm_px == pytest.approx(20, abs=1)


def test_a_real_record_is_drawn_where_its_samples_are(ecg: EcgView, test_data: Path) -> None:
    wfdb = pytest.importorskip("wfdb")
    from scipy.signal import resample_poly

    read = wfdb.rdrecord(str(test_data / "ptb" / "patient001" / "s0010_re"))
    signals = resample_poly(read.p_signal[:, :12], 1, 2, axis=0).T.astype(np.float32)
    show(ecg, signals)
    assert "of 38 s" in ecg.caption.right
    dark = is_dark(pixels_of(ecg.canvas.viewport()))
    for lead in ("I", "aVF", "V2", "V3", "V6"):
        cell = cell_of(ecg, lead)
        row = signals[LANES.index(lead)]
        first = round(cell.start_s * FS_HZ)
        peak = first + int(np.argmax(row[first + 100 : first + 1200])) + 100
        x, y = to_px(ecg.canvas, cell.x_of(peak / FS_HZ), cell.y_of(float(row[peak])))
        assert dark[y - 2 : y + 4, x - 2 : x + 3].any(), lead


def test_the_calibration_pulse_is_drawn_one_millivolt_high(ecg: EcgView) -> None:
    show(ecg, flat())
    dark = is_dark(pixels_of(ecg.canvas.viewport()))
    for row, pulse in enumerate(ecg.sheet.pulses):
        left, top = to_px(ecg.canvas, *pulse[2])
        right, _ = to_px(ecg.canvas, *pulse[3])
        assert dark[top - 1 : top + 2, left + 2 : right - 1].any(axis=0).all(), row


def test_a_missing_lead_leaves_its_lane_empty_and_says_so(ecg: EcgView) -> None:
    signals = flat()
    signals[:] = 0.15 * np.sin(np.arange(signals.shape[1]) / 20.0)
    signals[LANES.index("V3")] = np.nan
    show(ecg, signals, frozenset({"V3"}))
    texts = {label.text for label in ecg.ink.labels}
    assert "V3 missing" in texts
    assert "V3" not in texts
    assert "missing V3" in ecg.accessibleName()
    pixels = pixels_of(ecg.canvas.viewport())
    cell = cell_of(ecg, "V3")
    left, _ = to_px(ecg.canvas, cell.x_mm + 1, 0)
    right, base = to_px(ecg.canvas, cell.x_mm + cell.width_mm - 1, cell.baseline_mm)
    words = cell.x_mm + 90 / ecg.canvas.mm_px
    after, _ = to_px(ecg.canvas, words, 0)
    lane = pixels[base - 20 : base + 20]
    assert not is_dark(lane[:, after:right]).any()
    amber = np.abs(lane[:, left:after] - np.array(rgb(LIGHT.caution))).max(axis=2) < 40
    assert amber.any()


def test_a_lead_that_is_nan_in_part_is_drawn_where_it_has_samples(ecg: EcgView) -> None:
    signals = flat()
    signals[0, 400:800] = np.nan
    show(ecg, signals)
    cell = cell_of(ecg, "I")
    dark = is_dark(pixels_of(ecg.canvas.viewport()))
    for time_s, expected in ((0.5, True), (1.2, False), (2.0, True)):
        x, y = to_px(ecg.canvas, cell.x_of(time_s), cell.baseline_mm)
        assert dark[y - 2 : y + 3, x].any() == expected


def test_the_caption_states_speed_gain_and_what_it_was_told(ecg: EcgView) -> None:
    show(ecg, flat(25.0))
    ecg.set_speed(50)
    ecg.set_gain(20)
    ecg.set_detail("0.05–150 Hz · HR 79")
    ecg.set_start(12.0)
    assert ecg.caption.right == "50 mm/s · 20 mm/mV · 0.05–150 Hz · HR 79 · 12–22 s of 25 s"
    assert ecg.caption.left == "case 1 · 61 y, female"


def test_the_start_stays_within_the_record(ecg: EcgView) -> None:
    show(ecg, flat(25.0))
    ecg.set_start(99.0)
    assert ecg.start_s == 15.0
    show(ecg, flat(4.0))
    ecg.set_start(3.0)
    assert ecg.start_s == 0.0


def test_used_and_rejected_beats_are_marked_under_the_last_row(ecg: EcgView) -> None:
    show(ecg, flat())
    ecg.set_r_peaks(np.array([1.0, 2.0, 3.0, 12.0]), np.array([True, False, True, True]))
    assert [tick.kind for tick in ecg.ink.ticks] == ["used", "rejected", "used"]
    last = ecg.sheet.cells[-1]
    assert [tick.x_mm for tick in ecg.ink.ticks] == [last.x_of(1.0), last.x_of(2.0), last.x_of(3.0)]


def test_the_watermark_is_visible_and_never_over_the_trace(ecg: EcgView) -> None:
    signals = flat()
    signals[:] = 0.3 * np.sin(np.arange(signals.shape[1]) / 15.0)
    show(ecg, signals)
    before = pixels_of(ecg.canvas.viewport())
    ecg.set_watermark("SYNTHETIC")
    after = pixels_of(ecg.canvas.viewport())
    assert (before != after).any(axis=2).sum() > 500
    trace = before.max(axis=2) < 50
    assert trace.sum() > 400
    assert (after[trace].max(axis=1) < 60).all()


def test_an_empty_view_says_why(ecg: EcgView) -> None:
    show(ecg, flat())
    blank = ecg.grab().toImage()
    ecg.clear("Choose a folder of ECGs to begin.")
    assert ecg.caption.left == ""
    assert ecg.grab().toImage() != blank
    assert not any(trace.boundingRect().isValid() for trace in ecg._traces)


def test_every_theme_draws_every_view(ecg: EcgView, beats: BeatView) -> None:
    show(ecg, flat())
    beats.set_beat(bump_beat())
    seen = set()
    for theme in (make_theme(), make_theme("dark", "dim"), make_theme("dark", "dark", "cividis")):
        ecg.set_theme(theme)
        beats.set_theme(theme)
        paper = rgb(theme.paper.paper)
        for canvas in (ecg.canvas, beats.canvas):
            colours = {tuple(colour) for colour in pixels_of(canvas.viewport())[::3, ::3].reshape(-1, 3)}
            assert paper in colours
        seen.add(paper)
    assert len(seen) == 3
