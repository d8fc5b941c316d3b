"""The same label store on a PostgreSQL server of its own, where this machine has one."""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from ecgviewer.store import LabelStore, ReadingEntry, ReadingKind, StoreError
from inference.labels import Omi, Reading

RECORD = "a" * 64
YES = Reading(omi=Omi.YES, location="I", comment="früh")
NO = Reading(omi=Omi.NO)


def run_as(user: str | None, command: list[str]) -> None:
    subprocess.run(command, user=user, check=True, capture_output=True, cwd="/")


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    """A server on a socket in a folder of its own; it listens on no network."""
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed")
    if shutil.which("initdb") is None or shutil.which("pg_ctl") is None:
        pytest.skip("this machine has no PostgreSQL server")
    user = "nobody" if os.geteuid() == 0 else None  # initdb refuses root
    folder = Path(tempfile.mkdtemp(prefix="ecgviewer-pg-"))
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    data, log = folder / "data", folder / "log"
    try:
        run_as(user, ["initdb", "-D", str(data), "-U", "ada", "-A", "trust", "-E", "UTF8", "--no-sync"])
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        run_as(user, ["pg_ctl", "-D", str(data), "-l", str(log), "-w", "-o", options, "start"])
        yield f"postgresql+psycopg://ada:secret@/postgres?host={folder}"
        run_as(user, ["pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def url(server_url: str, request: pytest.FixtureRequest) -> str:
    """A new database for each test."""
    name = re.sub(r"\W+", "_", request.node.name.lower())[:60]
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server_url.replace("/postgres?", f"/{name}?")


def entry(reading: Reading = YES, kind: ReadingKind = "edit", reader: str = "Ada") -> ReadingEntry:
    return ReadingEntry(
        record_sha256=RECORD,
        record_path="one.hea",
        reading=reading,
        reader=reader,
        app_version="0.1.0",
        kind=kind,
        import_report={"format": "wfdb"},
    )


def test_readings_come_back_after_reopening(url: str) -> None:
    store = LabelStore.open(url)
    first = store.append(entry())
    signed = store.append(entry(NO, "sign"))
    store.close()

    again = LabelStore.open(url)
    assert again.history(RECORD) == [first, signed]
    assert again.latest(RECORD) == signed
    assert again.states() == {RECORD: "signed"}
    assert signed.supersedes == first.id
    again.close()


@pytest.mark.parametrize(
    "statement", ["UPDATE reading SET omi = 'no'", "DELETE FROM reading", "TRUNCATE reading CASCADE"]
)
def test_no_program_can_change_or_remove_a_reading(url: str, statement: str) -> None:
    store = LabelStore.open(url)
    stored = store.append(entry())

    engine = create_engine(url)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()

    assert store.history(RECORD) == [stored]
    store.close()


def test_two_readers_write_at_once_and_lose_nothing(url: str) -> None:
    start = threading.Barrier(2)

    def write_twenty(reader: str) -> None:
        start.wait()
        own = LabelStore.open(url)
        for _ in range(20):
            own.append(entry(reader=reader))
        own.close()

    threads = [threading.Thread(target=write_twenty, args=(reader,)) for reader in ("Ada", "Ben")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    store = LabelStore.open(url)
    history = store.history(RECORD)
    store.close()
    for reader in ("Ada", "Ben"):
        own_rows = [stored for stored in history if stored.reader == reader]
        assert [stored.supersedes for stored in own_rows] == [None, *(stored.id for stored in own_rows[:-1])]
        assert len(own_rows) == 20


def test_a_server_that_is_not_there_is_told_without_the_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed")

    with pytest.raises(StoreError, match=r"did not answer; check the connection") as told:
        LabelStore.open(f"postgresql+psycopg://ada:secret@/labels?host={tmp_path}")

    assert "secret" not in str(told.value)
