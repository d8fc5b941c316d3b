"""Pictures as a column: the printed sheet of each record, or pictures that lie in files."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, cast

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from inference.prepare import ModelInput
from inference.records.record import Record
from inference.signal.analysis import EcgAnalysis
from inference.signal.paper_picture import PICTURE_PX, draw_paper_picture
from training.data.columns import Column, Row, leads_mv_row

ByteArray = npt.NDArray[np.uint8]
_SHAPE: Final = (PICTURE_PX, PICTURE_PX, 3)


def sheet_row(record: Record, analysis: EcgAnalysis, model_input: ModelInput) -> Row:
    """(224, 224, 3) red green blue: the first ten seconds as a printed sheet, as prepare() draws it."""
    return draw_paper_picture(leads_mv_row(record, analysis, model_input))


SHEETS: Final = Column("pictures", _SHAPE, "uint8", sheet_row)


def kept_pictures(
    cache_file: Path, made_of: Sequence[str], n: int, make: Callable[[int], ByteArray]
) -> ByteArray:
    """`n` pictures (n, 224, 224, 3) from `make(row)`, or from the file where it was made of the same.

    `cache_file` is a .npy file, read as a memory map, and has a .json file beside it that names `made_of`.
    """
    name = hashlib.sha256("\n".join(made_of).encode()).hexdigest()
    facts_file = cache_file.with_suffix(".json")
    if not _is_of(facts_file, name) or not cache_file.exists():
        cache_file.parent.mkdir(parents=True, exist_ok=True)
        # The facts are written last: a file that was cut off has none and is made again.
        facts_file.unlink(missing_ok=True)
        _write(cache_file, n, make)
        facts_file.write_text(json.dumps({"made_of": name}), encoding="utf-8")
    return cast(ByteArray, np.load(cache_file, mmap_mode="r", allow_pickle=False))


def _write(path: Path, n: int, make: Callable[[int], ByteArray]) -> None:
    pictures = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=(n, *_SHAPE))
    for row in tqdm(range(n), desc="reading pictures", file=sys.stderr):
        pictures[row] = make(row)
    pictures.flush()


def _is_of(facts_file: Path, name: str) -> bool:
    try:
        facts = json.loads(facts_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(facts, dict) and facts.get("made_of") == name
