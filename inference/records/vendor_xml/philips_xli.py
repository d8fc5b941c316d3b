"""XLI, the compression of Philips cardiographs: LZW with codes of 10 bits over second differences.

The format is not published by its maker; it is described by the reference decoder of sierra-ecg-tools
(C. A. Watford, MIT). One chunk per lead: its size in bytes (int32), two bytes unused, a start value (int16),
all little-endian, then the LZW codes, most significant bit first. Unpacked, the first half of the bytes
are the high and the second half the low bytes of the 16-bit words w. The first two words are samples;
from the third sample on, x[i] = 2 x[i-1] - x[i-2] - e[i], with e[2] the start value and e[i] = w[i-1] - 64.
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.records.errors import RecordError

IntArray = npt.NDArray[np.int64]

_HEADER: Final = struct.Struct("<i2xh")
_CODE_BITS: Final = 10
_LAST_CODE: Final = (1 << _CODE_BITS) - 2
"""The code above it ends the stream."""
_WORD_OFFSET: Final = 64
_MAX_SAMPLE: Final = 1 << 17
"""Four times what 16 bits hold: a damaged chunk runs away quadratically and is known by it."""
_SHORTEST_TEXT: Final = 6
"""Three words: below that there is no second difference."""
_DAMAGED: Final = "The compressed waveforms are damaged or cut off: export or copy the file again."


def decode_xli(data: bytes, n_leads: int, n_samples: int) -> list[IntArray]:
    """The first `n_leads` chunks, each with `n_samples` or more samples in counts.

    Recorders write 16 channels where 12 are used; further chunks are left alone. No chunk is unpacked to
    much more than is asked for: an LZW text can grow 600-fold. RecordError for
    anything cut off or damaged.
    """
    leads = []
    place = 0
    for _ in range(n_leads):
        if place + _HEADER.size > len(data):
            raise RecordError(_DAMAGED)
        size, start = _HEADER.unpack_from(data, place)
        place += _HEADER.size
        if not 0 < size <= len(data) - place:
            raise RecordError(_DAMAGED)
        words = _words(_unpack_lzw(data[place : place + size], 2 * _most_samples(n_samples)))
        if len(words) < n_samples:
            raise RecordError(_DAMAGED)
        leads.append(_samples(words, start))
        place += size
    return leads


def _most_samples(n_samples: int) -> int:
    # Room for recorders that store some samples more than they declare.
    return n_samples + n_samples // 4 + 16


def _unpack_lzw(data: bytes, n_most: int) -> bytes:
    """The text of an LZW stream. RecordError for an impossible code or more than `n_most` bytes."""
    table: list[bytes] = [bytes([value]) for value in range(256)]
    pieces = []
    n_bytes = 0
    previous = b""
    for code in _codes(data):
        if code > _LAST_CODE:
            break
        if code < len(table):
            piece = table[code]
        elif code == len(table) and previous:
            # The one code that may be used before the decoder knows it: a text that begins and ends alike.
            piece = previous + previous[:1]
        else:
            raise RecordError(_DAMAGED)
        if previous and len(table) <= _LAST_CODE:
            table.append(previous + piece[:1])
        pieces.append(piece)
        previous = piece
        n_bytes += len(piece)
        if n_bytes > n_most:
            raise RecordError(_DAMAGED)
    return b"".join(pieces)


def _codes(data: bytes) -> list[int]:
    bits = np.unpackbits(np.frombuffer(data, dtype=np.uint8))
    whole = bits[: len(bits) // _CODE_BITS * _CODE_BITS].reshape(-1, _CODE_BITS)
    codes: list[int] = (whole @ (1 << np.arange(_CODE_BITS - 1, -1, -1, dtype=np.uint16))).tolist()
    return codes


def _words(text: bytes) -> IntArray:
    if len(text) < _SHORTEST_TEXT:
        raise RecordError(_DAMAGED)
    padded = text + b"\x00" * (len(text) % 2)
    high, low = np.frombuffer(padded, dtype=np.uint8).reshape(2, -1).astype(np.uint16)
    return (high << 8 | low).astype(np.uint16).view(np.int16).astype(np.int64)


def _samples(words: IntArray, start: int) -> IntArray:
    """Undo the second differences: the slope changes by -e[i] at each sample."""
    bends = np.concatenate([[start], words[2:-1] - _WORD_OFFSET])
    slopes = (words[1] - words[0]) - np.cumsum(bends)
    samples = np.concatenate([words[:2], words[1] + np.cumsum(slopes)])[: len(words)]
    if np.abs(samples).max() > _MAX_SAMPLE:
        raise RecordError(_DAMAGED)
    return samples
