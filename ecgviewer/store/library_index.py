"""LibraryIndex: what was once found in each file of a library, so that 20,000 files open at once next time.

It is a memory aid and not the label store: it may be deleted at any time, is never shared with other
machines, and a damaged one is made anew (decision 0010).
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    URL,
    BigInteger,
    Column,
    Connection,
    Dialect,
    Engine,
    Float,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    delete,
    insert,
    select,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ecgviewer.store.database import connect, refuse_damage
from ecgviewer.store.errors import StoreError
from inference.records.file_names import as_named, storable

INDEX_VERSION: Final = 1
"""Another number makes every index anew: raise it when a reader of files finds more or other things."""


class _Named(TypeDecorator[str]):
    """Text that is, or quotes, the name of a file, which may be no text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else as_named(value)


_METADATA: Final = MetaData()
_VERSION: Final = Table("index_version", _METADATA, Column("number", Integer, primary_key=True))
_FILE: Final = Table(
    "indexed_file",
    _METADATA,
    Column("path", _Named, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("changed_ns", BigInteger, nullable=False),
    Column("record_sha256", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("age_years", Float),
    Column("sex", Text),
    Column("day", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("refusal", _Named, nullable=False),
)
_LISTED: Final = Table(
    "listed_file",
    _METADATA,
    Column("root", _Named, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("path", _Named, nullable=False),
)
_CHUNK: Final = 500
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IndexedFile:
    """What one file was found to hold. It holds for as long as size and time of change are the same.

    `record_sha256` and `fingerprint` (inference.signal.fingerprint) are '' for a file that was refused, and
    for one that is more than one ECG: a recording of hours, a picture.
    `kind` is "", "synthetic", "digitised", "long" or "page"; `day` is ISO or ''.
    """

    path: str
    size: int
    changed_ns: int
    record_sha256: str = ""
    fingerprint: str = ""
    format: str = ""
    age_years: float | None = None
    sex: str | None = None
    day: str = ""
    kind: str = ""
    refusal: str = ""


class _OldIndexError(StoreError):
    """An index whose findings may be other ones than this version's."""


class LibraryIndex:
    """One SQLite file; every method may be called from one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, file: Path) -> LibraryIndex | None:
        """The index at `file`, made where there is none, and made anew where it is damaged or old.

        None where the disk does not let one be kept: the library works without, only slower.
        """
        for _attempt in range(2):
            try:
                return cls(_opened(file))
            except (StoreError, SQLAlchemyError) as error:
                _log.info("The index %s is not usable (%s)", file, error)
                if not _is_worthless(error) or not _removed(file):
                    return None
        return None

    def known(self, paths: Iterable[str]) -> dict[str, IndexedFile]:
        """What is kept of these files, whether or not it still holds."""
        wanted = list(paths)
        found: dict[str, IndexedFile] = {}
        with self._reading() as connection:
            for start in range(0, len(wanted), _CHUNK):
                chunk = wanted[start : start + _CHUNK]
                rows = connection.execute(select(_FILE).where(_FILE.c.path.in_(chunk)))
                found |= {row["path"]: IndexedFile(**row) for row in rows.mappings()}
        return found

    def keep(self, files: Sequence[IndexedFile]) -> None:
        """Remember what was found in files; an older finding of a path gives way."""
        with self._writing() as connection:
            connection.execute(delete(_FILE).where(_FILE.c.path.in_([file.path for file in files])))
            if files:
                connection.execute(insert(_FILE), [asdict(file) for file in files])

    def forget_kind(self, suffix: str) -> None:
        """Forget what was found in files of one ending, such as '.csv'; capitals count as small letters."""
        with self._writing() as connection:
            connection.execute(delete(_FILE).where(_FILE.c.path.iendswith(suffix, autoescape=True)))

    def listing(self, root: str) -> tuple[str, ...]:
        """The paths that `root` held when it was last looked through, in their order; () for a new root."""
        query = select(_LISTED.c.path).where(_LISTED.c.root == root).order_by(_LISTED.c.place)
        with self._reading() as connection:
            return tuple(connection.execute(query).scalars())

    def keep_listing(self, root: str, paths: Sequence[str]) -> None:
        """Remember what `root` holds now."""
        rows: list[Mapping[str, Any]] = [
            {"root": root, "place": place, "path": path} for place, path in enumerate(paths)
        ]
        with self._writing() as connection:
            connection.execute(delete(_LISTED).where(_LISTED.c.root == root))
            if rows:
                connection.execute(insert(_LISTED), rows)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _as_store_error(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with _as_store_error(), self._engine.connect() as connection:
            writer = connection.execution_options(writes=True)
            with writer.begin():
                yield writer


@contextmanager
def _as_store_error() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise StoreError(f"The index of the library cannot be used ({error.orig}).") from error


def _opened(file: Path) -> Engine:
    # Built, not written: a '?' or '#' in a folder's name would end the path and put the file elsewhere.
    url = URL.create("sqlite", database=str(file)).render_as_string()
    engine, place = connect(url, busy_timeout_s=1.0)
    try:
        with engine.connect() as connection:
            writer = connection.execution_options(writes=True)
            with writer.begin():
                refuse_damage(writer, place)
                _METADATA.create_all(writer)
                _check_version(writer)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _check_version(connection: Connection) -> None:
    numbers = list(connection.execute(select(_VERSION.c.number)).scalars())
    if not numbers:
        connection.execute(insert(_VERSION).values(number=INDEX_VERSION))
    elif numbers != [INDEX_VERSION]:
        raise _OldIndexError("it was made by another version of this program")


def _is_worthless(error: Exception) -> bool:
    """Whether the file itself is at fault, and not a lock, a full disk or a missing permission."""
    if isinstance(error, DBAPIError):
        code = getattr(error.orig, "sqlite_errorcode", 0)
        return code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    return isinstance(error, _OldIndexError) or "is damaged" in str(error)


def _removed(file: Path) -> bool:
    """Make room for a new index; False where nothing can be removed."""
    try:
        for part in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
            part.unlink(missing_ok=True)
    except OSError as error:
        _log.info("The index %s cannot be replaced (%s)", file, error)
        return False
    return True
