"""How the store reaches its database: addresses, durability, locks and the check for damage."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from ecgviewer.store.errors import StoreError
from ecgviewer.store.schema import DIALECTS

BUSY_TIMEOUT_S: Final = 5.0
"""How long a write waits for another program's write before it gives up with a StoreError."""


def connect(url: str, busy_timeout_s: float) -> tuple[Engine, str]:
    """An engine for a database URL, and the words for its place (without a password).

    Raises StoreError for an address that cannot be used, or a folder that cannot be made.
    """
    address = _known_url(url)
    place = _place_of(address)
    return _engine_of(address, place, busy_timeout_s), place


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
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_folder(file: Path, place: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(f"The folder of the label store {place} cannot be made ({reason}).") from error


def _set_up_sqlite(connection: Any, _record: object) -> None:
    """Durability and rules that SQLite leaves to each connection."""
    # The driver would begin transactions late and never for CREATE TABLE; `_begin_sqlite` does it instead.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


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
