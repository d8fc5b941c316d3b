"""Accuracy, recalls and F1 of systems with several classes, for many bootstrap draws in one call."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from training.figures.resampling import DrawValues, Weights

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Called:
    """Which class each record was called and which it is, (n,) each, of `n_classes`."""

    guessed: IntArray = field(repr=False)
    truth: IntArray = field(repr=False)
    n_classes: int

    def accuracy(self, weights: Weights) -> DrawValues:
        """Share of records that were called what they are."""
        share: DrawValues = weights @ (self.guessed == self.truth).astype(np.float64) / weights.sum(axis=1)
        return share

    def macro_recall(self, weights: Weights) -> DrawValues:
        """Mean recall over the classes that occur among the records; NaN in a draw that lacks one."""
        hits, true, _ = self._counts(weights)
        return _mean_ratio(hits, true)

    def macro_f1(self, weights: Weights) -> DrawValues:
        """Mean F1 over the classes that occur among the records; NaN in a draw that lacks one."""
        hits, true, called = self._counts(weights)
        means = _mean_ratio(2.0 * hits, true + called)
        means[(true <= 0).any(axis=1)] = np.nan
        return means

    def present(self) -> list[int]:
        """The classes that occur among the records."""
        return [int(each) for each in np.unique(self.truth)]

    def confusion(self) -> IntArray:
        """Records by truth (row) and call (column): (n_classes, n_classes)."""
        table = np.zeros((self.n_classes, self.n_classes), dtype=np.int64)
        np.add.at(table, (self.truth, self.guessed), 1)
        return table

    def _counts(self, weights: Weights) -> tuple[Weights, Weights, Weights]:
        """Hits, records and calls of every class that occurs: (n_draws, n_present) each."""
        classes = np.asarray(self.present())
        true = self.truth[:, None] == classes
        called = self.guessed[:, None] == classes
        hits, of, calls = (weights @ table.astype(np.float64) for table in (true & called, true, called))
        return hits, of, calls


def _mean_ratio(part: Weights, whole: Weights) -> DrawValues:
    means: DrawValues = np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0).mean(axis=1)
    return means
