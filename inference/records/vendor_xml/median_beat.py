"""A maker's median beat as DeviceMedianBeat: leads of one length, what is no beat cut off."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inference.records.amplitude import check_amplitude
from inference.records.device import DeviceMedianBeat
from inference.records.errors import RecordError
from inference.records.record import FloatArray


def median_beat_of(leads: Sequence[tuple[str, FloatArray]], fs_hz: float) -> DeviceMedianBeat:
    """The beat from leads in mV, each (n_samples,), NaN where there is nothing; filling at the end is cut.

    RecordError where leads differ in length, hold nothing or swing as no ECG does.
    """
    if len({len(values) for _, values in leads}) != 1:
        raise RecordError("Its leads differ in length.")
    held = {name: values for name, values in leads if np.isfinite(values).any()}
    if not held:
        raise RecordError("It holds no valid sample.")
    for name, values_mv in held.items():
        check_amplitude({name: values_mv})
    n_samples = max(int(np.flatnonzero(np.isfinite(values))[-1]) + 1 for values in held.values())
    return DeviceMedianBeat.of({name: values[:n_samples] for name, values in held.items()}, fs_hz)
