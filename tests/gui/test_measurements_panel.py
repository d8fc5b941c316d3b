"""The card of measurements: folded to a line, on opening the numbers of the one function that measures."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ecgviewer.app import Desk
from ecgviewer.widgets.card_column import CardColumn
from ecgviewer.widgets.measurements_panel import NOT_FOUND, MeasurementsPanel, interval_texts, st_text
from inference.measure.measurements import Measurements, measure
from inference.records.leads import STANDARD_LEADS
from tests.gui.window_help import open_demo, shown_texts

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")
RCA_CLEAR, MISSING_V3 = 3, 11


def measured_here(desk: Desk) -> Measurements:
    """What the function says of the open record's median beat."""
    analysis = desk.workspace.analysis
    assert analysis is not None
    assert analysis.beat is not None
    return measure(analysis.beat, analysis.rhythm)


def panel_of(desk: Desk) -> MeasurementsPanel:
    return desk.window.parts.measurements


def test_a_folded_card_shows_the_intervals_and_opens_at_a_click(desk: Desk) -> None:
    open_demo(desk, RCA_CLEAR)
    panel, each = panel_of(desk), measured_here(desk).intervals
    folded = shown_texts(panel)
    assert f"PR {each.pr_ms:.0f} · QRS {each.qrs_ms:.0f} · QT {each.qt_ms:.0f} ms" in folded
    assert "QTcF" not in folded
    panel.arrow.click()
    assert "QTcF" in shown_texts(panel)
    panel.arrow.click()
    assert shown_texts(panel) == folded


def test_the_numbers_are_those_of_the_function_with_units_and_their_band(desk: Desk) -> None:
    open_demo(desk, RCA_CLEAR)
    panel, found = panel_of(desk), measured_here(desk)
    panel.toggle()
    assert {name: value.text() for name, value in panel.values.items()} == interval_texts(found)
    shown = {lead: (at_j.text(), at_j60.text()) for lead, (at_j, at_j60) in panel.st_values.items()}
    assert shown == {row.lead: (st_text(row.j_mv), st_text(row.j60_mv)) for row in found.st}
    third = {row.lead: row for row in found.st}["III"]
    assert third.j60_mv is not None
    assert third.j60_mv > 0.3
    assert shown["III"][1] == f"+{third.j60_mv:.2f}"
    assert "\nmV\nST J\nST J+60\n" in shown_texts(panel)
    assert "0.05–150 Hz" in shown_texts(panel)


def test_another_record_brings_its_own_numbers_and_a_refused_one_none(desk: Desk) -> None:
    open_demo(desk, RCA_CLEAR)
    panel = panel_of(desk)
    panel.toggle()
    before = shown_texts(panel)
    desk.window.step(1)
    assert shown_texts(panel) != before
    assert panel.values["QT"].text() == interval_texts(measured_here(desk))["QT"]
    desk.workspace.open_record(None)
    assert panel.isHidden()
    assert {value.text() for value in panel.values.values()} == {""}


def test_a_missing_lead_is_not_found_and_the_others_are(desk: Desk) -> None:
    open_demo(desk, MISSING_V3)
    panel = panel_of(desk)
    panel.toggle()
    not_found = [lead for lead, pair in panel.st_values.items() if pair[1].text() == NOT_FOUND]
    assert not_found == ["V3"]


def test_a_level_is_written_with_its_sign_and_zero_without_one() -> None:
    assert [st_text(value) for value in (0.123, -0.056, 0.001, -0.004, None)] == [
        "+0.12",
        "−0.06",
        "0.00",
        "0.00",
        "not found",
    ]


def test_a_click_on_a_value_selects_text_and_one_on_the_card_folds_it(desk: Desk) -> None:
    open_demo(desk)
    panel = panel_of(desk)
    QTest.mouseClick(panel, Qt.MouseButton.LeftButton, pos=panel.title.pos())
    assert panel.is_open
    QTest.mouseClick(panel.values["QT"], Qt.MouseButton.LeftButton)
    assert panel.is_open


def test_opening_the_card_brings_all_of_it_into_sight(desk: Desk, qtbot: QtBot) -> None:
    desk.window.resize(1366, 768)
    open_demo(desk)
    panel = panel_of(desk)
    column = desk.window.findChild(CardColumn)
    panel.arrow.click()
    qtbot.waitUntil(lambda: column.verticalScrollBar().value() > 0)
    seen = column.viewport().rect()
    assert seen.contains(panel.mapTo(column.viewport(), panel.rect().topLeft()))
    assert seen.contains(panel.mapTo(column.viewport(), panel.rect().bottomLeft()))


def test_both_columns_of_a_lead_end_on_one_line_in_every_row(desk: Desk) -> None:
    open_demo(desk, MISSING_V3)
    panel = panel_of(desk)
    panel.toggle()
    shown_texts(panel)
    for leads in (STANDARD_LEADS[:6], STANDARD_LEADS[6:]):
        for column in (0, 1):
            ends = {panel.st_values[lead][column].geometry().right() for lead in leads}
            assert len(ends) == 1
    at_j, at_j60 = panel.st_values["V3"]
    words_px = at_j60.fontMetrics().horizontalAdvance(NOT_FOUND)
    assert at_j60.geometry().right() - words_px > at_j.geometry().right(), "the words do not touch"


def test_the_open_card_is_no_wider_than_its_column(desk: Desk) -> None:
    open_demo(desk, MISSING_V3)
    panel = panel_of(desk)
    panel.toggle()
    shown_texts(panel)
    narrowest_px = desk.window.parts.right.minimumWidth()
    assert panel.minimumSizeHint().width() <= narrowest_px
