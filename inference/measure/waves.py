"""P, Q, R, S and T of each lead of a median beat: amplitudes, durations, areas against the PQ level.

Arrays are (12,) in standard lead order; NaN where a lead or the wave's fiducials are missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.measure.p_wave import PWave
from inference.records.leads import STANDARD_LEADS
from inference.signal.beat import MODEL_FS_HZ, MedianBeat

PerLead = npt.NDArray[np.float64]
MS_PER_SAMPLE: Final = 1000.0 / MODEL_FS_HZ

SMALLEST_WAVE_MV: Final = 0.03
SHORTEST_WAVE_MS: Final = 6.0
"""A wave deviates by 30 µV for at least 6 ms (IEC 60601-2-51:2003, annex GG.5, minimum wave)."""
T_FROM_J_MS: Final = 80.0
"""T is looked for from here on: the ST segment lies before (J … J+80, as in ECG-SMART's features)."""


@dataclass(frozen=True, slots=True)
class Deflection:
    """One wave of a QRS: its signed extreme in mV, its duration in ms, its signed area in mV·ms."""

    peak_mv: float
    duration_ms: float
    area_mv_ms: float


@dataclass(frozen=True, slots=True)
class QrsWaves:
    """The waves of one lead's QRS; None for a wave that this QRS does not have.

    Q is negative and comes before the first positive wave R; a QRS without a positive wave is a QS and
    stands as Q. S is the first negative wave after R, R' the next positive one.
    """

    q: Deflection | None = None
    r: Deflection | None = None
    s: Deflection | None = None
    r_prime: Deflection | None = None

    @property
    def is_qs(self) -> bool:
        return self.q is not None and self.r is None


def qrs_waves(beat: MedianBeat) -> tuple[QrsWaves | None, ...]:
    """The waves of every lead, in standard order; None where a lead, QRS onset or J point is missing."""
    if beat.qrs_onset is None or beat.j_point is None:
        return (None,) * len(STANDARD_LEADS)
    part = beat.signals_mv[:, beat.qrs_onset : beat.j_point + 1].astype(np.float64)
    return tuple(None if np.isnan(row).any() else _named(_deflections(row)) for row in part)


def qrs_area_mv_ms(beat: MedianBeat) -> PerLead:
    """Net area from QRS onset to the J point, mV·ms."""
    return area_mv_ms(beat, beat.qrs_onset, beat.j_point)


def t_amplitude_mv(beat: MedianBeat) -> PerLead:
    """The value furthest from the PQ level between J+80 ms and T end, with its sign."""
    first = t_from(beat)
    if first is None or beat.t_end is None or first >= beat.t_end:
        return nothing()
    wave = beat.signals_mv[:, first : beat.t_end + 1].astype(np.float64)
    return np.asarray(np.take_along_axis(wave, np.abs(wave).argmax(axis=1)[:, None], axis=1)[:, 0])


def t_area_mv_ms(beat: MedianBeat) -> PerLead:
    """Net area from J+80 ms to T end, mV·ms."""
    return area_mv_ms(beat, t_from(beat), beat.t_end)


def p_amplitude_mv(beat: MedianBeat, p_wave: PWave | None) -> PerLead:
    """The value of the P wave furthest from the line between its ends, with its sign."""
    if p_wave is None:
        return nothing()
    first, last = max(0, round(p_wave.onset)), round(p_wave.end)
    wave = beat.signals_mv[:, first : last + 1].astype(np.float64)
    height = wave - (wave[:, [0]] + (wave[:, [-1]] - wave[:, [0]]) * np.linspace(0.0, 1.0, wave.shape[1]))
    return np.asarray(np.take_along_axis(height, np.abs(height).argmax(axis=1)[:, None], axis=1)[:, 0])


def area_mv_ms(beat: MedianBeat, first: int | None, last: int | None) -> PerLead:
    """Net area between two samples, both included, by trapezia; NaN where one is None or they do not rise."""
    if first is None or last is None or not 0 <= first < last < beat.signals_mv.shape[1]:
        return nothing()
    part = beat.signals_mv[:, first : last + 1].astype(np.float64)
    return np.asarray(np.trapezoid(part, dx=MS_PER_SAMPLE, axis=1))


def t_from(beat: MedianBeat) -> int | None:
    """The sample from which T is looked for, None without a J point."""
    return None if beat.j_point is None else beat.j_point + round(T_FROM_J_MS / MS_PER_SAMPLE)


def nothing() -> PerLead:
    """Twelve leads in which something was not found."""
    return np.full(len(STANDARD_LEADS), np.nan)


def _deflections(qrs_mv: PerLead) -> list[Deflection]:
    """The runs above and below the PQ level that are waves, in time order, signs alternating.

    The run that reaches the J point counts only if it falls back from its extreme: an ST segment that
    is raised or lowered is no wave of the QRS.
    """
    found: list[Deflection] = []
    start = 0
    for sign, members in groupby(np.sign(qrs_mv).tolist()):
        stop = start + len(list(members))
        run, start = qrs_mv[start:stop], stop
        size = np.abs(run)
        extreme = int(size.argmax())
        is_long = (size >= SMALLEST_WAVE_MV).sum() * MS_PER_SAMPLE >= SHORTEST_WAVE_MS
        falls_back = stop < qrs_mv.size or size[extreme] - size[-1] >= SMALLEST_WAVE_MV
        if sign == 0.0 or not is_long or not falls_back:
            continue
        wave = Deflection(float(run[extreme]), run.size * MS_PER_SAMPLE, float(run.sum()) * MS_PER_SAMPLE)
        if found and found[-1].peak_mv * wave.peak_mv > 0.0:
            wave = _joined(found.pop(), wave)
        found.append(wave)
    return found


def _joined(one: Deflection, other: Deflection) -> Deflection:
    """Two waves of one sign with nothing but a ripple between them."""
    peak = max(one.peak_mv, other.peak_mv, key=abs)
    return Deflection(peak, one.duration_ms + other.duration_ms, one.area_mv_ms + other.area_mv_ms)


def _named(waves: list[Deflection]) -> QrsWaves:
    q = waves[0] if waves and waves[0].peak_mv < 0.0 else None
    after = waves[1:] if q is not None else waves
    r, s, r_prime = (after[k] if len(after) > k else None for k in range(3))
    return QrsWaves(q, r, s, r_prime)
