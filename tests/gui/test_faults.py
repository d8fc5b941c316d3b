"""What nobody caught is written down and told; what a user can cause is one sentence."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import qWarning
from pytestqt.qtbot import QtBot

import main
from ecgviewer.appearance import Appearance
from ecgviewer.faults import FaultWatch
from ecgviewer.store import LabelStore, ReadingEntry
from ecgviewer.workspace import ViewState
from inference.labels import Omi, Reading
from tests.gui.conftest import MakeDesk
from tests.gui.window_help import MI


@pytest.fixture
def watch(tmp_path: Path, qtbot: QtBot) -> Iterator[FaultWatch]:
    made = FaultWatch()
    made.install(tmp_path / "logs" / "ecgviewer.log")
    yield made
    made.uninstall()


def log_of(tmp_path: Path) -> str:
    return (tmp_path / "logs" / "ecgviewer.log").read_text(encoding="utf-8")


@pytest.mark.expected_log("Uncaught exception")
def test_an_uncaught_exception_is_in_the_log_with_its_place_and_on_the_bar(
    watch: FaultWatch, tmp_path: Path
) -> None:
    told: list[str] = []
    watch.happened.connect(told.append)
    try:
        raise LookupError("nowhere")
    except LookupError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert told == ["LookupError: nowhere"]
    assert "test_faults.py" in log_of(tmp_path)
    assert "LookupError: nowhere" in log_of(tmp_path)


@pytest.mark.expected_log("Uncaught exception")
def test_an_exception_in_a_plain_thread_is_not_lost(watch: FaultWatch, tmp_path: Path) -> None:
    thread = threading.Thread(target=lambda: 1 // 0, name="stray")
    thread.start()
    thread.join()
    assert "ZeroDivisionError" in log_of(tmp_path)


@pytest.mark.expected_log("a complaint of Qt")
def test_a_warning_of_qt_is_in_the_log(watch: FaultWatch, tmp_path: Path) -> None:
    qWarning("a complaint of Qt")
    assert "WARNING qt" in log_of(tmp_path)


def test_a_file_name_that_is_no_text_is_in_the_log(watch: FaultWatch, tmp_path: Path) -> None:
    logging.getLogger("ecgviewer").info("Looked into %s", os.fsdecode(b"M\xfcller.xml"))
    assert "Looked into M\\udcfcller.xml" in log_of(tmp_path)


def test_a_log_that_cannot_be_written_does_not_stop_the_program(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    watch = FaultWatch()
    watch.install(tmp_path / "logs" / "ecgviewer.log")
    watch.uninstall()
    assert sys.excepthook is sys.__excepthook__


@pytest.mark.expected_log("cannot be read")
def test_settings_that_cannot_be_kept_hold_until_the_end_and_say_so(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    appearance = Appearance(tmp_path / "home" / "settings.json")
    appearance.set_reader("Dr. Kept")
    assert appearance.reader == "Dr. Kept"
    assert "cannot be kept" in appearance.problem


def test_the_look_of_the_paper_is_found_again(tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "settings.json"
    first = Appearance(file)
    first.set_room(2)
    first.remember_view(ViewState(layout="6x2", gain_mm_mv=5.0, speed_mm_s=12.5, saliency=False))
    again = Appearance(file)
    assert again.layout == "6x2"
    assert (again.settings.gain_mm_mv, again.settings.speed_mm_s) == (5, 12.5)
    assert not again.settings.saliency_on
    assert again.theme == first.theme


def test_the_whole_view_is_found_again_after_closing(make_desk: MakeDesk) -> None:
    desk = make_desk()
    left = ViewState(
        "12x1", 12.5, 20.0, saliency=False, beats=True, median_row=False, saliency_bundle=MI.name
    )
    desk.workspace.set_view(left)
    desk.close()
    assert make_desk().workspace.view == left


def test_exported_labels_are_counted_and_a_missing_database_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'labels.sqlite'}"
    store = LabelStore.open(url)
    entry = ReadingEntry(
        record_sha256="a" * 64,
        record_path="/ecg/1.hea",
        reading=Reading(Omi.YES),
        reader="Dr. X",
        app_version="0",
        kind="sign",
    )
    store.append(entry)
    store.close()
    out = tmp_path / "labels.jsonl"
    assert main.main(["export-labels", str(out), "--store", url]) == 0
    assert "1 reading written" in capsys.readouterr().out
    assert len(out.read_text(encoding="utf-8").splitlines()) == 2
    assert main.main(["export-labels", str(out), "--store", "mysql://nowhere/x"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_exporting_from_an_address_without_a_store_is_refused_and_makes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'typo' / 'labels.sqlite'}"
    assert main.main(["export-labels", str(tmp_path / "labels.jsonl"), "--store", url]) == 2
    said = capsys.readouterr().err
    assert said == f"There is no label store at {tmp_path / 'typo' / 'labels.sqlite'}; check the address.\n"
    assert list(tmp_path.iterdir()) == []
