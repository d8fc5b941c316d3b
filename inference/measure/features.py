"""The engineered features of a median beat: the numbers that the random forest is trained on.

A reproducible part of the set published with ECG-SMART (github.com/nateriek/ecg-smart-net) and of
Al-Zaiti et al. (Nat Med 2023;29:1804). Left out: what needs the single beats, age and sex, and scores.
Nothing here depends on the order of records: a record's features are its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.measure import complexity, st, waves
from inference.measure.intervals import frontal_axes, intervals
from inference.measure.p_wave import find_p_wave
from inference.measure.t_shape import t_shape
from inference.measure.vcg_features import SpatialVector, heart_vectors
from inference.measure.waves import Deflection, PerLead, QrsWaves
from inference.records.leads import STANDARD_LEADS
from inference.signal.beat import BEAT_SAMPLES, MedianBeat, Rhythm

FloatArray = npt.NDArray[np.float32]
_Values = dict[str, float | None]

_WALLS: Final = {
    "anterior": ("V1", "V2", "V3", "V4"),
    "inferior": ("II", "III", "aVF"),
    "lateral": ("I", "aVL", "V5", "V6"),
}
_VECTORS: Final = ("qrs_peak", "qrs_mean", "initial", "st", "t_peak", "t_mean", "gradient")


def beat_features(beat: MedianBeat, rhythm: Rhythm) -> FloatArray:
    """The features of a beat, (n_features,) float32 in the order of FEATURE_NAMES; NaN where not found.

    Give the diagnostic band's beat: amplitudes and areas in millivolts are bent by a 0.5-Hz high-pass
    (decision 0002).
    """
    overall = _overall(beat, rhythm)
    values = [np.nan if value is None else value for value in overall.values()]
    return np.concatenate([*_per_lead(beat).values(), np.array(values)]).astype(np.float32)


def _per_lead(beat: MedianBeat) -> dict[str, PerLead]:
    """Every feature that each lead has, by name, (12,)."""
    return {
        "st_j_mv": st.st_at_mv(beat, 0.0),
        "st_j60_mv": st.st_at_mv(beat, 60.0),
        "st_slope_mv_s": st.st_slope_mv_s(beat),
        "st_t_area_mv_ms": st.st_t_area_mv_ms(beat),
        "t_mv": waves.t_amplitude_mv(beat),
        "t_area_mv_ms": waves.t_area_mv_ms(beat),
        "qrs_area_mv_ms": waves.qrs_area_mv_ms(beat),
        **_of_qrs_waves(beat),
    }


def _of_qrs_waves(beat: MedianBeat) -> dict[str, PerLead]:
    """Of a wave that a QRS does not have the amplitude and duration are 0; what was not measured is NaN."""
    found = waves.qrs_waves(beat)

    def of_each(value: Callable[[QrsWaves], float]) -> PerLead:
        return np.array([np.nan if qrs is None else value(qrs) for qrs in found])

    return {
        "q_mv": of_each(lambda qrs: _peak(qrs.q)),
        "q_ms": of_each(lambda qrs: 0.0 if qrs.q is None else qrs.q.duration_ms),
        "r_mv": of_each(lambda qrs: max(_peak(qrs.r), _peak(qrs.r_prime))),
        "s_mv": of_each(lambda qrs: _peak(qrs.s)),
    }


def _overall(beat: MedianBeat, rhythm: Rhythm) -> _Values:
    """Every feature that does not belong to one lead, by name; the same names in the same order always."""
    return {
        **_of_intervals(beat, rhythm),
        **_of_walls(beat),
        **_of_vectors(beat),
        **_of_complexity(beat),
        **_of_t_shape(beat),
    }


def _of_intervals(beat: MedianBeat, rhythm: Rhythm) -> _Values:
    p_wave = find_p_wave(beat, rhythm)
    p_mv = waves.p_amplitude_mv(beat, p_wave)
    found, axes = intervals(beat, rhythm, p_wave), frontal_axes(beat)
    share = None if found.t_peak_end_ms is None or not found.qt_ms else found.t_peak_end_ms / found.qt_ms
    return {
        "heart_rate_bpm": found.heart_rate_bpm,
        "rr_irregularity": rhythm.rr_irregularity,
        "p_ms": found.p_ms,
        "pr_ms": found.pr_ms,
        "qrs_ms": found.qrs_ms,
        "qt_ms": found.qt_ms,
        "qtc_bazett_ms": found.qtc_bazett_ms,
        "qtc_fridericia_ms": found.qtc_fridericia_ms,
        "jt_ms": found.jt_ms,
        "t_peak_end_ms": found.t_peak_end_ms,
        "t_peak_end_over_qt": share,
        "p_mv.II": float(p_mv[STANDARD_LEADS.index("II")]),
        "p_mv.V1": float(p_mv[STANDARD_LEADS.index("V1")]),
        "qrs_axis_deg": axes.qrs_deg,
        "st_axis_deg": axes.st_deg,
        "t_axis_deg": axes.t_deg,
    }


def _of_walls(beat: MedianBeat) -> _Values:
    per_lead = st.st_concavity_mv(beat)
    rows = {wall: [STANDARD_LEADS.index(lead) for lead in leads] for wall, leads in _WALLS.items()}
    return {f"st_concavity_mv.{wall}": float(per_lead[chosen].mean()) for wall, chosen in rows.items()}


def _of_vectors(beat: MedianBeat) -> _Values:
    found = heart_vectors(beat)
    values: _Values = {}
    for name in _VECTORS:
        vector: SpatialVector | None = getattr(found, name)
        unit = "mv_ms" if name == "gradient" else "mv"
        values[f"vcg_{name}_{unit}"] = None if vector is None else vector.magnitude
        values[f"vcg_{name}_azimuth_deg"] = None if vector is None else vector.azimuth_deg
        values[f"vcg_{name}_elevation_deg"] = None if vector is None else vector.elevation_deg
    values["qrs_t_angle_deg"] = found.mean_qrs_t_angle_deg
    values["qrs_t_peak_angle_deg"] = found.peak_qrs_t_angle_deg
    return values


def _of_complexity(beat: MedianBeat) -> _Values:
    j_point, t_first = beat.j_point, waves.t_from(beat)
    segments = {
        "beat": (beat.qrs_onset, beat.t_end),
        "qrs": (beat.qrs_onset, j_point),
        "st": (j_point, t_first),
        "st_t": (j_point, beat.t_end),
        "t": (t_first, beat.t_end),
    }
    variances = {name: complexity.component_variances(beat, *ends) for name, ends in segments.items()}
    power = complexity.relative_power(beat)
    return {
        **{f"pca_ratio.{name}": complexity.component_ratio(found) for name, found in variances.items()},
        "non_dipolar_share.qrs": complexity.non_dipolar_share(variances["qrs"]),
        "non_dipolar_share.st_t": complexity.non_dipolar_share(variances["st_t"]),
        **{
            f"relative_power.{low:g}_{high:g}_hz": share
            for (low, high), share in zip(complexity.POWER_BANDS_HZ, power, strict=True)
        },
    }


def _of_t_shape(beat: MedianBeat) -> _Values:
    found = t_shape(beat)
    return {
        "t_symmetry": None if found is None else found.symmetry,
        "t_flatness": None if found is None else found.flatness,
    }


def _peak(wave: Deflection | None) -> float:
    return 0.0 if wave is None else wave.peak_mv


def _names() -> tuple[str, ...]:
    """The names, from a beat in which nothing was found."""
    nobody = np.zeros(0, dtype=np.int64)
    empty = MedianBeat(
        signals_mv=np.full((len(STANDARD_LEADS), BEAT_SAMPLES), np.nan, dtype=np.float32),
        r_samples=nobody,
        used=nobody.astype(np.bool_),
        rejections=(),
        aligned_r_samples=nobody,
    )
    per_lead = [f"{name}.{lead}" for name in _per_lead(empty) for lead in STANDARD_LEADS]
    return (*per_lead, *_overall(empty, Rhythm(nobody, None, None, None)))


FEATURE_NAMES: Final = _names()
"""What each feature is, its unit and, after a dot, its lead: `st_j60_mv.V2`, `qrs_t_angle_deg`."""
