"""Export in the window: one ECG or all, de-identified or not, with progress and a way to stop."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from ecgviewer.app import Desk
from ecgviewer.dialogs.export_dialog import ExportDialog
from ecgviewer.services.background import Background
from ecgviewer.services.export_service import ExportResult, ExportService, ExportWish
from inference.long_records import open_long
from inference.records import read_record
from inference.writing.targets import TARGETS
from inference.writing.write import write_record
from tests.gui.window_help import DEMO, open_demo, press
from tests.unit.wfdb_files import twelve_leads
from tests.unit.wfdb_files import write_record as write_plain_wfdb
from tests.unit.written import eight_lead_record

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


def export_dialog(desk: Desk) -> ExportDialog:
    press(desk, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = desk.window.exporting.dialog
    assert dialog is not None
    return dialog


def choose(dialog: ExportDialog, folder: Path, format_name: str, what: str, *, clean: bool = False) -> None:
    dialog.set_folder(str(folder))
    dialog.format.setCurrentIndex(dialog.format.findData(format_name))
    dialog.what.setCurrentIndex(dialog.what.findData(what))
    dialog.clean.setChecked(clean)


def test_the_open_ecg_is_written_and_the_dialog_says_so(desk: Desk, tmp_path: Path) -> None:
    open_demo(desk)
    dialog = export_dialog(desk)
    choose(dialog, tmp_path, "DICOM", "open")
    dialog.start.click()
    assert desk.workspace.record is not None
    assert read_record(tmp_path / "01_synthetic_normal.dcm").sha256 == desk.workspace.record.sha256
    assert dialog.outcome.toPlainText().splitlines()[0] == "1 ECG written, 0 not written."
    assert not dialog.bar.isVisible()


def test_the_whole_worklist_is_de_identified_with_numbers_for_names(desk: Desk, tmp_path: Path) -> None:
    open_demo(desk)
    dialog = export_dialog(desk)
    choose(dialog, tmp_path / "out", "EDF", "library", clean=True)
    dialog.start.click()
    n_demo = len(list(DEMO.glob("*.hea")))
    names = [f"ecg-{number:04d}.edf" for number in range(1, n_demo + 1)]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [*names, "removed.json"]
    said = dialog.outcome.toPlainText()
    assert f"{n_demo} ECGs written, 0 not written." in said
    assert "Removed where present: comments, file name." in said
    assert "For each file: removed.json" in said
    assert len(json.loads((tmp_path / "out" / "removed.json").read_text())) == n_demo


def test_what_could_not_be_written_is_listed_with_its_reason(desk: Desk, tmp_path: Path) -> None:
    write_record(eight_lead_record(), tmp_path / "good.npy")
    (tmp_path / "bad.npy").write_bytes(b"nothing")
    desk.window.open_paths([tmp_path])
    dialog = export_dialog(desk)
    choose(dialog, tmp_path.parent / f"{tmp_path.name}-out", "CSV", "library")
    dialog.start.click()
    said = dialog.outcome.toPlainText()
    assert said.splitlines()[0] == "1 ECG written, 1 not written."
    assert "bad.npy: 'bad.npy' is not a readable array" in said


def test_a_folder_inside_the_library_is_refused_before_anything_is_written(
    desk: Desk, tmp_path: Path
) -> None:
    write_record(eight_lead_record(), tmp_path / "good.npy")
    desk.window.open_paths([tmp_path])
    dialog = export_dialog(desk)
    choose(dialog, tmp_path / "inside", "CSV", "library")
    dialog.start.click()
    assert "lie inside one another: choose one apart from them." in dialog.outcome.toPlainText()
    assert not (tmp_path / "inside").exists()
    assert dialog.start.isEnabled()


def test_without_a_folder_nothing_can_be_started(desk: Desk) -> None:
    open_demo(desk)
    assert not export_dialog(desk).start.isEnabled()


def test_without_an_ecg_the_status_line_says_that_there_is_nothing_to_export(desk: Desk) -> None:
    desk.window.do("export")
    assert desk.window.exporting.dialog is None
    assert desk.window.status.saved.text() == "Open an ECG first: there is nothing to export."


def test_every_format_that_is_written_is_offered(desk: Desk) -> None:
    open_demo(desk)
    dialog = export_dialog(desk)
    offered = {dialog.format.itemData(place) for place in range(dialog.format.count())}
    assert offered == {target.name for target in TARGETS}


def test_the_promise_changes_with_the_choice(desk: Desk) -> None:
    open_demo(desk)
    dialog = export_dialog(desk)
    assert dialog.promise.text().startswith("Everything that is known goes along")
    dialog.clean.setChecked(True)
    assert dialog.promise.text().startswith("Removed: names, IDs, birth dates")


def test_a_part_of_a_long_recording_is_announced_as_such(desk: Desk, tmp_path: Path) -> None:
    header = write_plain_wfdb(tmp_path, np.tile(twelve_leads(), 80), name="holter")
    long = open_long(header)
    assert long is not None
    dialog = ExportDialog("holter", 1, long.window(60.0).report.read[1], desk.window)
    dialog.show()
    assert dialog.warning.text() == (
        "Only the part on screen is exported: 10 s from 00:01:00 of a recording of 2 min 40 s."
    )
    dialog.what.setCurrentIndex(dialog.what.findData("library"))
    assert not dialog.warning.isVisible()
    dialog.close()


def test_a_cancel_takes_effect_before_the_next_ecg_and_tells_how_many_are_left(tmp_path: Path) -> None:
    service = ExportService(Background(inline=True), read_record)
    results: list[ExportResult] = []
    service.finished.connect(results.append)
    service.progressed.connect(lambda done, _total: service.cancel() if done == 2 else None)
    service.start(ExportWish(tuple(sorted(DEMO.glob("*.hea"))), tmp_path / "out", "NumPy", False))
    assert len(results[0].done) == 2
    assert len(list((tmp_path / "out").glob("*.npy"))) == 2
    assert results[0].n_planned == len(list(DEMO.glob("*.hea")))


def test_closing_the_dialog_stops_the_export_that_it_shows(desk: Desk, tmp_path: Path) -> None:
    open_demo(desk)
    dialog = export_dialog(desk)
    choose(dialog, tmp_path / "out", "NumPy", "library")
    desk.window.exporting.service.progressed.connect(
        lambda done, _total: dialog.close() if done == 1 else None
    )
    dialog.start.click()
    QApplication.processEvents()
    assert desk.window.exporting.dialog is None
    assert len(list((tmp_path / "out").glob("*.npy"))) == 1
    assert desk.window.status.saved.text().startswith("1 ECG written, 0 not written, ")
