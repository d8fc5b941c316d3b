"""Answers in the reading panel: saved at once, undone, signed, found again."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from ecgviewer.app import Desk, assemble
from ecgviewer.dialogs.reader_dialog import ReaderDialog
from inference.labels import Culprit, Omi, Reading
from tests.gui.conftest import MakeDesk
from tests.gui.window_help import MI, OMI, SITE, KnownModels, open_demo, open_name, press, shown_texts, stored

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


def test_a_key_saves_a_draft_at_once_with_what_was_on_screen(desk: Desk, ecgviewer_home: Path) -> None:
    open_demo(desk)
    record = desk.workspace.record
    assert record is not None
    press(desk, Qt.Key.Key_1)
    last = stored(ecgviewer_home).latest(record.sha256, "Dr. Test")
    assert last is not None
    assert (last.reading.omi, last.signed) == (Omi.YES, False)
    assert [shown.bundle for shown in last.predictions] == [OMI.name, MI.name, SITE.name]
    assert "draft" in desk.window.parts.reading.state.text()


def test_enter_signs_and_opens_the_next_record(desk: Desk) -> None:
    open_demo(desk)
    press(desk, Qt.Key.Key_3)
    press(desk, Qt.Key.Key_Return)
    assert open_name(desk) == "02_synthetic_lad_clear"
    assert desk.window.parts.library.count.text() == "Worklist · 1 of 12 read"
    press(desk, Qt.Key.Key_Left)
    assert "signed" in desk.window.parts.reading.state.text()
    assert desk.window.parts.reading.omi.value == Omi.UNCERTAIN


def test_enter_without_an_answer_signs_nothing_and_says_what_is_missing(desk: Desk) -> None:
    open_demo(desk)
    press(desk, Qt.Key.Key_Return)
    assert open_name(desk) == "01_synthetic_normal"
    assert desk.window.status.saved.text() == "Choose OMI, Not OMI or Uncertain first (1, 2, 3)."


def test_culprit_confidence_and_location_have_keys_and_a_second_press_takes_back(desk: Desk) -> None:
    open_demo(desk)
    press(desk, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    press(desk, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    reading = desk.workspace.desk.reading
    assert (reading.culprit, reading.confidence) == (Culprit.RCA, 4)
    press(desk, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    assert desk.workspace.desk.reading.confidence is None
    box = desk.window.parts.reading.location
    box.setCurrentIndex(box.findData("IPL"))
    box.activated.emit(box.currentIndex())
    assert desk.workspace.desk.reading.location == "IPL"


def test_undo_and_redo_bring_the_answers_back_and_are_saved(desk: Desk) -> None:
    open_demo(desk)
    press(desk, Qt.Key.Key_1)
    press(desk, Qt.Key.Key_2)
    press(desk, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert desk.window.parts.reading.omi.value == Omi.YES
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    press(desk, Qt.Key.Key_Z, both)
    assert desk.window.parts.reading.omi.value == Omi.NO
    assert [entry.kind for entry in desk.workspace.desk.history] == ["edit", "edit", "undo", "redo"]


def test_going_back_to_a_signed_record_allows_undo_and_the_status_line_says_so(desk: Desk) -> None:
    open_demo(desk)
    press(desk, Qt.Key.Key_1)
    press(desk, Qt.Key.Key_Return)
    said = desk.window.status.saved.text()
    assert said == "Signed 01_synthetic_normal. ← goes back to it, Ctrl+Z undoes there."
    press(desk, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert desk.window.status.saved.text() == "There is nothing to undo for this ECG."
    press(desk, Qt.Key.Key_Left)
    press(desk, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert desk.window.parts.reading.omi.value is None
    assert [entry.kind for entry in desk.workspace.desk.history] == ["edit", "sign", "undo"]
    press(desk, Qt.Key.Key_Right)
    assert desk.window.parts.reading.omi.value is None
    assert desk.workspace.desk.history == []


def test_undo_never_brings_back_the_answers_of_another_reader(desk: Desk) -> None:
    open_demo(desk)
    press(desk, Qt.Key.Key_1)
    desk.appearance.set_reader("Dr. Other")
    desk.window.do("undo")
    assert {entry.reader for entry in desk.workspace.desk.history} == {"Dr. Test"}
    desk.appearance.set_reader("Dr. Test")
    desk.window.do("undo")
    assert desk.workspace.desk.reading.is_empty


def test_an_answer_given_before_the_store_was_open_keeps_the_earlier_ones(make_desk: MakeDesk) -> None:
    earlier = make_desk()
    open_demo(earlier)
    earlier.window.do("culprit_rca")
    hasty = assemble(inline=True, find=KnownModels().find, load=KnownModels().load)
    hasty.workspace.store.append = lambda entry: hasty.store._queue.append(entry)  # type: ignore[method-assign]
    hasty.workspace.store.ask_history = lambda _sha256: None  # type: ignore[method-assign]
    open_demo(hasty)
    hasty.window.do("omi_yes")
    assert hasty.workspace.desk.reading == Reading(omi=Omi.YES)
    hasty.store.start()
    hasty.store.retry()
    assert hasty.workspace.desk.reading == Reading(omi=Omi.YES, culprit=Culprit.RCA)
    assert hasty.workspace.desk.state == "draft"
    hasty.close()


def test_letters_and_digits_typed_into_the_comment_stay_text(desk: Desk) -> None:
    open_demo(desk)
    press(desk, Qt.Key.Key_M)
    comment = desk.window.parts.reading.comment
    assert comment.hasFocus()
    for key in (Qt.Key.Key_S, Qt.Key.Key_1, Qt.Key.Key_N):
        press(desk, key)
    press(desk, Qt.Key.Key_Escape)
    assert desk.workspace.desk.reading.comment == "s1n"
    assert desk.workspace.desk.reading.omi is None
    assert desk.workspace.view.saliency
    press(desk, Qt.Key.Key_S)
    assert not desk.workspace.view.saliency


def test_a_comment_being_typed_is_kept_when_the_next_record_is_opened(desk: Desk) -> None:
    open_demo(desk)
    desk.window.parts.reading.comment.setPlainText("Inferior, subtle")
    desk.window.step(1)
    desk.window.step(-1)
    assert desk.window.parts.reading.comment.toPlainText() == "Inferior, subtle"


def test_an_unnamed_reader_is_asked_first_and_no_answer_is_lost(
    make_desk: MakeDesk, ecgviewer_home: Path
) -> None:
    desk = make_desk(reader="")
    open_demo(desk)
    press(desk, Qt.Key.Key_1)
    assert desk.window.parts.reading.state.text() == "· not saved: no reader named"
    assert stored(ecgviewer_home).all_latest() == []
    dialog = desk.window.findChild(ReaderDialog)
    assert isinstance(dialog, ReaderDialog)
    dialog.name.setText("Dr. New")
    dialog.accept()
    assert desk.workspace.desk.reading.omi == Omi.YES
    assert desk.workspace.desk.history[-1].reader == "Dr. New"


def test_reopening_the_program_shows_the_last_reading_and_its_history(make_desk: MakeDesk) -> None:
    first = make_desk()
    open_demo(first)
    press(first, Qt.Key.Key_1)
    press(first, Qt.Key.Key_Return)
    again = make_desk()
    open_demo(again)
    assert again.window.parts.reading.omi.value == Omi.YES
    assert "signed" in again.window.parts.reading.state.text()
    assert again.window.parts.reading.history_button.text() == "History (2)"
    again.window.do("history")
    assert "Dr. Test, signed: OMI" in shown_texts(again.window.parts.history)


def test_the_wheel_over_the_list_of_locations_answers_nothing(desk: Desk) -> None:
    open_demo(desk)
    box = desk.window.parts.reading.location
    at, down, still = QPointF(box.rect().center()), QPoint(0, -120), Qt.ScrollPhase.NoScrollPhase
    none, button = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.NoButton
    wheel = QWheelEvent(at, box.mapToGlobal(at), QPoint(), down, button, none, still, False)
    QApplication.sendEvent(box, wheel)
    assert desk.workspace.desk.reading.location is None
    assert desk.workspace.desk.history == []
