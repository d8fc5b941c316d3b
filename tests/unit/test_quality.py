"""Quality findings: each fault planted in a clean recording is named, and clean ones stay quiet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from inference.records import read_record
from inference.signal.analysis import analyse
from inference.signal.beat import QualityFinding
from tests.unit.made_records import made_record, made_signals, regular_record
from tests.unit.swapped_leads import arms_swapped

V3 = 8


@pytest.fixture
def demo_path() -> Path:
    return Path(__file__).parents[2] / "resources" / "demo"


def findings(signals: np.ndarray, fs_hz: float = 500.0) -> tuple[QualityFinding, ...]:
    return analyse(made_record(signals.astype(np.float32), fs_hz)).quality


def noisy(row: np.ndarray) -> np.ndarray:
    return row + np.random.default_rng(1).normal(0, 0.15, row.size)


def wandering(row: np.ndarray) -> np.ndarray:
    return row + np.sin(2 * np.pi * 0.2 * np.arange(row.size) / 500.0)


def clipped(row: np.ndarray) -> np.ndarray:
    return np.clip(4 * row, -5, 1.5)


def off_for_two_seconds(row: np.ndarray) -> np.ndarray:
    changed = row.copy()
    changed[int(0.3 * row.size) : int(0.5 * row.size)] = 0.7
    return changed


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (np.zeros_like, "flat"),
        (noisy, "noisy"),
        (wandering, "baseline_wander"),
        (clipped, "clipped"),
        (off_for_two_seconds, "lead_off"),
    ],
)
def test_a_planted_fault_is_named_for_its_lead_only(
    fault: Callable[[np.ndarray], np.ndarray], kind: str
) -> None:
    signals, _ = made_signals([0.9] * 10)
    signals[V3] = fault(signals[V3])
    named = {(finding.kind, finding.lead) for finding in findings(signals) if finding.lead}
    assert named == {(kind, "V3")}


@pytest.mark.parametrize("fs_hz", [257.0, 1000.0])
@pytest.mark.parametrize(("fault", "kind"), [(clipped, "clipped"), (off_for_two_seconds, "lead_off")])
def test_faults_are_seen_at_the_files_own_rate(
    fault: Callable[[np.ndarray], np.ndarray], kind: str, fs_hz: float
) -> None:
    signals, _ = made_signals([0.9] * 10, fs_hz)
    signals[V3] = fault(signals[V3])
    assert (kind, "V3") in {(finding.kind, finding.lead) for finding in findings(signals, fs_hz)}


def test_a_clean_recording_has_no_findings() -> None:
    assert analyse(regular_record()).quality == ()


def test_a_missing_lead_is_named() -> None:
    signals, _ = made_signals([0.9] * 10)
    signals[V3] = np.nan
    assert [(f.kind, f.lead) for f in findings(signals)] == [("lead_missing", "V3")]


def test_swapped_electrodes_become_a_finding() -> None:
    signals, _ = made_signals([0.9] * 10)
    assert "limb_reversal" in [finding.kind for finding in findings(arms_swapped(signals))]


def test_an_irregular_rhythm_is_named_as_possible_atrial_fibrillation() -> None:
    signals, _ = made_signals([0.6, 0.9, 0.7, 1.1, 0.55, 0.95, 0.65, 1.2, 0.8, 0.6])
    assert "irregular" in [finding.kind for finding in findings(signals)]


def test_ectopic_beats_in_a_regular_rhythm_are_no_atrial_fibrillation(demo_path: Path) -> None:
    analysis = analyse(read_record(demo_path / "11_synthetic_ectopic_beats.hea"))
    assert analysis.beat is not None
    assert analysis.beat.n_used < analysis.beat.n_beats - 1
    assert "irregular" not in [finding.kind for finding in analysis.quality]


def test_a_hundred_hertz_source_is_said_to_lack_high_frequencies() -> None:
    signals, _ = made_signals([0.9] * 10, fs_hz=100.0)
    named = [finding for finding in findings(signals, 100.0) if finding.kind == "low_rate"]
    assert named
    assert "50 Hz" in named[0].text
