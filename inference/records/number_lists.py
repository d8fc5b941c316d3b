"""Samples that a file writes out as text."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from inference.records.errors import RecordError


def parse_numbers(text: str, separator: str = " ") -> npt.NDArray[np.float64]:
    """The numbers of a text, shape (n,), separated by white space or by `separator`.

    Memory is 8 bytes a number, at most four times the text. RecordError where anything else is among them.
    """
    plain = text.strip().removesuffix(separator)
    if not plain:
        return np.empty(0)
    with warnings.catch_warnings():
        # numpy warns, and some day will raise, where a text goes on with something that is no number.
        warnings.simplefilter("error")
        try:
            return np.fromstring(plain, dtype=np.float64, sep=separator)
        except (ValueError, DeprecationWarning):
            raise RecordError("The file's samples are not all numbers: export or copy it again.") from None
