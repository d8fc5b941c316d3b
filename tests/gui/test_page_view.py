"""A page that is shown smaller than it is: every thin line of it stays."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from ecgviewer.plots.page_view import PageView
from ecgviewer.theme import LIGHT
from tests.gui.pixels import pixels_of
from tests.gui.window_help import shown

LINES = (103, 258, 413, 567, 722, 880, 1034)
"""Rows, at seven different places between the pixels that are shown."""


@pytest.mark.parametrize("width_px", [290, 400, 700, 1100])
def test_a_trace_of_one_pixel_is_seen_along_its_whole_length_at_every_size(
    qtbot: QtBot, width_px: int
) -> None:
    page = np.full((1200, 1600, 3), 255, dtype=np.uint8)
    for row in LINES:
        page[row, 100:1500] = 0
    view = shown(qtbot, PageView(LIGHT), width_px, width_px * 3 // 4)
    view.set_picture(page, ())
    scale = view.transform().m11()
    grey = pixels_of(view.viewport()).min(axis=2)
    left, right = view.mapFromScene(110.0, 0.0).x(), view.mapFromScene(1490.0, 0.0).x()
    for row in LINES:
        middle = view.mapFromScene(0.0, row + 0.5).y()
        darkest = grey[middle - 2 : middle + 3, left:right].min(axis=0)
        assert darkest.max() < 255 - 0.35 * 255 * min(scale, 1.0), f"row {row} is gone in places"
