"""Records made for tests of the signal chain: simple beats whose every wave is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference.records import STANDARD_LEADS, ImportReport, Record
from inference.records.record import signal_sha256

FloatArray = npt.NDArray[np.float32]
LEAD_GAINS = np.array([0.8, 1.0, 0.2, -0.9, 0.3, 0.6, -0.5, 0.7, 1.1, 1.3, 1.1, 0.9])


def made_signals(
    rr_s: list[float], fs_hz: float = 500.0, st_mv: float = 0.0, first_r_s: float = 0.6
) -> tuple[FloatArray, npt.NDArray[np.float64]]:
    """(12, n) mV of beats at the given RR intervals, and R times in s; ST raised evenly by `st_mv`."""
    r_times = first_r_s + np.concatenate([[0.0], np.cumsum(rr_s)])
    time = np.arange(int((r_times[-1] + 0.7) * fs_hz)) / fs_hz
    one = np.zeros_like(time)
    for r in r_times:
        t = time - r
        one += 0.12 * np.exp(-((t + 0.17) ** 2) / (2 * 0.022**2))
        one += 1.0 * np.exp(-(t**2) / (2 * 0.011**2)) - 0.2 * np.exp(-((t - 0.03) ** 2) / (2 * 0.009**2))
        one += 0.3 * np.exp(-((t - 0.28) ** 2) / (2 * 0.045**2))
        rise = np.clip((t - 0.01) / 0.04, 0, 1) * np.clip((0.32 - t) / 0.1, 0, 1)
        one += st_mv * rise
    return (LEAD_GAINS[:, None] * one).astype(np.float32), r_times


def made_record(
    signals_mv: FloatArray, fs_hz: float = 500.0, leads: tuple[str, ...] = STANDARD_LEADS
) -> Record:
    """A Record of these rows."""
    signals = signals_mv.copy()
    signals.flags.writeable = False
    sha256 = signal_sha256(signals, leads, fs_hz)
    return Record(signals, leads, fs_hz, Path("made.npy"), ImportReport("made for a test"), sha256=sha256)


def regular_record(n_beats: int = 11, rr_s: float = 0.9, st_mv: float = 0.0, fs_hz: float = 500.0) -> Record:
    """A regular rhythm."""
    return made_record(made_signals([rr_s] * (n_beats - 1), fs_hz, st_mv)[0], fs_hz)


def interrupted_signals(silence_s: float, rr_s: float = 60 / 68) -> FloatArray:
    """(12, n) mV at 500 Hz: twelve beats, a silence of all leads (NaN), twelve more."""
    part, _ = made_signals([rr_s] * 11)
    silent = np.full((12, int(silence_s * 500)), np.nan, dtype=np.float32)
    return np.concatenate([part, silent, part], axis=1)
