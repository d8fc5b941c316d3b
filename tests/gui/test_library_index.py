"""A library that is known from last time, files that cannot be read, and one ECG in several files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton

from ecgviewer.app import Desk
from ecgviewer.dialogs.refused_dialog import RefusedDialog
from ecgviewer.services import indexing
from inference.records import Record
from tests.gui.window_help import DEMO, open_name

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three demo ECGs, one of them cut off."""
    made = tmp_path / "ecgs"
    made.mkdir()
    for path in sorted(DEMO.glob("0[123]_*")):
        shutil.copy(path, made)
    broken = next(made.glob("02_*.dat"))
    broken.write_bytes(broken.read_bytes()[:100])
    return made


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of files that are looked into for the index."""
    names: list[str] = []
    look_into = indexing.look_into

    def note(path: Path, *reader: Callable[[Path], Record]) -> object:
        names.append(path.stem[:2])
        return look_into(path, *reader)

    monkeypatch.setattr("ecgviewer.services.index_service.look_into", note)
    return names


def test_every_file_becomes_known_without_being_opened(desk: Desk, folder: Path) -> None:
    desk.window.open_paths([folder])

    entries = [desk.workspace.library.entry(path) for path in sorted(folder.glob("*.hea"))]
    known = [entry is not None and (entry.patient is not None or bool(entry.refusal)) for entry in entries]
    assert known == [True, True, True]


def test_a_library_is_looked_into_once(desk: Desk, folder: Path, looked_at: list[str]) -> None:
    desk.window.open_paths([folder])
    assert looked_at == ["01", "02", "03"]

    desk.window.open_paths([folder])

    assert looked_at == ["01", "02", "03"]
    assert open_name(desk)[:2] == "01"


def test_a_file_that_was_changed_is_looked_into_again(desk: Desk, folder: Path, looked_at: list[str]) -> None:
    desk.window.open_paths([folder])
    whole = next(DEMO.glob("02_*.dat"))
    shutil.copy(whole, folder / whole.name)

    desk.window.open_paths([folder])

    assert looked_at == ["01", "02", "03", "02"]
    entry = desk.workspace.library.entry(next(folder.glob("02_*.hea")))
    assert entry is not None
    assert entry.refusal == ""


def test_a_signal_file_that_arrives_later_is_noticed_whatever_its_name(
    desk: Desk, folder: Path, looked_at: list[str]
) -> None:
    header = next(folder.glob("03_*.hea"))
    second = folder / f"{header.stem}_pre.dat"
    lines = header.read_text().splitlines()
    own = f"{header.stem}.dat"
    halves = [line.replace(own, second.name) if line.split()[-1][0] == "V" else line for line in lines]
    header.write_text("\n".join(halves) + "\n")
    six = np.frombuffer((folder / own).read_bytes(), dtype="<i2").reshape(-1, 12)
    (folder / own).write_bytes(six[:, :6].tobytes())
    desk.window.open_paths([folder])
    before = desk.workspace.library.entry(header)

    second.write_bytes(six[:, 6:].tobytes())
    desk.window.open_paths([folder])

    after = desk.workspace.library.entry(header)
    assert before is not None
    assert after is not None
    assert (before.refusal != "", after.refusal) == (True, "")
    assert looked_at == ["01", "02", "03", "03"]


def test_a_new_file_appears_beside_what_was_remembered(
    desk: Desk, folder: Path, looked_at: list[str]
) -> None:
    desk.window.open_paths([folder])
    for path in DEMO.glob("04_*"):
        shutil.copy(path, folder)

    desk.window.open_paths([folder])

    assert desk.window.parts.library.model.rowCount() == 4
    assert looked_at[3:] == ["04"]
    assert open_name(desk)[:2] == "01"


def test_files_that_cannot_be_read_are_counted_and_listed_with_their_reason(desk: Desk, folder: Path) -> None:
    desk.window.open_paths([folder])

    library = desk.window.parts.library
    assert library.refused_button.text() == "1 file could not be read…"
    library.refused_button.click()
    dialog = desk.window.findChild(RefusedDialog)
    assert dialog is not None
    row = dialog.table.topLevelItem(0)
    assert row is not None
    assert row.text(0).startswith("02_")
    assert row.text(1).endswith(".")
    next(button for button in dialog.findChildren(QPushButton) if button.text() == "Copy the list").click()
    assert QGuiApplication.clipboard().text().count("\t") == 1


def test_the_same_ecg_in_another_format_is_said(desk: Desk, folder: Path) -> None:
    from inference.records import read_record

    record = read_record(next(folder.glob("01_*.hea")))
    np.save(folder / "again.npy", np.round(record.signals_mv * 200) / 200)
    leads = ", ".join(f'"{name}"' for name in record.lead_names)
    (folder / "again.json").write_text(f'{{"fs_hz": {record.fs_hz}, "unit": "mV", "leads": [{leads}]}}')

    desk.window.open_paths([folder])

    first = desk.workspace.library.entry(record.path)
    again = desk.workspace.library.entry(folder / "again.npy")
    assert first is not None
    assert again is not None
    assert first.same_as == ("again (npy)",)
    assert again.same_as == (f"{record.path.stem} (hea)",)
    library = desk.window.parts.library
    library.filter.setText("duplicate")
    assert library.proxy.rowCount() == 2


def test_a_library_in_an_archive_is_a_library(desk: Desk, folder: Path) -> None:
    archive = Path(shutil.make_archive(str(folder), "zip", folder))

    desk.window.open_paths([archive])

    assert desk.window.parts.library.model.rowCount() == 3
    assert desk.workspace.path is not None
    assert desk.workspace.path.parent == archive
    assert desk.workspace.record is not None


def test_a_file_on_which_the_program_fails_does_not_end_the_import(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looked_into = indexing._looked_into

    def failing(path: Path, read: Callable[[Path], Record] | None) -> object:
        return looked_into(path, read) if path.stem[:2] != "02" else 1 / 0

    monkeypatch.setattr(indexing, "_looked_into", failing)
    desk.window.open_paths([folder])

    assert not desk.workspace.library.index.is_busy
    entries = [desk.workspace.library.entry(path) for path in sorted(folder.glob("*.hea"))]
    assert [entry is not None and entry.patient is not None for entry in entries] == [True, False, True]
    assert "ZeroDivisionError" in caplog.text
    caplog.clear()
