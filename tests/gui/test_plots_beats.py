"""What the median-beat view puts on the screen, read back from its pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QPointF

from ecgviewer.plots.beat_view import BeatView
from ecgviewer.plots.layouts import LANES
from ecgviewer.theme import LIGHT
from tests.gui.pixels import FS_HZ, Pixels, bump_beat, cell_of, pixels_of, to_px

# The offscreen platform prints this whenever a window is shown; it says nothing about the window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


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
