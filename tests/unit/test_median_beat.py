"""The median beat: against devices' own, and what happens with ectopic, few, fast and missing beats."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from scipy.signal import resample_poly

from inference.records import STANDARD_LEADS, ImportReport, Record, normalise_lead_name
from inference.signal.analysis import analyse
from inference.signal.beat import MedianBeat
from inference.signal.filters import MODEL_BAND
from tests.unit.made_records import LEAD_GAINS, made_record, made_signals, regular_record


def group(dataset: pydicom.Dataset, label: str) -> tuple[np.ndarray, tuple[str, ...], float]:
    """One waveform group of a DICOM file in mV."""
    labels = [item.get("MultiplexGroupLabel") for item in dataset.WaveformSequence]
    index = labels.index(label)
    item = dataset.WaveformSequence[index]
    channels = [c.ChannelSourceSequence[0].CodeMeaning for c in item.ChannelDefinitionSequence]
    names = tuple(normalise_lead_name(name.replace("(Einthoven)", "")) for name in channels)
    return dataset.waveform_array(index).T / 1000.0, names, float(item.SamplingFrequency)


def devices_beat(dataset: pydicom.Dataset) -> np.ndarray:
    """The device's own median beat, (12, n) in mV at 500 Hz."""
    signals, names, fs_hz = group(dataset, "MEDIAN BEAT")
    beat = resample_poly(signals, 500, int(fs_hz), axis=1, padtype="line")
    return np.stack([beat[names.index(name)] for name in STANDARD_LEADS])


def correlations(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Per-lead correlation over R-300 … R+500 ms at the common shift that fits best."""
    part = ours[:, 150:550]
    shifts = range(theirs.shape[1] - part.shape[1] + 1)
    tables = [
        np.array([np.corrcoef(a, b)[0, 1] for a, b in zip(part, theirs[:, s : s + 400], strict=True)])
        for s in shifts
    ]
    return max(tables, key=lambda table: float(table.mean()))


@pytest.mark.parametrize("name", ["dicom_12lead_cardio.dcm", "dicom_12lead_mortara.dcm"])
def test_the_median_beat_agrees_with_the_devices_own(test_data: Path, name: str) -> None:
    dataset = pydicom.dcmread(test_data / "vendor" / name)
    signals, names, fs_hz = group(dataset, "RHYTHM")
    record = Record(signals.astype(np.float32), names, fs_hz, Path(name), ImportReport("DICOM"), sha256=name)
    beat = analyse(record).beat
    assert beat is not None
    theirs = devices_beat(dataset)
    agreement = correlations(beat.signals_mv, theirs)
    for lead, correlation, row in zip(STANDARD_LEADS, agreement, beat.signals_mv, strict=True):
        qrs_mv = np.ptp(row[260:350])
        print(f"{name} {lead}: QRS {qrs_mv:.2f} mV, correlation {correlation:.4f}")
        if qrs_mv > 0.6:
            assert correlation >= 0.99, lead
        elif qrs_mv > 0.3:
            assert correlation >= 0.98, lead


def beat_of(record: Record) -> MedianBeat:
    beat = analyse(record).beat
    assert beat is not None
    return beat


def test_r_lies_at_sample_300_and_the_pq_level_is_zero() -> None:
    beat = beat_of(regular_record())
    rms = np.sqrt((beat.signals_mv**2).mean(axis=0))
    assert int(np.argmax(rms)) == 300
    assert beat.qrs_onset is not None
    assert np.abs(beat.signals_mv[:, beat.qrs_onset - 10 : beat.qrs_onset - 2]).max() < 0.02


def test_st_elevation_is_read_off_the_median_beat_in_millivolts() -> None:
    beat = beat_of(regular_record(st_mv=0.2))
    assert beat.j_point is not None
    measured = beat.signals_mv[:, beat.j_point + 30]
    plain = beat_of(regular_record()).signals_mv[:, beat.j_point + 30]
    np.testing.assert_allclose(measured - plain, 0.2 * LEAD_GAINS, atol=0.02)


def test_ectopic_beats_are_left_out_and_named() -> None:
    signals, r_times = made_signals([0.9] * 10)
    for beat in (3, 7):
        centre = int(r_times[beat] * 500)
        time = (np.arange(signals.shape[1]) - centre) / 500.0
        signals[:, centre - 120 : centre + 200] = 0
        signals += (np.linspace(-1.5, 2.0, 12)[:, None] * np.exp(-(time**2) / (2 * 0.05**2))).astype(
            np.float32
        )
    median = beat_of(made_record(signals))
    rejected = [k for k, reason in enumerate(median.rejections) if "different shape" in reason]
    assert rejected == [3, 7]
    clean = beat_of(regular_record())
    assert np.abs(median.signals_mv[:, 200:500] - clean.signals_mv[:, 200:500]).max() < 0.05


def test_a_missing_lead_stays_missing() -> None:
    signals, _ = made_signals([0.9] * 10)
    leads = tuple(name for name in STANDARD_LEADS if name != "V3")
    kept = np.array([name != "V3" for name in STANDARD_LEADS])
    beat = beat_of(made_record(signals[kept], leads=leads))
    assert np.isnan(beat.signals_mv[STANDARD_LEADS.index("V3")]).all()
    assert not np.isnan(beat.signals_mv[kept]).any()


def test_few_beats_are_used_and_said() -> None:
    beat = beat_of(regular_record(n_beats=2, rr_s=1.5))
    assert beat.n_used == 2
    assert any("only 2 beats" in note for note in beat.notes)


def test_a_fast_rhythm_says_where_the_next_beat_begins() -> None:
    beat = beat_of(regular_record(n_beats=16, rr_s=0.5))
    assert beat.next_beat_from == 300 + 250 - 60
    assert any("RR is 500 ms" in note for note in beat.notes)


def test_a_recording_without_beats_says_so_instead_of_inventing_one() -> None:
    analysis = analyse(made_record(np.zeros((12, 5000), dtype=np.float32)))
    assert analysis.beat is None
    assert analysis.beat_problem == "No heart beat was found in this recording."


def test_beats_in_a_gap_are_left_out() -> None:
    signals, r_times = made_signals([0.9] * 10)
    gap = slice(int(r_times[5] * 500) - 20, int(r_times[5] * 500) + 30)
    signals[:, gap] = np.nan
    analysis = analyse(made_record(signals))
    assert analysis.beat is not None
    assert np.isnan(analysis.signals_mv[:, gap]).all()
    near = np.abs(analysis.beat.r_samples - r_times[5] * 500) < 60
    assert not analysis.beat.used[near].any()


def test_a_thousand_hertz_source_gives_the_same_beat_as_five_hundred() -> None:
    slow = beat_of(regular_record(fs_hz=500.0))
    fast = beat_of(regular_record(fs_hz=1000.0))
    assert np.abs(slow.signals_mv - fast.signals_mv)[:, 100:560].max() < 0.01


def test_the_models_band_and_the_drawing_band_use_the_same_beats(test_data: Path) -> None:
    from inference.records import read_record

    record = read_record(test_data / "ptb" / "patient001" / "s0010_re.hea")
    drawn, modelled = analyse(record).beat, analyse(record, MODEL_BAND).beat
    assert drawn is not None
    assert modelled is not None
    np.testing.assert_array_equal(drawn.r_samples, modelled.r_samples)
