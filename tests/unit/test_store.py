"""The label store: append-only, durable, honest about what went wrong."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from ecgviewer.store import LabelStore, ReadingEntry, ReadingKind, ShownPrediction, StoreError
from ecgviewer.store.schema import MIGRATIONS
from inference.labels import Culprit, Omi, Reading

RECORD = "a" * 64
OTHER_RECORD = "b" * 64
YES = Reading(omi=Omi.YES, location="IL", culprit=Culprit.RCA, confidence=4, comment="früh, II > III")
NO = Reading(omi=Omi.NO)
SHOWN = ShownPrediction("ecg-smart-net.mi-ptbxl", "c" * 64, ("none", "mi"), (0.25, 0.75), 0.5)


def entry(
    reading: Reading = YES,
    kind: ReadingKind = "edit",
    *,
    record: str = RECORD,
    reader: str = "Ada",
    synthetic: bool = False,
) -> ReadingEntry:
    return ReadingEntry(
        record_sha256=record,
        record_path="records/one.hea",
        reading=reading,
        reader=reader,
        app_version="0.1.0",
        kind=kind,
        patient_key="patient 1",
        synthetic=synthetic,
        predictions=(SHOWN,),
        import_report={"format": "wfdb", "assumed": ["1 µV per step"]},
    )


def ticking_clock() -> Iterator[datetime]:
    start = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)
    for minute in range(1000):
        yield start + timedelta(minutes=minute)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "labels" / "labels.sqlite"


@pytest.fixture
def store(file: Path) -> Iterator[LabelStore]:
    clock = ticking_clock()
    opened = LabelStore.open(f"sqlite:///{file}", clock=lambda: next(clock))
    yield opened
    opened.close()


def test_a_stored_reading_comes_back_whole_after_reopening(store: LabelStore, file: Path) -> None:
    stored = store.append(entry())
    store.close()

    again = LabelStore.open(f"sqlite:///{file}")
    latest = again.latest(RECORD)
    again.close()

    assert latest == stored
    assert latest is not None
    assert latest.reading == YES
    assert latest.predictions == (SHOWN,)
    assert latest.import_report == {"format": "wfdb", "assumed": ["1 µV per step"]}
    assert latest.created_at == datetime(2024, 3, 1, 12, 0, tzinfo=UTC)
    assert (latest.supersedes, latest.patient_key) == (None, "patient 1")
    assert (latest.signed, latest.synthetic) == (False, False)


def test_a_record_nobody_read_has_no_reading_and_no_state(store: LabelStore) -> None:
    assert store.latest(RECORD) is None
    assert store.history(RECORD) == []
    assert store.all_latest() == []
    assert store.states() == {}


def test_unanswered_questions_stay_unanswered(store: LabelStore) -> None:
    store.append(entry(Reading(comment="poor quality")))

    latest = store.latest(RECORD)

    assert latest is not None
    assert latest.reading == Reading(
        omi=None, location=None, culprit=None, confidence=None, comment="poor quality"
    )


def test_history_keeps_every_step_and_each_names_the_one_before(store: LabelStore) -> None:
    kinds: tuple[ReadingKind, ...] = ("edit", "edit", "undo", "redo", "sign")
    for reading, kind in zip((YES, NO, YES, NO, NO), kinds, strict=True):
        store.append(entry(reading, kind))

    history = store.history(RECORD)

    assert [stored.kind for stored in history] == list(kinds)
    assert [stored.reading for stored in history] == [YES, NO, YES, NO, NO]
    assert [stored.supersedes for stored in history] == [None, *(stored.id for stored in history[:-1])]
    assert [stored.created_at.minute for stored in history] == [0, 1, 2, 3, 4]


def test_two_readers_each_keep_their_own_last_reading(store: LabelStore) -> None:
    ada = store.append(entry(YES, reader="Ada"))
    ben = store.append(entry(NO, reader="Ben"))

    assert store.latest(RECORD, "Ada") == ada
    assert store.latest(RECORD, "Ben") == ben
    assert store.latest(RECORD) == ben
    assert ben.supersedes is None
    assert store.all_latest() == [ada, ben]


def test_states_tell_signed_from_draft_and_forget_what_was_taken_back(store: LabelStore) -> None:
    store.append(entry(YES))
    store.append(entry(YES, "sign"))
    store.append(entry(NO, record=OTHER_RECORD))
    store.append(entry(YES, record="c" * 64))
    store.append(entry(Reading(), "undo", record="c" * 64))

    assert store.states() == {RECORD: "signed", OTHER_RECORD: "draft"}


def test_an_edit_after_signing_is_a_draft_again(store: LabelStore) -> None:
    store.append(entry(YES, "sign"))
    store.append(entry(NO))
    assert store.states() == {RECORD: "draft"}

    store.append(entry(YES, "undo"))
    assert store.states() == {RECORD: "draft"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reading SET omi = 'no'",
        "DELETE FROM reading",
        "INSERT OR REPLACE INTO reading SELECT * FROM reading",
        "REPLACE INTO reading SELECT * FROM reading",
    ],
)
def test_no_program_can_change_or_remove_a_reading(store: LabelStore, file: Path, statement: str) -> None:
    stored = store.append(entry())

    other_program = sqlite3.connect(file)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other_program.execute(statement)
    other_program.close()

    assert store.history(RECORD) == [stored]


def test_a_reading_outside_the_rules_of_the_schema_is_a_bug_not_a_plain_sentence(store: LabelStore) -> None:
    with pytest.raises(IntegrityError):
        store.append(entry(record=""))
    assert store.all_latest() == []


def test_a_word_of_a_newer_vocabulary_is_named_not_guessed(store: LabelStore, file: Path) -> None:
    store.append(entry())
    newer_program = sqlite3.connect(file)
    with newer_program:
        columns = [
            name for (_, name, *_) in newer_program.execute("PRAGMA table_info(reading)") if name != "id"
        ]
        values = ", ".join("'probably'" if name == "omi" else name for name in columns)
        newer_program.execute(f"INSERT INTO reading ({', '.join(columns)}) SELECT {values} FROM reading")
    newer_program.close()

    with pytest.raises(StoreError, match=r"'probably' is not a valid Omi.*update the program"):
        store.latest(RECORD)


def test_every_connection_writes_durably(store: LabelStore) -> None:
    with store._write() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_store_of_a_newer_program_is_refused_and_left_alone(store: LabelStore, file: Path) -> None:
    store.append(entry())
    store.close()
    newer = MIGRATIONS[-1][0] + 1
    raw = sqlite3.connect(file)
    with raw:
        raw.execute("INSERT INTO schema_migration VALUES (?, '2030-01-01T00:00:00+00:00')", (newer,))
    before = list(raw.iterdump())

    with pytest.raises(StoreError, match=f"newer version.*schema {newer}.*Nothing was changed"):
        LabelStore.open(f"sqlite:///{file}")

    assert list(raw.iterdump()) == before
    raw.close()


def test_a_failed_migration_leaves_the_store_as_it_was(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    LabelStore.open(f"sqlite:///{file}").close()

    def half_done(connection: object) -> None:
        connection.exec_driver_sql("CREATE TABLE span (id INTEGER)")  # type: ignore[attr-defined]
        raise RuntimeError("power cut")

    monkeypatch.setattr("ecgviewer.store.schema.MIGRATIONS", (*MIGRATIONS, (2, half_done)))
    with pytest.raises(RuntimeError, match="power cut"):
        LabelStore.open(f"sqlite:///{file}")
    monkeypatch.undo()

    again = LabelStore.open(f"sqlite:///{file}")
    assert again.append(entry()).reading == YES
    again.close()
    raw = sqlite3.connect(file)
    tables = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    raw.close()
    assert "span" not in tables


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "photos.sqlite"
    raw = sqlite3.connect(file)
    with raw:
        raw.execute("CREATE TABLE photo (id INTEGER)")

    with pytest.raises(StoreError, match="belongs to another program"):
        LabelStore.open(f"sqlite:///{file}")

    assert raw.execute("SELECT name FROM sqlite_master").fetchall() == [("photo",)]
    raw.close()


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "labels.sqlite"
    file.write_bytes(b"omi,location\nyes,I\n" * 100)

    with pytest.raises(StoreError, match="is not a label database"):
        LabelStore.open(f"sqlite:///{file}")

    assert file.read_bytes() == b"omi,location\nyes,I\n" * 100


def test_a_damaged_file_is_refused_when_it_is_opened(store: LabelStore, file: Path) -> None:
    for _ in range(200):
        store.append(entry())
    store.close()
    with file.open("r+b") as stream:
        stream.seek(5 * 4096)
        stream.write(b"\xff" * 8 * 4096)

    with pytest.raises(StoreError, match="is damaged"):
        LabelStore.open(f"sqlite:///{file}")


def test_a_locked_store_says_so_and_the_same_entry_can_be_tried_again(file: Path) -> None:
    store = LabelStore.open(f"sqlite:///{file}", busy_timeout_s=0.05)
    other_program = sqlite3.connect(file, isolation_level=None)
    other_program.execute("BEGIN IMMEDIATE")
    waiting = entry()

    with pytest.raises(StoreError, match="in use by another program"):
        store.append(waiting)
    assert store.all_latest() == []

    other_program.execute("ROLLBACK")
    other_program.close()
    assert store.append(waiting).reading == YES
    assert len(store.all_latest()) == 1
    store.close()


def test_a_full_disk_says_so_and_nothing_is_lost(store: LabelStore) -> None:
    first = store.append(entry())
    long_comment = entry(Reading(comment="x" * 100_000))
    with store._write() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(StoreError, match="disk is full; free some space"):
        store.append(long_comment)
    assert store.history(RECORD) == [first]

    with store._write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert store.append(long_comment).supersedes == first.id


def test_a_read_only_store_says_so(store: LabelStore) -> None:
    with store._write() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")

    with pytest.raises(StoreError, match="read-only; make it writable"):
        store.append(entry())
    assert store.all_latest() == []


def test_a_place_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")

    with pytest.raises(StoreError, match="cannot be made"):
        LabelStore.open(f"sqlite:///{tmp_path}/taken/labels.sqlite")
    with pytest.raises(StoreError, match="cannot be opened"):
        LabelStore.open(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("not a url", "is not the address of a database"),
        ("nonsense://x/y", "not in nonsense"),
        ("mysql://x/y", "in SQLite or PostgreSQL, not in mysql"),
        ("postgresql+nodriver://x/y", "is not the address of a database"),
    ],
)
def test_an_address_that_is_no_known_database_says_so(url: str, sentence: str) -> None:
    with pytest.raises(StoreError, match=sentence):
        LabelStore.open(url)


def test_two_stores_on_one_file_write_in_turn_and_lose_nothing(file: Path) -> None:
    start = threading.Barrier(2)

    def write_fifty(reader: str) -> None:
        start.wait()
        own = LabelStore.open(f"sqlite:///{file}", busy_timeout_s=60)
        for _ in range(50):
            own.append(entry(reader=reader))
        own.close()

    threads = [threading.Thread(target=write_fifty, args=(reader,)) for reader in ("Ada", "Ben")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    store = LabelStore.open(f"sqlite:///{file}")
    history = store.history(RECORD)
    store.close()
    assert [stored.id for stored in history] == list(range(1, 101))
    for reader in ("Ada", "Ben"):
        own_rows = [stored for stored in history if stored.reader == reader]
        assert [stored.supersedes for stored in own_rows] == [None, *(stored.id for stored in own_rows[:-1])]


def test_programs_that_open_a_new_store_at_the_same_moment_all_get_it(tmp_path: Path) -> None:
    problems: list[StoreError] = []

    def open_and_close(file: Path, start: threading.Barrier) -> None:
        start.wait()
        try:
            LabelStore.open(f"sqlite:///{file}", busy_timeout_s=60).close()
        except StoreError as problem:
            problems.append(problem)

    for number in range(50):
        start = threading.Barrier(3)
        file = tmp_path / f"labels-{number}.sqlite"
        threads = [threading.Thread(target=open_and_close, args=(file, start)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert problems == []


def test_a_store_in_memory_is_one_store_for_all_threads() -> None:
    store = LabelStore.open("sqlite://")
    thread = threading.Thread(target=store.append, args=(entry(),))
    thread.start()
    thread.join()
    assert len(store.history(RECORD)) == 1
    store.close()
