"""A file is whole or as it was: nobody ever reads half of one."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def replace_file(path: Path, text: str) -> None:
    """Put `text` at `path` in one step, as UTF-8.

    Raises OSError where it cannot be written or its folder is not there; then `path` is as it was.
    """
    # Of this thread alone, and with the rights that any new file gets, which a temporary file has not.
    part = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to: at the end of the block it takes its place in one step.

    For one writer at a time. When the block raises, `path` is as it was.
    """
    part = path.with_name(f".{path.name}.part{path.suffix}")
    try:
        yield part
        with part.open("rb") as stream:
            # Without this a power cut could leave a file of the right name and no content.
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
