"""Statistics of weighted records, for many bootstrap draws in one call."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from training.figures.resampling import DrawValues, WeightedStatistic, Weights

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.floating]


def _ratio(part: DrawValues, whole: DrawValues) -> DrawValues:
    """part / whole, NaN where the whole is nothing."""
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def weighted_share(hit: BoolArray, among: BoolArray) -> WeightedStatistic:
    """Part of the records `among` (n,) that are a `hit` (n,)."""
    counted, of = (hit & among).astype(np.float64), among.astype(np.float64)
    return lambda weights: _ratio(weights @ counted, weights @ of)


def weighted_mean(values: FloatArray | BoolArray) -> WeightedStatistic:
    """Mean of values (n,)."""
    column = values.astype(np.float64)
    return lambda weights: _ratio(weights @ column, weights.sum(axis=1))


def weighted_f1(called: BoolArray, positive: BoolArray) -> WeightedStatistic:
    """F1 = 2 TP / (2 TP + FP + FN) of records (n,) that were called positive."""
    both = (called & positive).astype(np.float64)
    either = called.astype(np.float64) + positive
    return lambda weights: _ratio(2.0 * (weights @ both), weights @ either)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Records in order of their score, with the first of each group of equal scores."""

    order: IntArray = field(repr=False)
    is_positive: BoolArray = field(repr=False)
    first_of_group: IntArray = field(repr=False)

    @classmethod
    def of(cls, targets: IntArray, scores: FloatArray) -> Ranked:
        """From targets (n,) of 0 and 1 and scores (n,)."""
        order = np.argsort(scores, kind="stable")
        ranked = scores[order]
        first = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))
        return cls(order, targets[order] == 1, first)

    def counts(self, weights: Weights) -> tuple[Weights, Weights]:
        """Weight of positives and of negatives at each distinct score, rising: (n_draws, n_groups) each."""
        ordered = weights[:, self.order]
        positives = np.add.reduceat(ordered * self.is_positive, self.first_of_group, axis=1)
        negatives = np.add.reduceat(ordered * ~self.is_positive, self.first_of_group, axis=1)
        return positives, negatives


def weighted_auc(targets: IntArray, scores: FloatArray) -> WeightedStatistic:
    """Area under the ROC curve as the share of pairs in right order, ties counted half (Mann-Whitney)."""
    ranked = Ranked.of(targets, scores)

    def statistic(weights: Weights) -> DrawValues:
        positives, negatives = ranked.counts(weights)
        below = np.cumsum(negatives, axis=1) - negatives / 2
        in_order: DrawValues = (positives * below).sum(axis=1)
        return _ratio(in_order, positives.sum(axis=1) * negatives.sum(axis=1))

    return statistic


def weighted_average_precision(targets: IntArray, scores: FloatArray) -> WeightedStatistic:
    """Average precision: precision at each distinct score, weighted by the recall gained there."""
    ranked = Ranked.of(targets, scores)

    def statistic(weights: Weights) -> DrawValues:
        positives, negatives = (counts[:, ::-1] for counts in ranked.counts(weights))
        true, false = np.cumsum(positives, axis=1), np.cumsum(negatives, axis=1)
        precision = np.divide(true, true + false, out=np.zeros_like(true), where=true + false > 0)
        gained: DrawValues = (positives * precision).sum(axis=1)
        return _ratio(gained, true[:, -1])

    return statistic
