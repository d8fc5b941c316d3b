"""By what a record's files are known to be the same as last time: their bytes and their newest change."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from inference.records.safety import is_file

Stamp = tuple[int, int]


def stamp_of(path: Path, seen: dict[Path, Stamp]) -> Stamp:
    """Bytes and newest change of a record's files together; `seen` keeps those of archives.

    An ECG inside an archive has the archive's stamp. (-1, -1), which is never equal to a kept stamp
    of a readable file, where there is nothing.
    """
    archive = next((parent for parent in path.parents if parent.suffix.lower() == ".zip"), None)
    if archive is not None and is_file(archive):
        if archive not in seen:
            seen[archive] = _stamp((archive,))
        return seen[archive]
    if path.suffix.lower() == ".hea":
        return _stamp((path, *_named_after(path))) if is_file(path) else _stamp(())
    return _stamp((path, path.with_suffix(".json")))


def _named_after(header: Path) -> Iterator[Path]:
    """The other files whose names go on after the header's own: its signals, its segments.

    Read from the folder and not from the header, which would be opened for each of 20,000 records.
    """
    try:
        names = _names_in(header.parent, header.parent.stat().st_mtime_ns)
    except OSError:
        return
    stem = header.stem
    for place in range(bisect_left(names, stem), len(names)):
        name = names[place]
        if not name.startswith(stem):
            return
        if name not in (stem, header.name) and not name[len(stem) : len(stem) + 1].isalnum():
            yield header.parent / name


@lru_cache(maxsize=8)
def _names_in(folder: Path, _changed_ns: int) -> list[str]:
    """All names in a folder, in order; the folder's own time of change tells when a list is out of date."""
    return sorted(each.name for each in folder.iterdir())


def _stamp(files: Iterable[Path]) -> Stamp:
    size, changed_ns = -1, -1
    for file in files:
        try:
            status = file.stat()
        except (OSError, ValueError):
            continue
        size = max(size, 0) + status.st_size
        changed_ns = max(changed_ns, status.st_mtime_ns)
    return size, changed_ns
