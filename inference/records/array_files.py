"""Numbers out of .npy, .npz, .csv and .tsv files, never more than the file can honestly hold."""

from __future__ import annotations

import io
import math
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy_format

from inference.records.errors import RecordError
from inference.records.safety import MAX_SIGNALS, MAX_VALUES, file_size
from inference.records.zip_members import DAMAGED_ARCHIVE

FloatTable = npt.NDArray[np.float64]

_MAX_TABLE_BYTES: Final = 100_000_000
_FIRST_ROW_BYTES: Final = 20_000
_NPZ_NAMES: Final = ("signals_mv", "signals", "ecg")
_MAX_NPZ_MEMBERS: Final = 1000
_MAX_ARRAY_HEADER_BYTES: Final = 10_000
"""As numpy's own limit, which it checks only after it has read the whole header."""


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV's columns: values of shape (n_samples, n_columns) and the header row's names, if it has one."""

    values: FloatTable = field(repr=False)
    names: tuple[str, ...] | None


def read_npy(path: Path) -> npt.NDArray[Any]:
    """One array of numbers with at most two axes. RecordError for objects, truncation or absurd shapes."""
    size = file_size(path)
    try:
        with path.open("rb") as stream:
            return _read_array(stream, size, path.name)
    except OSError:
        raise _unreadable(path.name) from None


def read_npz(path: Path) -> npt.NDArray[Any]:
    """The archive's ECG: the array named signals_mv, signals or ecg, or the only one with two axes."""
    file_size(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()[: _MAX_NPZ_MEMBERS + 1]
            if len(members) > _MAX_NPZ_MEMBERS:
                raise _unreadable(path.name)
            with archive.open(_choose_member(archive, members)) as stream:
                return _read_array(stream, None, path.name)
    except DAMAGED_ARCHIVE:
        raise _unreadable(path.name) from None


def _choose_member(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    by_name = {Path(member.filename).stem: member for member in members}
    for name in _NPZ_NAMES:
        if name in by_name:
            return by_name[name]
    two_axes = [member for member in members if len(_shape_of(archive, member)) == 2]
    if len(two_axes) != 1:
        raise RecordError(
            f"The archive holds {len(two_axes)} arrays that could be the ECG: name the right one 'signals'."
        )
    return two_axes[0]


def _shape_of(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[int, ...]:
    with archive.open(member) as stream:
        return _read_array_header(stream)[0]


def _read_array_header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, Fortran order and type of an array, without its values. ValueError for anything else."""
    readers = {(1, 0): (2, npy_format.read_array_header_1_0), (2, 0): (4, npy_format.read_array_header_2_0)}
    try:
        with warnings.catch_warnings():
            # numpy warns of headers written by Python 2, which it reads all the same.
            warnings.simplefilter("ignore", UserWarning)
            n_length_bytes, read_header = readers[npy_format.read_magic(stream)]
            length = stream.read(n_length_bytes)
            n_header_bytes = int.from_bytes(length, "little")
            if n_header_bytes > _MAX_ARRAY_HEADER_BYTES:
                # A few kilobytes of a zip archive can promise, and deliver, a header of 4 GB.
                raise ValueError("a header of absurd length")
            return read_header(io.BytesIO(length + stream.read(n_header_bytes)))
    except Exception as error:
        # A header is a Python expression: numpy's parser raises whatever a damaged one leads it into.
        raise ValueError("not the header of an array of numbers") from error


def _read_array(stream: IO[bytes], size: int | None, name: str) -> npt.NDArray[Any]:
    try:
        shape, fortran, dtype = _read_array_header(stream)
    except ValueError:
        raise _unreadable(name) from None
    if dtype.hasobject or dtype.kind not in "iuf" or dtype.itemsize > 8:
        raise RecordError(f"'{name}' holds something other than plain numbers: save the samples as numbers.")
    count = math.prod(shape)
    if len(shape) not in (1, 2) or not 0 < count <= MAX_VALUES or min(shape) < 1:
        raise RecordError(
            f"'{name}' holds an array of shape {_shape_text(shape)}: save one array of leads by samples."
        )
    n_bytes = count * dtype.itemsize
    if size is not None and size - stream.tell() < n_bytes:
        raise RecordError(f"'{name}' is cut off: copy or save it again.")
    content = stream.read(n_bytes)
    if len(content) != n_bytes:
        raise RecordError(f"'{name}' is cut off: copy or save it again.")
    values: npt.NDArray[Any] = np.frombuffer(content, dtype=dtype)
    return values.reshape(shape, order="F" if fortran else "C")


def read_table(path: Path) -> Table:
    """A text table with one lead per column, with or without a row of names; `nan` marks a gap.

    Tabs separate the columns, or else semicolons, or else commas; beside tabs and semicolons a decimal
    comma is understood.
    """
    if file_size(path) > _MAX_TABLE_BYTES:
        raise RecordError(f"'{path.name}' is larger than 100 MB: save it as .npy, or cut out a part.")
    lines = _lines(_beginning(path, _MAX_TABLE_BYTES))
    if not lines:
        raise _unreadable(path.name)
    separator, first = _cells(lines[0])
    is_comma_separated = separator == ","
    is_data = all(_is_number(cell if is_comma_separated else cell.replace(",", ".")) for cell in first)
    rows = lines if is_data else lines[1:]
    if not rows or len(first) > MAX_SIGNALS or len(rows) * len(first) > MAX_VALUES:
        raise _unreadable(path.name)
    if not is_comma_separated:
        rows = _with_decimal_points(rows, path.name)
    return Table(_numbers(rows, separator, path.name), None if is_data else first)


def first_row(path: Path) -> tuple[str, ...]:
    """The cells of a table's first row, from no more than the file's beginning; () where there is none."""
    return first_row_in(_beginning(path, _FIRST_ROW_BYTES))


def first_row_in(beginning: bytes) -> tuple[str, ...]:
    """The cells of the first row of a table that begins with these bytes; () where there is none."""
    lines = _lines(beginning)
    return _cells(lines[0])[1] if lines else ()


def _beginning(path: Path, most_bytes: int) -> bytes:
    try:
        with path.open("rb") as stream:
            # Not `most_bytes` outright: Python takes memory for what is asked, not for what is there.
            return stream.read(min(most_bytes, file_size(path)))
    except OSError:
        raise _unreadable(path.name) from None


def _lines(content: bytes) -> list[str]:
    """A table's lines without comments and empty ones; none for what is no text."""
    text = content.decode("utf-8-sig", errors="replace")
    if "\x00" in text:
        return []
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def _cells(line: str) -> tuple[str, tuple[str, ...]]:
    """The separator of a table's first row, and the row's cells."""
    # In this order, because decimal commas may well outnumber the separators.
    separator = next((mark for mark in "\t;" if mark in line), ",")
    return separator, tuple(cell.strip().strip('"') for cell in line.split(separator))


def _with_decimal_points(rows: Sequence[str], name: str) -> list[str]:
    if any("," in row for row in rows) and any("." in row for row in rows):
        # 1,234 could then be 1.234 or 1234.
        raise RecordError(f"'{name}' holds both decimal points and commas: export it with one of them.")
    return [row.replace(",", ".") for row in rows]


def _numbers(rows: Sequence[str], separator: str, name: str) -> FloatTable:
    try:
        return np.loadtxt(rows, delimiter=separator, dtype=np.float64, ndmin=2, comments=None, quotechar='"')
    except (ValueError, OverflowError):
        raise RecordError(
            f"'{name}' holds a cell that is not a number, or uneven rows: write nan for a gap."
        ) from None


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _shape_text(shape: tuple[int, ...]) -> str:
    return " x ".join(str(length)[:12] for length in shape[:5]) or "nothing"


def _unreadable(name: str) -> RecordError:
    return RecordError(f"'{name}' is not a readable array or table of numbers: export or copy it again.")
