"""How the store reaches its database: addresses, durability, locks and the check for damage."""

from __future__ import annotations

import importlib.util
import sqlite3
import time
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, NullPool, StaticPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from ecgviewer.store.errors import NoStoreError, StoreError
from ecgviewer.store.schema import DIALECTS

BUSY_TIMEOUT_S: Final = 5.0
"""How long a write waits for another program's write before it gives up with a StoreError."""
_TURN_S: Final = 0.02


def connect(url: str, busy_timeout_s: float) -> tuple[Engine, str]:
    """An engine for a database URL, and the words for its place (without a password).

    Raises StoreError for an address that cannot be used, or a folder that cannot be made.
    """
    address = _known_url(url)
    place = _place_of(address)
    return _engine_of(address, place, busy_timeout_s), place


def connect_to_read(url: str, busy_timeout_s: float) -> tuple[Engine, str]:
    """Like `connect`, but nothing is made, migrated or written: for a read-only disk, and for an export.

    Raises StoreError for an address that cannot be used; NoStoreError where there is no file.
    """
    address = _known_url(url)
    place = _place_of(address)
    if address.get_backend_name() != "sqlite":
        engine = create_engine(address, pool_pre_ping=True, execution_options={"postgresql_readonly": True})
        return engine, place
    file = Path(address.database or "")
    if not file.is_file():
        raise NoStoreError(place)
    engine = create_engine(
        "sqlite://", poolclass=NullPool, creator=partial(_open_file_to_read, file, busy_timeout_s)
    )
    event.listen(engine, "begin", _begin_sqlite)
    return engine, place


def _open_file_to_read(file: Path, busy_timeout_s: float) -> sqlite3.Connection:
    """A connection that cannot write, also where the folder refuses the shared memory of a WAL database."""
    connection = _open_file(file, "mode=ro", busy_timeout_s)
    try:
        connection.execute("PRAGMA schema_version").close()
    except sqlite3.OperationalError:
        connection.close()
        log = file.with_name(f"{file.name}-wal")
        if log.is_file() and log.stat().st_size > 0:
            # Readings wait in the log; 'immutable' would pass over them without a word.
            raise
        # Nothing waits, and where not even shared memory can be made nobody writes
        # (sqlite.org/wal.html, 'Read-Only Databases').
        connection = _open_file(file, "immutable=1", busy_timeout_s)
    return connection


def _open_file(file: Path, how: str, busy_timeout_s: float) -> sqlite3.Connection:
    address = f"{file.absolute().as_uri()}?{how}"
    return sqlite3.connect(
        address, uri=True, timeout=busy_timeout_s, check_same_thread=False, isolation_level=None
    )


def _known_url(url: str) -> URL:
    try:
        address = make_url(url)
        if address.get_backend_name() not in DIALECTS:
            backend = address.get_backend_name()
            raise StoreError(f"Labels can be kept in SQLite or PostgreSQL, not in {backend}.")
        driver = address.get_dialect().driver
    except (ArgumentError, NoSuchModuleError) as error:
        sentence = f"{url!r} is not the address of a database; one looks like sqlite:///labels.sqlite."
        raise StoreError(sentence) from error
    if address.get_backend_name() == "postgresql" and importlib.util.find_spec(driver) is None:
        raise StoreError(f"Labels in PostgreSQL need the Python package {driver}, which is not installed.")
    return address


def _place_of(address: URL) -> str:
    if address.get_backend_name() == "sqlite":
        return address.database or "in memory"
    return address.render_as_string(hide_password=True)


def _engine_of(address: URL, place: str, busy_timeout_s: float) -> Engine:
    if address.get_backend_name() != "sqlite":
        return create_engine(address, pool_pre_ping=True)
    # One thread at a time is the store's rule; it need not be the thread that opened it.
    options = {"timeout": busy_timeout_s, "check_same_thread": False}
    if address.database is None or address.database in ("", ":memory:"):
        engine = create_engine(address, poolclass=StaticPool, connect_args=options)
    else:
        engine = create_engine(address, connect_args=options)
        _make_folder(Path(address.database), place)
    event.listen(engine, "connect", partial(_set_up_sqlite, busy_timeout_s))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_folder(file: Path, place: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(f"The folder of the label store {place} cannot be made ({reason}).") from error


def _set_up_sqlite(busy_timeout_s: float, connection: Any, _record: object) -> None:
    """Durability and rules that SQLite leaves to each connection."""
    # The driver would begin transactions late and never for CREATE TABLE; `_begin_sqlite` does it instead.
    connection.isolation_level = None
    _use_wal(connection, busy_timeout_s)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _use_wal(connection: Any, busy_timeout_s: float) -> None:
    """Switch to the write-ahead log, in turn with other programs.

    SQLite's own waiting does not hold for this switch: of two programs that open a new file at the same
    moment, one would be told at once that the database is locked.
    """
    give_up_s = time.monotonic() + busy_timeout_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= give_up_s:
                raise
            time.sleep(_TURN_S)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A write takes its lock at once: upgrading a read later would fail instead of waiting its turn.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def refuse_damage(connection: Connection, place: str) -> None:
    """A damaged file is refused at once, not when its first broken page happens to be read."""
    if connection.dialect.name != "sqlite":
        return
    verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if verdict != "ok":
        raise StoreError(
            f"The label store {place} is damaged ({verdict}); "
            "keep a copy of the file as it is and restore a backup."
        )
