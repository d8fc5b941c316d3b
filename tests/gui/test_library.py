"""The worklist: scanning, states, filter, and a folder with very many records."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ecgviewer.app import Desk
from ecgviewer.services.library_entry import LibraryEntry, names_for
from ecgviewer.services.library_service import scan
from ecgviewer.widgets.library_model import LibraryModel
from ecgviewer.widgets.library_panel import LibraryPanel
from tests.gui.window_help import DEMO, open_demo, open_name, press

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


class CountingModel(LibraryModel):
    """Counts what the view asks, to see that it asks for the rows on screen only."""

    asked = 0

    def data(self, index, role=0):  # type: ignore[no-untyped-def]
        self.asked += 1
        return super().data(index, role)


def test_a_folder_is_scanned_with_numbers_in_order_and_its_first_record_is_opened() -> None:
    found = scan([DEMO])
    assert found.title == "demo"
    assert [path.name[:2] for path in found.paths] == [f"{n:02d}" for n in range(1, 13)]
    assert found.first == found.paths[0]


def test_one_file_brings_its_folder_along_and_is_the_one_that_is_opened() -> None:
    found = scan([DEMO / "05_synthetic_rca_sub_stemi.dat"])
    assert len(found.paths) == 12
    assert found.first == DEMO / "05_synthetic_rca_sub_stemi.hea"


def test_equal_names_in_two_folders_are_told_apart_by_their_folder(tmp_path: Path) -> None:
    paths = [tmp_path / "a" / "ecg.hea", tmp_path / "b" / "ecg.hea", tmp_path / "b" / "other.hea"]
    assert names_for(paths, tmp_path) == ["a / ecg", "b / ecg", "other"]


def test_twenty_thousand_records_cost_only_the_rows_on_screen(qtbot: QtBot) -> None:
    panel = LibraryPanel()
    qtbot.addWidget(panel)
    counting = CountingModel(panel)
    panel.model = counting
    panel.proxy.setSourceModel(counting)
    panel.resize(200, 700)
    panel.show()
    panel.set_library("big", [LibraryEntry(Path(f"/ecg/{n}.hea"), f"record {n}") for n in range(20_000)])
    QApplication.processEvents()
    assert counting.rowCount() == 20_000
    assert 0 < counting.asked < 1_000
    assert len(panel.visible_paths()) < 30


def test_the_filter_finds_names_and_states_and_the_arrows_stay_within_it(desk: Desk) -> None:
    open_demo(desk)
    library = desk.window.parts.library
    library.filter.setText("rca")
    assert library.proxy.rowCount() == 2
    desk.window.step(1)
    assert open_name(desk) == "04_synthetic_rca_clear"
    desk.window.step(1)
    assert open_name(desk) == "05_synthetic_rca_sub_stemi"
    desk.window.step(1)
    assert open_name(desk) == "05_synthetic_rca_sub_stemi"
    library.filter.setText("quality")
    assert library.proxy.rowCount() > 0
    library.filter.setText("no such name")
    assert library.empty.text() == "No record matches this filter."


def test_enter_and_down_in_the_filter_go_to_the_list_and_sign_and_open_nothing(desk: Desk) -> None:
    open_demo(desk)
    library = desk.window.parts.library
    desk.window.do("omi_no")
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
        desk.window.do("filter")
        QTest.keyClicks(library.filter, "rca")
        press(desk, key)
        assert QApplication.focusWidget() is library.view
        assert (open_name(desk), desk.workspace.desk.state) == ("01_synthetic_normal", "draft")
    press(desk, Qt.Key.Key_Down)
    assert open_name(desk) == "04_synthetic_rca_clear"


def test_a_filter_that_hides_all_of_another_library_says_so(desk: Desk, tmp_path: Path) -> None:
    open_demo(desk)
    library = desk.window.parts.library
    library.filter.setText("lcx")
    for file in DEMO.glob("01_*"):
        shutil.copy(file, tmp_path)
    desk.window.open_paths([tmp_path])
    assert library.proxy.rowCount() == 0
    assert library.empty.text() == "No record matches this filter."
    library.filter.clear()
    assert library.empty.text() == ""


def test_a_record_signed_before_is_signed_in_the_worklist_without_opening_it(desk: Desk) -> None:
    open_demo(desk, 2)
    desk.window.do("omi_no")
    desk.window.do("sign_next")
    open_demo(desk)
    entry = desk.workspace.library.entry(DEMO / "03_synthetic_lad_sub_stemi.hea")
    assert entry is not None
    assert entry.state == "signed"
    assert desk.window.parts.library.model.n_read == 1


def test_a_moved_copy_of_a_signed_record_is_known_by_its_content(desk: Desk, tmp_path: Path) -> None:
    open_demo(desk)
    desk.window.do("omi_no")
    desk.window.do("sign_next")
    for suffix in ("hea", "dat"):
        shutil.copy(DEMO / f"01_synthetic_normal.{suffix}", tmp_path)
    desk.window.open_paths([tmp_path])
    entry = desk.workspace.library.entry(tmp_path / "01_synthetic_normal.hea")
    assert entry is not None
    assert entry.state == "signed"


def test_the_worklist_is_the_present_readers_own(desk: Desk) -> None:
    open_demo(desk)
    for _record in range(2):
        desk.window.do("omi_no")
        desk.window.do("sign_next")
    library = desk.window.parts.library
    assert library.count.text() == "Worklist · 2 of 12 read"
    desk.appearance.set_reader("Dr. B")
    assert library.count.text() == "Worklist · 0 of 12 read"
    open_demo(desk)
    entry = desk.workspace.library.entry(DEMO / "02_synthetic_lad_clear.hea")
    assert entry is not None
    assert (entry.label, entry.is_read_by_others) == (None, True)
    desk.window.do("omi_yes")
    desk.window.do("sign_next")
    assert open_name(desk) == "02_synthetic_lad_clear"
    row = library.model.index(1)
    shown = str(library.model.data(row, int(Qt.ItemDataRole.ToolTipRole)))
    assert shown.endswith("Another reader has read this ECG.")
    desk.appearance.set_reader("Dr. Test")
    assert library.count.text() == "Worklist · 2 of 12 read"


def test_signing_goes_on_to_the_next_record_that_is_not_signed(desk: Desk) -> None:
    open_demo(desk, 1)
    desk.window.do("omi_no")
    desk.window.do("sign_next")
    desk.window.step(-1)
    desk.window.step(-1)
    desk.window.do("omi_no")
    desk.window.do("sign_next")
    assert open_name(desk) == "03_synthetic_lad_sub_stemi"
