"""PDF files among others: recognised here, read by the room for sheets."""

from __future__ import annotations

from typing import Final

from inference.records.file_head import FileHead

_PDF_MARK: Final = b"%PDF-"
_MARK_WITHIN: Final = 1024
"""Bytes of other things that programs put in front of the mark, and all readers accept (ISO 32000-1, H.3)."""


def is_pdf(head: FileHead) -> bool:
    """Whether a file begins as a PDF does."""
    return _PDF_MARK in head.data[:_MARK_WITHIN]
