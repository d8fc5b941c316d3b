"""MAT-files of version 4: one header of five whole numbers per variable, then its numbers.

Source: MathWorks, MAT-File Format (matfile_format.pdf), appendix "MAT-File Version 4".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

import numpy as np

from inference.records.matlab.values import BrokenMatFileError, MatValue, rows_of_text, shaped

_HEADER: Final = struct.Struct("<5i")
_NUMBERS: Final = ("<f8", "<f4", "<i4", "<i2", "<u2", "<u1")
_MAX_NAME: Final = 1000
_MAX_VARIABLES: Final = 1000


def looks_like_version_4(head: bytes) -> bool:
    """Whether the first variable's header is possible; big-endian files of that age are not read."""
    if len(head) < _HEADER.size:
        return False
    kind, n_rows, n_columns, imaginary, n_name = _HEADER.unpack_from(head)
    return 0 <= kind <= 52 and min(n_rows, n_columns) >= 0 and imaginary in (0, 1) and 0 < n_name <= _MAX_NAME


def variables(content: bytes) -> Iterator[tuple[str, MatValue]]:
    """Each variable of numbers or text. Raises BrokenMatFileError."""
    place = 0
    for _ in range(_MAX_VARIABLES):
        if place >= len(content):
            return
        if not looks_like_version_4(content[place : place + _HEADER.size]):
            raise BrokenMatFileError("a variable without a header")
        kind, n_rows, n_columns, imaginary, n_name = _HEADER.unpack_from(content, place)
        precision, what = kind // 10 % 10, kind % 10
        if precision >= len(_NUMBERS):
            raise BrokenMatFileError("numbers of an unknown kind")
        numbers = np.dtype(_NUMBERS[precision])
        start = place + _HEADER.size + n_name
        stop = start + n_rows * n_columns * numbers.itemsize
        if stop > len(content):
            raise BrokenMatFileError("a variable that is cut off")
        name = content[place + _HEADER.size : start].rstrip(b"\x00").decode("latin-1")
        values = shaped(np.frombuffer(content[start:stop], dtype=numbers), (n_rows, n_columns))
        if what == 1:
            yield name, rows_of_text(values)
        elif what == 0 and not imaginary:
            yield name, values
        place = stop + (stop - start if imaginary else 0)
    raise BrokenMatFileError("more variables than a recording has")
