"""The six limb leads: any two that are independent give the other four, and three check each other.

Einthoven 1913: II = I + III. Goldberger 1942: aVR = -(I + II) / 2, aVL = I - II / 2, aVF = II - I / 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.records.leads import LIMB_LEADS

FloatArray = npt.NDArray[np.float32]

_FROM_I_AND_II: Final[Mapping[str, tuple[float, float]]] = {
    "I": (1.0, 0.0),
    "II": (0.0, 1.0),
    "III": (-1.0, 1.0),
    "aVR": (-0.5, -0.5),
    "aVL": (1.0, -0.5),
    "aVF": (-0.5, 1.0),
}
"""Each limb lead as (a, b) with lead = a * I + b * II."""

_SMALLEST_DETERMINANT: Final = 1e-6


def derive_limb_leads(measured: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """The limb leads that are not in `measured` but follow exactly from two that are; mV, (n_samples,).

    Bipolar leads are preferred as a source to augmented ones. With fewer than two limb leads nothing
    follows and the answer is empty. NaN samples of a source stay NaN.
    """
    sources = [name for name in LIMB_LEADS if name in measured]
    for place, first in enumerate(sources):
        for second in sources[place + 1 :]:
            weights = np.array([_FROM_I_AND_II[first], _FROM_I_AND_II[second]])
            if abs(np.linalg.det(weights)) < _SMALLEST_DETERMINANT:
                continue
            lead_i_and_ii = np.linalg.inv(weights) @ np.stack([measured[first], measured[second]])
            return {
                name: np.asarray(np.array(_FROM_I_AND_II[name]) @ lead_i_and_ii, dtype=np.float32)
                for name in LIMB_LEADS
                if name not in measured
            }
    return {}


def einthoven_residual_mv(measured: Mapping[str, FloatArray]) -> float | None:
    """Largest |II - I - III| in mV over samples valid in all three, or None unless all were measured."""
    if not all(name in measured for name in ("I", "II", "III")):
        return None
    residual = np.abs(measured["II"].astype(np.float64) - measured["I"] - measured["III"])
    valid = residual[np.isfinite(residual)]
    return float(valid.max()) if valid.size else None
