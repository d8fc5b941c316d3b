"""The engineered features: named once, of a record alone, NaN where nothing was found."""

from __future__ import annotations

import numpy as np

from inference.measure.features import FEATURE_NAMES, beat_features
from inference.measure.measurements import measure
from inference.records import STANDARD_LEADS
from inference.signal.analysis import analyse
from tests.unit.known_beats import ONSET, SINUS, flat, known_beat, triangle
from tests.unit.made_records import regular_record


def by_name(values: np.ndarray) -> dict[str, float]:
    return dict(zip(FEATURE_NAMES, values.tolist(), strict=True))


def test_every_feature_has_one_name_of_its_own() -> None:
    assert len(set(FEATURE_NAMES)) == len(FEATURE_NAMES) == 186
    assert {"st_j60_mv.V2", "t_area_mv_ms.II", "qrs_t_angle_deg", "q_ms.aVF", "pr_ms"} <= set(FEATURE_NAMES)


def test_the_features_of_a_plain_beat_are_all_numbers_and_those_that_the_reader_sees() -> None:
    analysis = analyse(regular_record(st_mv=0.2))
    assert analysis.beat is not None
    values = beat_features(analysis.beat, analysis.rhythm)
    assert values.dtype == np.float32
    assert np.isfinite(values).all()
    named, shown = by_name(values), measure(analysis.beat, analysis.rhythm)
    for row in shown.st:
        assert np.float32(row.j60_mv) == np.float32(named[f"st_j60_mv.{row.lead}"])
    assert np.float32(shown.intervals.qtc_fridericia_ms) == np.float32(named["qtc_fridericia_ms"])
    assert np.float32(shown.qrs_axis_deg) == np.float32(named["qrs_axis_deg"])


def test_a_missing_lead_is_nan_in_its_own_features_and_in_those_of_all_leads() -> None:
    analysis = analyse(regular_record())
    assert analysis.beat is not None
    leads = np.array(analysis.beat.signals_mv)
    leads[STANDARD_LEADS.index("V3")] = np.nan
    named = by_name(beat_features(known_beat(leads), SINUS))
    assert all(np.isnan(value) for name, value in named.items() if name.endswith(".V3"))
    assert np.isnan(named["qrs_t_angle_deg"])
    assert np.isnan(named["st_concavity_mv.anterior"])
    assert np.isfinite([named["st_j60_mv.V2"], named["st_concavity_mv.inferior"], named["qrs_ms"]]).all()


def test_a_beat_without_fiducials_has_no_invented_feature() -> None:
    named = by_name(beat_features(known_beat(flat() + 0.1, with_fiducials=False), SINUS))
    measured = {name for name, value in named.items() if not np.isnan(value)}
    assert measured <= {"heart_rate_bpm", "rr_irregularity"}


def test_a_wave_that_a_qrs_does_not_have_counts_as_zero() -> None:
    leads = flat() + triangle(ONSET, 1.0, ONSET + 40)
    leads[0] = triangle(ONSET, -0.5, ONSET + 40)
    named = by_name(beat_features(known_beat(leads), SINUS))
    assert (named["q_mv.II"], named["q_ms.II"], named["r_mv.I"]) == (0.0, 0.0, 0.0)
    assert named["q_mv.I"] == np.float32(-0.5)
    assert named["q_ms.I"] > 60.0
