"""Patient-grouped folds: no patient is on both sides of a split, unknown patients only train."""

from __future__ import annotations

import warnings
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedGroupKFold

from training.data.labelled_record import LabelledRecord

IntArray = npt.NDArray[np.int64]
N_FOLDS: Final = 10
SplitScheme = Literal["patient-folds", "leave-one-patient-out", "random-windows"]
_SEED: Final = 20240509


class LeakageError(Exception):
    """The same signal or patient lies on both sides of a split; one plain sentence."""


@dataclass(frozen=True, slots=True)
class Split:
    """Rows of one run: train, validation (epochs, thresholds) and test; no patient or signal is in two."""

    run: int
    train: IntArray = field(repr=False)
    validation: IntArray = field(repr=False)
    test: IntArray = field(repr=False)


def make_splits(
    records: Sequence[LabelledRecord],
    sha256: Sequence[str],
    strata: Sequence[str],
    scheme: SplitScheme = "patient-folds",
) -> list[Split]:
    """Every run of a scheme; records whose patient is not known train in all of them.

    `patient-folds`: ten stratified folds of the known patients; run k tests fold k, validates on fold k-1
    and trains on the other eight (arXiv 2405.09567). `leave-one-patient-out`: each known patient is tested
    once (Uchiyama et al. 2022, setting 2), with the fold before the patient's own for validation.
    `random-windows`: as patient-folds, of the rows of `training.data.windows`, where patients leak. Raises
    LeakageError when one signal or patient is in two parts of a run.
    """
    fold_of = assign_folds(records, strata)
    tests = _tests(records, fold_of, scheme)
    splits = []
    for run, test in enumerate(tests):
        validated = (int(fold_of[test[0]]) - 1) % N_FOLDS
        validation = np.flatnonzero(fold_of == validated)
        train = np.setdiff1d(np.arange(len(records)), np.concatenate([test, validation]))
        split = Split(run, train, validation, test)
        refuse_leakage(split, sha256, [record.patient for record in records])
        splits.append(split)
    return splits


def _tests(records: Sequence[LabelledRecord], fold_of: IntArray, scheme: SplitScheme) -> list[IntArray]:
    """The tested rows of each run."""
    if scheme != "leave-one-patient-out":
        return [np.flatnonzero(fold_of == fold) for fold in range(N_FOLDS) if (fold_of == fold).any()]
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row, record in enumerate(records):
        if record.patient_known:
            rows_of[record.patient].append(row)
    return [np.array(rows) for _, rows in sorted(rows_of.items())]


def assign_folds(records: Sequence[LabelledRecord], strata: Sequence[str]) -> IntArray:
    """Fold 0-9 of each record, -1 where the patient is not known; shape (n,)."""
    folds = np.full(len(records), -1, dtype=np.int64)
    known = [row for row, record in enumerate(records) if record.patient_known]
    groups = [records[row].patient for row in known]
    rare = {name for name, n in Counter(strata[row] for row in known).items() if n < N_FOLDS}
    labels = ["rare" if strata[row] in rare else strata[row] for row in known]
    splitter = StratifiedGroupKFold(N_FOLDS, shuffle=True, random_state=_SEED)
    with warnings.catch_warnings():
        # Even together the rare strata may be fewer than the folds; they are spread as far as they go.
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        for fold, (_, test) in enumerate(splitter.split(np.zeros(len(known)), labels, groups)):
            folds[np.asarray(known)[test]] = fold
    return folds


def moved_to_train(split: Split, rows: IntArray) -> Split:
    """The same split with these rows in train: taken out of validation and test, or new to it."""
    return Split(
        split.run,
        np.union1d(split.train, rows),
        np.setdiff1d(split.validation, rows),
        np.setdiff1d(split.test, rows),
    )


def refuse_leakage(split: Split, sha256: Sequence[str], patients: Sequence[str]) -> None:
    """Raises LeakageError when a signal or a patient, named for every row, is in two parts of a split."""
    parts = {"train": split.train, "validation": split.validation, "test": split.test}
    for what, names in (("ECG", sha256), ("patient", patients)):
        seen: dict[str, str] = {}
        for part, rows in parts.items():
            for name in {names[row] for row in rows}:
                if name in seen:
                    shown = f"{name[:12]}…" if names is sha256 else name
                    raise LeakageError(
                        f"The same {what} ({shown}) is in {seen[name]} and {part} of run {split.run}: "
                        "remove the duplicate or give both copies one patient."
                    )
                seen[name] = part
