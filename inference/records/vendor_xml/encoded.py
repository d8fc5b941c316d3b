"""Samples that an XML file carries as text: Base64, or integers in plain figures."""

from __future__ import annotations

import base64
import binascii

import numpy as np
import numpy.typing as npt

from inference.records.errors import RecordError

IntArray = npt.NDArray[np.int64]


def decode_base64(text: str, what: str) -> bytes:
    """The bytes of a Base64 text, whose lines may be broken anywhere. RecordError names `what` is damaged."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise RecordError(f"{what} is damaged (no valid Base64): export or copy the file again.") from None


def decode_plain(text: str, n_most: int, what: str) -> IntArray:
    """Up to `n_most` integers in figures, parted by white space or commas, shape (n,).

    Counted before they are turned into numbers. RecordError names `what` holds something else.
    """
    words = text.replace(",", " ").split(None, n_most)
    try:
        return np.array([int(word) for word in words[:n_most]], dtype=np.int64)
    except (ValueError, OverflowError):
        raise RecordError(f"{what} is damaged (not all integers): export or copy the file again.") from None


def integers_of(data: bytes, *, n_bytes: int, signed: bool, what: str) -> IntArray:
    """Little-endian integers of `n_bytes` each, shape (n,). RecordError where `data` ends within one."""
    if len(data) % n_bytes:
        raise RecordError(f"{what} ends within a sample: export or copy the file again.")
    return np.frombuffer(data, dtype=f"<{'i' if signed else 'u'}{n_bytes}").astype(np.int64)
