"""Why a Record was not written."""

from __future__ import annotations


class WriteError(Exception):
    """A Record cannot be written there or in that format; its text is one sentence with what to do next."""
