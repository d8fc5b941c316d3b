"""write_record: one door for every format, whole or not at all, never over what is there."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from inference.records.record import Record
from inference.writing.errors import WriteError
from inference.writing.targets import Target, target_called

_SIGNAL_SUFFIXES: Final = (".dat", ".mat", ".xyz", ".flac")


def write_record(
    record: Record, path: Path, *, target: Target | None = None, overwrite: bool = False
) -> tuple[str, ...]:
    """Write the Record to `path` in the format of its ending (or `target`); notes on what was not kept.

    All leads are written, derived ones too; a mark in the comments names these, so that reading the file
    again gives the same measured leads and the same identity. Files that make up the source are never written
    over, others only with `overwrite`. Raises WriteError; then nothing has changed.
    """
    chosen = target or target_called(path.suffix)
    path = path.with_suffix(chosen.suffix)
    outputs = [path.with_suffix(suffix) for suffix in (*chosen.companions, chosen.suffix)]
    _check_free(record, outputs, overwrite)
    try:
        with _draft_folder(path.parent) as draft:
            notes = chosen.write(record, draft / path.name)
            # The main file comes last: without it nobody takes the others for an ECG.
            _put(draft, outputs)
    except OSError as error:
        raise WriteError(
            f"'{path.name[:80]}' cannot be written ({error.strerror}): choose another place."
        ) from None
    return notes


def _check_free(record: Record, outputs: list[Path], overwrite: bool) -> None:
    for output in outputs:
        if not os.path.lexists(output):
            continue
        if _is_source(output, record.path):
            raise WriteError(
                f"'{output.name[:80]}' belongs to the ECG itself: choose another name or folder."
            )
        if not overwrite:
            raise WriteError(
                f"'{output.name[:80]}' exists already: choose another name, or allow writing over it."
            )
        if not output.is_file():
            raise WriteError(f"'{output.name[:80]}' is no ordinary file: choose another name.")


def _is_source(output: Path, source: Path) -> bool:
    """Whether an existing file is the one that was read, or may be one of its parts."""
    try:
        # A link may lie beside the parts, or point to where they are.
        folders = {source.resolve().parent, source.parent.resolve()}
    except OSError:
        return True
    if output.resolve().parent not in folders:
        return output.exists() and source.exists() and output.samefile(source)
    return output.stem == source.stem or output.suffix.lower() in _SIGNAL_SUFFIXES


@contextmanager
def _draft_folder(folder: Path) -> Iterator[Path]:
    """A hidden folder beside the outputs, on the same disk, gone afterwards."""
    draft = Path(tempfile.mkdtemp(prefix=".ecg-draft-", dir=folder))
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _put(draft: Path, outputs: list[Path]) -> None:
    """Move the finished files to their places; when one cannot be, the new ones before it are taken back."""
    placed: list[Path] = []
    try:
        for output in outputs:
            finished = draft / output.name
            with finished.open("rb") as stream:
                # Without this a power cut could leave a file of the right name and no content.
                os.fsync(stream.fileno())
            is_new = not output.exists()
            finished.replace(output)
            if is_new:
                placed.append(output)
    except OSError:
        for output in placed:
            output.unlink(missing_ok=True)
        raise
