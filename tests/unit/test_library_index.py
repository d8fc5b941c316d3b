"""What is remembered of a library's files, and when it is not believed any more."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ecgviewer.store.errors import StoreError
from ecgviewer.store.library_index import IndexedFile, LibraryIndex


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LibraryIndex]:
    opened = LibraryIndex.open(tmp_path / "index.sqlite")
    assert opened is not None
    yield opened
    opened.close()


def some_file(path: str = "/ecgs/a.hea", **facts: object) -> IndexedFile:
    return IndexedFile(path, 1000, 5, **({"record_sha256": "a" * 64} | facts))  # type: ignore[arg-type]


def test_what_was_kept_is_known_the_next_time(tmp_path: Path) -> None:
    file = tmp_path / "index.sqlite"
    first = LibraryIndex.open(file)
    assert first is not None
    first.keep([some_file(age_years=61.0, sex="female", day="2024-05-01")])
    first.keep_listing("/ecgs", ["/ecgs/a.hea", "/ecgs/b.hea"])
    first.close()

    second = LibraryIndex.open(file)
    assert second is not None
    assert second.known(["/ecgs/a.hea", "/ecgs/never.hea"]) == {
        "/ecgs/a.hea": some_file(age_years=61.0, sex="female", day="2024-05-01")
    }
    assert second.listing("/ecgs") == ("/ecgs/a.hea", "/ecgs/b.hea")
    assert second.listing("/elsewhere") == ()
    second.close()


def test_a_newer_finding_takes_the_place_of_an_older_one(index: LibraryIndex) -> None:
    index.keep([some_file()])
    index.keep([some_file(refusal="It is cut off.", record_sha256="")])
    index.keep_listing("/ecgs", ["/ecgs/a.hea", "/ecgs/b.hea"])
    index.keep_listing("/ecgs", ["/ecgs/b.hea"])

    assert index.known(["/ecgs/a.hea"])["/ecgs/a.hea"].refusal == "It is cut off."
    assert index.listing("/ecgs") == ("/ecgs/b.hea",)


def test_thousands_of_files_are_kept_and_found(index: LibraryIndex) -> None:
    paths = [f"/ecgs/{n}.hea" for n in range(3000)]
    index.keep([some_file(path) for path in paths])

    assert len(index.known(paths)) == 3000


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\x00" * 300])
def test_a_damaged_index_is_made_anew(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "index.sqlite"
    file.write_bytes(content)

    index = LibraryIndex.open(file)

    assert index is not None
    assert index.known(["/ecgs/a.hea"]) == {}
    index.close()


def test_an_index_of_another_version_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "index.sqlite"
    old = LibraryIndex.open(file)
    assert old is not None
    old.keep([some_file()])
    old.close()
    monkeypatch.setattr("ecgviewer.store.library_index.INDEX_VERSION", 999)

    new = LibraryIndex.open(file)

    assert new is not None
    assert new.known(["/ecgs/a.hea"]) == {}
    new.close()


def test_where_no_index_can_be_kept_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    assert LibraryIndex.open(tmp_path / "file" / "index.sqlite") is None


def test_an_index_that_another_program_writes_to_is_left_alone(tmp_path: Path) -> None:
    import sqlite3

    file = tmp_path / "index.sqlite"
    mine = LibraryIndex.open(file)
    assert mine is not None
    mine.keep([some_file()])
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreError, match="index of the library"):
        mine.keep([some_file("/ecgs/b.hea")])
    assert LibraryIndex.open(file) is None
    other.execute("ROLLBACK")
    other.close()

    assert "/ecgs/a.hea" in mine.known(["/ecgs/a.hea"])
    mine.close()
    assert os.path.getsize(file) > 0  # noqa: PTH202 - the file itself, not a new one


def test_an_index_lies_where_it_was_asked_for_whatever_its_folder_is_called(tmp_path: Path) -> None:
    file = tmp_path / "who? #1 %20" / "index.sqlite"
    index = LibraryIndex.open(file)
    assert index is not None
    index.close()

    assert [path.name for path in tmp_path.iterdir()] == ["who? #1 %20"]
    assert file.is_file()
