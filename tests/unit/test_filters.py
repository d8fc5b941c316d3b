"""Filters move nothing in time and bend nothing on the ST segment."""

from __future__ import annotations

import numpy as np
import pytest

from inference.signal.filters import DIAGNOSTIC_BAND, MODEL_BAND, FilterBand, band_gain, bandpass, resample
from tests.unit.made_records import made_signals


def rows(*signals: object) -> np.ndarray:
    return np.asarray(signals, dtype=np.float32)


@pytest.mark.parametrize("corner_hz", [0.05, 150.0])
def test_the_drawing_band_loses_three_decibels_at_its_corners(corner_hz: float) -> None:
    gain = band_gain(np.array([corner_hz, 250.0]), DIAGNOSTIC_BAND)[0]
    assert 20 * np.log10(gain) == pytest.approx(-3.01, abs=0.05)


@pytest.mark.parametrize(("band", "most_mv"), [(DIAGNOSTIC_BAND, 0.003), (MODEL_BAND, 0.012)])
def test_an_st_elevation_of_a_fifth_of_a_millivolt_comes_through_unbent(
    band: FilterBand, most_mv: float
) -> None:
    raised, r_times = made_signals([0.8] * 12, st_mv=0.2)
    plain, _ = made_signals([0.8] * 12)
    difference = bandpass(raised, 500.0, band) - bandpass(plain, 500.0, band)
    for r in r_times[2:-2]:
        j60 = int((r + 0.05 + 0.06) * 500)
        pq = int((r - 0.06) * 500)
        assert difference[1, j60] - difference[1, pq] == pytest.approx(0.2, abs=most_mv)


def test_filtering_does_not_move_the_r_peak() -> None:
    signals, r_times = made_signals([0.9] * 9)
    filtered = bandpass(signals, 500.0, MODEL_BAND)
    for r in r_times:
        around = slice(int(r * 500) - 20, int(r * 500) + 21)
        assert np.argmax(filtered[1, around]) == np.argmax(signals[1, around])


def test_baseline_wander_below_the_band_is_removed() -> None:
    time = np.arange(5000) / 500.0
    wander = rows(np.sin(2 * np.pi * 0.1 * time))
    kept = bandpass(wander, 500.0, MODEL_BAND)[0, 1000:4000]
    assert np.abs(kept).max() < 0.06


def test_the_notch_removes_mains_and_its_harmonic() -> None:
    time = np.arange(5000) / 500.0
    hum = rows(np.sin(2 * np.pi * 50 * time) + np.sin(2 * np.pi * 100 * time))
    left = bandpass(hum, 500.0, FilterBand(0.05, 150.0, mains_hz=50.0))[0, 500:-500]
    assert np.abs(left).max() < 0.05


@pytest.mark.parametrize("fs_hz", [100.0, 250.0, 257.0, 360.0, 1000.0])
def test_resampling_keeps_a_slow_wave_where_it_is(fs_hz: float) -> None:
    time = np.arange(int(10 * fs_hz)) / fs_hz
    wave = resample(rows(0.5 + np.sin(2 * np.pi * 3.0 * time)), fs_hz, 500.0)[0]
    expected = 0.5 + np.sin(2 * np.pi * 3.0 * np.arange(wave.size) / 500.0)
    assert np.abs(wave - expected)[50:-50].max() < 0.01
    assert wave.size == pytest.approx(5000, abs=3)


@pytest.mark.parametrize("n_samples", [5000, 5001, 4997, 5003, 18_500])
def test_an_electrodes_offset_leaves_nothing_behind_in_records_of_any_length(n_samples: int) -> None:
    signals = made_signals([0.8] * 50)[0][:, :n_samples]
    offset_mv = np.float32(50.0)
    left = bandpass(signals + offset_mv, 500.0, DIAGNOSTIC_BAND) - bandpass(signals, 500.0, DIAGNOSTIC_BAND)
    slope_mv = np.abs(left[:, 60:] - left[:, :-60]).max()
    assert slope_mv < 0.001, "over 120 ms, about from PQ to J+60"
