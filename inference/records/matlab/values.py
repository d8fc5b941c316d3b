"""What a MATLAB variable can be here, and how raw numbers become one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

NumberArray = npt.NDArray[Any]
MatValue = NumberArray | tuple[str, ...] | dict[str, Any]
"""Numbers (MATLAB's own shape), the rows of a text or of a cell of texts, or a struct's fields."""
MAX_TEXT: Final = 100_000


class BrokenMatFileError(Exception):
    """The bytes are not what the MAT-file format describes."""


def shaped(values: NumberArray, shape: Sequence[int]) -> NumberArray:
    """Values in MATLAB's order (columns first) as an array of `shape`."""
    if any(length < 0 for length in shape) or math.prod(shape) != values.size:
        raise BrokenMatFileError("the dimensions do not fit the numbers")
    return values.reshape(tuple(shape), order="F")


def rows_of_text(codes: NumberArray) -> tuple[str, ...]:
    """A matrix of character codes as one text per row, without the blanks that fill it up."""
    if codes.ndim != 2 or codes.size > MAX_TEXT:
        raise BrokenMatFileError("a text of odd shape")
    whole = codes.astype(np.int64)
    if whole.size and not (whole.min() >= 0 and whole.max() < 0xD800):
        raise BrokenMatFileError("a text of odd characters")
    return tuple("".join(map(chr, row)).strip() for row in whole.tolist())
