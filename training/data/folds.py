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
BoolArray = npt.NDArray[np.bool_]
N_FOLDS: Final = 10
SplitScheme = Literal["patient-folds", "leave-one-patient-out", "random-windows"]
_SEED: Final = 20240509


class LeakageError(Exception):
    """The same signal or patient lies on both sides of a split; one plain sentence."""


class TooFewPatientsError(Exception):
    """Fewer known patients than folds; one plain sentence."""


@dataclass(frozen=True, slots=True)
class Split:
    """Rows of one run: train, validation (epochs, thresholds) and test; no patient or signal is in two."""

    run: int
    train: IntArray = field(repr=False)
    validation: IntArray = field(repr=False)
    test: IntArray = field(repr=False)


def make_splits(
    records: Sequence[LabelledRecord],
    signals: Sequence[str],
    strata: Sequence[str],
    scheme: SplitScheme = "patient-folds",
    *,
    tested: BoolArray | None = None,
    first: int | None = None,
) -> list[Split]:
    """The runs of a scheme, or the first so many; records whose patient is not known train in all of them.

    `patient-folds`: ten stratified folds of the known patients; run k tests fold k, validates on fold k-1
    and trains on the other eight (arXiv 2405.09567). `leave-one-patient-out`: each known patient is tested
    once (Uchiyama et al. 2022, setting 2), with the fold before the patient's own for validation.
    `random-windows`: as patient-folds, of rows that `training.data.windows` sets apart, where patients leak.
    Runs without a row of `tested` (n,) are left out. Raises LeakageError when one signal or patient is in
    two folds, TooFewPatientsError where there are fewer known patients than folds.
    """
    fold_of = assign_folds(records, strata)
    patients = [record.patient for record in records]
    # All folds are looked at, whichever are run: a part of a run is judged as the whole will be.
    for what, names in (("ECG", signals), ("patient", patients)):
        parts = patients if scheme == "leave-one-patient-out" else [f"fold {fold}" for fold in fold_of]
        _refuse_shared(what, names, parts)
    splits = []
    for run, test in enumerate(_tests(records, fold_of, scheme, tested)[:first]):
        validated = (int(fold_of[test[0]]) - 1) % N_FOLDS
        in_train = fold_of != validated
        in_train[test] = False
        splits.append(Split(run, np.flatnonzero(in_train), np.flatnonzero(fold_of == validated), test))
    return splits


def number_of_runs(
    records: Sequence[LabelledRecord], strata: Sequence[str], scheme: SplitScheme, tested: BoolArray
) -> int:
    """How many runs `make_splits` has to offer."""
    return len(_tests(records, assign_folds(records, strata), scheme, tested))


def _tests(
    records: Sequence[LabelledRecord], fold_of: IntArray, scheme: SplitScheme, tested: BoolArray | None
) -> list[IntArray]:
    """The tested rows of each run."""
    if scheme == "leave-one-patient-out":
        rows_of: dict[str, list[int]] = defaultdict(list)
        for row, record in enumerate(records):
            if record.patient_known:
                rows_of[record.patient].append(row)
        tests = [np.array(rows) for _, rows in sorted(rows_of.items())]
    else:
        tests = [np.flatnonzero(fold_of == fold) for fold in range(N_FOLDS)]
    return [rows for rows in tests if rows.size and (tested is None or tested[rows].any())]


def assign_folds(records: Sequence[LabelledRecord], strata: Sequence[str]) -> IntArray:
    """Fold 0-9 of each record, -1 where the patient is not known; shape (n,).

    Raises TooFewPatientsError where there are fewer known patients than folds.
    """
    folds = np.full(len(records), -1, dtype=np.int64)
    known = [row for row, record in enumerate(records) if record.patient_known]
    groups = [records[row].patient for row in known]
    if len(set(groups)) < N_FOLDS:
        raise TooFewPatientsError(
            f"{len(set(groups))} patients are known by name, and {N_FOLDS} folds need as many: add records "
            "whose patient is known."
        )
    rare = {name for name, n in Counter(strata[row] for row in known).items() if n < N_FOLDS}
    labels = ["rare" if strata[row] in rare else strata[row] for row in known]
    splitter = StratifiedGroupKFold(N_FOLDS, shuffle=True, random_state=_SEED)
    with warnings.catch_warnings():
        # Even together the rare strata may be fewer than the folds; they are spread as far as they go.
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        for fold, (_, test) in enumerate(splitter.split(np.zeros(len(known)), labels, groups)):
            folds[np.asarray(known)[test]] = fold
    return folds


def _refuse_shared(what: str, names: Sequence[str], parts: Sequence[str]) -> None:
    """Raises LeakageError when one name is in two parts; names and parts are those of every row."""
    part_of: dict[str, str] = {}
    for name, part in zip(names, parts, strict=True):
        if part_of.setdefault(name, part) != part:
            shown = f"{name[:12]}…" if what == "ECG" else name
            raise LeakageError(
                f"The same {what} ({shown}) is in {part_of[name]} and {part}: remove the duplicate or give "
                "both copies one patient."
            )


def refuse_leakage(split: Split, signals: Sequence[str], patients: Sequence[str]) -> None:
    """Raises LeakageError when a signal or a patient, named for every row, is in two parts of a split."""
    parts = {"train": split.train, "validation": split.validation, "test": split.test}
    for what, names in (("ECG", signals), ("patient", patients)):
        seen: dict[str, str] = {}
        for part, rows in parts.items():
            for name in {names[row] for row in rows}:
                if name in seen:
                    shown = f"{name[:12]}…" if names is signals else name
                    raise LeakageError(
                        f"The same {what} ({shown}) is in {seen[name]} and {part} of run {split.run}: "
                        "remove the duplicate or give both copies one patient."
                    )
                seen[name] = part
