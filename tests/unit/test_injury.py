"""The injury model: the planted leads are those of the published territories."""

from collections import Counter

import numpy as np
import pytest

from inference.labels import Culprit
from inference.records import STANDARD_LEADS
from inference.signal.beat import BEAT_SAMPLES, MedianBeat
from inference.signal.injury import (
    LARGEST_MV,
    SMALLEST_MV,
    TERRITORIES,
    Fiducials,
    Injury,
    add_injury,
    apply_injury,
    fiducials_of,
    injury_leads,
    injury_time_course,
    planted_j60_mv,
    random_occlusion,
)

FIDUCIALS = Fiducials(qrs_onset=278, j_point=324, t_peak=440, t_end=490)

# mV for a vector of 0.2 mV, I II III aVR aVL aVF V1..V6, computed independently of this code.
LEADS_AT_0_2_MV = {
    "lad_proximal": (0.04, -0.06, -0.10, 0.01, 0.07, -0.08, 0.12, 0.23, 0.25, 0.15, 0.06, 0.00),
    "lad_mid": (0.04, 0.05, 0.02, -0.05, 0.01, 0.03, 0.13, 0.26, 0.31, 0.21, 0.11, 0.03),
    "lad_wraparound": (0.01, 0.13, 0.12, -0.07, -0.05, 0.13, 0.13, 0.25, 0.28, 0.20, 0.10, 0.03),
    "rca": (-0.08, 0.16, 0.24, -0.04, -0.16, 0.20, -0.01, -0.07, -0.13, -0.09, -0.05, -0.02),
    "rca_proximal_rv": (-0.11, 0.16, 0.26, -0.03, -0.18, 0.21, 0.13, 0.10, 0.00, -0.07, -0.09, -0.08),
    "lcx_posterolateral": (0.05, 0.09, 0.04, -0.07, 0.01, 0.07, -0.18, -0.19, -0.10, 0.04, 0.11, 0.12),
    "high_lateral": (0.12, -0.07, -0.20, -0.02, 0.16, -0.13, -0.18, -0.14, 0.00, 0.11, 0.15, 0.14),
    "posterior": (0.01, 0.02, 0.01, -0.01, 0.00, 0.01, -0.18, -0.26, -0.24, -0.10, 0.00, 0.06),
    "lm_diffuse": (-0.04, -0.19, -0.15, 0.11, 0.06, -0.17, -0.02, -0.13, -0.21, -0.21, -0.16, -0.09),
}


def median_beat(**fiducials: int | None) -> MedianBeat:
    return MedianBeat(
        signals_mv=np.zeros((12, BEAT_SAMPLES), dtype=np.float32),
        r_samples=np.array([500], dtype=np.int64),
        aligned_r_samples=np.array([500], dtype=np.int64),
        used=np.array([True]),
        rejections=("",),
        **fiducials,
    )


@pytest.mark.parametrize("key", LEADS_AT_0_2_MV)
def test_a_territory_moves_the_leads_as_published(key: str) -> None:
    expected = np.array(LEADS_AT_0_2_MV[key])
    leads = injury_leads(TERRITORIES[key].direction, 0.2, np.ones(1, dtype=np.float32))[:, 0]
    assert np.abs(leads - expected).max() < 0.01
    assert expected[np.abs(leads).argmax()] == expected[np.abs(expected).argmax()]


def test_all_nine_territories_point_in_unit_directions() -> None:
    assert set(TERRITORIES) == set(LEADS_AT_0_2_MV)
    for territory in TERRITORIES.values():
        assert np.linalg.norm(territory.direction) == pytest.approx(1.0)


@pytest.mark.parametrize("shape", ["hold", "dome"])
def test_the_course_is_nothing_before_the_qrs_one_at_j_and_nothing_after_t(shape: str) -> None:
    course = injury_time_course(600, *FIDUCIALS, shape)
    assert (course[: FIDUCIALS.qrs_onset + 1] == 0).all()
    assert course[FIDUCIALS.j_point] == pytest.approx(1.0)
    assert (course[FIDUCIALS.j_point : FIDUCIALS.t_peak] >= 1.0 - 1e-6).all()
    assert (course[FIDUCIALS.t_end :] == 0).all()
    assert np.abs(np.diff(course)).max() < 0.06


def test_a_dome_is_highest_at_the_t_peak_and_a_hold_is_level() -> None:
    dome = injury_time_course(600, *FIDUCIALS, "dome")
    hold = injury_time_course(600, *FIDUCIALS, "hold")
    assert dome.argmax() == FIDUCIALS.t_peak
    assert np.ptp(hold[FIDUCIALS.j_point : FIDUCIALS.t_peak + 1]) < 1e-6


def test_a_hyperacute_gain_raises_the_t_wave_and_spares_j() -> None:
    plain = injury_time_course(600, *FIDUCIALS, "hold")
    tall = injury_time_course(600, *FIDUCIALS, "hold", t_gain=2.0)
    assert tall[FIDUCIALS.t_peak] == pytest.approx(2.0)
    assert tall[FIDUCIALS.j_point] == pytest.approx(plain[FIDUCIALS.j_point])


def test_fiducials_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="must rise"):
        injury_time_course(600, 324, 278, 440, 490)


def test_an_injury_is_added_to_a_beat_and_the_beat_itself_is_left_alone() -> None:
    beat = np.random.default_rng(2).normal(size=(12, 600)).astype(np.float32)
    before = beat.copy()
    after = add_injury(beat, FIDUCIALS, TERRITORIES["lad_mid"], 0.2, shape="hold")
    shift = (after - beat)[:, FIDUCIALS.j_point + 30]
    assert shift == pytest.approx(LEADS_AT_0_2_MV["lad_mid"], abs=0.01)
    assert (beat == before).all()
    assert (after[:, : FIDUCIALS.qrs_onset] == beat[:, : FIDUCIALS.qrs_onset]).all()


def test_a_missing_lead_stays_missing_under_an_injury() -> None:
    beat = np.zeros((12, 600), dtype=np.float32)
    beat[8] = np.nan
    after = add_injury(beat, FIDUCIALS, TERRITORIES["rca"], 0.2)
    assert np.isnan(after[8]).all()
    assert not np.isnan(np.delete(after, 8, axis=0)).any()


def test_a_jittered_direction_stays_near_its_territory() -> None:
    rng = np.random.default_rng(3)
    flat = np.zeros((12, 600), dtype=np.float32)
    exact = add_injury(flat, FIDUCIALS, TERRITORIES["rca"], 0.2)[:, 340]
    for _ in range(50):
        beat = add_injury(flat, FIDUCIALS, TERRITORIES["rca"], 0.2, rng=rng, direction_jitter_deg=15)
        tilted = beat[:, 340]
        assert not np.allclose(tilted, exact)
        assert np.corrcoef(tilted, exact)[0, 1] > 0.85


def test_a_random_direction_without_a_generator_is_refused() -> None:
    beat = np.zeros((12, 600), dtype=np.float32)
    with pytest.raises(ValueError, match="generator"):
        add_injury(beat, FIDUCIALS, TERRITORIES["rca"], 0.2, direction_jitter_deg=5)


def test_the_planted_truth_is_what_the_beat_gained() -> None:
    injury = Injury(TERRITORIES["posterior"], TERRITORIES["posterior"].direction, 0.15, "dome", 1.5)
    gained = apply_injury(np.zeros((12, 600), np.float32), FIDUCIALS, injury)[:, FIDUCIALS.j_point + 30]
    assert list(planted_j60_mv(injury, FIDUCIALS)) == list(STANDARD_LEADS)
    assert list(planted_j60_mv(injury, FIDUCIALS).values()) == pytest.approx(gained.tolist())


def test_a_beat_without_a_t_end_carries_no_injury() -> None:
    assert fiducials_of(median_beat(**FIDUCIALS._asdict())) == FIDUCIALS
    assert fiducials_of(median_beat(**(FIDUCIALS._asdict() | {"t_end": None}))) is None
    assert fiducials_of(median_beat(**(FIDUCIALS._asdict() | {"t_peak": 300}))) is None


def test_random_occlusions_span_arteries_and_sizes_near_the_balloon_occlusions() -> None:
    rng = np.random.default_rng(4)
    injuries = [random_occlusion(rng) for _ in range(3000)]
    arteries = Counter(injury.territory.culprit for injury in injuries)
    sizes = np.array([injury.amplitude_mv for injury in injuries])
    lad = np.array([injury.amplitude_mv for injury in injuries if injury.territory.culprit is Culprit.LAD])
    assert set(arteries) == {Culprit.LAD, Culprit.RCA, Culprit.LCX}
    assert sizes.min() >= SMALLEST_MV
    assert sizes.max() <= LARGEST_MV
    assert np.median(lad) == pytest.approx(0.17, abs=0.02)
    for injury in injuries[:200]:
        assert np.dot(injury.direction, injury.territory.direction) > np.cos(np.radians(20.01))
        assert 1.0 <= injury.t_gain <= 2.0


def test_the_same_seed_draws_the_same_occlusion() -> None:
    assert random_occlusion(np.random.default_rng(7)) == random_occlusion(np.random.default_rng(7))
