"""Overview and rhythm strip: what they draw of a long recording, and what the reader's hand wishes there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ecgviewer.plots.long_trace import Stretch, columns_of_samples
from ecgviewer.plots.overview import OverviewBar
from ecgviewer.plots.strip import FIRST_WIDTH_S, StripView
from ecgviewer.plots.timeline import Span, clock_label, ticks, width_label
from ecgviewer.theme import LIGHT
from inference.scan import ScanCurve
from tests.gui.pixels import pixels_of, rgb
from tests.gui.window_help import shown

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise")

BEGAN = datetime(2024, 3, 14, 22, 15)
READ = "being read…"


@dataclass
class Hours:
    """A recording of 24 h at 250 Hz and its pyramid in one: lead after lead swings wider."""

    lead_names: tuple[str, ...] = ("I", "II", "V1")
    fs_hz: float = 250.0
    duration_s: float = 86_400.0
    acquired_at: datetime | None = BEGAN
    known_until: int = 86_400 * 250
    base_bin: int = 64
    silent: tuple[int, int] = (0, 0)

    @property
    def n_samples(self) -> int:
        return round(self.duration_s * self.fs_hz)

    def envelope(
        self, lead: int, start: int, stop: int, n_columns: int
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        samples = start + (np.arange(n_columns) + 0.5) * (stop - start) / n_columns
        is_known = (samples < self.known_until) & ~((samples >= self.silent[0]) & (samples < self.silent[1]))
        high = np.where(is_known, 0.2 * (1 + lead), np.nan).astype(np.float32)
        return -high, high


@pytest.fixture
def overview(qtbot: QtBot) -> OverviewBar:
    return shown(qtbot, OverviewBar(LIGHT), 900, 80)


@pytest.fixture
def strip(qtbot: QtBot) -> StripView:
    return shown(qtbot, StripView(LIGHT), 900, 160)


def trace_columns(view: OverviewBar | StripView) -> npt.NDArray[np.bool_]:
    """Which columns of a view hold ink of the recording."""
    pixels = pixels_of(view)[: int(view.plot_px[1])]
    return np.asarray((pixels.max(axis=2) < 120).any(axis=0))


def a_curve(values: list[float], n_done: int | None = None) -> ScanCurve:
    """Answers to the windows at 0 h, 1 h, 2 h …"""
    starts = np.arange(len(values)) * 3600.0
    return ScanCurve(
        "one", "0", starts, np.array(values), len(values) if n_done is None else n_done, 0.5, {1: "Flat."}
    )


def test_the_axis_stands_on_whole_clock_times_and_midnight_names_its_day() -> None:
    marks = ticks(Span(0.0, 86_400.0), 900.0, BEGAN)
    assert [text for _time, text in marks][:3] == ["2024-03-15", "03:00", "06:00"]
    assert marks[0][0] == 105 * 60.0
    close = ticks(Span(100.0, 10.0), 900.0, BEGAN)
    assert close[0] == (100.0, "22:16:40")


def test_without_a_clock_time_the_axis_counts_from_the_start() -> None:
    labels = [text for _time, text in ticks(Span(0.0, 7200.0), 400.0, None)]
    assert labels == ["+00:00", "+00:30", "+01:00", "+01:30", "+02:00"]
    assert clock_label(11_560.4, None) == "+03:12:40"
    assert clock_label(11_560.4, BEGAN) == "01:27:40"


@pytest.mark.parametrize(("width_s", "text"), [(10, "10 s"), (330, "5.5 min"), (86_400, "24 h")])
def test_a_width_is_said_as_one_would(width_s: float, text: str) -> None:
    assert width_label(width_s) == text


def test_a_span_stays_inside_the_recording_and_zooms_about_what_is_held() -> None:
    assert Span(-5.0, 20.0).within(100.0) == Span(0.0, 20.0)
    assert Span(95.0, 20.0).within(100.0) == Span(80.0, 20.0)
    assert Span(0.0, 500.0).within(100.0) == Span(0.0, 100.0)
    assert Span(0.0, 0.1).within(100.0).width_s == 2.0
    assert Span(0.0, 60.0).zoomed(2.0, 30.0) == Span(15.0, 30.0)


def test_columns_keep_the_lowest_and_highest_sample_of_every_pixel() -> None:
    samples = np.zeros(1000, dtype=np.float32)
    samples[505], samples[777] = 2.0, -3.0
    columns = columns_of_samples(samples, 0.0, 10.0, 100)
    assert columns.high_mv[50] == 2.0
    assert columns.low_mv[77] == -3.0
    assert np.count_nonzero(columns.high_mv) == np.count_nonzero(columns.low_mv) == 1


def test_a_gap_leaves_its_columns_unknown_and_breaks_the_line() -> None:
    samples = np.zeros(1000, dtype=np.float32)
    samples[300:600] = np.nan
    columns = columns_of_samples(samples, 0.0, 10.0, 100)
    assert np.flatnonzero(np.isnan(columns.low_mv)).tolist() == list(range(30, 60))
    assert columns.path(50.0, 10.0).elementCount() > 0


def test_few_samples_are_drawn_as_they_are() -> None:
    samples = np.arange(100, dtype=np.float32)
    columns = columns_of_samples(samples, 10.0, 0.5, 40)
    assert columns.low_mv is columns.high_mv
    assert columns.x_px[columns.low_mv.tolist().index(10.0)] == 0.0
    assert columns.x_px[columns.low_mv.tolist().index(20.0)] == 20.0


def test_what_is_not_read_yet_is_hatched_and_no_flat_line(overview: OverviewBar) -> None:
    hours = Hours(known_until=43_200 * 250)
    overview.set_recording(hours)
    overview.set_reach(hours, READ)
    overview.set_window(43_000.0)
    columns = trace_columns(overview)
    assert columns[30:440].all()
    assert not columns[470:].any()
    pixels = pixels_of(overview)
    paper = rgb(LIGHT.paper.paper)
    assert not (pixels[20:30, 500:880] == paper).all(axis=2).any()


def test_hours_without_signal_stay_blank_paper(overview: OverviewBar) -> None:
    hours = Hours(silent=(21_600 * 250, 43_200 * 250))
    overview.set_recording(hours)
    overview.set_reach(hours, READ)
    columns = trace_columns(overview)
    assert not columns[235:440].any()
    assert columns[460:880].all()


def test_a_click_wishes_for_ten_seconds_there(overview: OverviewBar, qtbot: QtBot) -> None:
    overview.set_recording(Hours())
    with qtbot.waitSignal(overview.window_wished) as wished:
        QTest.mouseClick(overview, Qt.MouseButton.LeftButton, pos=QPoint(450, 20))
    assert wished.args == [pytest.approx(43_195.0, abs=96.0)]
    with qtbot.waitSignal(overview.window_wished) as wished:
        QTest.mouseClick(overview, Qt.MouseButton.LeftButton, pos=QPoint(899, 20))
    assert wished.args[0] <= 86_390.0


def test_the_mark_can_be_dragged_and_wishes_once_where_it_is_let_go(
    overview: OverviewBar, qtbot: QtBot
) -> None:
    overview.set_recording(Hours())
    overview.set_window(0.0)
    wished: list[float] = []
    looked: list[float] = []
    overview.window_wished.connect(wished.append)
    overview.looked_at.connect(looked.append)
    QTest.mousePress(overview, Qt.MouseButton.LeftButton, pos=QPoint(1, 20))
    for x in (100, 200, 300):
        QTest.mouseMove(overview, QPoint(x, 20))
        QApplication.processEvents()
    assert wished == []
    assert len(looked) == 3
    QTest.mouseRelease(overview, Qt.MouseButton.LeftButton, pos=QPoint(300, 20))
    assert wished == [pytest.approx(28_700.0, abs=200.0)]


def test_the_curve_is_red_above_the_threshold_only_and_blank_where_there_is_no_answer(
    overview: OverviewBar,
) -> None:
    overview.set_recording(Hours())
    overview.set_curve(a_curve([0.1] * 8 + [np.nan] * 8 + [0.9] * 8), "OMI proxy model")
    pixels = pixels_of(overview)[: int(overview.plot_px[1])]
    red, blue = rgb(LIGHT.danger), rgb(LIGHT.accent_ink)
    is_red = (np.abs(pixels - red).sum(axis=2) < 40)[:20].any(axis=0)
    is_blue = (np.abs(pixels - blue).sum(axis=2) < 40)[30:].any(axis=0)
    assert is_blue[20:250].all()
    assert not is_blue[300:590].any()
    assert is_red[620:850].mean() > 0.9
    assert not is_red[:590].any()


def test_the_tip_names_time_model_and_value_and_why_there_is_none(overview: OverviewBar) -> None:
    overview.set_recording(Hours())
    assert overview.tip_at(450.0) == "10:15:00"
    overview.set_curve(a_curve([0.1, np.nan, 0.87, 0.2], 3), "OMI proxy model")
    assert overview.tip_at(75.0) == "00:15:00  OMI proxy model 0.87"
    assert overview.tip_at(37.5) == "23:15:00  OMI proxy model: no answer. Flat."
    assert overview.tip_at(450.0) == "10:15:00"


def test_a_click_on_the_curve_goes_to_its_highest_answer_there(overview: OverviewBar, qtbot: QtBot) -> None:
    overview.set_recording(Hours())
    starts = np.arange(8640) * 10.0
    values = np.full(8640, 0.1)
    values[4003] = 0.95
    overview.set_curve(ScanCurve("one", "0", starts, values, 8640, 0.5), "OMI proxy model")
    x = round(overview.x_of(40_035.0))
    assert overview.tip_at(x) == f"{clock_label(40_030.0, BEGAN)}  OMI proxy model 0.95"
    with qtbot.waitSignal(overview.window_wished) as wished:
        QTest.mouseClick(overview, Qt.MouseButton.LeftButton, pos=QPoint(x, 20))
    assert wished.args == [40_030.0]


def test_the_strip_wishes_for_samples_where_the_pyramid_is_too_coarse(strip: StripView) -> None:
    wished: list[tuple[tuple[int, ...], int, int]] = []
    strip.samples_wished.connect(lambda leads, start, stop: wished.append((leads, start, stop)))
    hours = Hours()
    strip.set_recording(hours)
    strip.set_reach(hours, READ)
    assert wished == [((0,), 0, wished[0][2])]
    assert wished[0][2] >= round(2 * FIRST_WIDTH_S * 250)
    strip.zoom_by(1 / 500)
    wished.clear()
    strip.pan_px(50.0)
    assert wished == []


def test_the_strip_draws_the_samples_that_it_was_given_and_says_what_it_waits_for(strip: StripView) -> None:
    hours = Hours()
    strip.set_recording(hours)
    strip.set_reach(hours, READ)
    assert not trace_columns(strip)[120:400].any()
    wave = np.sin(np.arange(40_000) / 8).astype(np.float32)[None]
    strip.set_stretch(Stretch((0,), 0, wave))
    assert trace_columns(strip)[60:].all()


def test_all_leads_stand_one_above_the_other_in_the_files_order(strip: StripView) -> None:
    hours = Hours()
    strip.set_recording(hours)
    strip.set_reach(hours, READ)
    strip.zoom_by(1 / 500)
    strip.set_leads(1, is_all=True)
    assert strip.leads == (0, 1, 2)
    ink = pixels_of(strip)[: int(strip.plot_px[1]), 600].max(axis=1) < 120
    thirds = np.array_split(ink, 3)
    assert 0 < thirds[0].sum() < thirds[1].sum() < thirds[2].sum()


def test_arrow_keys_pan_the_strip_and_plus_and_minus_zoom_it(strip: StripView) -> None:
    strip.set_recording(Hours())
    strip.setFocus()
    QTest.keyClick(strip, Qt.Key.Key_Right)
    assert strip.span == Span(pytest.approx(6.0), pytest.approx(60.0))
    QTest.keyClick(strip, Qt.Key.Key_Left)
    assert strip.span.start_s == pytest.approx(0.0)
    QTest.keyClick(strip, Qt.Key.Key_Minus)
    assert strip.span.width_s == pytest.approx(90.0)
    QTest.keyClick(strip, Qt.Key.Key_Plus)
    assert strip.span.width_s == pytest.approx(60.0)


def turned(strip: StripView, x: float, angle: int, modifier: Qt.KeyboardModifier) -> None:
    """Turn the wheel over a place of the strip."""
    here, button, phase = QPointF(x, 50), Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    there = strip.mapToGlobal(here)
    event = QWheelEvent(here, there, QPoint(), QPoint(0, angle), button, modifier, phase, False)
    QApplication.sendEvent(strip, event)


def test_the_wheel_pans_and_with_ctrl_zooms_about_the_pointer(strip: StripView) -> None:
    strip.set_recording(Hours())
    turned(strip, 450, -120, Qt.KeyboardModifier.NoModifier)
    assert strip.span.start_s == pytest.approx(6.0)
    held = strip.time_at(300)
    turned(strip, 300, 240, Qt.KeyboardModifier.ControlModifier)
    assert strip.span.width_s < 60.0
    assert strip.time_at(300) == pytest.approx(held)


def test_a_drag_moves_the_strip_and_a_click_wishes_for_ten_seconds(strip: StripView, qtbot: QtBot) -> None:
    strip.set_recording(Hours())
    wished: list[float] = []
    strip.window_wished.connect(wished.append)
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, pos=QPoint(600, 50))
    QTest.mouseMove(strip, QPoint(450, 50))
    QApplication.processEvents()
    QTest.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=QPoint(450, 50))
    assert strip.span.start_s == pytest.approx(10.0)
    assert wished == []
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(450, 50))
    assert wished == [pytest.approx(35.0)]


def test_the_strip_goes_along_when_the_paper_shows_seconds_outside_of_it(strip: StripView) -> None:
    strip.set_recording(Hours())
    strip.set_window(30.0)
    assert strip.span.start_s == 0.0
    strip.set_window(5000.0)
    assert strip.span == Span(4975.0, FIRST_WIDTH_S)


def test_a_clock_time_that_has_been_before_has_its_day() -> None:
    began = datetime(2024, 3, 14, 22, 15)
    assert clock_label(86_399.0, began) == "22:14:59"
    assert clock_label(3 * 86_400.0, began) == "2024-03-17 22:15:00"
