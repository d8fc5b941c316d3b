"""How whole numbers of a fixed width lie in a file, and how any stretch of them becomes an array."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class SampleWords:
    """Values come in groups: `values_per_group` of them in `bytes_per_group` bytes."""

    values_per_group: int
    bytes_per_group: int
    decode: Callable[[bytes], IntArray]
    """Whole groups as bytes into their values, shape (n_groups * values_per_group,)."""

    def bytes_of(self, n_values: int) -> int:
        """The bytes that hold `n_values` from the beginning of a group on."""
        return -(-n_values // self.values_per_group) * self.bytes_per_group


def _words(dtype: str, offset: int = 0) -> Callable[[bytes], IntArray]:
    def decode(content: bytes) -> IntArray:
        values: IntArray = np.frombuffer(content, dtype=dtype)
        return values.astype(np.int32) - offset if offset else values

    return decode


def _decode_24(content: bytes) -> IntArray:
    """Three bytes, least significant first, two's complement: shifted into the upper end of an int32."""
    triples = np.frombuffer(content, dtype=np.uint8).reshape(-1, 3)
    words = np.zeros((len(triples), 4), dtype=np.uint8)
    words[:, 1:] = triples
    values: IntArray = words.view("<i4").reshape(-1) >> 8
    return values


def _decode_212(content: bytes) -> IntArray:
    """Two 12-bit two's-complement samples in three bytes, as signal(5) draws them."""
    triples = np.frombuffer(content, dtype=np.uint8).reshape(-1, 3).astype(np.int16)
    values = np.empty((len(triples), 2), dtype=np.int16)
    values[:, 0] = triples[:, 0] | ((triples[:, 1] & 0x0F) << 8)
    values[:, 1] = triples[:, 2] | ((triples[:, 1] & 0xF0) << 4)
    values[values > 2047] -= 4096
    return values.reshape(-1)


INT16: Final = SampleWords(1, 2, _words("<i2"))
INT24: Final = SampleWords(1, 3, _decode_24)
WFDB_WORDS: Final = {
    16: INT16,
    24: INT24,
    32: SampleWords(1, 4, _words("<i4")),
    61: SampleWords(1, 2, _words(">i2")),
    80: SampleWords(1, 1, _words("u1", 2**7)),
    160: SampleWords(1, 2, _words("<u2", 2**15)),
    212: SampleWords(2, 3, _decode_212),
}
"""The WFDB formats (signal(5) of the WFDB Applications Guide) of which any stretch can be read alone."""
