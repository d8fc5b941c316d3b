"""Limb leads that Philips stores as what is left when I and II have foretold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.records.leads import LIMB_LEADS, normalise_lead_name

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

_FORETOLD: Final = LIMB_LEADS[2:]


@dataclass(frozen=True, slots=True)
class LimbLeads:
    """All leads as they were recorded, in counts, shape (n_leads, n_samples)."""

    counts: IntArray = field(repr=False)
    were_differences: bool = False
    off_counts: float | None = None
    """How far III, aVR, aVL and aVF are at most from what I and II demand; None without all six."""


def put_together(counts: IntArray, names: Sequence[str], n_ecg: int, *, by_default: bool) -> LimbLeads:
    """The leads as they were recorded; `counts` has shape (n_leads, n_samples), one name per row.

    Only the first `n_ecg` samples are compared: the calibration pulse is no heart's and obeys no law.

    Compressed files hold III, aVR, aVL and aVF as (forecast - lead), forecast from I and II in whole counts
    by Einthoven's and Goldberger's laws; others may hold the leads themselves. Which of the two it is shows
    in the samples: leads agree with those laws as they are, differences only once they are put together.
    Where neither agrees better, `by_default` says whether they are differences.
    """
    rows = {normalise_lead_name(name): row for row, name in reversed(list(enumerate(names)))}
    if not all(name in rows for name in LIMB_LEADS):
        return LimbLeads(counts)
    stored = np.stack([counts[rows[name]] for name in _FORETOLD])
    rebuilt = _rebuilt(counts[rows["I"]], counts[rows["II"]], stored)
    off_stored, off_rebuilt = (_off_the_laws(counts, rows, limb)[:, :n_ecg] for limb in (stored, rebuilt))
    gain = float(off_stored.mean() - off_rebuilt.mean())
    if gain < 0 or (gain == 0 and not by_default):
        return LimbLeads(counts, False, float(off_stored.max()))
    whole = counts.copy()
    for name, lead in zip(_FORETOLD, rebuilt, strict=True):
        whole[rows[name]] = lead
    return LimbLeads(whole, True, float(off_rebuilt.max()))


def _rebuilt(one: IntArray, two: IntArray, stored: IntArray) -> IntArray:
    """III, aVR, aVL, aVF from their differences; halves are rounded down, as the recorder does it."""
    three = two - one - stored[0]
    return np.stack(
        [
            three,
            -stored[1] - (one + two) // 2,
            (one - three) // 2 - stored[2],
            (two + three) // 2 - stored[3],
        ]
    )


def _off_the_laws(counts: IntArray, rows: Mapping[str, int], limb: IntArray) -> FloatArray:
    """Distance in counts of III, aVR, aVL, aVF from what I and II demand, shape (4, n_samples)."""
    one, two = counts[rows["I"]], counts[rows["II"]]
    demanded = np.stack([two - one, -(one + two) / 2, one - two / 2, two - one / 2])
    distance: FloatArray = np.abs(limb - demanded)
    return distance
