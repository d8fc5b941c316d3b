"""Measurements on beats whose waves are known: amplitudes, durations, ST, intervals, axes, vectors, shape."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.measure.complexity import component_ratio, component_variances, relative_power
from inference.measure.intervals import Intervals, frontal_axes, intervals
from inference.measure.measurements import measure
from inference.measure.p_wave import find_p_wave
from inference.measure.st import st_at_mv, st_concavity_mv, st_slope_mv_s
from inference.measure.t_shape import t_shape
from inference.measure.vcg_features import SpatialVector, heart_vectors
from inference.measure.waves import qrs_waves, t_amplitude_mv, t_area_mv_ms
from inference.records import STANDARD_LEADS, read_record
from inference.signal.analysis import analyse
from inference.signal.beat import MedianBeat
from inference.signal.vcg import LEADS_FROM_XYZ
from tests.unit.known_beats import J_POINT, ONSET, SINUS, T_END, T_PEAK, bell, flat, known_beat, triangle
from tests.unit.made_records import LEAD_GAINS, made_record
from training.simulation.scenarios import DEMO_LIBRARY, DemoRecord
from training.simulation.simulate import simulate_record, write_record

II, V1 = STANDARD_LEADS.index("II"), STANDARD_LEADS.index("V1")
PLANTED = [demo for demo in DEMO_LIBRARY if demo.scenario.injury is not None]


def test_q_r_and_s_are_named_by_their_order_with_their_size_and_duration() -> None:
    leads = flat()
    leads[II] = triangle(ONSET, -0.2, ONSET + 12) + triangle(ONSET + 12, 1.0, ONSET + 32)
    leads[II] += triangle(ONSET + 32, -0.3, ONSET + 42)
    found = qrs_waves(known_beat(leads))[II]
    assert found is not None
    assert found.r_prime is None
    waves = [found.q, found.r, found.s]
    assert [wave.peak_mv for wave in waves if wave] == pytest.approx([-0.2, 1.0, -0.3], abs=1e-6)
    assert [wave.duration_ms for wave in waves if wave] == pytest.approx([22, 38, 18], abs=2)
    assert [wave.area_mv_ms for wave in waves if wave] == pytest.approx([-2.4, 20.0, -3.0], abs=0.01)


def test_a_qrs_without_a_positive_wave_is_a_qs_and_one_without_q_has_none() -> None:
    leads = flat()
    leads[V1] = triangle(ONSET, -0.8, J_POINT)
    leads[II] = triangle(ONSET, 0.8, J_POINT)
    found = qrs_waves(known_beat(leads))
    assert found[V1] is not None
    assert found[II] is not None
    assert found[V1].is_qs
    assert found[II].q is None
    assert not found[II].is_qs


def test_a_ripple_below_thirty_microvolts_is_no_wave() -> None:
    leads = flat()
    leads[II] = triangle(ONSET, -0.02, ONSET + 10) + triangle(ONSET + 10, 1.0, J_POINT)
    found = qrs_waves(known_beat(leads))[II]
    assert found is not None
    assert found.q is None


@pytest.mark.parametrize("st_mv", [0.3, -0.3])
def test_a_raised_or_lowered_st_segment_is_no_wave_of_the_qrs(st_mv: float) -> None:
    leads = flat()
    qrs = triangle(ONSET, -np.sign(st_mv), ONSET + 36)
    leads[V1] = qrs + np.interp(np.arange(600), [ONSET + 36, J_POINT], [0.0, st_mv])
    found = qrs_waves(known_beat(leads))[V1]
    assert found is not None
    peaks = [wave.peak_mv for wave in (found.q, found.r, found.s, found.r_prime) if wave is not None]
    assert peaks == pytest.approx([-np.sign(st_mv)])


def test_st_level_slope_and_concavity_are_what_was_drawn() -> None:
    leads = flat()
    time = np.arange(600) - J_POINT
    leads[V1] = np.where(time >= 0, 0.1 + 0.002 * time, 0.0)
    leads[II] = np.where(time >= 0, 0.2 * np.clip(time / (T_PEAK - J_POINT), 0, 1) ** 2, 0.0)
    beat = known_beat(leads)
    assert st_at_mv(beat, 0.0)[V1] == pytest.approx(0.1)
    assert st_at_mv(beat, 60.0)[V1] == pytest.approx(0.16)
    assert st_slope_mv_s(beat)[V1] == pytest.approx(1.0, abs=1e-6)
    assert st_concavity_mv(beat)[V1] == pytest.approx(0.0, abs=1e-6)
    assert st_concavity_mv(beat)[II] == pytest.approx(0.2 * (1 / 2 - 1 / 3), abs=0.001)
    domed = known_beat(-leads)
    assert st_concavity_mv(domed)[II] < 0.0


def test_t_keeps_its_sign_and_its_area() -> None:
    leads = flat()
    leads[V1] = -triangle(T_PEAK - 40, 0.4, T_END)
    beat = known_beat(leads)
    assert t_amplitude_mv(beat)[V1] == pytest.approx(-0.4, abs=1e-3)
    assert t_area_mv_ms(beat)[V1] == pytest.approx(-0.4 * 80 * 2 / 2, abs=0.1)


def test_what_has_no_fiducials_is_not_measured() -> None:
    beat = known_beat(flat() + 0.1, with_fiducials=False)
    found = measure(beat, SINUS)
    each = found.intervals
    assert (each.pr_ms, each.qrs_ms, each.qt_ms, each.qtc_fridericia_ms) == (None, None, None, None)
    assert found.qrs_axis_deg is None
    assert {(row.j_mv, row.j60_mv) for row in found.st} == {(None, None)}
    assert heart_vectors(beat).qrs_peak is None
    assert t_shape(beat) is None
    assert qrs_waves(beat) == (None,) * 12


def test_a_missing_lead_takes_only_its_own_st_away() -> None:
    leads = flat() + bell(300, 1.0, 6.0)
    leads[V1] = np.nan
    beat = known_beat(leads)
    found = measure(beat, SINUS)
    assert [row.lead for row in found.st if row.j60_mv is None] == ["V1"]
    assert found.qrs_axis_deg is not None
    assert heart_vectors(beat).qrs_peak is None
    assert qrs_waves(beat)[V1] is None


def test_qt_is_corrected_as_bazett_and_fridericia_wrote() -> None:
    at_sixty = Intervals(60.0, None, None, 90.0, 400.0, 310.0, 80.0)
    assert at_sixty.qtc_bazett_ms == pytest.approx(400.0)
    assert at_sixty.qtc_fridericia_ms == pytest.approx(400.0)
    faster = replace(at_sixty, heart_rate_bpm=93.75)
    assert faster.qtc_bazett_ms == pytest.approx(500.0)
    assert faster.qtc_fridericia_ms == pytest.approx(400.0 / 0.64 ** (1 / 3))
    assert replace(at_sixty, heart_rate_bpm=None).qtc_bazett_ms is None


@pytest.mark.parametrize("axis_deg", [-150.0, -60.0, 0.0, 45.0, 90.0, 170.0])
def test_the_frontal_axis_is_the_direction_of_the_dipole_in_every_quadrant(axis_deg: float) -> None:
    angles = np.radians([0, 60, 120, -150, -30, 90])
    seen = np.cos(angles - np.radians(axis_deg))
    seen[3:] *= np.sqrt(3) / 2  # the augmented leads' sensitivity
    leads = flat()
    leads[:6] = seen[:, None] * bell(300, 1.0, 6.0)
    assert frontal_axes(known_beat(leads)).qrs_deg == pytest.approx(axis_deg, abs=0.1)


def test_an_st_vector_below_half_a_millimetre_has_no_axis() -> None:
    leads = flat()
    leads[0, J_POINT:T_END] = 0.04
    assert frontal_axes(known_beat(leads)).st_deg is None


def test_limb_leads_of_noise_alone_have_no_qrs_axis() -> None:
    leads = flat() + bell(300, 1.0, 6.0)
    leads[:6] = np.random.default_rng(5).normal(0.0, 0.005, (6, 600))
    assert frontal_axes(known_beat(leads)).qrs_deg is None


@pytest.mark.parametrize(
    ("vector", "azimuth_deg", "elevation_deg"),
    [
        ((1, 0, 0), 0, 0),
        ((0, 0, -1), 90, 0),
        ((-1, 0, -1), 135, 0),
        ((-1, 0, 1), -135, 0),
        ((0, 2, 0), 0, 90),
        ((1, -1, 0), 0, -45),
    ],
)
def test_no_quadrant_of_a_vector_is_lost(
    vector: tuple[float, float, float], azimuth_deg: float, elevation_deg: float
) -> None:
    found = SpatialVector(*vector)
    assert found.azimuth_deg == pytest.approx(azimuth_deg)
    assert found.elevation_deg == pytest.approx(elevation_deg)


def test_the_qrs_t_angle_is_that_between_the_planted_dipoles() -> None:
    qrs, t_wave = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.3, 0.0])
    xyz = np.outer(qrs, bell(300, 1.0, 5.0)) + np.outer(t_wave, bell(T_PEAK, 1.0, 12.0))
    found = heart_vectors(known_beat(LEADS_FROM_XYZ @ xyz))
    # Kors' regression is not the inverse of Dower's matrix, by which the beat was made.
    assert found.mean_qrs_t_angle_deg == pytest.approx(90.0, abs=12.0)
    assert found.qrs_peak is not None
    assert found.qrs_peak.azimuth_deg == pytest.approx(0.0, abs=12.0)


def test_one_dipole_has_one_component_and_two_have_two() -> None:
    one = LEADS_FROM_XYZ @ np.outer([1.0, 0.5, -0.3], bell(300, 1.0, 8.0))
    two = one + LEADS_FROM_XYZ @ np.outer([-0.2, 0.6, 0.5], bell(312, 1.0, 8.0))
    ratios = [component_ratio(component_variances(known_beat(leads), 260, 350)) for leads in (one, two)]
    assert ratios[0] == pytest.approx(0.0, abs=1e-6)
    assert ratios[1] is not None
    assert ratios[1] > 0.05


def test_power_is_where_the_wave_is() -> None:
    time_s = np.arange(600) / 500.0
    shares = [relative_power(known_beat(flat() + np.sin(2 * np.pi * hz * time_s))) for hz in (5, 25, 75)]
    assert [int(np.argmax(share)) for share in shares] == [0, 1, 2]
    assert all(max(share) > 0.95 for share in shares)


def test_an_even_t_wave_is_symmetric_and_a_broad_one_flatter() -> None:
    even = t_shape(known_beat(flat() + triangle(2 * T_PEAK - T_END, 0.4, T_END)))
    broad = t_shape(known_beat(flat() + 0.4))
    assert even is not None
    assert broad is not None
    assert even.symmetry == pytest.approx(1.0, abs=0.01)
    assert even.flatness == pytest.approx(0.5, abs=0.02)
    assert broad.flatness == pytest.approx(1.0)


def with_p(height_mv: float, noise_mv: float = 0.002) -> MedianBeat:
    noise = np.random.default_rng(3).normal(0.0, noise_mv, (12, 600))
    return known_beat(flat() + bell(300, 1.0, 5.0) + bell(215, height_mv, 11.0) + noise)


def test_a_p_wave_is_found_where_it_was_drawn() -> None:
    found = find_p_wave(with_p(0.1), SINUS)
    assert found is not None
    assert found.peak == pytest.approx(215, abs=3)
    assert found.onset == pytest.approx(215 - 22, abs=4)
    assert found.end == pytest.approx(215 + 22, abs=4)
    each = intervals(with_p(0.1), SINUS, found)
    assert each.pr_ms == pytest.approx((ONSET - 193) * 2, abs=8)


def test_no_p_wave_is_invented() -> None:
    assert find_p_wave(with_p(0.0), SINUS) is None
    assert find_p_wave(with_p(0.005), SINUS) is None
    assert find_p_wave(with_p(0.1), replace(SINUS, suspects_atrial_fibrillation=True)) is None
    assert find_p_wave(replace(with_p(0.1), qrs_onset=None), SINUS) is None


@pytest.mark.parametrize("p_mv", [0.1, 0.25])
@pytest.mark.parametrize("rr_s", [0.6, 0.65, 0.7, 0.9])
def test_qt_ends_before_the_next_p_wave_however_fast_the_heart_and_tall_the_p(
    rr_s: float, p_mv: float
) -> None:
    time_s = np.arange(5000) / 500.0
    one = np.zeros_like(time_s)
    for r_s in np.arange(0.5, 9.5, rr_s):
        for centre_s, mv, width_s in ((-0.2, p_mv, 0.022), (0.0, 1.0, 0.011), (0.25, 0.2, 0.04)):
            one += mv * np.exp(-0.5 * ((time_s - r_s - centre_s) / width_s) ** 2)
    analysis = analyse(made_record((LEAD_GAINS[:, None] * one).astype(np.float32)))
    assert analysis.beat is not None
    found = measure(analysis.beat, analysis.rhythm).intervals
    assert found.qt_ms == pytest.approx(364, abs=12)
    assert found.pr_ms == pytest.approx(210, abs=10)


@pytest.mark.parametrize("demo", PLANTED, ids=[demo.name for demo in PLANTED])
def test_a_planted_st_shift_is_measured_within_two_hundredths_of_a_millivolt(
    tmp_path: Path, demo: DemoRecord
) -> None:
    healthy = replace(demo.scenario, injury=None)
    levels = []
    for name, scenario in (("injured", demo.scenario), ("healthy", healthy)):
        record = read_record(write_record(tmp_path, name, *simulate_record(scenario, demo.seed)))
        analysis = analyse(record)
        assert analysis.beat is not None
        levels.append({row.lead: row.j60_mv for row in measure(analysis.beat, analysis.rhythm).st})
        if scenario.injury is not None:
            assert record.synthetic is not None
            planted = record.synthetic.planted_mv
    for lead, shift_mv in planted.items():
        if levels[0][lead] is not None:
            assert levels[0][lead] - levels[1][lead] == pytest.approx(shift_mv, abs=0.02), lead
