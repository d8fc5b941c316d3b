"""A folder that refuses to be written, also where the tests run as root."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534


@contextmanager
def open_folder() -> Iterator[Path]:
    """A new folder that every user of this machine can reach; pytest's own are private."""
    folder = Path(tempfile.mkdtemp(prefix="ecgviewer-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nobody may write into the folder or its files meanwhile."""
    is_root = os.geteuid() == 0
    set_modes(folder, 0o555, 0o444)
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        set_modes(folder, 0o755, 0o644)


def set_modes(folder: Path, of_folder: int, of_files: int) -> None:
    folder.chmod(0o755)
    for file in folder.iterdir():
        file.chmod(of_files)
    folder.chmod(of_folder)
