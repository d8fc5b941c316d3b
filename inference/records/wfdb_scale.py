"""WFDB integers to mV, with the one data set (LUDB) whose gains must not be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from inference.records.record import FloatArray
from inference.records.sample_words import IntArray
from inference.records.units import mv_per_unit, scaled_mv
from inference.records.wfdb_header import DEFAULT_GAIN, SignalSpec
from inference.records.wfdb_samples import INVALID_SAMPLE

_EINTHOVEN_UNITS: Final = 2
"""Rounding of three separately digitised leads can leave II - I - III this far from zero."""
_EINTHOVEN_SHARE: Final = 0.99
_RAW_UNIT_MV: Final = 0.001

Chosen = Mapping[str, tuple[SignalSpec, IntArray]]
"""Lead name to its signal line and its integers."""
LeadScale = tuple[int, float]
"""Baseline in integers, and mV per integer."""


def to_mv(chosen: Chosen, unit: str | None) -> tuple[dict[str, FloatArray], tuple[str, ...]]:
    """Each lead in mV, (n_samples,) float32, invalid samples as NaN, and what had to be assumed.

    Raises RecordError for a unit that is no voltage.
    """
    scales, notes = lead_scales(chosen, unit)
    values = {name: _marked(spec, samples, *scales[name]) for name, (spec, samples) in chosen.items()}
    return values, notes


def lead_scales(chosen: Chosen, unit: str | None) -> tuple[dict[str, LeadScale], tuple[str, ...]]:
    """Baseline and mV per integer of each lead, and what had to be assumed; the integers may be a stretch.

    Raises RecordError for a unit that is no voltage.
    """
    scales = {name: (spec.baseline, _mv_per_integer(spec, unit)) for name, (spec, _) in chosen.items()}
    if unit is not None:
        # Someone who gives a unit has looked at the values: the gains are then theirs to judge.
        note = f"The unit was given as {unit}; the header's own was not used."
        return scales, (note, *_default_gains(chosen))
    if _gains_normalise_each_lead(chosen, scales):
        return dict.fromkeys(chosen, (0, _RAW_UNIT_MV)), (
            "The header's gains scale each lead on its own, while the stored integers satisfy II = I + III: "
            "the integers were read as 1 µV each.",
        )
    without_unit = [name for name, (spec, _) in chosen.items() if spec.unit is None]
    return scales, (*_default_taken("unit", without_unit, "mV"), *_default_gains(chosen))


def _default_gains(chosen: Chosen) -> tuple[str, ...]:
    without_gain = [name for name, (spec, _) in chosen.items() if spec.gain is None]
    return _default_taken("gain", without_gain, f"{DEFAULT_GAIN:g} units per mV")


def _default_taken(what: str, names: Sequence[str], default: str) -> tuple[str, ...]:
    if not names:
        return ()
    return (f"The header gives no {what} for {', '.join(names)}; {default}, WFDB's default, was taken.",)


def _mv_per_integer(spec: SignalSpec, unit: str | None) -> float:
    return mv_per_unit(unit or spec.unit or "mV") / (spec.gain or DEFAULT_GAIN)


def _marked(spec: SignalSpec, samples: IntArray, baseline: int, mv_per_integer: float) -> FloatArray:
    values = scaled_mv(samples, baseline, mv_per_integer)
    if spec.fmt in INVALID_SAMPLE:
        values[samples == INVALID_SAMPLE[spec.fmt]] = np.nan
    return values


def _gains_normalise_each_lead(chosen: Chosen, scales: Mapping[str, LeadScale]) -> bool:
    """Whether the integers obey Einthoven's law while gains that differ break it, as in LUDB.

    LUDB scales every lead to a peak-to-peak of 1 through its gain, which destroys the ratio between
    leads. Its integers obey the law exactly; one unit as 1 µV gives QRS complexes of ordinary size.
    """
    if not all(name in chosen for name in ("I", "II", "III")):
        return False
    steps_mv = [abs(scales[name][1]) for name in ("I", "II", "III")]
    if min(steps_mv) == max(steps_mv):
        return False
    one, two, three = (chosen[name][1].astype(np.int64) for name in ("I", "II", "III"))
    # In float64: the sum of what an absurd gain gives does not fit the leads' float32.
    in_mv = {name: _marked(*chosen[name], *scales[name]).astype(np.float64) for name in ("I", "II", "III")}
    valid = np.isfinite(in_mv["I"] + in_mv["II"] + in_mv["III"])
    if not (valid.any() and one.any() and two.any() and three.any()):
        return False
    if np.mean(np.abs(two - one - three)[valid] <= _EINTHOVEN_UNITS) < _EINTHOVEN_SHARE:
        return False
    residual_mv = np.abs(in_mv["II"] - in_mv["I"] - in_mv["III"])[valid]
    return float(np.percentile(residual_mv, 100 * _EINTHOVEN_SHARE)) > _EINTHOVEN_UNITS * max(steps_mv)
