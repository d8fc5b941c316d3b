"""Heart rate and irregularity: what counts as an interval, and when a rhythm cannot be judged."""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from inference.records import read_record
from inference.signal.analysis import analyse
from inference.signal.beat import MODEL_FS_HZ, Rhythm
from inference.signal.rhythm import describe_rhythm
from tests.unit.made_records import interrupted_signals, made_record, made_signals


def beats_at(rr_ms: list[int], ectopic: set[int] = frozenset()) -> Rhythm:
    """The rhythm of beats at these intervals, some of them of another shape."""
    r_samples = (np.cumsum([500, *rr_ms]) * MODEL_FS_HZ / 1000).astype(np.int64)
    return describe_rhythm(r_samples, np.array([k in ectopic for k in range(r_samples.size)]))


@pytest.mark.parametrize("silence_s", [0.5, 2.0, 20.0, 60.0])
def test_a_silence_of_all_leads_does_not_slow_the_heart_rate(silence_s: float) -> None:
    rhythm = analyse(made_record(interrupted_signals(silence_s))).rhythm
    assert rhythm.r_samples.size == 24
    assert rhythm.heart_rate_bpm == pytest.approx(68, abs=0.5)
    assert not rhythm.suspects_atrial_fibrillation


@pytest.mark.parametrize(("silence_s", "is_told"), [(0.1, False), (0.5, True), (20.0, True)])
def test_a_silence_that_can_hide_a_beat_is_told_once(silence_s: float, is_told: bool) -> None:
    quality = analyse(made_record(interrupted_signals(silence_s))).quality
    assert [finding.kind for finding in quality] == ["gap"] * is_told


def test_several_silences_are_told_in_one_sentence() -> None:
    signals, _ = made_signals([0.9] * 20)
    for start_s in (3, 9):
        signals[:, start_s * 500 : start_s * 500 + 300] = np.nan
    told = [finding.text for finding in analyse(made_record(signals)).quality if finding.kind == "gap"]
    assert told == ["No lead was recorded for 1.2 s in 2 gaps, the first at 3.0 s."]


def test_a_gap_in_one_lead_takes_no_interval_away() -> None:
    signals, _ = made_signals([0.9] * 10)
    whole = analyse(made_record(signals)).rhythm.heart_rate_bpm
    signals[8, 2000:2300] = np.nan
    analysis = analyse(made_record(signals))
    assert analysis.rhythm.heart_rate_bpm == whole
    assert "gap" not in [finding.kind for finding in analysis.quality]


def test_two_beats_across_a_silence_have_no_rate() -> None:
    silent = np.zeros(5000, dtype=np.bool_)
    silent[1000:2000] = True
    assert describe_rhythm(np.array([600, 2600]), None, silent).heart_rate_bpm is None


def test_few_ectopic_beats_are_left_out_of_the_irregularity() -> None:
    rhythm = beats_at([800] * 4 + [500, 1100] + [800] * 6, {5})
    assert rhythm.rr_irregularity == 0.0
    assert not rhythm.is_irregular_by_ectopy


def test_an_irregular_rhythm_of_many_shapes_is_not_judged() -> None:
    rhythm = beats_at([798, 438, 742, 722, 704, 500, 380, 410, 762, 850], {1, 3, 4, 6, 8, 9})
    assert not rhythm.suspects_atrial_fibrillation
    assert rhythm.is_irregular_by_ectopy


def test_frequent_ectopic_beats_in_a_regular_rhythm_leave_it_regular() -> None:
    rhythm = beats_at([858, 504, 1176, 806, 818, 498, 1212, 844, 474, 1146, 822], {2, 6, 9})
    assert rhythm.rr_irregularity is not None
    assert rhythm.rr_irregularity < 0.05
    assert not rhythm.is_irregular_by_ectopy


def test_a_regular_rhythm_of_many_shapes_is_regular() -> None:
    rhythm = beats_at([800] * 10, {1, 3, 5, 7, 9})
    assert rhythm.rr_irregularity == 0.0
    assert not rhythm.is_irregular_by_ectopy


@pytest.mark.parametrize(("record", "kinds"), [("109", ["irregular"]), ("95", [])])
def test_atrial_fibrillation_with_beats_of_many_shapes_is_measured(
    test_data: Path, record: str, kinds: list[str]
) -> None:
    analysis = analyse(read_record(test_data / "ludb" / "data" / f"{record}.hea"))
    assert analysis.rhythm.rr_irregularity is not None
    assert [finding.kind for finding in analysis.quality if finding.kind == "irregular"] == kinds


def ptb_xl_rhythms(test_data: Path, code: str) -> Iterator[Rhythm]:
    """The rhythms of every third PTB-XL record with this code."""
    with (test_data / "ptb-xl" / "ptbxl_database.csv").open(encoding="utf-8") as table:
        files = [
            row["filename_hr"] for row in csv.DictReader(table) if code in ast.literal_eval(row["scp_codes"])
        ]
    for name in files[::3]:
        path = (test_data / "ptb-xl" / name).with_suffix(".hea")
        if path.exists():
            yield analyse(read_record(path)).rhythm


def test_most_atrial_fibrillation_is_suspected_and_sinus_arrhythmia_seldom(test_data: Path) -> None:
    fibrillation = [rhythm.suspects_atrial_fibrillation for rhythm in ptb_xl_rhythms(test_data, "AFIB")]
    arrhythmia = [rhythm.suspects_atrial_fibrillation for rhythm in ptb_xl_rhythms(test_data, "SARRH")]
    print(f"AFIB {sum(fibrillation)} of {len(fibrillation)}, SARRH {sum(arrhythmia)} of {len(arrhythmia)}")
    assert np.mean(fibrillation) >= 0.6
    assert np.mean(arrhythmia) <= 0.25
