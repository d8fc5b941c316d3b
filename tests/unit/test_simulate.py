"""Synthetic ECGs show what their scenario says, and their truth is what was planted."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from inference.records import STANDARD_LEADS, Record, read_record
from inference.signal.analysis import EcgAnalysis, analyse
from inference.signal.beat import MedianBeat
from inference.signal.beat_model import NORMAL_BEAT, vary
from inference.signal.vcg import leads_from_vcg
from training.simulation.scenarios import (
    ECTOPIC,
    LBBB,
    MISSING_LEAD,
    NOISY,
    NORMAL,
    OLD_INFERIOR,
    SCENARIOS,
    Scenario,
)
from training.simulation.simulate import main, simulate_many, simulate_record, write_record
from training.simulation.synthetic_noise import SILENT

FloatArray = npt.NDArray[np.float64]

OCCLUSIONS = ("lad_clear", "lad_sub_stemi", "rca_clear", "rca_sub_stemi", "lcx_clear", "lcx_sub_stemi")
CONTIGUOUS = (("V1", "V2", "V3", "V4", "V5", "V6"), ("aVL", "I", "-aVR", "II", "aVF", "III"))


def row(leads: FloatArray, name: str) -> FloatArray:
    return leads[STANDARD_LEADS.index(name)]


def as_file(tmp_path: Path, scenario: Scenario, seed: int = 5) -> Record:
    leads, truth = simulate_record(scenario, seed)
    return read_record(write_record(tmp_path, f"{scenario.key}_{seed}", leads, truth))


def analysed(tmp_path: Path, scenario: Scenario) -> EcgAnalysis:
    return analyse(as_file(tmp_path, scenario))


def median_beat(tmp_path: Path, scenario: Scenario) -> MedianBeat:
    beat = analysed(tmp_path, scenario).beat
    assert beat is not None
    return beat


def silent(scenario: Scenario) -> Scenario:
    return replace(scenario, noise=SILENT)


def st_at_j_mv(beat: MedianBeat) -> dict[str, float]:
    """ST at the J point against the QRS onset, with -aVR as Cabrera draws it."""
    shift = beat.signals_mv[:, beat.j_point] - beat.signals_mv[:, beat.qrs_onset]
    leads = dict(zip(STANDARD_LEADS, shift.tolist(), strict=True))
    return leads | {"-aVR": -leads["aVR"]}


def stemi_pairs(st_mv: dict[str, float], v2_v3_mv: float) -> list[tuple[str, str]]:
    """Contiguous leads that both reach the Fourth Universal Definition's thresholds."""
    reached = {lead for lead, st in st_mv.items() if st >= (v2_v3_mv if lead in ("V2", "V3") else 0.1)}
    return [
        (one, other)
        for chain in CONTIGUOUS
        for one, other in pairwise(chain)
        if one in reached and other in reached
    ]


def test_the_published_beat_has_the_published_peaks() -> None:
    time_s = np.arange(-200, 400) / 500
    leads = leads_from_vcg(NORMAL_BEAT.vcg(time_s, rr_s=1.0))
    assert row(leads, "V4").max() == pytest.approx(1.70, abs=0.02)
    assert row(leads, "V1").min() == pytest.approx(-0.84, abs=0.03)
    assert row(leads, "V3")[250:].max() == pytest.approx(1.26, abs=0.03)


def test_the_qt_interval_does_not_shrink_as_much_as_the_cycle() -> None:
    slow, fast = NORMAL_BEAT.fiducials(1.0, 300), NORMAL_BEAT.fiducials(0.64, 300)
    qt_slow, qt_fast = slow.t_end - slow.qrs_onset, fast.t_end - fast.qrs_onset
    assert 0.80 < qt_fast / qt_slow < 0.86
    assert fast.j_point - fast.qrs_onset == slow.j_point - slow.qrs_onset


def test_a_varied_beat_is_another_one_and_no_variation_gives_the_model_back() -> None:
    assert vary(NORMAL_BEAT, np.random.default_rng(1)) != vary(NORMAL_BEAT, np.random.default_rng(2))
    time_s = np.arange(-200, 400) / 500
    same = vary(NORMAL_BEAT, np.random.default_rng(1), extent=0.0)
    assert np.allclose(same.vcg(time_s, 0.9), NORMAL_BEAT.vcg(time_s, 0.9))


@pytest.mark.parametrize("key", [*OCCLUSIONS, "normal", "lbbb"])
def test_noise_and_heart_keep_the_limb_lead_identities(key: str) -> None:
    leads, _ = simulate_record(key, 3)
    one, two, three = (row(leads, name) for name in ("I", "II", "III"))
    assert leads.shape == (12, 5000)
    assert np.abs(three - (two - one)).max() < 1e-9
    assert np.abs(row(leads, "aVR") + (one + two) / 2).max() < 1e-9
    assert np.abs(row(leads, "aVL") - (one - three) / 2).max() < 1e-9
    assert np.abs(row(leads, "aVF") - (two + three) / 2).max() < 1e-9


def test_a_seed_decides_the_samples_and_another_seed_gives_others() -> None:
    first, truth = simulate_record("normal", 8)
    assert (simulate_record("normal", 8)[0] == first).all()
    assert not np.allclose(simulate_record("normal", 9)[0], first)
    assert truth.seed == 8


@pytest.mark.parametrize("key", OCCLUSIONS)
def test_the_planted_shift_is_measured_again_on_a_noiseless_record(key: str, tmp_path: Path) -> None:
    scenario = silent(SCENARIOS[key])
    injured = median_beat(tmp_path, scenario)
    healthy = median_beat(tmp_path, replace(scenario, key="healthy", injury=None))
    # Where the model says that J is: finding it is a matter of another test.
    fiducials = scenario.beat.fiducials(60 / scenario.heart_rate_bpm, 300)
    difference = injured.signals_mv - healthy.signals_mv
    measured = difference[:, fiducials.j_point + 30] - difference[:, fiducials.qrs_onset]
    _, truth = simulate_record(scenario, 5)
    assert measured.tolist() == pytest.approx([truth.planted_mv[lead] for lead in STANDARD_LEADS], abs=0.02)


@pytest.mark.parametrize("key", [key for key in OCCLUSIONS if key.endswith("clear")])
def test_a_clear_occlusion_reaches_even_the_highest_stemi_thresholds(key: str, tmp_path: Path) -> None:
    assert stemi_pairs(st_at_j_mv(median_beat(tmp_path, SCENARIOS[key])), v2_v3_mv=0.25)


@pytest.mark.parametrize("key", [key for key in OCCLUSIONS if key.endswith("sub_stemi")])
def test_a_small_occlusion_stays_below_even_the_lowest_stemi_thresholds(key: str, tmp_path: Path) -> None:
    scenario = SCENARIOS[key]
    assert stemi_pairs(st_at_j_mv(median_beat(tmp_path, scenario)), v2_v3_mv=0.15) == []
    _, truth = simulate_record(scenario, 5)
    assert 0.04 < max(truth.planted_mv.values()) < 0.15


def test_the_occluded_artery_shows_in_its_leads(tmp_path: Path) -> None:
    lad, rca, lcx = (
        st_at_j_mv(median_beat(tmp_path, SCENARIOS[key])) for key in ("lad_clear", "rca_clear", "lcx_clear")
    )
    assert max(lad, key=lad.__getitem__) == "V3"
    assert max(rca, key=rca.__getitem__) == "III"
    assert rca["aVL"] < -0.1
    assert lcx["V6"] > 0.1
    assert lcx["V1"] < -0.1
    assert lcx["V2"] < -0.1


def test_hearts_without_occlusion_have_no_planted_shift_and_no_stemi(tmp_path: Path) -> None:
    for scenario in (NORMAL, OLD_INFERIOR):
        _, truth = simulate_record(scenario, 5)
        assert truth.territory is None
        assert truth.planted_mv == {}
        assert stemi_pairs(st_at_j_mv(median_beat(tmp_path, scenario)), v2_v3_mv=0.15) == []


def test_a_normal_heart_has_upright_p_and_t_waves_and_growing_r_waves(tmp_path: Path) -> None:
    beat = median_beat(tmp_path, silent(NORMAL))
    qrs = slice(beat.qrs_onset, beat.j_point)
    assert row(beat.signals_mv, "II")[beat.qrs_onset - 75 : beat.qrs_onset - 15].max() > 0.08
    for lead in ("I", "II", "V2", "V3", "V4", "V5", "V6"):
        assert row(beat.signals_mv, lead)[beat.t_peak] > 0.1
    r_waves = [row(beat.signals_mv, lead)[qrs].max() for lead in ("V1", "V2", "V3", "V4")]
    assert r_waves == sorted(r_waves)
    assert 70 <= (beat.j_point - beat.qrs_onset) * 2 <= 100


@pytest.mark.parametrize("lead", ["II", "III", "aVF"])
def test_an_old_inferior_infarct_has_wide_q_waves_and_no_upright_t(lead: str, tmp_path: Path) -> None:
    beat = median_beat(tmp_path, silent(OLD_INFERIOR))
    onset = beat.qrs_onset
    trace = row(beat.signals_mv, lead)[onset : beat.j_point] - row(beat.signals_mv, lead)[onset]
    first_r = int(np.flatnonzero(trace > 0.02)[0])
    q_wave = trace[:first_r]
    assert q_wave.min() <= -0.1
    assert (q_wave < 0).sum() * 2 >= 30
    assert row(beat.signals_mv, lead)[beat.t_peak] < 0.05


def test_a_left_bundle_branch_block_is_wide_and_discordant(tmp_path: Path) -> None:
    beat = median_beat(tmp_path, silent(LBBB))
    modelled = LBBB.beat.fiducials(60 / LBBB.heart_rate_bpm, 300)
    assert 140 <= (modelled.j_point - modelled.qrs_onset) * 2 <= 150
    qrs = slice(beat.qrs_onset, beat.j_point)
    for lead in ("I", "V6"):
        trace = row(beat.signals_mv, lead)
        assert trace[beat.qrs_onset : beat.qrs_onset + 20].min() > -0.05
        assert trace[beat.t_peak] < -0.1
    for lead in ("V1", "V2", "V3"):
        assert row(beat.signals_mv, lead)[qrs].min() < -0.8
        assert row(beat.signals_mv, lead)[beat.t_peak] > 0.1


def test_a_premature_beat_is_followed_by_a_compensatory_pause(tmp_path: Path) -> None:
    analysis = analysed(tmp_path, ECTOPIC)
    rr_s = np.diff(analysis.rhythm.r_samples) / 500
    usual_s = 60 / ECTOPIC.heart_rate_bpm
    early = np.flatnonzero(rr_s < 0.75 * usual_s)
    assert early.size == len(ECTOPIC.premature_after)
    for place in early:
        assert rr_s[place] + rr_s[place + 1] == pytest.approx(2 * usual_s, rel=0.08)
    assert analysis.beat is not None
    assert not analysis.beat.used[early + 1].any()


def test_a_lead_that_was_not_recorded_is_absent_from_the_file(tmp_path: Path) -> None:
    record = as_file(tmp_path, MISSING_LEAD)
    assert record.missing_leads == ("V3",)
    assert "V3" not in record.lead_names


def test_a_bad_recording_is_noticed(tmp_path: Path) -> None:
    found = {(finding.kind, finding.lead) for finding in analysed(tmp_path, NOISY).quality}
    assert ("lead_off", "V5") in found
    assert ("noisy", "II") in found
    assert not [finding for finding in analysed(tmp_path, NORMAL).quality if finding.kind == "noisy"]


def test_a_written_record_comes_back_with_its_samples_and_its_truth(tmp_path: Path) -> None:
    leads, truth = simulate_record("rca_clear", 21)
    record = read_record(write_record(tmp_path, "one", leads, truth))
    assert record.synthetic == truth
    assert record.fs_hz == 500
    assert np.abs(record.standard_12() - leads).max() < 0.0016
    assert record.patient.age_years is None
    assert record.patient.sex is None
    assert record.acquired_at is None


def test_many_ecgs_hold_both_kinds_and_no_two_alike() -> None:
    many = list(simulate_many(24, seed=6))
    again = list(simulate_many(24, seed=6))
    occluded = [truth for _, truth in many if truth.territory is not None]
    assert 4 < len(occluded) < 20
    assert len({leads.tobytes() for leads, _ in many}) == 24
    assert all((one == other).all() for (one, _), (other, _) in zip(many, again, strict=True))
    for leads, truth in many:
        assert np.abs(leads).max() < 6.0
        assert bool(truth.planted_mv) == (truth.territory is not None)


def test_the_command_writes_the_asked_number_of_ecgs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--to", str(tmp_path / "new"), "--count", "3", "--seed", "2"]) == 0
    headers = sorted((tmp_path / "new").glob("*.hea"))
    assert len(headers) == 3
    assert all(read_record(header).synthetic is not None for header in headers)
    assert "3 synthetic ECGs" in capsys.readouterr().out
