"""ISHNE Holter recordings, written after the published standard (Badilini 1998)."""

from inference.records.ishne.ishne_reader import is_ishne, open_ishne, read_ishne

__all__ = ["is_ishne", "open_ishne", "read_ishne"]
