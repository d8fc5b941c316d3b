"""Folders that refuse to be written or looked into, also where the tests run as root."""

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
    set_modes(folder, 0o555, 0o444)
    try:
        with not_as_root():
            yield
    finally:
        set_modes(folder, 0o755, 0o644)


@contextmanager
def closed(folder: Path) -> Iterator[None]:
    """Nobody may look into the folder meanwhile."""
    folder.chmod(0o000)
    try:
        with not_as_root():
            yield
    finally:
        folder.chmod(0o755)


@contextmanager
def not_as_root() -> Iterator[None]:
    """Run as a user whom permissions bind, where the tests run as root."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def set_modes(folder: Path, of_folder: int, of_files: int) -> None:
    folder.chmod(0o755)
    for file in folder.iterdir():
        file.chmod(of_files)
    folder.chmod(of_folder)
