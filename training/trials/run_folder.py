"""The folder of a run: what it is a run of, and what of it is finished."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from inference.prepare import PrepareSpec
from training.data.folds import SplitScheme
from training.data.prepared_set import PreparedSet
from training.fitting.settings import FitSettings
from training.systems.registry import System

_SAMPLES_LOOKED_AT = 64


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
    for record, sha256 in zip(prepared.records, prepared.sha256, strict=True):
        digest.update(f"{sha256}|{record.patient}|{recipe.question.label_of(record)}".encode())
    some = np.unique(np.linspace(0, len(prepared) - 1, _SAMPLES_LOOKED_AT).astype(np.int64))
    own = ("inputs", *(column.name for column in recipe.more_columns))
    for name in (name for name in own if name in prepared.columns):
        digest.update(np.ascontiguousarray(prepared.column(name)[some]).tobytes())
    return digest.hexdigest()[:12]


def claim(folder: Path, facts: dict[str, Any]) -> None:
    """Notes what the folder is of; raises OtherRunError where it is of something else already."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "system.json"
    if path.exists():
        there = json.loads(path.read_text(encoding="utf-8"))
        if there["fingerprint"] != facts["fingerprint"]:
            raise OtherRunError(
                f"{folder} holds a run of other records or settings: give another --work, or remove it."
            )
    write_json(path, facts)


def write_json(path: Path, values: Any) -> None:
    """Written beside and renamed, so that a reader never sees half of it."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(values, indent=1), encoding="utf-8")
    partial.replace(path)


def settings_in_words(settings: FitSettings) -> dict[str, Any]:
    """The settings under their names, as a report prints them."""
    return {name: getattr(settings, name) for name in settings.__dataclass_fields__}
