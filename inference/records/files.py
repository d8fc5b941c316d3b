"""Which files in a folder are ECGs: one path per record."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from inference.records.array_reader import ARRAY_SUFFIXES
from inference.records.sidecar import sidecar_path


def find_records(paths: Iterable[Path]) -> Iterator[Path]:
    """Every record in `paths`, one path each: files as given, folders with all that is below them.

    In a folder, a WFDB record is its `.hea` file, and an array counts only with its sidecar beside it,
    so that tables of labels and annotation files stay out. Numbers sort as numbers. Links that lead
    out of a folder, and hidden files, are left alone.
    """
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112 - unlike Path.is_dir, False for an impossible path
            yield from _walk(path)
        else:
            yield path


def _walk(top: Path) -> Iterator[Path]:
    inside = top.resolve()
    for folder, folder_names, file_names in os.walk(top):
        folder_names[:] = sorted((name for name in folder_names if name[0] != "."), key=_natural)
        for name in sorted(file_names, key=_natural):
            path = Path(folder) / name
            if _is_record(path) and not (path.is_symlink() and not path.resolve().is_relative_to(inside)):
                yield path


def _is_record(path: Path) -> bool:
    suffix = path.suffix.lower()
    if path.name.startswith("."):
        return False
    return suffix == ".hea" or (suffix in ARRAY_SUFFIXES and os.path.isfile(sidecar_path(path)))  # noqa: PTH113


def _natural(name: str) -> list[tuple[int, str]]:
    """`2.hea` before `10.hea`."""
    parts = re.split(r"([0-9]+)", name.lower())
    return [(int(part), "") if place % 2 else (-1, part) for place, part in enumerate(parts)]
