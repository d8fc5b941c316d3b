"""The ST segment of each lead of a median beat, against the PQ level as ST is read on paper.

The reference is the QRS onset (Thygesen et al., Fourth Universal Definition of MI, 2018); a median beat
has its PQ level, 20 … 4 ms before QRS onset, at 0 mV. Arrays are (12,) in standard lead order; NaN where
the lead or a fiducial is missing. Measure ST in the diagnostic band: 0.5 Hz bends it (decision 0002).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from inference.measure.waves import MS_PER_SAMPLE, PerLead, area_mv_ms, nothing
from inference.signal.beat import MedianBeat

_SLOPE_MS: Final = (20.0, 80.0)


def st_at_mv(beat: MedianBeat, after_j_ms: float) -> PerLead:
    """ST amplitude so many ms after the J point, in mV. Without QRS onset there is no PQ level: NaN."""
    if beat.qrs_onset is None or beat.j_point is None:
        return nothing()
    sample = beat.j_point + round(after_j_ms / MS_PER_SAMPLE)
    if sample >= beat.signals_mv.shape[1]:
        return nothing()
    return beat.signals_mv[:, sample].astype(np.float64)


def st_slope_mv_s(beat: MedianBeat) -> PerLead:
    """Slope of the straight line that fits J+20 … J+80 ms best, in mV/s; above 0 it rises."""
    if beat.j_point is None:
        return nothing()
    first, last = (beat.j_point + round(ms / MS_PER_SAMPLE) for ms in _SLOPE_MS)
    part = beat.signals_mv[:, first : last + 1].astype(np.float64)
    time_s = np.arange(part.shape[1]) * MS_PER_SAMPLE / 1000.0
    time_s -= time_s.mean()
    return np.asarray(part @ time_s / (time_s @ time_s))


def st_t_area_mv_ms(beat: MedianBeat) -> PerLead:
    """Net area from the J point to the global T peak, mV·ms."""
    return area_mv_ms(beat, beat.j_point, beat.t_peak)


def st_concavity_mv(beat: MedianBeat) -> PerLead:
    """Mean height of the chord from J to the global T peak over the ST segment, in mV.

    Above 0 the ST segment sags below the chord (concave, as in early repolarisation); below 0 it domes.
    """
    if beat.j_point is None or beat.t_peak is None or beat.t_peak <= beat.j_point:
        return nothing()
    part = beat.signals_mv[:, beat.j_point : beat.t_peak + 1].astype(np.float64)
    chord = 0.5 * (part[:, 0] + part[:, -1])
    return np.asarray(chord - part.mean(axis=1))
