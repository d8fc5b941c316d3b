"""Vectorcardiogram: Frank's three leads from the twelve, and the twelve leads from Frank's three.

Frank axes throughout: X positive to the left, Y positive towards the feet, Z positive towards the back.
The three coordinates are one dipole; whatever of the twelve leads is not dipolar is lost on the way.
"""

from __future__ import annotations

from typing import Any, Final, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from inference.records.leads import STANDARD_LEADS

FloatArray = npt.NDArray[np.float64]
Floating = TypeVar("Floating", bound=np.floating[Any])
InverseMethod = Literal["inverse-dower", "kors"]

INDEPENDENT_LEADS: Final = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
"""The eight of the twelve leads that are measured; the other four follow by Einthoven and Goldberger."""


def _frozen(rows: list[list[float]]) -> FloatArray:
    array = np.array(rows, dtype=np.float64)
    array.flags.writeable = False
    return array


DOWER: Final = _frozen(
    [
        [0.632, -0.235, 0.059],
        [0.235, 1.066, -0.132],
        [-0.515, 0.157, -0.917],
        [0.044, 0.164, -1.387],
        [0.882, 0.098, -1.277],
        [1.213, 0.127, -0.601],
        [1.125, 0.127, -0.086],
        [0.831, 0.076, 0.230],
    ]
)
"""(8, 3): the independent leads from X, Y, Z (Dower, Machado and Osborne, Clin Cardiol 1980;3:87)."""

INVERSE_DOWER: Final = _frozen(
    [
        [0.156, -0.010, -0.172, -0.074, 0.122, 0.231, 0.239, 0.194],
        [-0.227, 0.887, 0.057, -0.019, -0.106, -0.022, 0.041, 0.048],
        [0.022, 0.102, -0.229, -0.310, -0.246, -0.063, 0.055, 0.108],
    ]
)
"""(3, 8): X, Y, Z from the independent leads (Edenbrandt and Pahlm, J Electrocardiol 1988;21:361)."""

KORS: Final = _frozen(
    [
        [0.38, -0.07, -0.13, 0.05, -0.01, 0.14, 0.06, 0.54],
        [-0.07, 0.93, 0.06, -0.02, -0.05, 0.06, -0.17, 0.13],
        [0.11, -0.23, -0.43, -0.06, -0.14, -0.20, -0.11, 0.31],
    ]
)
"""(3, 8): X, Y, Z from the independent leads by regression (Kors et al., Eur Heart J 1990;11:1083)."""

_INVERSES: Final = {"inverse-dower": INVERSE_DOWER, "kors": KORS}

TWELVE_FROM_INDEPENDENT: Final = _frozen(
    [
        [1, 0, 0, 0, 0, 0, 0, 0],
        [0, 1, 0, 0, 0, 0, 0, 0],
        [-1, 1, 0, 0, 0, 0, 0, 0],
        [-0.5, -0.5, 0, 0, 0, 0, 0, 0],
        [1, -0.5, 0, 0, 0, 0, 0, 0],
        [-0.5, 1, 0, 0, 0, 0, 0, 0],
        [0, 0, 1, 0, 0, 0, 0, 0],
        [0, 0, 0, 1, 0, 0, 0, 0],
        [0, 0, 0, 0, 1, 0, 0, 0],
        [0, 0, 0, 0, 0, 1, 0, 0],
        [0, 0, 0, 0, 0, 0, 1, 0],
        [0, 0, 0, 0, 0, 0, 0, 1],
    ]
)
"""(12, 8): Einthoven's III = II - I and Goldberger's aVR, aVL and aVF, in standard lead order."""

LEADS_FROM_XYZ: Final = TWELVE_FROM_INDEPENDENT @ DOWER
"""(12, 3): the standard leads from X, Y, Z."""
LEADS_FROM_XYZ.flags.writeable = False

_INDEPENDENT_ROWS: Final = [STANDARD_LEADS.index(name) for name in INDEPENDENT_LEADS]


def leads_from_vcg(xyz: npt.NDArray[Floating]) -> npt.NDArray[Floating]:
    """The standard leads (..., 12, n) of a vectorcardiogram (..., 3, n), in its unit and its float type."""
    return np.asarray(LEADS_FROM_XYZ.astype(xyz.dtype) @ xyz)


def vcg_from_leads(
    leads: npt.NDArray[Floating], method: InverseMethod = "inverse-dower"
) -> npt.NDArray[Floating]:
    """The vectorcardiogram (..., 3, n) of the standard leads (..., 12, n), in their unit and float type.

    Reads the eight independent leads only; a missing one (a row of NaN) makes the whole result NaN.
    """
    independent = leads[..., _INDEPENDENT_ROWS, :]
    return np.asarray(_INVERSES[method].astype(leads.dtype) @ independent)
