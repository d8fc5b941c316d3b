"""Two systems on the same records: the difference, its interval, and how easily chance makes one as large."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from training.figures.delong import delong_p
from training.figures.many_classes import Called
from training.figures.resampling import (
    N_BOOTSTRAP,
    DrawValues,
    Interval,
    PatientDraws,
    WeightedStatistic,
    Weights,
    with_percentiles,
)
from training.figures.system_result import SystemResult
from training.figures.weighted import weighted_auc, weighted_average_precision

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]


class NotPairedError(Exception):
    """Two systems that were not tested on the same records of the same folds; one plain sentence."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Second minus first of one figure, with a two-sided p of the same bootstrap draws.

    `delong_p` is the p of DeLong's test, for AUCs only.
    """

    figure: str
    interval: Interval
    p: float
    delong_p: float | None = None

    def to_json(self) -> dict[str, Any]:
        plain = {**self.interval.to_json(), "p": round(self.p, 4)}
        return plain if self.delong_p is None else plain | {"delong_p": round(self.delong_p, 4)}


@dataclass(frozen=True, slots=True)
class PairedComparison:
    """What `second` does better than `first` on `n_records` of `n_patients` in `folds`."""

    first: str
    second: str
    folds: tuple[int, ...]
    n_records: int
    n_patients: int
    differences: tuple[Difference, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "against": self.first,
            "folds": list(self.folds),
            "n_records": self.n_records,
            "n_patients": self.n_patients,
            **{each.figure: each.to_json() for each in self.differences},
        }


@dataclass(frozen=True, slots=True)
class _Tested:
    """A system's predictions in the order of the rows, with the fold's own number per record."""

    rows: IntArray = field(repr=False)
    folds: IntArray = field(repr=False)
    targets: IntArray = field(repr=False)
    probabilities: FloatArray = field(repr=False)
    patients: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, result: SystemResult) -> _Tested:
        said, order = result.predictions, np.argsort(result.predictions.rows, kind="stable")
        return cls(
            rows=said.rows[order],
            folds=np.asarray(result.folds)[said.run[order]],
            targets=said.targets[order],
            probabilities=said.probabilities[order],
            patients=tuple(result.records[place].patient for place in order),
        )


def compare(first: SystemResult, second: SystemResult, n_draws: int = N_BOOTSTRAP) -> PairedComparison:
    """Second minus first: AUC and AP of two classes, accuracy and macro recall of more.

    Both systems are judged on the same draws of whole patients. Raises NotPairedError when they were not
    tested on the same records of the same folds with the same labels.
    """
    ours, theirs = _Tested.of(first), _Tested.of(second)
    _refuse_unpaired(first, second, ours, theirs)
    draws = PatientDraws.of(ours.patients, n_draws)
    if first.is_binary:
        differences = _of_two_classes(ours, theirs, draws)
    else:
        differences = _of_many_classes(ours, theirs, draws, len(first.classes))
    return PairedComparison(
        first.name, second.name, first.folds, ours.rows.size, len(set(ours.patients)), differences
    )


def _refuse_unpaired(first: SystemResult, second: SystemResult, ours: _Tested, theirs: _Tested) -> None:
    if first.classes != second.classes:
        raise NotPairedError(f"{first.title} and {second.title} have other classes and cannot be compared.")
    if not (np.array_equal(ours.rows, theirs.rows) and np.array_equal(ours.folds, theirs.folds)):
        raise NotPairedError(
            f"{first.title} ({ours.rows.size} records) and {second.title} ({theirs.rows.size}) were not "
            "tested on the same records of the same folds: run both on the same folds to compare them."
        )
    if not np.array_equal(ours.targets, theirs.targets):
        raise NotPairedError(
            f"{first.title} and {second.title} were tested on other labels of the same records: "
            "run both on the same labels to compare them."
        )


def _of_two_classes(ours: _Tested, theirs: _Tested, draws: PatientDraws) -> tuple[Difference, ...]:
    targets, scores = ours.targets, (ours.probabilities[:, 1], theirs.probabilities[:, 1])
    aucs, precisions = (
        [statistic(targets, each) for each in scores]
        for statistic in (weighted_auc, weighted_average_precision)
    )
    _, delong = delong_p(targets, *scores, draws.patient_of)
    return (_difference("auc", aucs, draws, delong), _difference("average_precision", precisions, draws))


def _of_many_classes(
    ours: _Tested, theirs: _Tested, draws: PatientDraws, n_classes: int
) -> tuple[Difference, ...]:
    called = [Called(each.probabilities.argmax(axis=1), ours.targets, n_classes) for each in (ours, theirs)]
    return (
        _difference("accuracy", [each.accuracy for each in called], draws),
        _difference("macro_recall", [each.macro_recall for each in called], draws),
    )


def _difference(
    figure: str, pair: Sequence[WeightedStatistic], draws: PatientDraws, delong: float | None = None
) -> Difference:
    def gap(weights: Weights) -> DrawValues:
        return pair[1](weights) - pair[0](weights)

    values = draws.values(gap)
    return Difference(figure, with_percentiles(draws.measured(gap), values), two_sided_p(values), delong)


def two_sided_p(draws: DrawValues) -> float:
    """Twice the smaller share of draws on one side of 0, each side with one draw more so that p is never 0.

    The interval leaves out 0 where this is below 0.05 (percentile interval inverted; Efron and Tibshirani
    1993, chapter 15). NaN without a draw.
    """
    known = draws[~np.isnan(draws)]
    if known.size == 0:
        return math.nan
    smaller = min(int((known <= 0).sum()), int((known >= 0).sum()))
    return min(1.0, 2.0 * (smaller + 1) / (known.size + 1))
