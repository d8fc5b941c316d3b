"""The variance of a difference of two AUCs on the same records, without a bootstrap."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, rankdata

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.floating]
Components = npt.NDArray[np.float64]


def delong_p(
    targets: IntArray, first: FloatArray, second: FloatArray, patient_of: IntArray
) -> tuple[float, float]:
    """Standard error and two-sided p of AUC(second) - AUC(first) on records (n,) of numbered patients (n,).

    DeLong 1988 with midranks (Sun and Xu 2014), and over patients as in Obuchowski 1997 (Biometrics
    53:567): with one record per patient it is DeLong's test. Both are NaN without two patients in each
    class; p is 1 where the systems do not differ at all.
    """
    positive = targets == 1
    of_positives, of_negatives = (
        b - a for a, b in zip(_placements(positive, first), _placements(positive, second), strict=True)
    )
    groups = (patient_of[positive], patient_of[~positive])
    if min(np.unique(group).size for group in groups) < 2:
        return math.nan, math.nan
    difference = float(of_positives.mean())
    error = math.sqrt(max(_variance(of_positives - difference, of_negatives - difference, *groups), 0.0))
    if error == 0.0:
        return 0.0, 1.0 if difference == 0.0 else 0.0
    return error, float(2.0 * norm.sf(abs(difference) / error))


def _placements(positive: npt.NDArray[np.bool_], scores: FloatArray) -> tuple[Components, Components]:
    """For each positive the share of negatives below it, for each negative that of positives above it."""
    ranks = rankdata(scores)
    above, below = scores[positive], scores[~positive]
    of_positives = (ranks[positive] - rankdata(above)) / below.size
    of_negatives = 1.0 - (ranks[~positive] - rankdata(below)) / above.size
    return of_positives, of_negatives


def _variance(
    of_positives: Components, of_negatives: Components, positive_groups: IntArray, negative_groups: IntArray
) -> float:
    """Of the mean of centred placements whose records come in patients."""
    n_patients = int(max(positive_groups.max(), negative_groups.max())) + 1
    sums = [
        np.bincount(group, values, n_patients) / values.size
        for values, group in ((of_positives, positive_groups), (of_negatives, negative_groups))
    ]
    n_with = [np.unique(group).size for group in (positive_groups, negative_groups)]
    own = sum(n / (n - 1) * float(np.sum(each**2)) for n, each in zip(n_with, sums, strict=True))
    n_all = np.unique(np.concatenate([positive_groups, negative_groups])).size
    return own + 2.0 * n_all / (n_all - 1) * float(np.sum(sums[0] * sums[1]))
