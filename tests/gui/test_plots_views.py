"""What the views put on the screen, read back from their pixels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ecgviewer.plots.beat_view import BeatView
from ecgviewer.plots.caliper import CaliperReading
from ecgviewer.plots.canvas import PaperCanvas
from ecgviewer.plots.ecg_view import EcgView
from ecgviewer.plots.layouts import LANES, LAYOUTS, Cell, LayoutName
from ecgviewer.theme import LIGHT, make_theme

# The offscreen platform prints this whenever a window is shown; it says nothing about the window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")

FS_HZ = 500.0
Pixels = npt.NDArray[np.int64]


def pixels_of(widget: QWidget) -> Pixels:
    """Red, green, blue of a widget as drawn, shape (height, width, 3)."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    raw = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    return raw[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(np.int64)


def rgb(colour: str) -> tuple[int, int, int]:
    made = QColor(colour)
    return made.red(), made.green(), made.blue()


def is_dark(pixels: Pixels) -> npt.NDArray[np.bool_]:
    """Where a trace is (ink of names and pulses is dark as well; look where they are not)."""
    return np.asarray(pixels.max(axis=2) < 110)


def to_px(canvas: PaperCanvas, x_mm: float, y_mm: float) -> tuple[int, int]:
    point = canvas.mapFromScene(QPointF(x_mm, y_mm))
    return point.x(), point.y()


def cell_of(view: EcgView | BeatView, lead: str) -> Cell:
    return next(cell for cell in view.sheet.cells if cell.lead == lead)


@pytest.fixture
def ecg(qtbot: QtBot) -> EcgView:
    view = EcgView(LIGHT)
    qtbot.addWidget(view)
    view.resize(900, 420)
    view.show()
    return view


@pytest.fixture
def beats(qtbot: QtBot) -> BeatView:
    view = BeatView(LIGHT)
    qtbot.addWidget(view)
    view.resize(700, 420)
    view.show()
    return view


def flat(seconds: float = 10.0) -> npt.NDArray[np.float32]:
    return np.zeros((12, round(seconds * FS_HZ)), dtype=np.float32)


def show(view: EcgView, signals: npt.NDArray[np.float32], missing: frozenset[str] = frozenset()) -> None:
    view.set_signals(signals, FS_HZ, LANES, missing, "case 1 · 61 y, female")


def bump_beat() -> npt.NDArray[np.float32]:
    """A beat with a QRS-like spike of 0.8 mV and a T wave in every lead."""
    times = (np.arange(600) - 300) / FS_HZ
    one = 0.8 * np.exp(-((times / 0.012) ** 2)) + 0.2 * np.exp(-(((times - 0.25) / 0.05) ** 2))
    return np.tile(one, (12, 1)).astype(np.float32)


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


def hot_windows(value: float, lead: str = "V3", window: int = 7) -> npt.NDArray[np.float32]:
    windows = np.zeros((12, 20), dtype=np.float32)
    windows[LANES.index(lead), window] = value
    return windows


@pytest.mark.parametrize("size", [(700, 420), (531, 330), (1200, 800)])
@pytest.mark.parametrize("lead", ["V3", "I"])
def test_one_hot_window_paints_that_leads_strip_at_its_samples_and_nothing_else(
    beats: BeatView, size: tuple[int, int], lead: str
) -> None:
    beats.resize(*size)
    beats.set_beat(bump_beat())
    beats.set_attribution(hot_windows(0.0))
    before = pixels_of(beats.canvas.viewport())
    beats.set_attribution(hot_windows(0.9, lead))
    after = pixels_of(beats.canvas.viewport())
    rows, columns = np.nonzero((before != after).any(axis=2))
    cell = cell_of(beats, lead)
    scale = beats.canvas.transform()
    origin = beats.canvas.mapFromScene(QPointF(0, 0))
    start_s = (150 + 7 * 20 - 300) / FS_HZ
    left = origin.x() + scale.m11() * cell.x_of(start_s)
    right = origin.x() + scale.m11() * cell.x_of(start_s + 0.04)
    assert columns.min() == pytest.approx(left, abs=1.0)
    assert columns.max() + 1 == pytest.approx(right, abs=1.0)
    _, top = to_px(beats.canvas, 0, cell.band_mm)
    assert rows.min() == pytest.approx(top, abs=1.0)
    assert rows.max() - rows.min() + 1 >= 5
    colour = LIGHT.ramp.shade(0.9)
    middle = after[(rows.min() + rows.max()) // 2, (columns.min() + columns.max()) // 2]
    assert tuple(middle) == (colour.red(), colour.green(), colour.blue())


def test_the_overlay_never_recolours_the_trace(beats: BeatView) -> None:
    beats.set_beat(bump_beat())
    before = pixels_of(beats.canvas.viewport())
    beats.set_attribution(np.ones((12, 20), dtype=np.float32))
    after = pixels_of(beats.canvas.viewport())
    trace = before.max(axis=2) < 40
    assert trace.sum() > 150
    assert (np.abs(after[trace] - before[trace]) <= 12).all()


def test_low_values_and_a_hidden_overlay_leave_the_strips_blank(beats: BeatView) -> None:
    beats.set_beat(bump_beat())
    plain = pixels_of(beats.canvas.viewport())
    beats.set_attribution(np.full((12, 20), 0.1, dtype=np.float32))
    low = pixels_of(beats.canvas.viewport())
    assert not saturated(low).any()
    beats.set_attribution(np.full((12, 20), 0.8, dtype=np.float32))
    assert saturated(pixels_of(beats.canvas.viewport())).any()
    beats.set_overlay_visible(False)
    assert (pixels_of(beats.canvas.viewport()) == plain).all()
    assert beats.legend.state == "hidden"


def saturated(pixels: Pixels) -> npt.NDArray[np.bool_]:
    return np.asarray(pixels.max(axis=2) - pixels.min(axis=2) > 90)


def test_a_new_beat_drops_the_explanation_of_the_beat_before(beats: BeatView) -> None:
    beats.set_beat(bump_beat())
    beats.set_attribution(np.ones((12, 20), dtype=np.float32))
    beats.set_state("supported")
    beats.set_beat(bump_beat())
    assert not saturated(pixels_of(beats.canvas.viewport())).any()
    assert beats.legend.state == "not computed"


def test_the_legend_stays_whatever_the_state(beats: BeatView) -> None:
    for state in ("not computed", "model loading", "not available for this model"):
        beats.set_state(state)
        assert beats.legend.isVisible()
        assert beats.legend.state == state
        assert (pixels_of(beats.legend).max(axis=2) - pixels_of(beats.legend).min(axis=2)).max() > 60


def test_a_missing_lead_of_the_median_beat_says_so(beats: BeatView) -> None:
    beat = bump_beat()
    beat[LANES.index("V1")] = np.nan
    beats.set_beat(beat, fiducials={"qrs_onset": 280, "j_point": 325})
    texts = [label.text for label in beats.ink.labels]
    assert "V1 missing" in texts
    assert texts.count("V2") == 1
    v1 = cell_of(beats, "V1")
    assert not any(
        v1.x_mm <= t.x_mm <= v1.x_mm + v1.width_mm and t.top_mm < v1.baseline_mm < t.bottom_mm
        for t in beats.ink.ticks
    )


def test_fiducials_that_were_not_found_are_not_drawn(beats: BeatView) -> None:
    beats.set_beat(bump_beat(), fiducials={"qrs_onset": 280, "j_point": None})
    assert len(beats.ink.ticks) == 12
    onset = {
        round(t.x_mm - c.x_of(-20 / FS_HZ), 6)
        for t, c in zip(beats.ink.ticks, beats.sheet.cells, strict=True)
    }
    assert onset == {0.0}


def test_single_beats_are_drawn_behind_the_median(beats: BeatView) -> None:
    beats.set_beat(bump_beat())
    plain = pixels_of(beats.canvas.viewport())
    beats.set_member_beats([bump_beat() + np.float32(0.2), bump_beat() - np.float32(0.2)])
    stacked = pixels_of(beats.canvas.viewport())
    assert (plain != stacked).any()
    trace = plain.max(axis=2) < 40
    assert (np.abs(stacked[trace] - plain[trace]) <= 60).all()
    beats.set_member_beats([])
    assert (pixels_of(beats.canvas.viewport()) == plain).all()


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
