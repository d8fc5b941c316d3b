"""LabelStore: every reading, appended and never changed, in SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, Self

from sqlalchemy import Connection, Engine, Row, func, insert, select
from sqlalchemy.exc import DBAPIError

from ecgviewer.store.database import BUSY_TIMEOUT_S, connect, connect_to_read, refuse_damage
from ecgviewer.store.entries import ReadingEntry, RecordState, StoredReading
from ecgviewer.store.errors import StoreError, store_error
from ecgviewer.store.schema import READING, check_readable, migrate, refuse_read_only
from inference.labels import Reading
from inference.manifest import ShownPrediction


def _utc_now() -> datetime:
    return datetime.now(UTC)


class LabelStore:
    """One writer's door to the readings. Use it from one thread at a time.

    A reading whose `append` returned is on the disk: it survives a killed process at any moment, and
    a lost power supply as far as the disk keeps its word (WAL with synchronous=FULL).
    """

    def __init__(self, engine: Engine, place: str, clock: Callable[[], datetime] = _utc_now) -> None:
        self._engine = engine
        self._place = place
        self._clock = clock

    @classmethod
    def open(
        cls, url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S, clock: Callable[[], datetime] = _utc_now
    ) -> Self:
        """Open the store at a database URL, make it if it is not there, and bring it up to date.

        Raises StoreError for a database that cannot be reached, written, understood or trusted.
        """
        engine, place = connect(url, busy_timeout_s)
        store = cls(engine, place, clock)
        try:
            with store._write() as connection:
                refuse_damage(connection, place)
                migrate(connection, place)
                refuse_read_only(connection)
        except BaseException:
            engine.dispose()
            raise
        return store

    @classmethod
    def open_to_read(cls, url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Self:
        """Open a store that is there, to be read only: nothing is made, migrated or written.

        Raises StoreError for a database that cannot be reached, understood or trusted, NoStoreError
        where there is none. `append` on such a store raises StoreError.
        """
        engine, place = connect_to_read(url, busy_timeout_s)
        store = cls(engine, place)
        try:
            with store._read() as connection:
                refuse_damage(connection, place)
                check_readable(connection, place)
        except BaseException:
            engine.dispose()
            raise
        return store

    @property
    def place(self) -> str:
        """Where the readings are, to show to their reader; without a password."""
        return self._place

    def append(self, entry: ReadingEntry) -> StoredReading:
        """Store one reading durably and return it with its id, time and predecessor.

        Raises StoreError when it could not be stored; then nothing was, and the entry can be tried again.
        """
        with self._write() as connection:
            if connection.dialect.name == "postgresql":
                # Ids must be in the order of the commits; readers are not held up by this lock.
                connection.exec_driver_sql("LOCK TABLE reading IN SHARE ROW EXCLUSIVE MODE")
            own = (READING.c.record_sha256 == entry.record_sha256) & (READING.c.reader == entry.reader)
            supersedes = connection.execute(select(func.max(READING.c.id)).where(own)).scalar_one()
            created_at = self._clock().astimezone(UTC)
            values = {
                **_row_of(entry),
                "created_at": created_at.isoformat(timespec="microseconds"),
                "supersedes": supersedes,
            }
            new_id = connection.execute(insert(READING).values(values).returning(READING.c.id)).scalar_one()
        facts = {field.name: getattr(entry, field.name) for field in fields(ReadingEntry)}
        return StoredReading(**facts, id=new_id, created_at=created_at, supersedes=supersedes)

    def latest(self, record_sha256: str, reader: str | None = None) -> StoredReading | None:
        """The last reading of a record, by one reader or by anyone; None when there is none."""
        query = select(READING).where(READING.c.record_sha256 == record_sha256)
        if reader is not None:
            query = query.where(READING.c.reader == reader)
        with self._read() as connection:
            row = connection.execute(query.order_by(READING.c.id.desc()).limit(1)).one_or_none()
        return None if row is None else _stored(row)

    def history(self, record_sha256: str) -> list[StoredReading]:
        """Every reading of a record by every reader, first one first."""
        query = select(READING).where(READING.c.record_sha256 == record_sha256).order_by(READING.c.id)
        with self._read() as connection:
            return [_stored(row) for row in connection.execute(query)]

    def all_latest(self) -> list[StoredReading]:
        """The last reading of each record by each of its readers, in the order they were made."""
        last_ids = select(func.max(READING.c.id)).group_by(READING.c.record_sha256, READING.c.reader)
        query = select(READING).where(READING.c.id.in_(last_ids)).order_by(READING.c.id)
        with self._read() as connection:
            return [_stored(row) for row in connection.execute(query)]

    def states(self) -> dict[str, RecordState]:
        """Record hash to 'signed' or 'draft', by its last reading; a record whose answers were all
        taken back is not in it."""
        last_ids = select(func.max(READING.c.id)).group_by(READING.c.record_sha256)
        query = select(READING).where(READING.c.id.in_(last_ids)).order_by(READING.c.id)
        with self._read() as connection:
            last = [_stored(row) for row in connection.execute(query)]
        return {
            stored.record_sha256: "signed" if stored.signed else "draft"
            for stored in last
            if stored.signed or not stored.reading.is_empty
        }

    def close(self) -> None:
        """Let go of the database; a closed store must not be used again."""
        self._engine.dispose()

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with (
            self._told_plainly(),
            self._engine.connect() as connection,
            connection.execution_options(writes=True).begin(),
        ):
            yield connection

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with self._told_plainly(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _told_plainly(self) -> Iterator[None]:
        """Turn what a reader's disk or network can cause into a StoreError; a bug stays what it is."""
        try:
            yield
        except DBAPIError as error:
            plain = store_error(self._place, error)
            if plain is None:
                raise
            raise plain from error


def _row_of(entry: ReadingEntry) -> dict[str, Any]:
    return {
        "record_sha256": entry.record_sha256,
        "record_path": entry.record_path,
        "patient_key": entry.patient_key,
        "reader": entry.reader,
        "app_version": entry.app_version,
        "kind": entry.kind,
        **entry.reading.to_json(),
        "signed": entry.signed,
        "synthetic": entry.synthetic,
        "predictions": [shown.to_json() for shown in entry.predictions],
        "import_report": None if entry.import_report is None else dict(entry.import_report),
    }


def _stored(row: Row[Any]) -> StoredReading:
    values = dict(row._mapping)
    try:
        reading = Reading.from_json(values)
    except ValueError as error:
        sentence = (
            f"Reading {row.id} uses a word that this program does not know ({error}); update the program."
        )
        raise StoreError(sentence) from error
    return StoredReading(
        record_sha256=values["record_sha256"],
        record_path=values["record_path"],
        reading=reading,
        reader=values["reader"],
        app_version=values["app_version"],
        kind=values["kind"],
        patient_key=values["patient_key"],
        synthetic=values["synthetic"],
        predictions=tuple(ShownPrediction.from_json(shown) for shown in values["predictions"]),
        import_report=values["import_report"],
        id=values["id"],
        created_at=datetime.fromisoformat(values["created_at"]),
        supersedes=values["supersedes"],
    )
