"""The window with its real threads: what is asked in a hurry ends where the reader stopped."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ecgviewer.app import Desk, StartUp, assemble
from ecgviewer.store import LabelStore, ReadingEntry, StoredReading, StoreError
from inference.bundle_info import BundleInfo
from inference.records import Record
from inference.records.files import find_records
from inference.results import ModelAnswer
from tests.gui.window_help import DEMO, KnownModels, open_name, started, stay_when_asked

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


@dataclass
class GatedModels(KnownModels):
    """Models that answer only when the test opens the gate."""

    gate: threading.Event = field(default_factory=threading.Event)

    def answer(self, info: BundleInfo, record: Record, should_stop: Callable[[], bool]) -> ModelAnswer | None:
        assert self.gate.wait(20)
        return super().answer(info, record, should_stop)


def read_by_dr_quick(qtbot: QtBot) -> Desk:
    """A named reader at the first demo record, with a store on its own thread and no models loaded."""
    models = KnownModels()
    desk = assemble(find=models.find, load=models.load)
    desk.appearance.set_reader("Dr. Quick")
    desk.window.show()
    desk.store.start()
    desk.window.open_paths([DEMO])
    qtbot.waitUntil(lambda: desk.workspace.record is not None, timeout=30_000)
    return desk


def test_hurrying_through_records_asks_the_models_about_the_last_one_only(
    qtbot: QtBot, ecgviewer_home: Path
) -> None:
    models = GatedModels()
    desk, start_up = started(models)
    qtbot.waitUntil(lambda: desk.inference.is_ready and desk.workspace.record is not None, timeout=30_000)
    for _ in range(6):
        desk.window.step(1)
    models.gate.set()
    qtbot.waitUntil(lambda: len(desk.workspace.answers) == 3, timeout=30_000)
    record = desk.workspace.record
    assert record is not None
    assert open_name(desk) == record.path.stem == "07_synthetic_lcx_sub_stemi"
    assert {answer.outcome.record_sha256 for answer in desk.workspace.answers.values()} == {record.sha256}
    about_others = {sha256 for sha256, _bundle in models.asked} - {record.sha256}
    assert len(about_others) <= 1
    assert start_up.parent() is None
    desk.close()


def test_the_trace_is_on_screen_before_any_model_is_loaded(qtbot: QtBot, ecgviewer_home: Path) -> None:
    order: list[str] = []
    models = KnownModels()
    desk = assemble(find=models.find, load=models.load)
    desk.workspace.record_changed.connect(lambda: order.append("record"))
    desk.inference.ready.connect(lambda: order.append("models"))
    start_up = StartUp(desk, [DEMO])
    desk.window.first_painted.connect(lambda: order.append("window"))
    desk.window.show()
    qtbot.waitUntil(lambda: "models" in order, timeout=30_000)
    assert order[:3] == ["window", "record", "models"]
    assert start_up.parent() is None
    desk.close()


def test_a_slow_disk_never_scrambles_a_comment_that_is_being_typed(
    qtbot: QtBot, ecgviewer_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = LabelStore.append

    def append_slowly(store: LabelStore, entry: ReadingEntry) -> StoredReading:
        time.sleep(0.15)
        return append(store, entry)

    monkeypatch.setattr(LabelStore, "append", append_slowly)
    desk = read_by_dr_quick(qtbot)
    comment, reading = desk.window.parts.reading.comment, desk.workspace.desk
    with qtbot.waitSignal(reading.saved, timeout=30_000):
        QTest.keyClicks(comment, "ST elevation")
        qtbot.waitUntil(lambda: reading.reading.comment == "ST elevation", timeout=30_000)
        QTest.keyClicks(comment, " inferior")
        comment.moveCursor(QTextCursor.MoveOperation.StartOfLine)
        QTest.keyClicks(comment, "old ")
    assert comment.toPlainText() == "old ST elevation inferior"
    assert comment.textCursor().position() == 4
    with qtbot.waitSignal(reading.saved, timeout=30_000):
        qtbot.waitUntil(lambda: reading.reading.comment == "old ST elevation inferior", timeout=30_000)
    assert comment.toPlainText() == "old ST elevation inferior"
    desk.close()


def test_closing_the_window_finishes_every_write(qtbot: QtBot, ecgviewer_home: Path) -> None:
    desk = read_by_dr_quick(qtbot)
    record = desk.workspace.record
    assert record is not None
    for action in ("omi_yes", "omi_no", "omi_uncertain", "confidence_3", "culprit_lad"):
        desk.window.do(action)
    desk.close()
    store = LabelStore.open(f"sqlite:///{ecgviewer_home / 'labels.sqlite'}")
    readings = store.history(record.sha256)
    store.close()
    assert len(readings) == 5
    assert readings[-1].reading.confidence == 3


def test_another_library_does_not_wait_until_a_large_one_was_looked_through(
    qtbot: QtBot, ecgviewer_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walked: list[Path] = []

    def endless(roots: list[Path], should_stop: Callable[[], bool]) -> Iterator[Path]:
        if roots != [tmp_path]:
            yield from find_records(roots)
            return
        while len(walked) < 10_000 and not should_stop():
            time.sleep(0.005)
            walked.append(tmp_path / f"{len(walked)}.hea")
            yield walked[-1]

    monkeypatch.setattr("inference.records.files.find_records", endless)
    models = KnownModels()
    desk = assemble(find=models.find, load=models.load)
    desk.window.show()
    desk.window.open_paths([tmp_path])
    qtbot.waitUntil(lambda: bool(walked), timeout=30_000)

    desk.window.open_paths([DEMO])

    qtbot.waitUntil(lambda: desk.workspace.record is not None, timeout=30_000)
    assert len(walked) < 5_000
    desk.close()


def test_a_file_is_on_screen_while_its_folder_is_still_looked_through(
    qtbot: QtBot, ecgviewer_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in DEMO.glob("0[12]_*"):
        shutil.copy(file, tmp_path)
    end = threading.Event()

    def slow(roots: list[Path], should_stop: Callable[[], bool] = lambda: False) -> Iterator[Path]:
        while not (end.wait(0.005) or should_stop()):
            pass
        yield from find_records(roots)

    monkeypatch.setattr("inference.records.files.find_records", slow)
    models = KnownModels()
    desk = assemble(find=models.find, load=models.load)
    desk.window.show()
    try:
        desk.window.open_paths([tmp_path / "02_synthetic_lad_clear.hea"])
        qtbot.waitUntil(lambda: desk.workspace.record is not None, timeout=20_000)
        library = desk.window.parts.library
        assert library.model.rowCount() == 1
        end.set()
        qtbot.waitUntil(lambda: library.model.rowCount() == 2, timeout=20_000)
        assert open_name(desk) == "02_synthetic_lad_clear"
        assert library.view.currentIndex().row() == 1
    finally:
        desk.close()


def test_a_reading_that_is_refused_while_the_window_closes_is_not_lost_in_silence(
    qtbot: QtBot, ecgviewer_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = LabelStore.append
    is_full = True

    def refuse_at_last(store: LabelStore, entry: ReadingEntry) -> StoredReading:
        if not is_full:
            return append(store, entry)
        time.sleep(0.2)
        raise StoreError("The label store cannot grow because the disk is full.")

    monkeypatch.setattr(LabelStore, "append", refuse_at_last)
    asked = stay_when_asked(monkeypatch)
    desk = read_by_dr_quick(qtbot)
    desk.window.do("omi_yes")
    assert not desk.window.close()
    assert asked == ["1 reading is not saved. The label store cannot grow because the disk is full."]
    assert desk.window.isVisible()
    is_full = False
    desk.window.do("retry_save")
    assert desk.window.close()
    assert desk.store.n_unsaved == 0
    desk.close()
