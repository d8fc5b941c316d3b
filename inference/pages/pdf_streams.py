"""What the compressed streams of a PDF unpack to, counted before a parser is let at them.

A few kilobytes of a PDF can unpack to gigabytes. The streams are found by their keyword and tried by what
they hold, since the dictionary in front of one may say anything.
"""

from __future__ import annotations

import base64
import re
import zlib
from typing import Final

from inference.records.errors import RecordError

MAX_UNPACKED_BYTES: Final = 48_000_000
"""All streams but pictures: a sheet with a second of every lead at 1000 Hz needs some megabytes."""
MAX_PICTURE_BYTES: Final = 300_000_000
"""One picture of A4 at 600 points per inch in colour has 105 MB."""
_MAX_LZW_BYTES: Final = 100_000
"""LZW, out of use since the 1990s, is not counted: its codes of at most 12 bits make it grow 700-fold."""
_MOST_LAYERS: Final = 3
_DICTIONARY_BYTES: Final = 600
_START: Final = re.compile(rb"stream\r?\n")
_HEX: Final = re.compile(rb"[0-9A-Fa-f\s]+>")


def check_streams(content: bytes) -> None:
    """Raise RecordError where the streams of a PDF unpack to more than any ECG sheet needs."""
    unpacked = {True: 0, False: 0}
    for start in _START.finditer(content):
        if content[start.start() - 3 : start.start()] == b"end":
            continue
        dictionary = content[max(0, start.start() - _DICTIONARY_BYTES) : start.start()]
        dictionary = dictionary[dictionary.rfind(b" obj") + 1 :]
        stop = content.find(b"endstream", start.end())
        data = memoryview(content)[start.end() : stop if stop > 0 else len(content)]
        is_picture = b"/Image" in dictionary and b"/Form" not in dictionary
        limit = MAX_PICTURE_BYTES if is_picture else MAX_UNPACKED_BYTES
        if b"LZW" in dictionary and len(data) > _MAX_LZW_BYTES:
            raise _too_large()
        unpacked[is_picture] += _unpacked_size(data, limit - unpacked[is_picture])
        if unpacked[is_picture] > limit:
            raise _too_large()


def _unpacked_size(data: memoryview | bytes, most: int) -> int:
    """Bytes that a stream unpacks to, or something above `most`; its own size where it is not packed."""
    for _layer in range(_MOST_LAYERS):
        as_text = _from_text(data)
        data = data if as_text is None else as_text
        # Flate's first byte: method 8, window of at most 32 kB.
        if len(data) < 2 or data[0] & 0x0F != 8 or data[0] >> 4 > 7:
            break
        try:
            data = zlib.decompressobj().decompress(data, max(1, most + 1))
        except zlib.error:
            # No Flate after all, or damaged: a parser stops here too.
            break
        if len(data) > most:
            break
    return len(data)


def _from_text(data: memoryview | bytes) -> bytes | None:
    """The bytes behind ASCII85 or hexadecimal text, None for what is neither."""
    tail = bytes(data[-8:]).rstrip()
    try:
        if tail.endswith(b"~>"):
            return base64.a85decode(bytes(data).strip().removeprefix(b"<~").removesuffix(b"~>"))
        if tail.endswith(b">") and _HEX.fullmatch(bytes(data).strip()):
            return bytes.fromhex(bytes(data).strip()[:-1].decode("ascii"))
    except ValueError:
        # Damaged text unpacks to nothing anywhere.
        return None
    return None


def _too_large() -> RecordError:
    return RecordError(
        "The PDF unpacks to more than an ECG sheet can need and is not opened: print the ECG again, alone."
    )
