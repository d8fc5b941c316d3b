"""Which files in a folder are ECGs, or look like ones: one path per record."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from inference.records.array_files import first_row
from inference.records.array_reader import ARRAY_SUFFIXES
from inference.records.errors import RecordError
from inference.records.file_head import read_head
from inference.records.formats import OWN_SUFFIXES, SHARED_SUFFIXES, is_listed, needs_a_look
from inference.records.leads import names_leads
from inference.records.safety import is_file, read_small_text
from inference.records.sidecar import sidecar_path
from inference.records.wfdb_header import files_named
from inference.records.zip_members import ZIP_SUFFIX
from inference.records.zip_reader import records_in_zip

_SIGNAL_SUFFIXES: Final = (".dat", ".mat")
"""WFDB's signal files. Others (.xyz, .flac) are too often something else to be listed without a header."""
_TABLE_SUFFIXES: Final = (".csv", ".tsv")


def known_suffixes() -> tuple[str, ...]:
    """The endings of files that may be ECGs, with their dots; DICOM files often have none at all."""
    plain = (".hea", *_SIGNAL_SUFFIXES, *ARRAY_SUFFIXES, ZIP_SUFFIX)
    return tuple(dict.fromkeys((*plain, *sorted(OWN_SUFFIXES), *sorted(SHARED_SUFFIXES))))


def _never() -> bool:
    return False


def find_records(paths: Iterable[Path], should_stop: Callable[[], bool] = _never) -> Iterator[Path]:
    """Every record in `paths`, one path each: files as given, folders with all that is below them.

    In a folder these are: a WFDB record as its `.hea` file, unless it is a segment of another one there;
    every `.npy` and `.npz`; a table with its sidecar beside it, or with lead names in at least half of its
    first row, so that tables of patients and labels stay out; a `.dat` or `.mat` that no header names; and
    files of the other formats, by their ending or, where others have that ending too or there is none, by
    what they hold; and all these inside ZIP files.
    Reading some of these will be refused with a reason, which is better than passing over an ECG in
    silence; therefore a folder that may not be listed comes as a path of its own, too. Numbers sort as
    numbers. Links that lead out of a folder, and hidden files, are left alone.

    Ends early where `should_stop` says so, which is asked at every folder and file.
    """
    for path in paths:
        if should_stop():
            return
        if os.path.isdir(path):  # noqa: PTH112 - unlike Path.is_dir, False for an impossible path
            yield from _walk(path, should_stop)
        elif path.suffix.lower() == ZIP_SUFFIX and is_file(path):
            yield from _in_archive(path)
        else:
            yield path


def _walk(top: Path, should_stop: Callable[[], bool]) -> Iterator[Path]:
    inside = top.resolve()
    closed: list[OSError] = []
    for folder, folder_names, file_names in os.walk(top, onerror=closed.append):
        if should_stop():
            return
        folder_names[:] = sorted((name for name in folder_names if name[0] != "."), key=_natural)
        paths = [Path(folder) / name for name in sorted(file_names, key=_natural) if name[0] != "."]
        paths = [path for path in paths if not path.is_symlink() or path.resolve().is_relative_to(inside)]
        yield from _records_among(paths, should_stop)
        for archive in paths:
            if archive.suffix.lower() == ZIP_SUFFIX:
                yield from _in_archive(archive)
    folders = (Path(error.filename) for error in closed if error.filename)
    yield from (folder for folder in folders if folder != top)


def _in_archive(archive: Path) -> list[Path]:
    """The ECGs in an archive; the archive itself where it cannot be opened, so that reading it says why."""
    try:
        return records_in_zip(archive)
    except RecordError:
        return [archive]


def _records_among(paths: list[Path], should_stop: Callable[[], bool]) -> Iterator[Path]:
    """The records among the files of one folder, in the order of `paths`."""
    headers = {path for path in paths if path.suffix.lower() == ".hea"}
    signals = {path for path in paths if path.suffix.lower() in _SIGNAL_SUFFIXES}
    described = {path.with_suffix("") for path in headers}
    # Headers are opened only where their names leave a question: a database has tens of thousands.
    lone_signals = {path for path in signals if path.with_suffix("") not in described}
    if lone_signals:
        named = {name for header in headers for name in _named_in(header)}
        lone_signals = {path for path in lone_signals if path.name not in named}
    with_signals = {path.with_suffix("") for path in signals}
    lone_headers = (path for path in headers if path.with_suffix("") not in with_signals)
    joined = {name for header in lone_headers for name in _named_in(header)}
    for path in paths:
        if should_stop():
            return
        if path in headers:
            if path.name not in joined:
                yield path
        elif path in lone_signals or _is_array_of_leads(path) or _is_of_a_format(path):
            yield path


def _is_of_a_format(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix in OWN_SUFFIXES:
        return True
    if not needs_a_look(suffix):
        return False
    try:
        return is_listed(read_head(path))
    except RecordError:
        # Nothing about a file that cannot be opened says that it is an ECG.
        return False


def _is_array_of_leads(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix not in ARRAY_SUFFIXES:
        return False
    return suffix not in _TABLE_SUFFIXES or os.path.isfile(sidecar_path(path)) or _names_leads(path)  # noqa: PTH113


def _names_leads(path: Path) -> bool:
    try:
        return names_leads(first_row(path))
    except RecordError:
        # Without its sidecar, nothing about a table that cannot be opened says that it is an ECG.
        return False


def _named_in(header: Path) -> list[str]:
    """The signal files or segments' headers that a header names."""
    try:
        return files_named(read_small_text(header))
    except RecordError:
        # The header is listed all the same, and reading it will say what is wrong.
        return []


def _natural(name: str) -> list[tuple[int, str]]:
    """`2.hea` before `10.hea`."""
    parts = re.split(r"([0-9]+)", name.lower())
    return [(int(part), "") if place % 2 else (-1, part) for place, part in enumerate(parts)]
