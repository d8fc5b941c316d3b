"""The same ECG in another file is found by its signal, and two ECGs are never taken for one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import resample_poly

from inference.records import Record, read_record
from inference.signal.fingerprint import MOST_TURNED_BITS, signal_fingerprint
from inference.signal.same_signal import same_signals
from tests.unit.labelled_sets import labelled
from tests.unit.made_records import made_record, made_signals
from training.data.duplicates import grouped_by_signal
from training.data.folds import LeakageError, Split, refuse_leakage
from training.data.sources import labelled_records


def recording(seed: int) -> Record:
    """A recording with beats at times of its own."""
    rng = np.random.default_rng(seed)
    signals, _ = made_signals(list(rng.normal(0.85, 0.08, 12)), first_r_s=rng.uniform(0.3, 0.9))
    return made_record(signals + rng.normal(0, 0.01, signals.shape).astype(np.float32))


def turned_bits(first: str, second: str) -> int:
    return (int(first, 16) ^ int(second, 16)).bit_count()


def copies(record: Record) -> dict[str, Record]:
    """The same ECG as other files would hold it."""
    signals = record.signals_mv.astype(np.float64)
    order = np.random.default_rng(0).permutation(len(record.lead_names))
    coarse = resample_poly(signals, 1, 5, axis=1)
    return {
        "4.88 µV per unit": made_record((np.round(signals / 0.00488) * 0.00488).astype(np.float32)),
        "µV taken for mV": made_record((signals * 1000.0).astype(np.float32)),
        "leads in another order": made_record(
            record.signals_mv[order], leads=tuple(record.lead_names[k] for k in order)
        ),
        "100 Hz, 5 µV per unit": made_record((np.round(coarse / 0.005) * 0.005).astype(np.float32), 100.0),
        "each lead of its own size": made_record(
            (signals / np.ptp(signals, axis=1, keepdims=True)).astype(np.float32)
        ),
        "eight leads": made_record(
            record.signals_mv[[0, 1, 6, 7, 8, 9, 10, 11]],
            leads=("I", "II", "V1", "V2", "V3", "V4", "V5", "V6"),
        ),
    }


@pytest.mark.parametrize("how", list(copies(recording(0))))
def test_a_copy_in_another_format_has_the_fingerprint_of_its_original(how: str) -> None:
    original = recording(1)
    copy = copies(original)[how]
    assert copy.sha256 != original.sha256
    fingerprints = [signal_fingerprint(each) for each in (original, recording(2), copy)]
    assert turned_bits(fingerprints[0], fingerprints[2]) <= MOST_TURNED_BITS
    assert same_signals(fingerprints) == (fingerprints[0], fingerprints[1], fingerprints[0])


def test_silent_records_are_no_copies_of_each_other() -> None:
    silent = [made_record(np.full((12, 5000), level, dtype=np.float32)) for level in (0.0, 0.1)]
    first, second = (signal_fingerprint(record) for record in silent)
    assert turned_bits(first, second) > MOST_TURNED_BITS
    assert signal_fingerprint(silent[0]) == first


def test_cincs_copies_of_ptb_xl_are_found_and_no_two_other_ecgs_are_taken_for_one(test_data: Path) -> None:
    sources = {"ptb-xl": test_data / "ptb-xl", "cinc": test_data / "cinc2021"}
    records = labelled_records(sources)
    originals = [record for record in records if record.record_id in ("ptb-xl/6000", "ptb-xl/6004")]
    others = [record for record in records if record.source == "ptb-xl" and record not in originals][:60]
    chosen = [*originals, *others, *(record for record in records if record.source == "cinc")]
    found = same_signals([signal_fingerprint(read_record(record.path)) for record in chosen])
    twins = [
        (chosen[found.index(name)].record_id, record.record_id)
        for k, (record, name) in enumerate(zip(chosen, found, strict=True))
        if found.index(name) != k
    ]
    assert twins == [("ptb-xl/6000", "cinc/HR06000"), ("ptb-xl/6004", "cinc/HR06004")]


def test_near_fingerprints_are_found_in_any_band_and_far_ones_are_not() -> None:
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2, (300, 256), dtype=np.uint8)
    near, far = bits[7].copy(), bits[8].copy()
    near[rng.permutation(256)[:MOST_TURNED_BITS]] ^= 1
    far[rng.permutation(256)[: MOST_TURNED_BITS + 1]] ^= 1
    names = [np.packbits(row).tobytes().hex() for row in [*bits, near, far]]
    found = same_signals(names)
    assert found[300] == names[7]
    assert found[301] == names[301]
    assert len(set(found)) == 301


def test_a_duplicate_in_another_format_across_a_split_stops_the_run() -> None:
    original = recording(3)
    stored = copies(original)["4.88 µV per unit"]
    fingerprints = [signal_fingerprint(each) for each in (original, recording(4), recording(5), stored)]
    split = Split(0, np.array([0]), np.array([1]), np.array([2, 3]))
    with pytest.raises(LeakageError, match=r"The same ECG .* is in train and test of run 0"):
        refuse_leakage(split, same_signals(fingerprints), ["p0", "p1", "p2", "p3"])


def test_patients_who_share_a_signal_become_one_and_the_known_name_is_kept() -> None:
    a, b, c = (signal_fingerprint(recording(seed)) for seed in (6, 7, 8))
    records = [
        labelled(0, patient="unknown 0", known=False),
        labelled(1, patient="p1"),
        labelled(2, patient="p1"),
        labelled(3, patient="p2"),
        labelled(4, patient="p3"),
    ]
    grouped = grouped_by_signal(records, [a, a, b, b, c])
    assert [record.patient for record in grouped] == ["p1", "p1", "p1", "p1", "p3"]
    assert all(record.patient_known for record in grouped)
    assert [
        replace(g, patient=r.patient, patient_known=r.patient_known)
        for g, r in zip(grouped, records, strict=True)
    ] == records
