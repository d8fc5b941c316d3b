"""The paper's grid, the saliency ramps and the shipped typeface."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF, QImage, QPainter, QTransform
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ecgviewer.plots.paper import EcgPaper
from ecgviewer.theme import (
    BLANK_BELOW,
    FONT_FAMILY,
    LIGHT,
    RAMPS,
    Ramp,
    Theme,
    app_font,
    fonts_folder,
    load_fonts,
    make_theme,
    ramp,
    stylesheet,
)
from tests.gui.pixels import contrast

pytestmark = pytest.mark.usefixtures("qapp")


def painted(paper: EcgPaper, mm_px: float, side: int = 200) -> QImage:
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(QColor("#00ff00"))
    painter = QPainter(image)
    painter.setTransform(QTransform.fromScale(mm_px, mm_px))
    paper.paint(painter, QRectF(0, 0, side / mm_px, side / mm_px))
    painter.end()
    return image


def columns_of(image: QImage, colour: str, y: int) -> list[int]:
    return [x for x in range(image.width()) if image.pixelColor(x, y) == QColor(colour)]


def test_bold_lines_stand_every_five_mm_and_fine_lines_every_mm() -> None:
    image = painted(EcgPaper(LIGHT.paper), 6.0)
    assert columns_of(image, LIGHT.paper.bold, 3) == list(range(0, 200, 30))
    fine = columns_of(image, LIGHT.paper.fine, 3)
    assert fine == [x for x in range(0, 200, 6) if x % 30]
    assert image.pixelColor(3, 3) == QColor(LIGHT.paper.paper)


@pytest.mark.parametrize("mm_px", [2.2, 3.0, 3.4, 5.2])
def test_all_five_mm_boxes_are_of_one_size(mm_px: float) -> None:
    lines = columns_of(painted(EcgPaper(LIGHT.paper), mm_px), LIGHT.paper.bold, 1)
    assert {after - before for before, after in pairwise(lines)} == {round(5 * mm_px)}


def test_the_fine_grid_fades_where_a_millimetre_is_too_small_to_see() -> None:
    paper = EcgPaper(LIGHT.paper)
    assert paper.fine_colour(1.4) == QColor(LIGHT.paper.paper)
    assert paper.fine_colour(5.0) == QColor(LIGHT.paper.fine)
    between = paper.fine_colour(2.8)
    assert QColor(LIGHT.paper.fine).green() < between.green() < QColor(LIGHT.paper.paper).green()


def test_under_saliency_the_grid_is_grey() -> None:
    paper = EcgPaper(LIGHT.paper)
    paper.set_faded(True)
    image = painted(paper, 6.0)
    assert columns_of(image, LIGHT.paper.bold, 3) == []
    bold = image.pixelColor(30, 3)
    assert max(bold.red(), bold.green(), bold.blue()) - min(bold.red(), bold.green(), bold.blue()) <= 6


def test_the_tile_goes_on_without_a_seam_wherever_painting_starts() -> None:
    paper = EcgPaper(LIGHT.paper)
    whole = painted(paper, 3.0, 400)
    image = QImage(400, 400, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setTransform(QTransform.fromScale(3.0, 3.0))
    for left in (0.0, 47.0, 90.0):
        paper.paint(painter, QRectF(left, 0, 140 - left, 140))
    painter.end()
    assert image == whole


def lightness(colour: QColor) -> float:
    """CIE 1976 L* of an sRGB colour: what is left of it in grey print."""
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return float(116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y)


@pytest.mark.parametrize("scale", RAMPS.values(), ids=lambda scale: scale.name)
def test_a_ramp_falls_in_lightness_all_the_way(scale: Ramp) -> None:
    steps = [lightness(scale.shade(step / 100)) for step in range(101)]
    assert all(after < before for before, after in pairwise(steps))
    assert steps[0] - steps[-1] > 60


def test_low_values_are_blank_and_high_ones_are_clipped() -> None:
    assert ramp(0.0) is None
    assert ramp(BLANK_BELOW - 0.01) is None
    assert ramp(float("nan")) is None
    assert ramp(BLANK_BELOW) is not None
    assert ramp(3.7) == ramp(1.0)


def test_the_shipped_typeface_is_used_with_figures_of_one_width() -> None:
    assert load_fonts() == FONT_FAMILY
    assert QFontInfo(app_font()).family() == FONT_FAMILY
    metrics = QFontMetricsF(app_font(13))
    assert {metrics.horizontalAdvance(str(digit)) for digit in range(10)} == {metrics.horizontalAdvance("0")}


def test_the_typeface_comes_with_its_licence() -> None:
    text = (fonts_folder() / "Inter-LICENSE.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in text
    assert "Version 1.1" in text
    assert "The Inter Project Authors" in text


@pytest.mark.parametrize("theme", [make_theme(), make_theme("dark"), make_theme("dark", "dark")])
def test_the_stylesheet_is_complete_and_understood_by_qt(theme: Theme, qtbot: QtBot) -> None:
    sheet = stylesheet(theme)
    assert "$" not in sheet
    button = QPushButton("Sign and next")
    qtbot.addWidget(button)
    button.setProperty("role", "primary")
    button.setStyleSheet(sheet)
    image = button.grab().toImage()
    assert image.pixelColor(image.width() // 2, 4) == QColor(theme.accent)


@pytest.mark.parametrize(("room", "paper"), [("light", "dim"), ("dark", "dim"), ("dark", "dark")])
def test_a_caution_on_the_paper_can_be_read_in_every_room(
    room: Literal["light", "dark"], paper: Literal["dim", "dark"]
) -> None:
    colours = make_theme(room, paper).paper
    assert contrast(QColor(colours.caution), QColor(colours.paper)) >= 4.5
