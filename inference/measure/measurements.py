"""What a reader is shown of a median beat: rate, intervals, axis, and ST of every lead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference.measure.intervals import Intervals, frontal_axes, intervals
from inference.measure.p_wave import find_p_wave
from inference.measure.st import st_at_mv
from inference.records.leads import STANDARD_LEADS
from inference.signal.beat import MedianBeat, Rhythm


@dataclass(frozen=True, slots=True)
class LeadSt:
    """ST of one lead in mV against the PQ level, at the J point and 60 ms later; None where not found."""

    lead: str
    j_mv: float | None
    j60_mv: float | None


@dataclass(frozen=True, slots=True)
class Measurements:
    """Measurements of one median beat; `st` has the twelve leads in standard order."""

    intervals: Intervals
    qrs_axis_deg: float | None
    st: tuple[LeadSt, ...]


def measure(beat: MedianBeat, rhythm: Rhythm) -> Measurements:
    """The measurements of a beat. For ST in millivolts give the diagnostic band's beat (decision 0002)."""
    at_j, at_j60 = st_at_mv(beat, 0.0), st_at_mv(beat, 60.0)
    return Measurements(
        intervals=intervals(beat, rhythm, find_p_wave(beat, rhythm)),
        qrs_axis_deg=frontal_axes(beat).qrs_deg,
        st=tuple(
            LeadSt(lead, _known(j), _known(j60))
            for lead, j, j60 in zip(STANDARD_LEADS, at_j, at_j60, strict=True)
        ),
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
