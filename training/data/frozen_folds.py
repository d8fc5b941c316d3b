"""Folds that stay: which fold each patient is in, kept by the hash of the patient's name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from inference.whole_file import replace_file
from training.data.folds import N_FOLDS, IntArray, assign_folds
from training.data.labelled_record import LabelledRecord

FOLDS_FILE: Final = "folds.json"
PATIENT_HASH_LETTERS: Final = 16
_SCHEMA_VERSION: Final = 1


class FrozenFoldsError(Exception):
    """A file of folds that cannot be used; one plain sentence."""


@dataclass(frozen=True, slots=True)
class FrozenFolds:
    """The fold, 0 to 9, of each patient of a base set; `fold_of_hash` holds no patient's name.

    A patient who was not in the base set has a fold too, by the hash alone. So a patient is in the same
    fold in every later version of the data, and whom one version tests, no other version trains on.
    """

    fold_of_hash: Mapping[str, int] = field(repr=False)

    @classmethod
    def freeze(cls, records: Sequence[LabelledRecord], strata: Sequence[str]) -> Self:
        """The stratified assignment of the records' known patients, kept."""
        folds = assign_folds(records, strata)
        return cls(
            {
                patient_hash(record.patient): int(fold)
                for record, fold in zip(records, folds, strict=True)
                if fold >= 0
            }
        )

    @classmethod
    def load(cls, path: Path) -> Self:
        """What `save` wrote. Raises FrozenFoldsError for anything else, OSError where it cannot be read."""
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            folds = _checked(values)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise FrozenFoldsError(
                f"{path} does not hold the frozen folds of this version ({error}): put the right file back. "
                "Without it test patients of earlier versions would be trained on."
            ) from error
        return cls(folds)

    def save(self, path: Path) -> None:
        """Write the folds as JSON, whole or not at all."""
        values = {
            "schema_version": _SCHEMA_VERSION,
            "n_folds": N_FOLDS,
            "patient": f"first {PATIENT_HASH_LETTERS} hex digits of the SHA-256 of the patient's name",
            "of_a_patient_not_named_here": "that number modulo n_folds",
            "folds": dict(sorted(self.fold_of_hash.items())),
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, json.dumps(values, indent=1) + "\n")

    def fold(self, patient: str) -> int:
        """The fold, 0 to 9, of a patient by name."""
        digest = patient_hash(patient)
        return self.fold_of_hash.get(digest, int(digest, 16) % N_FOLDS)

    def folds(self, records: Sequence[LabelledRecord]) -> IntArray:
        """The fold of each record, (n,); -1 where the patient is not known."""
        return np.array(
            [self.fold(record.patient) if record.patient_known else -1 for record in records],
            dtype=np.int64,
        )


def patient_hash(patient: str) -> str:
    """A patient as folds and provenance name one: the first 16 hex digits of the name's SHA-256."""
    return hashlib.sha256(patient.encode()).hexdigest()[:PATIENT_HASH_LETTERS]


def _checked(values: Any) -> dict[str, int]:
    if (values["schema_version"], values["n_folds"]) != (_SCHEMA_VERSION, N_FOLDS):
        raise ValueError("another version")
    folds = dict(values["folds"])
    for name, fold in folds.items():
        int(name, 16)
        if len(name) != PATIENT_HASH_LETTERS or not isinstance(fold, int) or not 0 <= fold < N_FOLDS:
            raise ValueError(f"{name!r}: {fold!r} is no patient's fold")
    return folds
