"""Units of the electrocardiogram's voltage, all turned into mV."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from inference.records.errors import RecordError
from inference.records.record import FloatArray

_PER_MV: Final = {"mv": 1.0, "uv": 1e-3, "v": 1e3, "nv": 1e-6}
_MICRO_SIGNS: Final = ("\u00b5", "\u03bc", "\u00c2\u00b5")


def mv_per_unit(unit: str) -> float:
    """How many mV one `unit` is: mV, uV, µV, nV or V, in any case. RecordError for any other."""
    plain = unit.strip().lower()
    for sign in _MICRO_SIGNS:
        plain = plain.replace(sign.lower(), "u")
    plain = {"millivolt": "mv", "microvolt": "uv", "volt": "v"}.get(plain.removesuffix("s"), plain)
    if plain not in _PER_MV:
        written = "".join(character if character.isprintable() else "?" for character in unit.strip()[:20])
        raise RecordError(f"The unit '{written}' is not a voltage: give the unit as mV, uV or V.")
    return _PER_MV[plain]


def scaled_mv(values: npt.NDArray[Any], offset: float, mv_per_value: float) -> FloatArray:
    """(values - offset) * mv_per_value as float32 mV, same shape, NaN staying NaN.

    What float32 cannot hold, and infinity, becomes its largest number: an absurd gain must stay visible
    to the check of amplitudes and not pass for samples that the file declares invalid.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = ((values.astype(np.float64) - offset) * mv_per_value).astype(np.float32)
    infinite = np.isinf(scaled)
    scaled[infinite] = np.copysign(np.finfo(np.float32).max, scaled[infinite])
    return scaled
