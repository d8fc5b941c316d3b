"""The folder of a run: what it is a run of, and what of it is finished."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from inference.prepare import PrepareSpec
from inference.whole_file import replace_file, replacing
from training.data.folds import SplitScheme
from training.data.labelled_record import LabelledRecord
from training.data.prepared_set import PreparedSet
from training.systems.registry import System

LabelOf = Callable[[LabelledRecord], str]
RUN_FILE: Final = "run.json"
RECORDS_FILE: Final = "records.jsonl"
_SAMPLES_LOOKED_AT: Final = 64


class OtherRunError(Exception):
    """A run's folder that holds a run of other data or settings; one plain sentence."""


def fingerprint(recipe: System, prepared: PreparedSet, scheme: SplitScheme) -> str:
    """Changes with the system, its settings, the folds, the records, their labels or their inputs.

    Of the prepared arrays only some rows are looked at: they change together, with the code.
    """
    said = [recipe.name, recipe.arch, recipe.question.name, scheme]
    usual = PrepareSpec().to_json()
    spec = {name: value for name, value in recipe.spec.to_json().items() if value != usual[name]}
    values = [recipe.classes, recipe.settings.said(), spec]
    digest = hashlib.sha256(json.dumps([said, values], sort_keys=True).encode())
    digest.update(records_digest(prepared).encode())
    for record, stratum in zip(prepared.records, recipe.strata(prepared), strict=True):
        digest.update(f"{recipe.question.label_of(record)}|{stratum}".encode())
    some = np.unique(np.linspace(0, len(prepared) - 1, _SAMPLES_LOOKED_AT).astype(np.int64))
    own = ("inputs", *(column.name for column in recipe.more_columns))
    for name in (name for name in own if name in prepared.columns):
        digest.update(np.ascontiguousarray(prepared.column(name)[some]).tobytes())
    return digest.hexdigest()[:12]


def records_digest(prepared: PreparedSet) -> str:
    """Changes with the records, their order and their patients."""
    digest = hashlib.sha256()
    for record, sha256 in zip(prepared.records, prepared.sha256, strict=True):
        digest.update(f"{sha256}|{record.record_id}|{record.patient}|{record.patient_known}".encode())
    return digest.hexdigest()[:12]


def begin(folder: Path, experiment_text: str, prepared: PreparedSet, label_of: LabelOf) -> None:
    """The run's records and experiment, written before anything else.

    Raises OtherRunError, and changes nothing, where the folder holds a run of other records: predictions are
    kept by row.
    """
    folder.mkdir(parents=True, exist_ok=True)
    digest = records_digest(prepared)
    if (folder / RUN_FILE).exists():
        _refuse_other(folder, json.loads((folder / RUN_FILE).read_text(encoding="utf-8")), "records", digest)
    replace_file(folder / RECORDS_FILE, _record_lines(prepared, label_of))
    replace_file(folder / "experiment.toml", experiment_text)
    write_json(folder / RUN_FILE, {"records": digest})


def claim(folder: Path, facts: dict[str, Any]) -> None:
    """Notes what a system's folder is of; raises OtherRunError where it is of something else already."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "system.json"
    if path.exists():
        there = json.loads(path.read_text(encoding="utf-8"))
        _refuse_other(folder, there, "fingerprint", facts["fingerprint"])
        facts = {**facts, "seconds": there.get("seconds")}
    write_json(path, facts)


def _refuse_other(folder: Path, there: dict[str, Any], name: str, here: str) -> None:
    if there[name] != here:
        raise OtherRunError(
            f"{folder} holds a run of other records or settings: give another --work, or remove it."
        )


def _record_lines(prepared: PreparedSet, label_of: LabelOf) -> str:
    """One line per row, in the order of the rows that predictions name."""
    lines = [
        json.dumps(
            {
                "row": row,
                "record_id": record.record_id,
                "patient": record.patient,
                "source": record.source,
                "sha256": sha256,
                "label": label_of(record),
                "codes": list(record.codes),
            }
        )
        for row, (record, sha256) in enumerate(zip(prepared.records, prepared.sha256, strict=True))
    ]
    return "\n".join([*lines, ""])


def write_json(path: Path, values: Any) -> None:
    """Whole or not at all, so that a reader never sees half of it."""
    replace_file(path, json.dumps(values, indent=1))


def write_arrays(path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """An .npz file, whole or not at all."""
    with replacing(path) as part:
        np.savez(part, allow_pickle=False, **arrays)
