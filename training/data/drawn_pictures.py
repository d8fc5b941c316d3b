"""Pictures of a whole data set, drawn once from its filtered leads and kept on disk as a memory map."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from inference.signal import paper_letters, paper_picture
from inference.signal.paper_picture import PICTURE_PX, draw_paper_picture
from training.data.inputs import PreparedSet

ByteArray = npt.NDArray[np.uint8]
_SHAPE: Final = (PICTURE_PX, PICTURE_PX, 3)
_EVERY: Final = 50
"""Every so many samples of a lead are enough to tell leads of another band apart."""


@dataclass(frozen=True, slots=True)
class PicturedSet(PreparedSet):
    """A prepared set with a picture per row: `pictures` (n, 224, 224, 3), red green blue."""

    pictures: ByteArray = field(kw_only=True, repr=False)

    def take(self, rows: npt.NDArray[np.int64]) -> PicturedSet:
        """The same set with only these rows, in this order."""
        taken = cast(PicturedSet, PreparedSet.take(self, rows))
        return replace(taken, pictures=self.pictures[rows])


def with_pictures(prepared: PreparedSet, cache_file: Path) -> PicturedSet:
    """The set with the pictures of its printed sheets."""
    values: dict[str, Any] = {each.name: getattr(prepared, each.name) for each in fields(PreparedSet)}
    return PicturedSet(**values, pictures=drawn_pictures(prepared, cache_file))


def drawn_pictures(prepared: PreparedSet, cache_file: Path) -> ByteArray:
    """The sheets of all records as (n, 224, 224, 3), drawn from `leads_mv` or taken from `cache_file`.

    `cache_file` is a .npy file and has a .json file beside it that says of what it was drawn; where that is
    not these leads, or the drawing was changed since, all are drawn again.
    """
    modules = (paper_picture, paper_letters)
    drawn_by = [Path(str(module.__file__)).read_text(encoding="utf-8") for module in modules]
    n = len(prepared)
    made_of = [*drawn_by, *(_name_of(prepared.leads_mv[row]) for row in range(n))]
    return kept_pictures(cache_file, made_of, n, lambda row: draw_paper_picture(prepared.leads_mv[row]))


def kept_pictures(
    cache_file: Path, made_of: Sequence[str], n: int, make: Callable[[int], ByteArray]
) -> ByteArray:
    """`n` pictures (n, 224, 224, 3) from `make(row)`, or from the file where it was made of the same."""
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
    for row in tqdm(range(n), desc="drawing", file=sys.stderr):
        pictures[row] = make(row)
    pictures.flush()


def _is_of(facts_file: Path, name: str) -> bool:
    try:
        facts = json.loads(facts_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(facts, dict) and facts.get("made_of") == name


def _name_of(leads_mv: npt.NDArray[np.float32]) -> str:
    return hashlib.sha256(np.ascontiguousarray(leads_mv[:, ::_EVERY]).tobytes()).hexdigest()
