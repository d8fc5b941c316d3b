"""An array that does not say what it holds: the reader says it once."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel, QPushButton

from ecgviewer import paths
from ecgviewer.app import Desk
from ecgviewer.dialogs.table_dialog import TableDialog
from ecgviewer.services.table_profiles import TableFacts
from ecgviewer.store.library_index import LibraryIndex
from inference.long_records.places import read_place
from inference.records import STANDARD_LEADS, read_record
from tests.gui.conftest import MakeDesk
from tests.gui.window_help import DEMO

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """Two tables of one origin, in µV at 500 Hz, that say nothing of it."""
    from inference.records import STANDARD_LEADS

    folder = tmp_path / "tables"
    folder.mkdir()
    for name, demo in (("a", "01"), ("b", "02")):
        record = read_record(next(DEMO.glob(f"{demo}_*.hea")))
        rows = np.stack([record.lead(lead) for lead in STANDARD_LEADS])
        np.save(folder / f"{name}.npy", np.round(rows * 1000).astype(np.int16))
    return folder


def asked(desk: Desk) -> TableDialog:
    desk.window.do("describe_table")
    dialog = desk.window.findChild(TableDialog)
    assert dialog is not None
    return dialog


def answer(dialog: TableDialog, rate: str, unit: str) -> None:
    dialog.rate.setCurrentText(rate)
    dialog.unit.setCurrentText(unit)
    dialog.leads.setCurrentText("I, II, III, aVR, aVL, aVF, V1, V2, V3, V4, V5, V6")


def may_accept(dialog: TableDialog) -> bool:
    return dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()


def test_a_table_that_says_nothing_offers_to_be_described(desk: Desk, tables: Path) -> None:
    desk.window.open_paths([tables])

    texts = [button.text() for button in desk.window.parts.ecg.findChildren(QPushButton)]
    assert "Describe this table…" in texts
    assert any("does not describe itself" in text.text() for text in desk.window.findChildren(QLabel))


def test_what_is_said_once_holds_for_every_table_of_the_form(desk: Desk, tables: Path) -> None:
    desk.window.open_paths([tables])
    dialog = asked(desk)
    answer(dialog, "500", "µV")
    dialog.accept()

    record = desk.workspace.record
    assert record is not None
    assert record.fs_hz == 500
    assert "The rate was given by hand." in record.report.assumed

    other = desk.workspace.library.entry(tables / "b.npy")
    assert other is not None
    assert other.refusal == ""
    desk.window.step(1)
    assert desk.workspace.record is not None
    assert desk.workspace.path == tables / "b.npy"


def test_what_was_said_is_known_the_next_time(make_desk: MakeDesk, tables: Path) -> None:
    first = make_desk()
    first.window.open_paths([tables])
    dialog = asked(first)
    answer(dialog, "500", "µV")
    dialog.accept()

    second = make_desk()
    second.window.open_paths([tables / "b.npy"])

    assert second.workspace.record is not None
    assert second.workspace.path == tables / "b.npy"


def test_an_export_of_the_worklist_knows_what_was_said_too(desk: Desk, tables: Path, tmp_path: Path) -> None:
    desk.window.open_paths([tables])
    dialog = asked(desk)
    answer(dialog, "500", "µV")
    dialog.accept()

    desk.window.do("export")
    export = desk.window.exporting.dialog
    assert export is not None
    export.set_folder(str(tmp_path / "out"))
    export.format.setCurrentIndex(export.format.findData("WFDB"))
    export.what.setCurrentIndex(export.what.findData("library"))
    export.start.click()

    assert export.outcome.toPlainText().splitlines()[0] == "2 ECGs written, 0 not written."
    assert read_record(tmp_path / "out" / "b.hea").fs_hz == 500


def test_a_reading_keeps_what_was_said_so_that_training_reads_the_same(desk: Desk, tables: Path) -> None:
    desk.window.open_paths([tables])
    dialog = asked(desk)
    answer(dialog, "500", "µV")
    dialog.accept()
    desk.window.do("omi_yes")

    record, stored = desk.workspace.record, desk.workspace.desk.history[-1]
    assert record is not None
    assert stored.record_path != str(record.path)
    assert read_place(Path(stored.record_path)).sha256 == stored.record_sha256 == record.sha256
    entry = desk.workspace.library.entry(record.path)
    assert entry is not None
    assert entry.label == "draft"


def test_an_answer_for_one_file_stays_with_that_file(desk: Desk, tables: Path) -> None:
    desk.window.open_paths([tables])
    dialog = asked(desk)
    answer(dialog, "500", "µV")
    dialog.remember.setChecked(False)
    dialog.accept()
    assert desk.workspace.record is not None

    desk.window.step(1)

    assert desk.workspace.record is None
    assert desk.workspace.undescribed is not None


def test_the_dialog_says_what_would_come_of_the_answer(desk: Desk, tables: Path) -> None:
    desk.window.open_paths([tables])
    dialog = asked(desk)
    assert not may_accept(dialog)

    answer(dialog, "500", "mV")
    assert "No usual ECG has that: is the unit right?" in dialog.verdict.text()

    answer(dialog, "500", "µV")
    assert dialog.verdict.text().startswith("10 s of ECG")
    assert may_accept(dialog)

    dialog.leads.setCurrentText("I, II, V1")
    assert dialog.verdict.text() == "3 leads are named and the file holds 12 signals."
    assert not may_accept(dialog)


def test_broken_descriptions_are_left_out_with_a_word_in_the_log(
    make_desk: MakeDesk, ecgviewer_home: Path, tables: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (ecgviewer_home / "table-profiles.json").write_text(json.dumps({"form": {"fs_hz": "x"}}))

    desk = make_desk()
    desk.window.open_paths([tables])

    assert desk.workspace.undescribed is not None
    assert "cannot be read" in caplog.text
    caplog.clear()


@pytest.mark.parametrize(("rate", "unit"), [("500", "V"), ("250", "µV")])
def test_a_slip_in_the_answer_can_be_put_right(desk: Desk, tables: Path, rate: str, unit: str) -> None:
    desk.window.open_paths([tables])
    dialog = asked(desk)
    answer(dialog, rate, unit)
    dialog.accept()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    wrong = desk.workspace.record

    dialog = asked(desk)
    assert (dialog.rate.currentText(), dialog.unit.currentText()) == (rate, unit)
    answer(dialog, "500", "µV")
    dialog.accept()

    assert wrong is None or wrong.fs_hz == 250
    for name in ("a", "b"):
        assert desk.workspace.path == tables / f"{name}.npy"
        assert desk.workspace.record is not None
        assert desk.workspace.record.fs_hz == 500
        desk.window.step(1)


def test_what_was_found_in_tables_that_were_read_wrongly_is_forgotten(
    make_desk: MakeDesk, tables: Path
) -> None:
    first = make_desk()
    first.window.open_paths([tables])
    for rate in ("250", "500"):
        dialog = asked(first)
        answer(dialog, rate, "µV")
        dialog.accept()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    index = LibraryIndex.open(paths.library_index_file())
    assert index is not None
    kept = index.known([str(tables / "b.npy")])[str(tables / "b.npy")]
    index.close()
    first.window.step(1)
    assert first.workspace.record is not None
    assert kept.record_sha256 == first.workspace.record.sha256


def test_a_table_that_was_given_its_description_since_is_kept_as_it_describes_itself(
    desk: Desk, tables: Path
) -> None:
    desk.window.open_paths([tables])
    dialog = asked(desk)
    answer(dialog, "250", "µV")
    dialog.accept()
    leads = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"]
    (tables / "a.json").write_text(json.dumps({"fs_hz": 500, "unit": "uV", "leads": leads}))
    desk.workspace.records.forget()
    desk.window.open_record(tables / "a.npy")
    desk.window.do("omi_yes")

    record, stored = desk.workspace.record, desk.workspace.desk.history[-1]
    assert record is not None
    assert record.fs_hz == 500
    assert desk.workspace.table is None
    assert read_place(Path(stored.record_path)).sha256 == stored.record_sha256 == record.sha256


def test_a_reading_keeps_the_description_that_its_ecg_was_shown_with(desk: Desk, tables: Path) -> None:
    desk.window.open_paths([tables])
    dialog = asked(desk)
    answer(dialog, "250", "µV")
    dialog.accept()
    table, shown = desk.workspace.table, desk.workspace.record
    assert table is not None
    assert shown is not None

    # As where the table is read again in the background, or its description changes, while it lies at hand.
    facts = TableFacts(500.0, "uV", STANDARD_LEADS)
    desk.workspace.tables.describe(table, facts, for_its_form=True)
    desk.window.step(1)
    desk.window.open_record(tables / "a.npy")
    desk.window.do("omi_yes")

    stored = desk.workspace.desk.history[-1]
    assert stored.record_sha256 == shown.sha256
    assert read_place(Path(stored.record_path)).sha256 == shown.sha256


def test_what_can_be_chosen_shows_an_arrow(desk: Desk, tables: Path) -> None:
    desk.window.open_paths([tables])
    dialog = asked(desk)
    for box in (dialog.rate, dialog.unit, dialog.leads):
        picture = box.grab().toImage()
        middle = picture.height() // 2
        ground = picture.pixelColor(picture.width() - 22, middle).lightness()
        across = range(picture.width() - 18, picture.width() - 4)
        furthest = max(abs(picture.pixelColor(x, middle).lightness() - ground) for x in across)
        assert furthest > 60
    dialog.close()


@pytest.mark.parametrize(
    ("rate", "leads", "said"),
    [
        ("500", "I, i, III, aVR, aVL, aVF, V1, V2, V3, V4, V5, V6", "Named twice: I"),
        ("5", ", ".join(STANDARD_LEADS), "50 to 10000 Hz"),
        ("1000000000", ", ".join(STANDARD_LEADS), "50 to 10000 Hz"),
    ],
)
def test_an_answer_that_cannot_be_is_named_and_not_taken(
    desk: Desk, tables: Path, rate: str, leads: str, said: str
) -> None:
    desk.window.open_paths([tables])
    dialog = asked(desk)
    answer(dialog, rate, "µV")
    dialog.leads.setCurrentText(leads)

    assert said in dialog.verdict.text()
    assert not may_accept(dialog)
