"""What the caliper says of two points on the paper."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from ecgviewer.plots.beat_view import BeatView
from ecgviewer.plots.caliper import CaliperReading
from ecgviewer.plots.ecg_view import EcgView
from tests.gui.pixels import bump_beat, cell_of, flat, show

# The offscreen platform prints this whenever a window is shown; it says nothing about the window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


def reading_of(view: EcgView | BeatView) -> CaliperReading:
    reading = view.canvas.caliper.reading
    assert reading is not None
    return reading


def drag(view: QWidget, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)


def caliper_points(view: EcgView | BeatView, lead: str) -> Callable[[float, float], QPoint]:
    cell = cell_of(view, lead)
    return lambda time_s, level_mv: view.canvas.mapFromScene(QPointF(cell.x_of(time_s), cell.y_of(level_mv)))


def test_the_caliper_reads_time_rate_and_voltage(ecg: EcgView) -> None:
    show(ecg, flat())
    ecg.set_caliper_enabled(True)
    at = caliper_points(ecg, "I")
    readings: list[object] = []
    ecg.caliper_changed.connect(readings.append)
    drag(ecg.canvas.viewport(), at(0.5, 0.0), at(1.5, 0.5))
    reading = reading_of(ecg)
    assert readings[-1] == reading
    assert reading.lead == "I"
    assert reading.interval_ms == pytest.approx(1000, abs=20)
    assert reading.rate_bpm == pytest.approx(60, abs=1.5)
    assert reading.voltage_mv == pytest.approx(0.5, abs=0.05)
    ecg.canvas.setFocus()
    QTest.keyClick(ecg.canvas, Qt.Key.Key_Escape)
    assert readings[-1] is None


def test_two_clicks_set_the_caliper_like_a_drag(ecg: EcgView) -> None:
    show(ecg, flat())
    ecg.set_caliper_enabled(True)
    at = caliper_points(ecg, "I")
    viewport = ecg.canvas.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=at(0.4, 0.0))
    assert ecg.canvas.caliper.is_open
    QTest.mouseMove(viewport, at(0.8, 0.0))
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=at(0.8, 0.0))
    assert reading_of(ecg).interval_ms == pytest.approx(400, abs=20)


def test_the_caliper_measures_the_same_after_a_new_size_and_gain(ecg: EcgView) -> None:
    show(ecg, flat())
    ecg.set_caliper_enabled(True)
    at = caliper_points(ecg, "II")
    drag(ecg.canvas.viewport(), at(0.5, 0.0), at(1.0, -0.3))
    before = reading_of(ecg)
    ecg.resize(1200, 600)
    ecg.set_gain(20)
    assert reading_of(ecg) == before
    ecg.set_layout("12x1")
    assert ecg.canvas.caliper.reading is None


def test_a_caliper_on_a_beat_stays_within_its_lead(beats: BeatView) -> None:
    beats.set_beat(bump_beat())
    beats.set_caliper_enabled(True)
    at = caliper_points(beats, "aVR")
    drag(beats.canvas.viewport(), at(0.0, 0.0), at(2.0, 0.0))
    reading = reading_of(beats)
    assert reading.lead == "aVR"
    assert reading.interval_ms == pytest.approx(560, abs=10)
