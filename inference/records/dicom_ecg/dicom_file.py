"""A DICOM file as its data set, whatever its transfer syntax and however damaged it is."""

from __future__ import annotations

import logging
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from inference.records.dicom_ecg.dicom_head import MAGIC, PREAMBLE_BYTES
from inference.records.dicom_ecg.elements import Elements, Source
from inference.records.errors import RecordError
from inference.records.safety import file_size

MAX_DICOM_BYTES: Final = 300_000_000
"""60 million samples, the most that is read, take 120 to 240 MB."""
MAX_INFLATION: Final = 10
"""How many times its size a deflated file may grow: real ECGs come to 2 to 5 times, a bomb to 1,000."""
_SMALL_BYTES: Final = 1_000_000
"""Up to this size a deflated file may grow further: a short flat line does."""
_DEFLATED: Final = b"1.2.840.10008.1.2.1.99"
"""PS3.5 A.5, Deflated Explicit VR Little Endian."""
_GROUP_LENGTH: Final = b"\x02\x00\x00\x00UL\x04\x00"


@contextmanager
def quiet_pydicom() -> Iterator[None]:
    """Let pydicom neither warn nor log for the length of a `with`.

    It does both for each value that breaks a rule of the standard, as many devices' values do (an UID of
    65 characters), and nothing of that is anything a reader of ECGs could act on.
    """
    logger = logging.getLogger("pydicom")
    was_disabled = logger.disabled
    logger.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = was_disabled


def open_dicom(path: Path) -> Elements:
    """The data set of a file, to be used under `quiet_pydicom`. RecordError where it cannot be read."""
    if file_size(path) > MAX_DICOM_BYTES:
        raise RecordError(f"'{path.name[:80]}' is larger than any ECG in DICOM that is read: check the file.")
    try:
        content = path.read_bytes()
    except OSError:
        raise RecordError(f"'{path.name[:80]}' may not be read: check its permissions.") from None
    try:
        return _parsed(content)
    except RecordError:
        raise
    except Exception as error:
        # pydicom names no closed list of what a damaged file may raise: struct.error, KeyError,
        # NotImplementedError, RecursionError and others have been seen.
        raise RecordError(f"'{path.name[:80]}' is damaged or cut off: export or copy it again.") from error


def _parsed(content: bytes) -> Elements:
    from pydicom import dcmread
    from pydicom.filereader import read_dataset

    source = Source()
    start = _end_of_file_meta(content)
    if start is not None and _DEFLATED in content[PREAMBLE_BYTES:start]:
        inflated = source.stream(_inflated(content[start:]))
        return Elements(read_dataset(inflated, is_implicit_VR=False, is_little_endian=True), source)
    dataset = dcmread(source.stream(content), force=True)
    source.is_little_endian = dataset.original_encoding[1] is not False
    return Elements(dataset, source)


def _end_of_file_meta(content: bytes) -> int | None:
    """Where the data set begins, by the group length that must come first (PS3.10 7.1)."""
    first = PREAMBLE_BYTES + len(MAGIC)
    value = first + len(_GROUP_LENGTH)
    if content[first:value] != _GROUP_LENGTH:
        return None
    return value + 4 + int.from_bytes(content[value : value + 4], "little")


def _inflated(deflated: bytes) -> bytes:
    """A data set of the deflated transfer syntax (RFC 1951, no header), never more than the limit."""
    limit = min(MAX_DICOM_BYTES, max(_SMALL_BYTES, MAX_INFLATION * len(deflated)))
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    inflated = stream.decompress(deflated, limit)
    if stream.unconsumed_tail:
        raise RecordError(
            "The compressed file grows far beyond any ECG and was not unpacked: check the file."
        )
    return inflated
