"""Lead contribution bars: absolute, in lead order, in the colours of the bands."""

from __future__ import annotations

from typing import Literal

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from ecgviewer.plots.layouts import LANES
from ecgviewer.plots.lead_bars import FULL_BAR_SHARE, LeadBars
from ecgviewer.theme import LIGHT, RAMPS, make_theme
from tests.gui.pixels import contrast
from tests.gui.window_help import shown

# The offscreen platform prints this whenever a window is shown; it says nothing about the window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


@pytest.fixture
def bars(qtbot: QtBot) -> LeadBars:
    return shown(qtbot, LeadBars(LIGHT), 280, 320)


def even() -> dict[str, float]:
    return dict.fromkeys(LANES, 1 / 12)


def test_a_bar_is_as_long_as_its_share_of_a_quarter_whatever_the_others_are(bars: LeadBars) -> None:
    bars.set_shares(even() | {"V3": 0.125})
    assert bars.fraction("V3") == pytest.approx(0.5)
    bars.set_shares(even() | {"V3": 0.125, "V2": 0.4})
    assert bars.fraction("V3") == pytest.approx(0.5)
    assert bars.fraction("V2") == 1.0
    assert bars.fraction("I") == pytest.approx(1 / 12 / FULL_BAR_SHARE)


def test_bars_stand_in_lead_order_and_are_drawn_in_the_ramps_colours(bars: LeadBars) -> None:
    bars.set_shares({lead: 0.02 + 0.018 * row for row, lead in enumerate(LANES)})
    image = bars.grab().toImage()
    tops = [bars.rail(row).top() for row in range(12)]
    assert tops == sorted(tops)
    for row, lead in enumerate(LANES):
        fraction = bars.fraction(lead)
        assert fraction is not None
        rail = bars.rail(row)
        y = round(rail.center().y())
        inside = image.pixelColor(round(rail.left() + rail.width() * fraction / 2), y)
        assert _close(inside, LIGHT.ramp.shade(fraction))
        beyond = image.pixelColor(round(rail.left() + rail.width() * fraction) + 6, y)
        assert not _close(beyond, LIGHT.ramp.shade(fraction))


@pytest.mark.parametrize("ramp_name", list(RAMPS))
@pytest.mark.parametrize(("room", "paper"), [("light", "dim"), ("dark", "dim"), ("dark", "dark")])
def test_the_strongest_bar_stands_out_most_from_its_rail_in_every_room_and_ramp(
    bars: LeadBars, room: Literal["light", "dark"], paper: Literal["dim", "dark"], ramp_name: str
) -> None:
    bars.set_theme(make_theme(room, paper, ramp_name))
    bars.set_shares(even() | {"I": FULL_BAR_SHARE, "II": 0.5 * FULL_BAR_SHARE})
    image = bars.grab().toImage()

    def seen(row: int, part: float) -> QColor:
        rail = bars.rail(row)
        return image.pixelColor(round(rail.left() + part * rail.width()), round(rail.center().y()))

    back = seen(1, 0.9)
    strongest, middling = contrast(seen(0, 0.5), back), contrast(seen(1, 0.25), back)
    assert strongest >= 3
    assert strongest > middling


def test_the_heading_says_whose_bars_they_are(bars: LeadBars) -> None:
    bars.set_shares(even(), "MI location model")
    named = bars.grab().toImage()
    assert bars.whose == "MI location model"
    assert "MI location model" in bars.accessibleName()
    bars.set_shares(even(), "OMI proxy model")
    assert bars.grab().toImage() != named


def _close(one: QColor, other: QColor) -> bool:
    pairs = ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
    return max(abs(a - b) for a, b in pairs) <= 2


def test_without_shares_there_are_no_bars_and_the_reason_is_shown(bars: LeadBars) -> None:
    bars.set_shares(even())
    drawn = bars.grab().toImage()
    bars.set_state("model loading")
    bars.set_shares(None)
    assert bars.fraction("V3") is None
    assert bars.grab().toImage() != drawn
