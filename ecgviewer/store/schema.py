"""The tables, and the numbered migrations that make them.

A migration is written once and never edited: a store made by any earlier version must still open.
The rule that readings are only ever appended is kept by the database itself, through triggers, so
that no other program can rewrite history by accident either.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    func,
    insert,
    inspect,
    select,
)

from ecgviewer.store.errors import NoStoreError, StoreError

MIGRATION_LOCK: Final = 0x45434756
"""PostgreSQL's advisory lock of this program's migrations ('ECGV'); the number only has to be its own."""

METADATA: Final = MetaData()

MIGRATION: Final = Table(
    "schema_migration",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("applied_at", Text, nullable=False),
)

READING: Final = Table(
    "reading",
    METADATA,
    Column("id", BigInteger, primary_key=True),
    Column("record_sha256", Text, nullable=False),
    Column("record_path", Text, nullable=False),
    Column("patient_key", Text),
    Column("reader", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("app_version", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("omi", Text),
    Column("location", Text),
    Column("culprit", Text),
    Column("confidence", Integer),
    Column("comment", Text, nullable=False),
    Column("signed", Boolean, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("supersedes", BigInteger),
    Column("predictions", JSON, nullable=False),
    Column("import_report", JSON(none_as_null=True)),
)
"""The readings as queries see them; the migrations below say how they are kept."""

_READING_V1: Final = """
CREATE TABLE reading (
    id {id},
    record_sha256 TEXT NOT NULL CHECK (record_sha256 <> ''),
    record_path TEXT NOT NULL,
    patient_key TEXT,
    reader TEXT NOT NULL,
    created_at TEXT NOT NULL,
    app_version TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('edit', 'undo', 'redo', 'sign')),
    omi TEXT,
    location TEXT,
    culprit TEXT,
    confidence INTEGER CHECK (confidence BETWEEN 1 AND 5),
    comment TEXT NOT NULL,
    signed BOOLEAN NOT NULL,
    synthetic BOOLEAN NOT NULL,
    supersedes BIGINT REFERENCES reading (id),
    predictions {json} NOT NULL,
    import_report {json}
)
"""

_SQLITE_V1: Final = (
    _READING_V1.format(id="INTEGER PRIMARY KEY AUTOINCREMENT", json="TEXT"),
    "CREATE INDEX reading_of_record ON reading (record_sha256, reader, id)",
    "CREATE TRIGGER reading_is_never_changed BEFORE UPDATE ON reading"
    " BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END",
    "CREATE TRIGGER reading_is_never_removed BEFORE DELETE ON reading"
    " BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END",
    # INSERT OR REPLACE removes the old row without firing a DELETE trigger.
    "CREATE TRIGGER reading_is_never_replaced BEFORE INSERT ON reading"
    " WHEN EXISTS (SELECT 1 FROM reading WHERE id = NEW.id)"
    " BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END",
)

_POSTGRESQL_V1: Final = (
    _READING_V1.format(id="BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", json="JSON"),
    "CREATE INDEX reading_of_record ON reading (record_sha256, reader, id)",
    "CREATE FUNCTION reading_is_append_only() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'readings are append-only'; END $$",
    "CREATE TRIGGER reading_is_never_changed BEFORE UPDATE OR DELETE ON reading"
    " FOR EACH ROW EXECUTE FUNCTION reading_is_append_only()",
    "CREATE TRIGGER reading_is_never_emptied BEFORE TRUNCATE ON reading"
    " FOR EACH STATEMENT EXECUTE FUNCTION reading_is_append_only()",
)

DIALECTS: Final = ("sqlite", "postgresql")
"""The databases that the migrations are written for."""


def _create_readings(connection: Connection) -> None:
    for statement in _SQLITE_V1 if connection.dialect.name == "sqlite" else _POSTGRESQL_V1:
        connection.exec_driver_sql(statement)


MIGRATIONS: Final[tuple[tuple[int, Callable[[Connection], None]], ...]] = ((1, _create_readings),)


def migrate(connection: Connection, place: str) -> None:
    """Bring the store up to date inside the caller's transaction, so that a failure leaves it as it was.

    Raises StoreError for a store of a newer program, or for a database that belongs to another one.
    """
    if connection.dialect.name == "postgresql":
        # Two programs may open a new store at once; SQLite's write lock is held already.
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
    version = _schema_version(connection, place)
    _refuse_newer(version, place)
    for number, apply in MIGRATIONS:
        if number > version:
            apply(connection)
            applied_at = datetime.now(UTC).isoformat()
            connection.execute(insert(MIGRATION).values(number=number, applied_at=applied_at))


def refuse_read_only(connection: Connection) -> None:
    """Meet a read-only file now and not at the first reading; a database error tells of it.

    SQLite begins even an 'immediate' transaction on a file that it may not write, so a row is tried
    and taken back.
    """
    with connection.begin_nested() as attempt:
        connection.execute(insert(MIGRATION).values(number=0, applied_at=""))
        attempt.rollback()


def check_readable(connection: Connection, place: str) -> None:
    """Refuse a store that this program could only read after a migration, or not at all; change nothing.

    Raises NoStoreError where the database holds nothing, StoreError for another schema or program.
    """
    tables = inspect(connection).get_table_names()
    if not tables:
        raise NoStoreError(place)
    _refuse_foreign(tables, place)
    version = _applied(connection)
    _refuse_newer(version, place)
    if version < MIGRATIONS[-1][0]:
        raise StoreError(
            f"The label store {place} was written by an older version of this program; open it once in "
            "the viewer, where it can be written, to bring it up to date."
        )


def _refuse_newer(version: int, place: str) -> None:
    known = MIGRATIONS[-1][0]
    if version > known:
        raise StoreError(
            f"The label store {place} was written by a newer version of this program (schema {version}, "
            f"this one knows {known}); update the program. Nothing was changed."
        )


def _refuse_foreign(tables: list[str], place: str) -> None:
    if tables and MIGRATION.name not in tables:
        raise StoreError(
            f"The database {place} belongs to another program; choose another place for the labels."
        )


def _applied(connection: Connection) -> int:
    return connection.execute(select(func.max(MIGRATION.c.number))).scalar_one() or 0


def _schema_version(connection: Connection, place: str) -> int:
    """The highest migration applied; 0 for a new and empty database, whose migration table is made here."""
    tables = inspect(connection).get_table_names()
    _refuse_foreign(tables, place)
    if not tables:
        MIGRATION.create(connection)
    return _applied(connection)
