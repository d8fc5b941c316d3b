"""prepare(): what a model sees, the same for viewer and training to the last bit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.prepare import PrepareError, PrepareSpec, child_notes, draw_windows, prepare, window_starts
from inference.records import STANDARD_LEADS, read_record
from inference.records.record import Patient
from inference.signal.analysis import analyse
from inference.signal.filters import DIAGNOSTIC_BAND
from tests.unit.made_records import interrupted_signals, made_record, made_signals, regular_record

BEAT = PrepareSpec()
IMAGES = PrepareSpec(profile="lead-images-64")


def test_a_beat_model_sees_z_scored_leads_with_r_at_sample_150() -> None:
    array = prepare(regular_record(), BEAT).array
    assert array.shape == (1, 1, 12, 400)
    np.testing.assert_allclose(array[0, 0].mean(axis=1), 0.0, atol=1e-5)
    np.testing.assert_allclose(array[0, 0].std(axis=1), 1.0, atol=1e-4)
    assert int(np.argmax(array[0, 0, 1])) == 150


def test_a_flat_lead_becomes_zeros_and_not_nan() -> None:
    signals, _ = made_signals([0.9] * 10)
    signals[5] = 0.0
    model_input = prepare(made_record(signals), BEAT)
    assert (model_input.array[0, 0, 5] == 0).all()
    assert "aVF is flat." in model_input.notes


@pytest.mark.parametrize(
    ("age_years", "words"),
    [
        (0.0, "under 1 year"),
        (0.02, "0 months"),
        (0.083, "1 month"),
        (0.333, "4 months"),
        (0.5, "6 months"),
        (1.0, "1 year"),
        (1.999, "23 months"),
        (11.0, "11 years"),
        (15.9, "15 years"),
    ],
)
def test_an_answer_on_a_child_says_that_the_models_learned_from_adults(age_years: float, words: str) -> None:
    record = replace(regular_record(), patient=Patient(age_years=age_years))
    note = f"The patient is {words} old: the models learned from adults, and a child's ECG differs."
    assert note in prepare(record, BEAT).notes


@pytest.mark.parametrize("age_years", [16.0, 70.0, None])
def test_adults_and_patients_of_unknown_age_are_no_children(age_years: float | None) -> None:
    assert child_notes(Patient(age_years=age_years)) == ()


def test_a_missing_lead_stops_the_model_with_a_sentence() -> None:
    signals, _ = made_signals([0.9] * 10)
    kept = [k for k in range(12) if k not in (7, 8)]
    record = made_record(signals[kept], leads=tuple(STANDARD_LEADS[k] for k in kept))
    with pytest.raises(PrepareError, match=r"needs V2 and V3, which this recording does not have"):
        prepare(record, BEAT)


@pytest.mark.parametrize("spec", [BEAT, IMAGES], ids=["beat", "images"])
def test_without_a_heart_beat_no_model_answers(spec: PrepareSpec) -> None:
    with pytest.raises(PrepareError, match="No heart beat was found"):
        prepare(made_record(np.zeros((12, 5000), dtype=np.float32)), spec)


@pytest.mark.parametrize("size_mv", [0.004, 0.2])
def test_noise_is_not_taken_for_an_ecg(size_mv: float) -> None:
    noise = np.random.default_rng(0).normal(0, size_mv, (12, 5000)).astype(np.float32)
    with pytest.raises(PrepareError, match=r"No heart beat was found|no two are alike"):
        prepare(made_record(noise), BEAT)


def test_an_analysis_of_another_band_is_not_used() -> None:
    record = regular_record()
    drawn = analyse(record, DIAGNOSTIC_BAND)
    np.testing.assert_array_equal(prepare(record, BEAT, drawn).array, prepare(record, BEAT).array)


def test_an_analysis_of_another_record_is_not_used() -> None:
    record, other = regular_record(), regular_record(st_mv=0.3)
    np.testing.assert_array_equal(
        prepare(record, BEAT, analyse(other, BEAT.band)).array, prepare(record, BEAT).array
    )


def test_lead_images_hold_the_trace_at_a_fixed_scale() -> None:
    leads = np.zeros((12, 5000), dtype=np.float32)
    leads[0] = 1.0 * np.sin(2 * np.pi * 5 * np.arange(5000) / 500)
    images = draw_windows(leads, window_starts(5000, IMAGES), IMAGES)
    assert images.shape == (10, 12, 64, 64)
    inked_rows = np.flatnonzero(images[4, 0].max(axis=1) > 0.1)
    assert inked_rows[0] == pytest.approx(16, abs=1)
    assert inked_rows[-1] == pytest.approx(47, abs=1)
    np.testing.assert_allclose(images[4, 3].sum(axis=0), 1.0, atol=0.05)


def test_an_amplitude_beyond_the_range_stays_inside_the_picture() -> None:
    tall = np.zeros((12, 5000), dtype=np.float32)
    tall[:] = 5.0 * np.sin(2 * np.pi * 2 * np.arange(5000) / 500)
    images = draw_windows(tall, window_starts(5000, IMAGES), IMAGES)
    assert (images.sum(axis=2) > 0.9).all()


def test_a_location_model_sees_each_whole_second_of_a_record() -> None:
    model_input = prepare(regular_record(), IMAGES)
    assert model_input.array.shape[0] == len(model_input.window_starts_s) == int(regular_record().duration_s)
    assert model_input.window_starts_s[:3] == (0.0, 1.0, 2.0)


def test_the_spec_survives_json_and_refuses_what_it_does_not_know() -> None:
    assert PrepareSpec.from_json(IMAGES.to_json()) == IMAGES
    with pytest.raises(PrepareError, match="not understood"):
        PrepareSpec.from_json(BEAT.to_json() | {"dither": 1})
    with pytest.raises(PrepareError, match="does not know the model input"):
        PrepareSpec.from_json(BEAT.to_json() | {"profile": "spectrogram"})


@pytest.mark.parametrize("name", ["ptb/patient001/s0010_re.hea", "ludb/data/7.hea"])
def test_real_records_give_finite_inputs(test_data: Path, name: str) -> None:
    record = read_record(test_data / name)
    for spec in (BEAT, IMAGES, replace(BEAT, band=DIAGNOSTIC_BAND)):
        assert np.isfinite(prepare(record, spec).array).all()


def test_a_recording_with_a_long_silence_is_answered_and_the_silence_noted() -> None:
    made = prepare(made_record(interrupted_signals(silence_s=20.0)), BEAT)
    assert np.isfinite(made.array).all()
    assert made.notes == ("No lead was recorded from 11.0 to 31.0 s.",)
