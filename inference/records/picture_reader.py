"""Pictures of ECG sheets, and PDFs, behind `read_record`: recognised here, read by the room for sheets."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from inference.records.file_head import FileHead
from inference.records.given import Given
from inference.records.record import Record

PICTURE_SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
_BEGINNINGS: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")


def is_picture(head: FileHead) -> bool:
    """Whether a file begins like a PNG, JPEG or TIFF."""
    return head.data.startswith(_BEGINNINGS)


def read_sheet(path: Path, _given: Given) -> Record:
    """The ECG on a sheet in a picture or PDF; a sheet says its own scale, so nothing given changes it.

    Raises RecordError for a file that cannot be opened, or whose sheet cannot be read with confidence.
    """
    # Here, because that room stands on this one.
    from inference.pages.page import read_page

    return read_page(path)
