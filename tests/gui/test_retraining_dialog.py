"""The retraining dialog drives a real process: started, watched, stopped, found again after a restart."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from ecgviewer.app import Desk
from ecgviewer.dialogs.retrain_dialog import RetrainDialog
from ecgviewer.services import retrain_plan
from ecgviewer.services.retrain_plan import DataFolders
from ecgviewer.services.retrain_run import process_to_stop
from inference.labels import Omi
from inference.manifest import read_manifest
from tests.gui.conftest import MakeDesk
from tests.gui.retrain_help import (
    NEW,
    RealVersions,
    news_of,
    retrained,
    sign,
    small_ludb,
    small_ptb,
    small_ptb_xl,
    use_fake_training,
)

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")
WAIT_MS = 20_000
OMI_ROW, MI_ROW, SITE_ROW = range(3)
OpenDialog = Callable[[], tuple[Desk, RetrainDialog]]


@pytest.fixture(autouse=True)
def _fake_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test says to the stand-in is forgotten after it."""
    for name in ("FAKE_TRAINING", "FAKE_BUNDLE"):
        monkeypatch.setenv(name, "")


@pytest.fixture
def open_dialog(make_desk: MakeDesk, tmp_path: Path) -> Iterator[OpenDialog]:
    """Opens the dialog on the MI model, ready to start; ends every run that a test left."""
    desks: list[Desk] = []

    def open_it() -> tuple[Desk, RetrainDialog]:
        desk = make_desk(RealVersions())
        desks.append(desk)
        desk.appearance.remember_data(DataFolders(ptb_xl=str(small_ptb_xl(tmp_path / "ptb-xl"))))
        desk.window.do("retrain")
        dialog = desk.window.models.dialog
        assert dialog is not None
        dialog.ask.model.setCurrentIndex(MI_ROW)
        return desk, dialog

    yield open_it
    for desk in desks:
        news = desk.workspace.retraining.news
        process_id = process_to_stop(news.run) if news is not None else None
        if process_id is not None:
            os.kill(process_id, signal.SIGKILL)


def test_the_dialog_counts_what_would_teach_the_chosen_model(open_dialog: OpenDialog) -> None:
    sign(3)
    sign(2, Omi.NO, first=3)
    sign(1, first=5, kind="edit")
    sign(1, first=6, synthetic=True)
    _desk, dialog = open_dialog()
    # OMI no alone says nothing of an infarct of another age.
    assert dialog.ask.teachers.text() == (
        "3 ECGs with a signed answer: 3 MI. Left out: 2 without an answer to this model's question, "
        "1 not signed, 1 of synthetic ECGs."
    )
    dialog.ask.model.setCurrentIndex(0)
    assert dialog.ask.teachers.text().startswith("5 ECGs with a signed answer: 3 OMI, 2 no OMI.")
    assert dialog.ask.start.isEnabled()


def test_without_a_signed_answer_nothing_can_be_started(open_dialog: OpenDialog) -> None:
    _desk, dialog = open_dialog()
    assert "No signed reading answers this model's question yet" in dialog.ask.problems.text()
    assert not dialog.ask.start.isEnabled()


def test_a_folder_that_is_no_ptb_xl_is_refused(open_dialog: OpenDialog, tmp_path: Path) -> None:
    sign(1)
    (tmp_path / "ptb-xl").mkdir()
    _desk, dialog = open_dialog()
    (tmp_path / "ptb-xl" / "ptbxl_database.csv").unlink()
    dialog.ask.changed.emit()
    assert "This folder holds no ptbxl_database.csv" in dialog.ask.problems.text()
    dialog.ask.set_data(DataFolders())
    dialog.ask.changed.emit()
    assert dialog.ask.problems.text().startswith("Name the folder of PTB-XL")
    assert not dialog.ask.start.isEnabled()


def test_only_a_model_that_is_judged_outside_asks_for_ptb_and_ludb_and_says_why(
    open_dialog: OpenDialog,
) -> None:
    sign(1)
    _desk, dialog = open_dialog()
    ask = dialog.ask
    outside = (ask.ptb, ask.ludb, ask.captions[ask.ptb], ask.captions[ask.ludb], ask.why_outside)
    assert not any(widget.isVisible() for widget in outside)
    ask.model.setCurrentIndex(OMI_ROW)
    assert all(widget.isVisible() for widget in outside)
    assert ask.why_outside.text().endswith("Without them the new version stays switched off.")
    assert ask.start.isEnabled(), "both may stay unnamed"


def test_a_folder_without_the_archives_records_is_refused_until_it_is_left_out(
    open_dialog: OpenDialog, tmp_path: Path
) -> None:
    sign(1)
    desk, dialog = open_dialog()
    ask = dialog.ask
    ask.model.setCurrentIndex(OMI_ROW)
    wrong = str(tmp_path)
    desk.appearance.remember_data(replace(ask.data, ptb=wrong, ludb=wrong))
    ask.set_data(desk.appearance.data_folders)
    ask.changed.emit()
    of_ptb, of_ludb = ask.problems.text().split("\n")
    assert of_ptb.startswith(f"{wrong} holds no patient*/*.hea: choose the folder of PTB, leave it out")
    assert of_ludb.startswith(f"{wrong} holds no data/*.hea: choose the folder of LUDB, leave it out")
    assert not ask.start.isEnabled()
    ask.ptb.leave_out.click()
    ask.ludb.leave_out.click()
    assert ask.start.isEnabled()
    assert desk.appearance.data_folders == DataFolders(ptb_xl=ask.ptb_xl.folder)


def test_chosen_folders_are_remembered_and_handed_to_the_training_of_the_omi_model_alone(
    open_dialog: OpenDialog,
    make_desk: MakeDesk,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sign(1)
    desk, dialog = open_dialog()
    dialog.ask.model.setCurrentIndex(OMI_ROW)
    ptb, ludb = small_ptb(tmp_path / "ptb"), small_ludb(tmp_path / "ludb")
    for choice, folder in ((dialog.ask.ptb, ptb), (dialog.ask.ludb, ludb)):
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_asked, chosen=folder: str(chosen))
        choice.choose.click()
    kept = make_desk(RealVersions()).appearance.data_folders
    assert (kept.ptb, kept.ludb) == (str(ptb), str(ludb))
    use_fake_training(desk, "repeat")
    for row, told in ((OMI_ROW, f"--ptb {ptb} --ludb {ludb}"), (MI_ROW, "")):
        dialog.ask.model.setCurrentIndex(row)
        dialog.ask.start.click()
        qtbot.waitUntil(lambda: news_of(desk)("failed"), timeout=WAIT_MS)
        assert dialog.run.sentence.text() == told
        dialog.run.anew.click()


def test_an_answer_that_the_location_model_has_no_class_for_is_not_counted(open_dialog: OpenDialog) -> None:
    sign(2, location="I")
    sign(1, first=2, location="PL")
    _desk, dialog = open_dialog()
    dialog.ask.model.setCurrentIndex(SITE_ROW)
    assert dialog.ask.teachers.text() == (
        "2 ECGs with a signed answer: 2 Inferior. Left out: 1 without an answer to this model's question."
    )


@pytest.mark.parametrize("room", [0, 1])
def test_the_choice_of_a_model_shows_its_arrow_in_light_and_dark(open_dialog: OpenDialog, room: int) -> None:
    desk, dialog = open_dialog()
    desk.appearance.set_room(room)
    picture = dialog.ask.model.grab().toImage()
    middle = picture.height() // 2
    ground = picture.pixelColor(picture.width() - 40, middle).lightness()
    across = range(picture.width() - 20, picture.width() - 4)
    furthest = max(abs(picture.pixelColor(x, middle).lightness() - ground) for x in across)
    assert furthest > 60


def test_each_name_stands_on_the_line_of_what_it_names(open_dialog: OpenDialog) -> None:
    sign(1)
    _desk, dialog = open_dialog()
    dialog.ask.model.setCurrentIndex(OMI_ROW)
    dialog.ask.teachers.setText("one line\nand another")
    dialog.layout().activate()
    for widget, caption in dialog.ask.captions.items():
        if caption.text():
            line_px = caption.fontMetrics().height()
            is_text = widget is dialog.ask.teachers
            middle = widget.y() + (line_px // 2 if is_text else widget.height() // 2)
            assert abs(caption.y() + caption.height() // 2 - middle) <= 1, caption.text()


def test_the_dialog_is_as_high_as_its_words_need(open_dialog: OpenDialog) -> None:
    sign(1)
    _desk, dialog = open_dialog()
    QApplication.processEvents()
    low_px = dialog.height()
    dialog.ask.model.setCurrentIndex(OMI_ROW)
    QApplication.processEvents()
    assert dialog.height() > low_px
    assert dialog.ask.start.y() - dialog.ask.result.geometry().bottom() < 40, "no empty ground above Start"
    dialog.ask.model.setCurrentIndex(MI_ROW)
    QApplication.processEvents()
    assert dialog.height() == low_px


def test_missing_scikit_learn_and_a_full_disk_are_one_sentence_each(
    open_dialog: OpenDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign(1)
    monkeypatch.setattr(retrain_plan, "find_spec", lambda name: None if name == "sklearn" else object())
    monkeypatch.setattr(retrain_plan, "FREE_BYTES_FIRST", 10**18)
    _desk, dialog = open_dialog()
    first, second = dialog.ask.problems.text().split("\n")
    assert first.startswith("scikit-learn is not installed: run python -m pip install")
    assert second.endswith("GB are needed: make room first.")


def test_a_run_that_finishes_offers_its_bundle(open_dialog: OpenDialog, qtbot: QtBot, tmp_path: Path) -> None:
    sign(3)
    desk, dialog = open_dialog()
    use_fake_training(desk, "finish", retrained(tmp_path / "made"))
    dialog.ask.start.click()
    assert dialog.run.isVisible()
    assert not dialog.ask.isVisible()
    qtbot.waitUntil(lambda: news_of(desk)("finished"), timeout=WAIT_MS)
    assert dialog.run.title.text() == "Retrained: Myocardial infarction, any age"
    assert dialog.run.sentence.text() == "A new version lies ready."
    assert dialog.run.proposal.isVisible()
    assert not dialog.run.stop.isVisible()
    news = desk.workspace.retraining.news
    assert news is not None
    assert [row.reading.omi for row in read_manifest(news.run.manifest)] == [Omi.YES] * 3
    assert desk.workspace.bundle(NEW) is None, "a proposed version does not answer"
    dialog.run.proposal.click()
    assert desk.window.models.proposal is not None


def test_a_failed_run_says_why_and_can_be_started_again(open_dialog: OpenDialog, qtbot: QtBot) -> None:
    sign(3)
    desk, dialog = open_dialog()
    use_fake_training(desk, "fail")
    dialog.ask.start.click()
    qtbot.waitUntil(lambda: news_of(desk)("failed"), timeout=WAIT_MS)
    assert dialog.run.sentence.text().startswith("The base set has no record left to judge on")
    use_fake_training(desk, "wait")
    dialog.run.again.click()
    qtbot.waitUntil(lambda: news_of(desk)("running"), timeout=WAIT_MS)
    assert not dialog.run.again.isVisible()


def test_a_run_is_shown_with_its_bar_and_the_minutes_left(open_dialog: OpenDialog, qtbot: QtBot) -> None:
    sign(3)
    desk, dialog = open_dialog()
    use_fake_training(desk, "wait")
    dialog.ask.start.click()
    qtbot.waitUntil(lambda: news_of(desk)("running") and dialog.run.bar.maximum() == 15, timeout=WAIT_MS)
    assert dialog.run.stage.text() == "Training · 3 of 15"
    assert dialog.run.bar.value() == 3
    assert dialog.run.left.text() == "about 12 minutes left"
    assert dialog.run.sentence.text() == "Epoch 3: AUC 0.912 on validation."


def test_stop_ends_the_process_after_asking(
    open_dialog: OpenDialog, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign(3)
    desk, dialog = open_dialog()
    use_fake_training(desk, "wait")
    dialog.ask.start.click()
    qtbot.waitUntil(lambda: news_of(desk)("running"), timeout=WAIT_MS)
    monkeypatch.setattr(QMessageBox, "question", lambda *_asked: QMessageBox.StandardButton.Cancel)
    dialog.run.stop.click()
    assert news_of(desk)("running")
    monkeypatch.setattr(QMessageBox, "question", lambda *_asked: QMessageBox.StandardButton.Yes)
    dialog.run.stop.click()
    qtbot.waitUntil(lambda: news_of(desk)("stopped"), timeout=WAIT_MS)
    assert "Start it again: it goes on from what was finished" in dialog.run.sentence.text()


def test_a_process_that_dies_at_once_is_not_waited_for(open_dialog: OpenDialog, qtbot: QtBot) -> None:
    sign(3)
    desk, dialog = open_dialog()
    use_fake_training(desk, "die")
    dialog.ask.start.click()
    qtbot.waitUntil(lambda: news_of(desk)("stopped"), timeout=WAIT_MS)
    assert dialog.run.again.isVisible()


def test_a_run_outlives_the_program_and_is_found_again(
    open_dialog: OpenDialog, make_desk: MakeDesk, qtbot: QtBot
) -> None:
    sign(3)
    desk, dialog = open_dialog()
    use_fake_training(desk, "wait")
    dialog.ask.start.click()
    qtbot.waitUntil(lambda: news_of(desk)("running"), timeout=WAIT_MS)
    news = desk.workspace.retraining.news
    assert news is not None
    process_id = process_to_stop(news.run)
    desk.close()
    assert process_to_stop(news.run) == process_id is not None
    later = make_desk(RealVersions())
    later.workspace.retraining.find_last()
    notice = later.window.parts.notice
    assert notice.text.text() == "“Myocardial infarction, any age” is being retrained, about 12 minutes left."
    os.kill(process_id, signal.SIGKILL)
    qtbot.waitUntil(lambda: news_of(later)("stopped"), timeout=WAIT_MS)
    assert notice.text.text().endswith("stopped without an answer; start it again and it resumes.")
    notice.lead_on.click()
    assert later.window.models.dialog is not None
    assert later.window.models.dialog.run.again.isVisible()


def test_a_notice_that_was_put_away_does_not_come_back(
    open_dialog: OpenDialog, make_desk: MakeDesk, qtbot: QtBot
) -> None:
    sign(3)
    desk, dialog = open_dialog()
    use_fake_training(desk, "fail")
    dialog.ask.start.click()
    qtbot.waitUntil(lambda: news_of(desk)("failed"), timeout=WAIT_MS)
    dialog.close()
    notice = desk.window.parts.notice
    assert notice.isVisible()
    notice.dismiss.click()
    later = make_desk(RealVersions())
    later.workspace.retraining.find_last()
    assert not later.window.parts.notice.isVisible()
