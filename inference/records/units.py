"""Units of the electrocardiogram's voltage, all turned into mV."""

from __future__ import annotations

from typing import Final

from inference.records.errors import RecordError

_PER_MV: Final = {"mv": 1.0, "uv": 1e-3, "v": 1e3, "nv": 1e-6}
_MICRO_SIGNS: Final = ("\u00b5", "\u03bc", "\u00c2\u00b5")


def mv_per_unit(unit: str) -> float:
    """How many mV one `unit` is: mV, uV, µV, nV or V, in any case. RecordError for any other."""
    plain = unit.strip().lower()
    for sign in _MICRO_SIGNS:
        plain = plain.replace(sign.lower(), "u")
    plain = {"millivolt": "mv", "microvolt": "uv", "volt": "v"}.get(plain.removesuffix("s"), plain)
    if plain not in _PER_MV:
        raise RecordError(
            f"The unit '{unit.strip()[:20]}' is not a voltage this program knows: give the unit as mV, uV or V."
        )
    return _PER_MV[plain]
