"""Median beats and filtered leads of a whole data set, made once through prepare() and kept on disk."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

import inference
from inference.prepare import PrepareError, PrepareSpec, prepare
from inference.records import RecordError, read_record
from inference.records.record import Record
from inference.signal.analysis import analyse
from inference.signal.beat import BEAT_SAMPLES
from training.data.datasets import LabelledRecord

FloatArray = npt.NDArray[np.float32]
N_LEADS: Final = 12
N_FIDUCIALS: Final = 4
REASONS_IN_A_SENTENCE: Final = 5
RECORD_SAMPLES: Final = 5000
"""Filtered leads are kept for the first 10 s at 500 Hz."""


class EmptySetError(Exception):
    """A set of records of which none could be read and prepared; one plain sentence with the reasons."""


@dataclass(frozen=True, slots=True)
class PreparedSet:
    """Labelled records with everything the trainers draw from; row i belongs to records[i].

    `inputs` (n, 12, 400): exactly what prepare() gives a beat model. `beats_mv` (n, 12, 600) and
    `fiducials` (n, 4; -1 where not found): the physical median beat, for augmentation. `leads_mv`
    (n, 12, 5000): filtered leads, NaN beyond the record's end, for lead images.
    """

    records: tuple[LabelledRecord, ...]
    sha256: tuple[str, ...]
    inputs: FloatArray = field(repr=False)
    beats_mv: FloatArray = field(repr=False)
    fiducials: npt.NDArray[np.int64] = field(repr=False)
    leads_mv: FloatArray = field(repr=False)
    refused: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.records)

    def take(self, rows: npt.NDArray[np.int64]) -> PreparedSet:
        """The same set with only these rows, in this order."""
        return replace(
            self,
            records=tuple(self.records[row] for row in rows),
            sha256=tuple(self.sha256[row] for row in rows),
            inputs=self.inputs[rows],
            beats_mv=self.beats_mv[rows],
            fiducials=self.fiducials[rows],
            leads_mv=self.leads_mv[rows],
        )


@dataclass(frozen=True, slots=True)
class _Row:
    sha256: str
    input: FloatArray
    beat_mv: FloatArray
    fiducials: list[int]
    leads_mv: FloatArray


def prepare_set(records: Sequence[LabelledRecord], spec: PrepareSpec, cache: Path | None) -> PreparedSet:
    """Read and prepare all records, or take them from the cache when it holds exactly these.

    Records that cannot be read or prepared are left out and listed with their reason in `refused`;
    where that is all of them the set is empty.
    """
    folder = None if cache is None else cache / _key(records, spec)
    if folder is not None and (folder / "index.json").exists():
        return _load(folder, records)
    rows: list[_Row] = []
    kept: list[int] = []
    refused: list[str] = []
    for index, labelled in enumerate(tqdm(records, desc="preparing", file=sys.stderr)):
        try:
            rows.append(_prepare_row(read_record(labelled.path), spec))
            kept.append(index)
        except (RecordError, PrepareError) as error:
            refused.append(f"{labelled.record_id}: {error}")
    arrays = _arrays(rows, spec)
    index_json = {"kept": kept, "sha256": [row.sha256 for row in rows], "refused": refused}
    if folder is not None:
        _save(folder, arrays, index_json)
        return _load(folder, records)
    return PreparedSet(
        tuple(records[index] for index in kept),
        tuple(row.sha256 for row in rows),
        refused=tuple(refused),
        **arrays,
    )


def prepare_some(
    what: str, records: Sequence[LabelledRecord], spec: PrepareSpec, cache: Path | None
) -> PreparedSet:
    """The prepared set of `what`, named in a message; raises EmptySetError when no record could be used."""
    prepared = prepare_set(records, spec, cache)
    if not len(prepared):
        raise EmptySetError(f"No record of {what} could be used: {first_reasons(prepared.refused)}")
    return prepared


def first_reasons(refused: Sequence[str]) -> str:
    """The first reasons of records left out, and how many more there are."""
    if not refused:
        return "there is none in it."
    more = len(refused) - REASONS_IN_A_SENTENCE
    return " ".join([*refused[:REASONS_IN_A_SENTENCE], *([f"And {more} more."] if more > 0 else [])])


def _arrays(rows: Sequence[_Row], spec: PrepareSpec) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a PreparedSet, in their shapes also where there is no row."""
    n = len(rows)
    return {
        "inputs": np.array([row.input for row in rows], np.float32).reshape(n, N_LEADS, spec.n_samples),
        "beats_mv": np.array([row.beat_mv for row in rows], np.float32).reshape(n, N_LEADS, BEAT_SAMPLES),
        "fiducials": np.array([row.fiducials for row in rows], np.int64).reshape(n, N_FIDUCIALS),
        "leads_mv": np.array([row.leads_mv for row in rows], np.float32).reshape(n, N_LEADS, RECORD_SAMPLES),
    }


def _prepare_row(record: Record, spec: PrepareSpec) -> _Row:
    analysis = analyse(record, spec.band)
    model_input = prepare(record, spec, analysis)
    beat = model_input.beat
    if beat is None or beat.signals_mv.shape[1] != BEAT_SAMPLES:
        raise PrepareError("Not run: there is no median beat.")
    found = [beat.qrs_onset, beat.j_point, beat.t_peak, beat.t_end]
    leads = np.full((N_LEADS, RECORD_SAMPLES), np.nan, dtype=np.float32)
    part = analysis.signals_mv[:, :RECORD_SAMPLES]
    leads[:, : part.shape[1]] = part
    fiducials = [-1 if sample is None else sample for sample in found]
    return _Row(record.sha256, model_input.array[0, 0], beat.signals_mv, fiducials, leads)


def _key(records: Sequence[LabelledRecord], spec: PrepareSpec) -> str:
    """A name for exactly these files (path, size, time), this spec and this version of the code."""
    parts = [json.dumps(asdict(spec), sort_keys=True), *_sources()]
    for record in records:
        facts = record.path.stat() if record.path.exists() else None
        parts.append(f"{record.path}|{facts.st_size}|{facts.st_mtime_ns}" if facts else str(record.path))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _sources() -> list[str]:
    """The text of every module between a file and a prepared input."""
    root = Path(inference.__file__).parent
    rooms = [module for room in ("records", "signal", "measure") for module in (root / room).glob("*.py")]
    modules = sorted([*rooms, root / "prepare.py", Path(__file__)])
    return [module.read_text(encoding="utf-8") for module in modules]


def _save(folder: Path, arrays: dict[str, npt.NDArray[Any]], index: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    # The index is written last: a cache that was cut off has none and is made again.
    (folder / "index.json").write_text(json.dumps(index), encoding="utf-8")


def _load(folder: Path, records: Sequence[LabelledRecord]) -> PreparedSet:
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    names = ("inputs", "beats_mv", "fiducials", "leads_mv")
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in names}
    return PreparedSet(
        tuple(records[row] for row in index["kept"]),
        tuple(index["sha256"]),
        refused=tuple(index["refused"]),
        **arrays,
    )
