"""StoreError, and the sentences for what can go wrong with a database."""

from __future__ import annotations

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

IN_USE: Final = "is in use by another program; close that program or wait a moment, then try again"

SENTENCES: Final = {
    sqlite3.SQLITE_BUSY: IN_USE,
    sqlite3.SQLITE_LOCKED: IN_USE,
    sqlite3.SQLITE_READONLY: "cannot be written because the disk or the file is read-only; "
    "make it writable or choose another place",
    sqlite3.SQLITE_PERM: "cannot be written because the permission is missing; "
    "ask for it or choose another place",
    sqlite3.SQLITE_FULL: "cannot grow because the disk is full; free some space, then try again",
    sqlite3.SQLITE_IOERR: "cannot be reached because the disk reports an error; check it, then try again",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that its folder exists and may be written",
    sqlite3.SQLITE_CORRUPT: "is damaged; keep a copy of the file as it is and restore a backup",
    sqlite3.SQLITE_NOTADB: "is not a label database; choose another file or move this one away",
}
"""What follows 'The label store …', by SQLite's primary result code (sqlite.org/rescode.html)."""


class StoreError(Exception):
    """A label store that could not do what was asked; one plain sentence with what to do next.

    Nothing was stored and nothing was lost: the caller keeps its entry and may try again.
    """


class NoStoreError(StoreError):
    """There is no label store at this address; nothing was made there."""

    def __init__(self, place: str) -> None:
        super().__init__(f"There is no label store at {place}; check the address.")


def store_error(place: str, error: DBAPIError) -> StoreError | None:
    """The sentence for a database's error, or None for an error that only a bug can cause."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if isinstance(code, int):
        sentence = SENTENCES.get(code & 0xFF)
        return None if sentence is None else StoreError(f"The label store {place} {sentence}.")
    if isinstance(error, OperationalError | InterfaceError):
        return StoreError(f"The label store {place} did not answer; check the connection, then try again.")
    return None
