"""How before and after are compared: rotations over the frozen folds, with the gold set outside of all."""

from __future__ import annotations

from typing import Final

import numpy as np

from training.data.folds import N_FOLDS, IntArray, Split, refuse_leakage
from training.data.frozen_folds import FrozenFolds
from training.retraining.gold import Gold
from training.retraining.merge import Merged

ROTATIONS: Final = 5
_TESTED: Final = N_FOLDS // ROTATIONS


def fold_of_rows(merged: Merged, frozen: FrozenFolds) -> IntArray:
    """The frozen fold of each row of the merged set, (n,); -1 for rows that only train.

    These are the records of unknown patients, and of patients who turn out to have several names in the
    base set: their names may be in different folds.
    """
    folds = frozen.folds(merged.prepared.records)
    several = [record.patient in merged.under_several_names for record in merged.prepared.records]
    folds[np.array(several, dtype=bool)] = -1
    return folds


def rotation(merged: Merged, folds: IntArray, gold: Gold, run: int) -> Split:
    """Run `run` of five: two folds tested, the one before them for the thresholds, the others to train.

    Raises LeakageError when a signal, a patient or a gold record is on both sides.
    """
    tested = [run * _TESTED + offset for offset in range(_TESTED)]
    validated = (tested[0] - 1) % N_FOLDS
    is_test, is_validation = np.isin(folds, tested), folds == validated
    split = Split(
        run,
        np.flatnonzero(~is_test & ~is_validation & ~gold.kept_out),
        np.flatnonzero(is_validation & ~gold.kept_out),
        np.flatnonzero(is_test & ~gold.kept_out),
    )
    together = merged.prepared
    refuse_leakage(split, together.signals, [record.patient for record in together.records])
    gold.refuse_leak(together, np.concatenate([split.train, split.validation]))
    return split
