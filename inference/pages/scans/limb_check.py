"""Whether limb leads that were printed side by side obey Einthoven and Goldberger, as true ones must."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.records.leads import CHEST_LEADS, LIMB_LEADS

FloatArray = npt.NDArray[np.float32]

LIMIT: Final = 0.25
"""Of sheets read with the right leads in place the largest share was 0.23, and 0.15 without a photograph's
blur; with two leads exchanged it is above 0.5."""
_RELATIONS: Final[tuple[tuple[str, Mapping[str, float]], ...]] = (
    ("II = I + III", {"I": 1.0, "III": 1.0, "II": -1.0}),
    ("aVR + aVL + aVF = 0", {"aVR": 1.0, "aVL": 1.0, "aVF": 1.0}),
    ("aVR = -(I + II) / 2", {"aVR": 1.0, "I": 0.5, "II": 0.5}),
    ("aVL = I - II / 2", {"aVL": 1.0, "I": -1.0, "II": 0.5}),
)
"""Einthoven 1913, Goldberger 1942."""
_LEAST_SAMPLES: Final = 200
_CHEST_UNLIKE: Final = 0.6
"""Taken for limb leads, V1 to V6 of 400 ECGs of PTB-XL broke a relation by 1.10 and more."""


def limb_disagreements(leads_mv: Mapping[str, FloatArray]) -> dict[str, float]:
    """Each relation that simultaneous samples (n,) allow to check, with the share of it that does not fit.

    The share is the root mean square of what remains, beside that of all the leads in the relation, each
    without its median: how far a baseline lies from zero is the printer's choice.
    """
    shares = {}
    for relation, weights in _RELATIONS:
        if not all(name in leads_mv for name in weights):
            continue
        rows = np.stack([weight * leads_mv[name].astype(np.float64) for name, weight in weights.items()])
        rows = rows[:, np.isfinite(rows).all(axis=0)]
        if rows.shape[1] < _LEAST_SAMPLES:
            continue
        rows = rows - np.median(rows, axis=1, keepdims=True)
        remains = float(np.sqrt(np.mean(rows.sum(axis=0) ** 2)))
        whole = float(np.sqrt(np.mean((rows**2).sum(axis=0))))
        shares[relation] = remains / max(whole, 1e-6)
    return shares


def chest_leads_are_limb_leads(leads_mv: Mapping[str, FloatArray]) -> bool:
    """Whether V1 to V6 obey, as I to aVF, what only limb leads do: a page of six long rows looks like 6x2."""
    taken = {
        limb: leads_mv[chest]
        for limb, chest in zip(LIMB_LEADS, CHEST_LEADS, strict=True)
        if chest in leads_mv
    }
    shares = limb_disagreements(taken)
    return bool(shares) and max(shares.values()) < _CHEST_UNLIKE
