"""PDF files behind `read_record`: recognised here, read by the room for sheets."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from inference.records.file_head import FileHead
from inference.records.given import Given
from inference.records.record import Record

_PDF_MARK: Final = b"%PDF-"
_MARK_WITHIN: Final = 1024
"""Bytes of other things that programs put in front of the mark, and all readers accept (ISO 32000-1, H.3)."""


def is_pdf(head: FileHead) -> bool:
    """Whether a file begins as a PDF does."""
    return _PDF_MARK in head.data[:_MARK_WITHIN]


def read_pdf(path: Path, _given: Given) -> Record:
    """The ECG on a PDF's sheet; a sheet says its own scale, so nothing that is given changes it.

    Raises RecordError for a file that cannot be opened or holds no ECG that can be read back.
    """
    # Here, because that room stands on this one.
    from inference.pages.vector_pdf import read_vector_pdf

    return read_vector_pdf(path)
