"""A store that may only be read: an old disk, a share of somebody else, an export."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ecgviewer.store import LabelStore, NoStoreError, ReadingEntry, StoreError
from ecgviewer.store.schema import MIGRATIONS
from inference.labels import Omi, Reading
from tests.unit.read_only import open_folder, read_only

RECORD = "a" * 64
pytestmark = pytest.mark.skipif(not hasattr(os, "seteuid"), reason="this system has no POSIX permissions")


def entry() -> ReadingEntry:
    return ReadingEntry(
        record_sha256=RECORD, record_path="1.hea", reading=Reading(Omi.YES), reader="Ada", app_version="0"
    )


@pytest.fixture
def file() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder / "labels.sqlite"


def test_a_read_only_store_is_refused_for_writing_and_can_be_read(file: Path) -> None:
    url = f"sqlite:///{file}"
    store = LabelStore.open(url)
    stored = store.append(entry())
    store.close()
    with read_only(file.parent):
        with pytest.raises(StoreError, match="cannot be written"):
            LabelStore.open(url)
        reading = LabelStore.open_to_read(url)
        assert reading.history(RECORD) == reading.all_latest() == [stored]
        with pytest.raises(StoreError, match="read-only; make it writable"):
            reading.append(entry())
        reading.close()
        assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_what_a_killed_program_left_in_the_log_is_read_too(file: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{file}"
    store = LabelStore.open(url)
    stored = store.append(entry())
    shutil.copytree(file.parent, tmp_path / "killed")
    store.close()
    for left in (tmp_path / "killed").iterdir():
        shutil.copy(left, file.parent)
    assert (file.parent / "labels.sqlite-wal").stat().st_size > 0
    with read_only(file.parent):
        with pytest.raises(StoreError, match="cannot be written"):
            LabelStore.open(url)
        reading = LabelStore.open_to_read(url)
        assert reading.all_latest() == [stored]
        reading.close()


def test_readings_in_a_log_that_cannot_be_read_are_never_passed_over(file: Path, tmp_path: Path) -> None:
    store = LabelStore.open(f"sqlite:///{file}")
    store.append(entry())
    shutil.copytree(file.parent, tmp_path / "killed")
    store.close()
    for name in ("labels.sqlite", "labels.sqlite-wal"):
        shutil.copy(tmp_path / "killed" / name, file.parent)
    with read_only(file.parent), pytest.raises(StoreError, match="cannot be opened"):
        LabelStore.open_to_read(f"sqlite:///{file}")


def test_reading_sees_what_another_program_writes_and_does_not_wait_for_it(file: Path) -> None:
    store = LabelStore.open(f"sqlite:///{file}")
    store.append(entry())
    writer = sqlite3.connect(file, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    reading = LabelStore.open_to_read(f"sqlite:///{file}", busy_timeout_s=0.05)
    assert len(reading.history(RECORD)) == 1
    writer.execute("ROLLBACK")
    writer.close()
    store.append(entry())
    assert len(reading.history(RECORD)) == 2
    reading.close()
    store.close()


def test_where_no_store_is_nothing_is_made(tmp_path: Path) -> None:
    for url in (
        f"sqlite:///{tmp_path}/new/labels.sqlite",
        f"sqlite:///{tmp_path}/labels.sqlite",
        "sqlite://",
    ):
        with pytest.raises(NoStoreError, match=r"^There is no label store at .*; check the address\.$"):
            LabelStore.open_to_read(url)
    (tmp_path / "empty.sqlite").touch()
    with pytest.raises(NoStoreError):
        LabelStore.open_to_read(f"sqlite:///{tmp_path}/empty.sqlite")
    assert [path.name for path in tmp_path.iterdir()] == ["empty.sqlite"]


def test_a_store_of_an_older_or_newer_program_is_refused_unchanged(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    LabelStore.open(f"sqlite:///{file}").close()
    monkeypatch.setattr("ecgviewer.store.schema.MIGRATIONS", (*MIGRATIONS, (2, lambda _connection: None)))
    with pytest.raises(StoreError, match=r"older version.*open it once in the viewer"):
        LabelStore.open_to_read(f"sqlite:///{file}")
    LabelStore.open(f"sqlite:///{file}").close()
    monkeypatch.undo()
    with pytest.raises(StoreError, match=r"newer version.*update the program"):
        LabelStore.open_to_read(f"sqlite:///{file}")
