"""From record files to blocks of prepared rows, in this process or in several."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from inference.long_records.places import read_place
from inference.prepare import PrepareError, PrepareSpec, prepare
from inference.records import RecordError
from inference.signal.analysis import analyse
from training.data.columns import Column
from training.data.known_files import KnownFile

BLOCK_RECORDS: Final = 32
"""Rows go to the disk in blocks of so many records, and a killed run loses no more than a few blocks."""
_BLOCKS_AHEAD: Final = 2
"""Blocks that wait for each worker: enough to keep it busy, few enough to bound the memory."""


@dataclass(frozen=True, slots=True)
class Block:
    """What was found in some files: `rows[name]` has one row for each file that was not refused."""

    found: tuple[KnownFile, ...]
    rows: dict[str, npt.NDArray[Any]] = field(repr=False)


def prepare_block(paths: Sequence[Path], spec: PrepareSpec, columns: Sequence[Column]) -> Block:
    """Read and prepare some files. What cannot be read or prepared is refused with its sentence."""
    found: list[KnownFile] = []
    rows: dict[str, list[npt.NDArray[Any]]] = {column.name: [] for column in columns}
    for path in paths:
        try:
            record = read_place(path)
            analysis = analyse(record, spec.band)
            model_input = prepare(record, spec, analysis)
            row = {column.name: column.row(record, analysis, model_input) for column in columns}
        except (RecordError, PrepareError) as error:
            found.append(KnownFile(None, str(error)))
            continue
        found.append(KnownFile(record.sha256))
        for name, values in row.items():
            rows[name].append(values)
    empty = {column.name: np.empty((0, *column.shape), column.dtype) for column in columns}
    return Block(tuple(found), {name: np.stack(kept) if kept else empty[name] for name, kept in rows.items()})


def prepared_blocks(
    blocks: Sequence[Sequence[Path]], spec: PrepareSpec, columns: Sequence[Column], n_workers: int
) -> Iterator[Block]:
    """Every block prepared, in order; with one worker in this process."""
    if n_workers == 1:
        yield from (prepare_block(paths, spec, columns) for paths in blocks)
        return
    # A fresh process each: a fork would inherit the locks of torch's and tqdm's threads.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(n_workers, mp_context=context) as pool:
        waiting = iter(blocks)
        ahead: deque[Future[Block]] = deque(
            pool.submit(prepare_block, paths, spec, columns)
            for paths in islice(waiting, n_workers * _BLOCKS_AHEAD)
        )
        while ahead:
            done = ahead.popleft().result()
            for paths in islice(waiting, 1):
                ahead.append(pool.submit(prepare_block, paths, spec, columns))
            yield done
