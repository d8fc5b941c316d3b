"""Median beats and filtered leads of a whole data set, made once through prepare() and kept on disk."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from filelock import FileLock
from tqdm import tqdm

import inference
from inference.prepare import PrepareSpec
from training.data import preparing
from training.data.columns import RECORD_SAMPLES, Column, all_columns, beat_columns
from training.data.known_files import KnownFiles, file_stamps
from training.data.labelled_record import LabelledRecord
from training.data.prepared_set import PreparedSet
from training.data.preparing import BLOCK_RECORDS, prepared_blocks
from training.data.row_store import RowStore
from training.data.row_view import rows_of

__all__ = [
    "RECORD_SAMPLES",
    "Column",
    "EmptySetError",
    "PreparedSet",
    "all_columns",
    "beat_columns",
    "first_reasons",
    "prepare_set",
    "prepare_some",
]

REASONS_IN_A_SENTENCE: Final = 5
_RECORDS_FOR_A_WORKER: Final = 64
"""Below this a further process takes longer to start than it saves."""


class EmptySetError(Exception):
    """A set of records of which none could be read and prepared; one plain sentence with the reasons."""


def prepare_set(
    records: Sequence[LabelledRecord],
    spec: PrepareSpec,
    cache: Path | None,
    *,
    columns: Sequence[Column] | None = None,
    n_workers: int | None = None,
) -> PreparedSet:
    """Read and prepare all records, or take from the cache what it holds of them.

    The cache keeps rows by record hash, spec and the text of the code that makes them; it is filled block by
    block, so memory does not grow with the number of records, and a run that was killed goes on where it
    stopped. An ECG that lies in two files is prepared once, from the first. Without a cache the columns are
    held in memory. `columns` are `all_columns(spec)` unless named: `beat_columns(spec)` take a sixth of the
    room. `n_workers` processes prepare, by default one per processor; 1 prepares in this process.

    Records that cannot be read or prepared are left out and listed with their reason in `refused`; where
    that is all of them the set is empty.
    """
    kept = all_columns(spec) if columns is None else tuple(columns)
    if cache is not None:
        return _from_cache(records, spec, cache, kept, n_workers)
    with TemporaryDirectory() as folder:
        prepared = _from_cache(records, spec, Path(folder), kept, n_workers)
        in_memory = {name: np.array(column) for name, column in prepared.columns.items()}
        return replace(prepared, columns=in_memory)


def prepare_some(
    what: str,
    records: Sequence[LabelledRecord],
    spec: PrepareSpec,
    cache: Path | None,
    *,
    columns: Sequence[Column] | None = None,
    n_workers: int | None = None,
) -> PreparedSet:
    """The prepared set of `what`, named in a message; raises EmptySetError when no record could be used."""
    prepared = prepare_set(records, spec, cache, columns=columns, n_workers=n_workers)
    if not len(prepared):
        raise EmptySetError(f"No record of {what} could be used: {first_reasons(prepared.refused)}")
    return prepared


def first_reasons(refused: Sequence[str]) -> str:
    """The first reasons of records left out, and how many more there are."""
    if not refused:
        return "there is none in it."
    more = len(refused) - REASONS_IN_A_SENTENCE
    return " ".join([*refused[:REASONS_IN_A_SENTENCE], *([f"And {more} more."] if more > 0 else [])])


def _from_cache(
    records: Sequence[LabelledRecord],
    spec: PrepareSpec,
    cache: Path,
    columns: Sequence[Column],
    n_workers: int | None,
) -> PreparedSet:
    folder = cache / cache_key(spec)
    folder.mkdir(parents=True, exist_ok=True)
    stamps = file_stamps([record.path for record in records])
    # Of several processes on one cache the first fills it, and the others find it filled.
    with FileLock(folder / "writing.lock"):
        store, known = RowStore(folder, columns), KnownFiles(folder / "files.jsonl")
        _fill(records, stamps, spec, columns, store, known, n_workers)
        maps = store.maps()
    found = [known.get(stamp) for stamp in stamps]
    kept = [(k, file.sha256) for k, file in enumerate(found) if file is not None and file.sha256]
    rows = np.array([store.row_of(sha256) for _, sha256 in kept], dtype=np.int64)
    return PreparedSet(
        tuple(records[k] for k, _ in kept),
        tuple(sha256 for _, sha256 in kept),
        {name: rows_of(column, rows) for name, column in maps.items()},
        tuple(
            f"{record.record_id}: {file.refused}"
            for record, file in zip(records, found, strict=True)
            if file is not None and file.refused
        ),
    )


def _fill(
    records: Sequence[LabelledRecord],
    stamps: Sequence[str],
    spec: PrepareSpec,
    columns: Sequence[Column],
    store: RowStore,
    known: KnownFiles,
    n_workers: int | None,
) -> None:
    """Prepare the files that are not known, and those whose rows are not in the store."""
    path_of = {stamp: record.path for stamp, record in zip(stamps, records, strict=True)}
    missing = [stamp for stamp in path_of if not _is_there(stamp, store, known)]
    blocks = [missing[k : k + BLOCK_RECORDS] for k in range(0, len(missing), BLOCK_RECORDS)]
    paths = [[path_of[stamp] for stamp in block] for block in blocks]
    workers = n_workers or max(1, min(os.cpu_count() or 1, len(missing) // _RECORDS_FOR_A_WORKER))
    with tqdm(total=len(missing), desc="preparing", unit="ECG", file=sys.stderr, disable=not missing) as bar:
        for block, done in zip(blocks, prepared_blocks(paths, spec, columns, workers), strict=True):
            store.add([file.sha256 for file in done.found if file.sha256], done.rows)
            known.add(dict(zip(block, done.found, strict=True)))
            bar.update(len(block))


def _is_there(stamp: str, store: RowStore, known: KnownFiles) -> bool:
    file = known.get(stamp)
    return file is not None and (file.sha256 is None or store.has(file.sha256))


def cache_key(spec: PrepareSpec) -> str:
    """A name for this spec and this version of the code between a file and a prepared row."""
    parts = [json.dumps(asdict(spec), sort_keys=True), *_sources()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _sources() -> list[str]:
    """The text of every module between a file and a prepared row; of the built program its size and date."""
    if getattr(sys, "frozen", False):
        program = Path(sys.executable).stat()
        return [f"{program.st_size}|{program.st_mtime_ns}"]
    root = Path(inference.__file__).parent
    rooms = [module for room in ("records", "signal", "measure") for module in (root / room).rglob("*.py")]
    modules = sorted([*rooms, root / "prepare.py", Path(preparing.__file__)])
    return [module.read_text(encoding="utf-8") for module in modules]
