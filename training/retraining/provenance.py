"""Where each changed label comes from: who, when, from what to what; and how the labels drifted by it."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from training.data.folds import IntArray
from training.data.frozen_folds import patient_hash
from training.retraining.before_after import Trial
from training.retraining.merge import LabelChange
from training.systems.recipes import Recipe

CHANGES_FILE: Final = "changed_labels.csv"
MOST_IN_A_BUNDLE: Final = 1000
"""A bundle's description may not grow over 1 MB; the table beside it holds every change."""
TO_POSITIVE: Final = "negative to positive"
TO_NEGATIVE: Final = "positive to negative"
MOVED: Final = "other location"
NEW: Final = "new record"
_KINDS: Final = (TO_POSITIVE, TO_NEGATIVE, MOVED, NEW)
_COLUMNS: Final = ("record", "record_sha256", "patient", "old", "new", "reader", "time", "use")


def change_json(change: LabelChange, sha256: str, in_gold: bool) -> dict[str, Any]:
    """A change as it leaves this machine: the patient hashed, and no file's name, which may name one."""
    return {
        "record": change.record.record_id,
        "record_sha256": sha256,
        "patient": patient_hash(change.record.patient) if change.record.patient_known else None,
        "old": change.old,
        "new": change.new,
        "reader": change.reader,
        "time": change.time,
        "use": "gold" if in_gold else "training",
    }


def changes_json(trial: Trial) -> list[dict[str, Any]]:
    """Every change of a merged set; a gold set's or its patients' is told apart, as it never trains."""
    merged = trial.merged
    return [
        change_json(change, merged.prepared.sha256[change.row], bool(trial.gold.kept_out[change.row]))
        for change in merged.changes
    ]


def write_changes(path: Path, changes: Iterable[dict[str, Any]], files: Sequence[str] | None = None) -> None:
    """The changes as a table; with `files`, one per change, for whoever may know the files' names."""
    columns = _COLUMNS if files is None else (*_COLUMNS, "file")
    rows = list(changes)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, columns)
        table.writeheader()
        for number, row in enumerate(rows):
            table.writerow(row if files is None else {**row, "file": files[number]})


def kind_of(change: LabelChange) -> str:
    """Which way a label went."""
    if change.was_positive is None:
        return NEW
    if change.was_positive == change.record.is_mi:
        return MOVED
    return TO_POSITIVE if change.record.is_mi else TO_NEGATIVE


def drift(trial: Trial) -> dict[str, Any]:
    """How the training labels changed: how common each class is before and after, and what went which way.

    The gold set and its patients are not counted: they train neither before nor after.
    """
    merged, kept_out = trial.merged, trial.gold.kept_out
    rows = np.flatnonzero(~kept_out)
    learned = [change for change in merged.changes if not kept_out[change.row]]
    readers = sorted({change.reader for change in learned})
    return {
        "before": _counts(trial.recipe, trial.recipe.targets(trial.base)[rows[rows < merged.n_base]]),
        "after": _counts(trial.recipe, trial.recipe.targets(merged.prepared)[rows]),
        "changes": _by_kind(learned),
        "changes_by_reader": {
            reader: _by_kind([change for change in learned if change.reader == reader]) for reader in readers
        },
    }


def _by_kind(changes: Iterable[LabelChange]) -> dict[str, int]:
    counted = Counter(kind_of(change) for change in changes)
    return {kind: counted[kind] for kind in _KINDS}


def _counts(recipe: Recipe, targets: IntArray) -> dict[str, int]:
    """Records by class; those without a label for the task are not counted."""
    return {name: int((targets == k).sum()) for k, name in enumerate(recipe.classes)}
