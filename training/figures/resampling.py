"""Whole patients drawn with replacement, all draws at once: how often each record is in each draw."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float64]
"""How often each record counts in each draw: (n_draws, n_records), whole numbers."""
DrawValues = npt.NDArray[np.float64]
WeightedStatistic = Callable[[Weights], DrawValues]
"""From weights (n_draws, n_records) to one value per draw; NaN where it is undefined."""

N_BOOTSTRAP: Final = 2000
SEED: Final = 7
_CELLS_AT_ONCE: Final = 2_000_000
"""Draws times records that are held in memory together: 16 MB of weights."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A measured value with its 95 % interval (percentiles of a patient-clustered bootstrap)."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f} to {self.high:.3f}]"

    def to_json(self) -> dict[str, float]:
        return {"value": round(self.value, 4), "low": round(self.low, 4), "high": round(self.high, 4)}


@dataclass(frozen=True, slots=True)
class PatientDraws:
    """The bootstrap draws of a set of records, the same ones whenever they are asked for.

    `patient_of` (n_records,) numbers each record's patient. A draw takes as many patients as there are,
    with replacement, and with a patient all of that patient's records.
    """

    patient_of: IntArray = field(repr=False)
    n_draws: int = N_BOOTSTRAP
    seed: int = SEED

    @classmethod
    def of(cls, patients: Sequence[str], n_draws: int = N_BOOTSTRAP, seed: int = SEED) -> PatientDraws:
        """The draws of records whose patients are named, in their order."""
        return cls(np.unique(np.asarray(patients), return_inverse=True)[1].astype(np.int64), n_draws, seed)

    def drawn_patients(self) -> Iterator[IntArray]:
        """The patients of one draw after the other, (n_patients,) each."""
        n_patients = int(self.patient_of.max()) + 1
        rng = np.random.default_rng(self.seed)
        for _ in range(self.n_draws):
            yield rng.integers(0, n_patients, n_patients)

    def weights(self) -> Iterator[Weights]:
        """The weights of all draws, in parts of bounded size."""
        n_patients = int(self.patient_of.max()) + 1
        n_at_once = max(1, _CELLS_AT_ONCE // self.patient_of.size)
        counts: list[IntArray] = []
        for drawn in self.drawn_patients():
            counts.append(np.bincount(drawn, minlength=n_patients))
            if len(counts) == n_at_once:
                yield self._of_records(counts)
                counts = []
        if counts:
            yield self._of_records(counts)

    def _of_records(self, counts: Sequence[IntArray]) -> Weights:
        return np.stack(counts).astype(np.float64)[:, self.patient_of]

    def values(self, statistic: WeightedStatistic) -> DrawValues:
        """The statistic of every draw, (n_draws,)."""
        return np.concatenate([statistic(weights) for weights in self.weights()])

    def measured(self, statistic: WeightedStatistic) -> float:
        """The statistic of the records as they are."""
        return float(statistic(np.ones((1, self.patient_of.size)))[0])

    def interval(self, statistic: WeightedStatistic) -> Interval:
        """The statistic with its 95 % interval; draws in which it is undefined are left out."""
        return with_percentiles(self.measured(statistic), self.values(statistic))

    def intervals(self, statistics: Mapping[str, WeightedStatistic]) -> dict[str, Interval]:
        """Several statistics with their intervals, the draws made once."""
        parts: dict[str, list[DrawValues]] = {name: [] for name in statistics}
        for weights in self.weights():
            for name, statistic in statistics.items():
                parts[name].append(statistic(weights))
        return {
            name: with_percentiles(self.measured(statistic), np.concatenate(parts[name]))
            for name, statistic in statistics.items()
        }


def with_percentiles(value: float, draws: DrawValues) -> Interval:
    """A value with the 2.5th and 97.5th percentile of its draws; NaN limits where every draw is NaN."""
    if np.isnan(draws).all():
        return Interval(value, math.nan, math.nan)
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return Interval(value, float(low), float(high))
