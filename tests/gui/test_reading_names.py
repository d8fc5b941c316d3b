"""Answers without a reader's name: kept with their record, told as not saved, written when there is one."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ecgviewer.app import Desk
from ecgviewer.dialogs.reader_dialog import ReaderDialog
from ecgviewer.widgets.reading_panel import COMMENT_PAUSE_MS
from inference.labels import Culprit, Omi, Reading
from tests.gui.conftest import MakeDesk
from tests.gui.window_help import DEMO, open_demo, open_name, press, stay_when_asked, stored

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


def name_dialog(desk: Desk) -> ReaderDialog | None:
    """The dialog that asks for a name, None when none is open."""
    dialogs = desk.window.findChildren(ReaderDialog)
    return next((dialog for dialog in dialogs if dialog.isVisible()), None)


def give_name(desk: Desk, name: str) -> None:
    dialog = name_dialog(desk)
    assert dialog is not None
    dialog.name.setText(name)
    dialog.accept()


def cancel(desk: Desk) -> None:
    dialog = name_dialog(desk)
    assert dialog is not None
    dialog.reject()


def kept(home: Path) -> dict[tuple[str, str], tuple[Reading, bool]]:
    """Last reading and signature by record name and reader."""
    store = stored(home)
    readings = store.all_latest()
    store.close()
    return {(Path(each.record_path).stem[:2], each.reader): (each.reading, each.signed) for each in readings}


@pytest.fixture
def unnamed(make_desk: MakeDesk) -> Desk:
    """A window on the first demo record with no reader named."""
    desk = make_desk(reader="")
    open_demo(desk)
    return desk


def test_a_comment_stays_with_its_record_when_the_name_comes_on_another_one(
    unnamed: Desk, ecgviewer_home: Path
) -> None:
    unnamed.window.parts.reading.comment.setPlainText("de Winter")
    unnamed.window.step(1)
    assert open_name(unnamed) == "02_synthetic_lad_clear"
    give_name(unnamed, "Dr. B")
    assert kept(ecgviewer_home) == {("01", "Dr. B"): (Reading(comment="de Winter"), False)}
    assert unnamed.window.parts.reading.comment.toPlainText() == ""


def test_the_name_is_asked_for_before_the_first_letter_and_never_between_two(unnamed: Desk) -> None:
    comment = unnamed.window.parts.reading.comment
    press(unnamed, Qt.Key.Key_M)
    cancel(unnamed)
    QTest.keyClicks(comment, "ST elev")
    QTest.qWait(COMMENT_PAUSE_MS + 100)
    assert unnamed.workspace.desk.reading.comment == "ST elev"
    assert name_dialog(unnamed) is None
    assert unnamed.window.parts.reading.state.text() == "· not saved: no reader named"


def test_a_cancelled_name_leaves_the_text_visibly_unsaved_and_offers_it_to_the_next_name(
    unnamed: Desk, ecgviewer_home: Path
) -> None:
    parts = unnamed.window.parts
    parts.reading.comment.setPlainText("biphasic T")
    unnamed.window.step(1)
    cancel(unnamed)
    assert unnamed.window.status.saved.text().startswith("Not saved: no reader is named.")
    unnamed.window.step(-1)
    assert parts.reading.comment.toPlainText() == "biphasic T"
    assert parts.reading.state.text() == "· not saved: no reader named"
    assert kept(ecgviewer_home) == {}
    unnamed.window.do("reader")
    give_name(unnamed, "Dr. B")
    assert kept(ecgviewer_home) == {("01", "Dr. B"): (Reading(comment="biphasic T"), False)}
    assert parts.reading.state.text() == "· draft"


def test_naming_a_reader_who_has_read_this_ecg_changes_only_what_was_answered_now(
    make_desk: MakeDesk, ecgviewer_home: Path
) -> None:
    earlier = make_desk(reader="Dr. A")
    open_demo(earlier)
    for action in ("culprit_rca", "confidence_5", "omi_yes"):
        earlier.window.do(action)
    desk = make_desk(reader="")
    desk.appearance.set_reader("")
    open_demo(desk)
    desk.window.do("omi_no")
    give_name(desk, "Dr. A")
    wished = Reading(omi=Omi.NO, culprit=Culprit.RCA, confidence=5)
    assert desk.workspace.desk.reading == wished
    assert kept(ecgviewer_home) == {("01", "Dr. A"): (wished, False)}
    desk.window.do("undo")
    assert desk.workspace.desk.reading == Reading(omi=Omi.YES, culprit=Culprit.RCA, confidence=5)


def test_a_signature_waits_for_the_name_and_never_signs_answers_that_were_not_on_screen(
    make_desk: MakeDesk, ecgviewer_home: Path
) -> None:
    earlier = make_desk(reader="Dr. A")
    open_demo(earlier)
    earlier.window.do("culprit_rca")
    desk = make_desk(reader="")
    desk.appearance.set_reader("")
    open_demo(desk)
    press(desk, Qt.Key.Key_1)
    cancel(desk)
    press(desk, Qt.Key.Key_Return)
    give_name(desk, "Dr. A")
    assert "earlier answers were added" in desk.window.status.saved.text()
    assert kept(ecgviewer_home) == {("01", "Dr. A"): (Reading(omi=Omi.YES, culprit=Culprit.RCA), False)}
    press(desk, Qt.Key.Key_Return)
    assert kept(ecgviewer_home)["01", "Dr. A"][1]
    assert open_name(desk) == "02_synthetic_lad_clear"


def test_a_signature_that_waits_for_a_name_is_not_put_on_another_ecg(
    unnamed: Desk, ecgviewer_home: Path
) -> None:
    press(unnamed, Qt.Key.Key_1)
    unnamed.window.do("sign_next")
    unnamed.workspace.open_record(DEMO / "04_synthetic_rca_clear.hea")
    give_name(unnamed, "Dr. B")
    assert unnamed.window.status.saved.text().startswith("Not signed: another ECG")
    assert kept(ecgviewer_home) == {("01", "Dr. B"): (Reading(omi=Omi.YES), False)}


def test_closing_with_unnamed_answers_asks_for_the_name_first(
    unnamed: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    press(unnamed, Qt.Key.Key_1)
    cancel(unnamed)
    state = unnamed.window.parts.reading.state
    QApplication.processEvents()
    assert state.width() >= state.sizeHint().width()
    told = stay_when_asked(monkeypatch)
    assert not unnamed.window.close()
    assert told == ["The answers for 1 ECG are not saved, because no reader is named."]
    give_name(unnamed, "Dr. B")
    assert unnamed.window.close()


def test_text_that_is_being_typed_stays_with_its_record_when_another_folder_opens(
    desk: Desk, ecgviewer_home: Path, tmp_path: Path
) -> None:
    open_demo(desk)
    desk.window.parts.reading.comment.setPlainText("half a sen")
    desk.window.open_paths([tmp_path])
    QApplication.processEvents()
    assert desk.window.parts.reading.comment.toPlainText() == ""
    assert kept(ecgviewer_home) == {("01", "Dr. Test"): (Reading(comment="half a sen"), False)}
