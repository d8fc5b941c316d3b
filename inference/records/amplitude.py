"""Whether a record's voltages can be those of an ECG at all: a wrong unit or gain shows here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from inference.records.errors import RecordError
from inference.records.record import FloatArray

MAX_SWING_MV: Final = 50.0
"""Of 2,084 records of PTB-XL, PTB, LUDB and CinC 2021 none reaches 3.2 mV by the measure below, and none
stays under 0.27 mV: µV taken for mV give 270 mV and more. The largest QRS complexes known are near 10 mV."""
_SWING_PERCENT: Final = 99.9
"""So that single spikes (a pacemaker, a switch) do not count as amplitude."""
_IMPOSSIBLE_MV: Final = 1e6
"""A kilovolt: no offset, no spike and no defibrillator's shock reaches it through an ECG amplifier."""


def check_amplitude(leads_mv: Mapping[str, FloatArray]) -> None:
    """Raise RecordError where the leads swing more than any heart can make them.

    `leads_mv` are (n_samples,) mV, each with at least one valid sample. The measure is the median over
    leads of the 99.9th percentile of |sample - the lead's median|, to which offsets and a few detached
    leads make no difference.
    """
    # Never less than the measure and far quicker to have: percentiles are for the odd record.
    if np.median([_peak_to_peak_mv(row) for row in leads_mv.values()]) <= MAX_SWING_MV:
        return
    swing_mv = float(np.median([_swing_mv(row) for row in leads_mv.values()]))
    if swing_mv > MAX_SWING_MV:
        size = f"{swing_mv:,.0f}" if swing_mv < _IMPOSSIBLE_MV else f"more than {_IMPOSSIBLE_MV:,.0f}"
        raise RecordError(
            f"The leads swing by {size} mV, and no ECG reaches {MAX_SWING_MV:g} mV: "
            "check the unit or the gain."
        )


def without_impossible_samples(name: str, lead_mv: FloatArray) -> tuple[FloatArray, tuple[str, ...]]:
    """A lead, (n_samples,) mV, with NaN for samples beyond any amplifier, and a note where there are any."""
    impossible = np.abs(lead_mv) > _IMPOSSIBLE_MV
    count = int(np.count_nonzero(impossible))
    if not count:
        return lead_mv, ()
    samples = "1 sample" if count == 1 else f"{count} samples"
    note = f"Lead {name} holds {samples} beyond {_IMPOSSIBLE_MV:,.0f} mV, taken as invalid."
    return np.where(impossible, np.float32(np.nan), lead_mv), (note,)


def _peak_to_peak_mv(row: FloatArray) -> float:
    return float(np.fmax.reduce(row)) - float(np.fmin.reduce(row))


def _swing_mv(row: FloatArray) -> float:
    valid = row[np.isfinite(row)].astype(np.float64)
    return float(np.percentile(np.abs(valid - np.median(valid)), _SWING_PERCENT))
