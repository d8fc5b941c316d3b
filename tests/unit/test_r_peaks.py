"""R peaks against LUDB's annotations, and where detectors usually fail."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from inference.records import read_record
from inference.records.wfdb_package import quiet_wfdb
from inference.signal.r_peaks import detect_r_peaks
from tests.unit.made_records import made_signals

TOLERANCE_SAMPLES = 37.5
"""75 ms at 500 Hz."""
LEADS = ("i", "ii", "iii", "avr", "avl", "avf", "v1", "v2", "v3", "v4", "v5", "v6")
FEWEST_LEADS = 6


@dataclass
class Tally:
    found: int = 0
    missed: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()


def annotated_beats(path: Path) -> np.ndarray:
    """Samples of the beats that at least six leads annotate."""
    with quiet_wfdb() as wfdb:
        annotations = [wfdb.rdann(str(path.with_suffix("")), lead) for lead in LEADS]
    marks = np.sort([s for a in annotations for s, c in zip(a.sample, a.symbol, strict=True) if c == "N"])
    groups = np.split(marks, np.flatnonzero(np.diff(marks) > 60) + 1)
    return np.array([np.median(group) for group in groups if len(group) >= FEWEST_LEADS])


def compare(name: str, annotated: np.ndarray, detected: np.ndarray, tally: Tally) -> None:
    """One-to-one matching; LUDB leaves its edges out, so detections beyond them are not judged."""
    free = set(range(detected.size))
    for beat in annotated:
        near = [k for k in free if abs(detected[k] - beat) <= TOLERANCE_SAMPLES]
        if near:
            free.remove(min(near, key=lambda k: abs(detected[k] - beat)))
            tally.found += 1
        else:
            tally.missed += (f"{name}@{beat:.0f}",)
    first, last = annotated[0] - TOLERANCE_SAMPLES, annotated[-1] + TOLERANCE_SAMPLES
    tally.extra += tuple(f"{name}@{detected[k]}" for k in sorted(free) if first <= detected[k] <= last)


def test_ludbs_beats_are_found_and_few_others(test_data: Path) -> None:
    tally = Tally()
    for path in sorted((test_data / "ludb" / "data").glob("*.hea"), key=lambda p: int(p.stem)):
        detected = detect_r_peaks(read_record(path).standard_12(), 500.0)
        compare(path.stem, annotated_beats(path), detected, tally)
    sensitivity = tally.found / (tally.found + len(tally.missed))
    predictivity = tally.found / (tally.found + len(tally.extra))
    print(f"sensitivity {sensitivity:.4f} missed {tally.missed}")
    print(f"positive predictivity {predictivity:.4f} extra {tally.extra}")
    assert sensitivity >= 0.995, tally.missed
    assert predictivity >= 0.995, tally.extra


@pytest.mark.parametrize("rr_s", [0.3, 0.5, 0.9, 1.8])
def test_every_beat_of_a_regular_rhythm_is_found_within_four_milliseconds(rr_s: float) -> None:
    signals, r_times = made_signals([rr_s] * 8)
    detected = detect_r_peaks(signals, 500.0)
    assert detected.size == r_times.size
    assert np.abs(detected - r_times * 500).max() <= 2


def test_a_lead_full_of_noise_does_not_add_beats() -> None:
    signals, r_times = made_signals([0.9] * 9)
    signals[8] += np.random.default_rng(3).normal(0, 0.8, signals.shape[1])
    assert detect_r_peaks(signals, 500.0).size == r_times.size


def test_an_electrode_pop_in_all_leads_is_no_beat() -> None:
    signals, r_times = made_signals([0.9] * 9)
    step_at = int((r_times[4] + 0.55) * 500)
    signals[:, step_at:] += 0.9
    detected = detect_r_peaks(signals, 500.0)
    assert np.abs(detected[:, None] - r_times * 500).min(axis=1).max() <= 2


@pytest.mark.parametrize("st_mv", [0.6, 0.9, 1.3, 1.8])
@pytest.mark.parametrize("rr_s", [0.5, 0.8, 1.2])
def test_st_raised_as_high_as_the_qrs_hides_no_beat(st_mv: float, rr_s: float) -> None:
    signals, r_times = made_signals([rr_s] * 9, st_mv=st_mv)
    detected = detect_r_peaks(signals, 500.0)
    assert detected.size == r_times.size
    assert np.abs(detected - r_times * 500).max() <= 60, "within the QRS and the ST segment behind it"


def test_a_calibration_pulse_within_the_leads_is_no_beat() -> None:
    signals, r_times = made_signals([0.9] * 9)
    pulse_at = int((r_times[4] + 0.45) * 500)
    signals[:, pulse_at : pulse_at + 100] += 1.0
    detected = detect_r_peaks(signals, 500.0)
    assert np.abs(detected[:, None] - r_times * 500).min(axis=1).max() <= 2


def test_a_flat_recording_has_no_beats() -> None:
    assert detect_r_peaks(np.zeros((12, 5000), dtype=np.float32), 500.0).size == 0


def test_less_than_a_second_has_no_beats() -> None:
    assert detect_r_peaks(made_signals([])[0][:, :400], 500.0).size == 0
