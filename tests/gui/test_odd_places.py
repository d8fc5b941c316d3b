"""Files where nobody expects them: odd names, closed folders, and what is dropped anywhere in the window."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

from ecgviewer.app import Desk
from ecgviewer.paths import log_file
from tests.gui.window_help import DEMO, open_demo, open_name, stored
from tests.unit.read_only import closed, open_folder

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


@pytest.fixture
def latin_name(tmp_path: Path) -> Path:
    """A table whose name is Latin-1, as an old archive unpacks it, beside a file with an ordinary name."""
    for file in DEMO.glob("02_*"):
        shutil.copy(file, tmp_path)
    path = tmp_path / os.fsdecode(b"01_M\xfcller.csv")
    rows = "\n".join(f"{n % 7 / 10},{n % 5 / 10},0.1" for n in range(5000))
    try:
        path.write_text(f"I,II,V1\n{rows}\n", encoding="utf-8")
    except OSError:
        pytest.skip("this system refuses names that are no text")
    sidecar = '{"fs_hz": 500, "unit": "mV", "leads": ["I", "II", "V1"]}'
    path.with_suffix(".json").write_text(sidecar, encoding="utf-8")
    return path


def drop(onto: QWidget, path: Path) -> None:
    """Drop a file on a widget, as the window system does."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    at, copy = onto.rect().center(), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(onto, QDragEnterEvent(at, copy, data, left, none))
    QApplication.sendEvent(onto, QDragMoveEvent(at, copy, data, left, none))
    QApplication.sendEvent(onto, QDropEvent(QPointF(at), copy, data, left, none))


def test_a_name_that_is_no_text_stops_neither_the_library_nor_the_readings(
    desk: Desk, latin_name: Path, ecgviewer_home: Path
) -> None:
    desk.window.open_paths([latin_name.parent])
    assert not desk.window.parts.errors.isVisible()
    assert desk.workspace.path == latin_name
    for _record in range(2):
        desk.window.do("omi_no")
        desk.window.do("sign_next")
    assert (desk.store.problem, desk.store.n_unsaved) == ("", 0)
    assert len(stored(ecgviewer_home).all_latest()) == 2
    assert desk.window.parts.library.count.text() == "Worklist · 2 of 2 read"


def test_a_name_that_is_no_text_is_known_again(desk: Desk, latin_name: Path) -> None:
    desk.window.open_paths([latin_name.parent])
    desk.window.do("omi_no")
    desk.window.do("sign_next")
    open_demo(desk)
    desk.window.open_paths([latin_name.parent])
    entry = desk.workspace.library.entry(latin_name)
    assert entry is not None
    assert entry.state == "signed"


def test_a_long_name_leaves_room_for_what_is_wrong_with_its_file(desk: Desk, tmp_path: Path) -> None:
    name = "12-lead_resting_ecg_of_the_emergency_department_second_recording_after_the_intervention"
    (tmp_path / f"{name}.xml").write_text("<AnnotatedECG xmlns='urn:hl7-org:v3'>", encoding="utf-8")
    desk.window.open_paths([tmp_path])
    QApplication.processEvents()
    title = desk.window.parts.ecg.page.title
    assert title.text().startswith("12-lead_resting")
    assert title.text().endswith("cannot be shown")
    assert title.fontMetrics().horizontalAdvance(title.text()) <= title.width()
    assert title.toolTip() == f"{name} cannot be shown"


def test_a_folder_that_may_not_be_entered_says_so(desk: Desk) -> None:
    open_demo(desk)
    with open_folder() as folder, closed(folder):
        desk.window.open_paths([folder])
        page = desk.window.parts.ecg.page
        assert page.title.text() == "This folder is closed"
        assert page.sentence.text().startswith(f"{folder.name} could not be looked into (Permission denied)")
        assert desk.window.parts.library.empty.text() == "The folder could not be looked into."
        desk.window.open_paths([DEMO])
    assert desk.window.parts.library.model.rowCount() == 12


def test_a_file_in_a_folder_that_may_not_be_entered_is_refused_with_a_reason(desk: Desk) -> None:
    open_demo(desk)
    with open_folder() as folder, closed(folder):
        desk.window.open_paths([folder / "ecg.hea"])
        page = desk.window.parts.ecg.page
        assert page.title.text() == "ecg cannot be shown"
        assert "permissions" in page.sentence.text()
    assert not desk.window.parts.errors.isVisible()


def test_a_file_is_opened_wherever_in_the_window_it_is_dropped(desk: Desk) -> None:
    parts = desk.window.parts
    places = (
        parts.ecg.view.canvas.viewport(),
        parts.beat.view.canvas.viewport(),
        parts.ecg.sheet.view.viewport(),
        parts.reading.comment.viewport(),
        parts.library.filter,
        parts.library.view.viewport(),
    )
    for place in places:
        open_demo(desk)
        drop(place, DEMO / "04_synthetic_rca_clear.hea")
        assert open_name(desk) == "04_synthetic_rca_clear"
    assert parts.reading.comment.toPlainText() == ""
    assert parts.library.filter.text() == ""


def test_where_no_folder_can_be_shown_the_place_of_the_log_is_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    desk.window.do("show_log")
    assert str(log_file().parent) in desk.window.status.saved.text()
