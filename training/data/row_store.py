"""RowStore: rows of several columns in plain files, by record hash, appended in blocks and never half seen.

On disk: `records.index` holds 32 bytes per row, the record's SHA-256. Each column has
`<name>-<version>.rows`, its rows one after the other, and `….checks`, four bytes per row: 0 where the row was
not written, otherwise its CRC-32 (1 in place of 0). A row counts as soon as its check stands, and that is
written last. So what a killed process left half done is simply not there, and a column can be added to rows
that exist.
"""

from __future__ import annotations

import logging
import os
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from training.data.columns import Column

Rows = npt.NDArray[Any]
_LOG = logging.getLogger(__name__)
_HASH_BYTES: Final = 32
_CHECK_BYTES: Final = 4
_LOOKED_AT_BYTES: Final = 2**27
"""So much of each column is read on opening, rows spread evenly, to find a damaged file."""


class RowStore:
    """The rows of these columns in `folder`; one process at a time may add to it.

    A column whose file was damaged is emptied with a line in the log, and its rows have to be added again.
    """

    def __init__(self, folder: Path, columns: Sequence[Column]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._index = folder / "records.index"
        self._columns = tuple(columns)
        self._stems = {each.name: folder / f"{each.name}-{each.version}" for each in columns}
        self._row_of, self._n_rows = _read_index(self._index)
        self._checks = {each.name: self._sound_checks(each) for each in columns}

    def __len__(self) -> int:
        return self._n_rows

    def has(self, sha256: str) -> bool:
        """Whether every column of this store has a row for this record."""
        row = self._row_of.get(bytes.fromhex(sha256))
        return row is not None and all(row < len(held) and held[row] for held in self._checks.values())

    def row_of(self, sha256: str) -> int:
        """The record's row in every column. Raises KeyError for a record that is not there."""
        return self._row_of[bytes.fromhex(sha256)]

    def add(self, sha256: Sequence[str], rows: Mapping[str, Rows]) -> None:
        """Write one block: `rows` holds for each column as many rows as there are hashes.

        Rows that exist stay as they are. Data and hashes reach the disk before the checks that count.
        """
        digests = [bytes.fromhex(each) for each in sha256]
        new = [each for each in dict.fromkeys(digests) if each not in self._row_of]
        added = {each: self._n_rows + k for k, each in enumerate(new)}
        places = [added[each] if each in added else self._row_of[each] for each in digests]
        checks = {each.name: self._write_rows(each, places, rows[each.name]) for each in self._columns}
        with _written(self._index) as stream:
            stream.seek(self._n_rows * _HASH_BYTES)
            stream.write(b"".join(new))
        self._row_of |= added
        self._n_rows += len(new)
        for name, written in checks.items():
            self._write_checks(name, written)

    def maps(self) -> dict[str, Rows]:
        """Each column as a read-only memory map (n_rows, *shape); a row without a check may hold anything."""
        return {each.name: self._map(each) for each in self._columns}

    def _path(self, name: str, kind: str) -> Path:
        return self._stems[name].with_name(f"{self._stems[name].name}.{kind}")

    def _map(self, column: Column) -> Rows:
        if not self._n_rows:
            return np.empty((0, *column.shape), column.dtype)
        path, n_bytes = self._path(column.name, "rows"), self._n_rows * column.row_bytes
        if path.stat().st_size < n_bytes:
            # The last rows belong to records that this column was never asked for.
            os.truncate(path, n_bytes)
        return np.memmap(path, column.dtype, mode="r", shape=(self._n_rows, *column.shape))

    def _write_rows(self, column: Column, places: Sequence[int], rows: Rows) -> dict[int, int]:
        """Write the rows that are not there yet; their checks by place."""
        held = self._checks[column.name]
        written: dict[int, int] = {}
        with _written(self._path(column.name, "rows")) as stream:
            for place, row in zip(places, rows, strict=True):
                if place not in written and not (place < len(held) and held[place]):
                    data = np.ascontiguousarray(row, dtype=column.dtype).tobytes()
                    stream.seek(place * column.row_bytes)
                    stream.write(data)
                    written[place] = _check(data)
        return written

    def _write_checks(self, name: str, written: Mapping[int, int]) -> None:
        held = self._checks[name]
        held.extend([0] * (self._n_rows - len(held)))
        with _written(self._path(name, "checks")) as stream:
            for place, check in written.items():
                held[place] = check
                stream.seek(place * _CHECK_BYTES)
                stream.write(check.to_bytes(_CHECK_BYTES, "little"))

    def _sound_checks(self, column: Column) -> array[int]:
        """The checks of a column as it lies on disk; after damage none, and the damaged files are removed."""
        paths = [self._path(column.name, kind) for kind in ("checks", "rows")]
        if not any(path.exists() for path in paths):
            return array("I")
        checks = _read_checks(paths[0])
        problem = self._damage(column, checks, paths[1])
        if problem is None:
            return checks
        _LOG.warning("Cache file %s %s: its rows are made again.", paths[1], problem)
        for path in paths:
            path.unlink(missing_ok=True)
        return array("I")

    def _damage(self, column: Column, checks: array[int], path: Path) -> str | None:
        """What is wrong with a column's file, in a few words; None when nothing is."""
        written = np.flatnonzero(np.asarray(checks))
        if len(checks) > self._n_rows:
            return "holds rows of records that the index does not name"
        if not written.size:
            return None
        if not path.exists() or path.stat().st_size < (written[-1] + 1) * column.row_bytes:
            return "is too short"
        n_looked_at = min(written.size, max(1, _LOOKED_AT_BYTES // column.row_bytes))
        with path.open("rb") as stream:
            for place in written[np.linspace(0, written.size - 1, n_looked_at).astype(int)]:
                stream.seek(int(place) * column.row_bytes)
                if _check(stream.read(column.row_bytes)) != checks[place]:
                    return f"is damaged in row {place}"
        return None


def _check(data: bytes) -> int:
    """CRC-32, never 0: that stands for a row that was not written."""
    return zlib.crc32(data) or 1


def _read_index(path: Path) -> tuple[dict[bytes, int], int]:
    """Row by hash, and the number of rows; a hash that was cut off at the end is no row."""
    data = path.read_bytes() if path.exists() else b""
    n_rows = len(data) // _HASH_BYTES
    return {data[k * _HASH_BYTES : (k + 1) * _HASH_BYTES]: k for k in range(n_rows)}, n_rows


def _read_checks(path: Path) -> array[int]:
    data = path.read_bytes() if path.exists() else b""
    n_rows = len(data) // _CHECK_BYTES
    return array("I", np.frombuffer(data, "<u4", n_rows).tolist())


@contextmanager
def _written(path: Path) -> Iterator[BinaryIO]:
    """A file to write anywhere into, made when it is not there, on the disk when the block ends."""
    with path.open("r+b" if path.exists() else "w+b") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())
