"""What a recording adds to the heart: baseline wander, muscle and mains, made at the electrodes.

Noise arises under an electrode, so the limb leads share it and Einthoven's identity holds for it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

N_ELECTRODES: Final = 9
"""RA, LA, LL and the six chest electrodes; the right leg is only the amplifier's ground."""

_WILSON: Final = [-1 / 3, -1 / 3, -1 / 3]
INDEPENDENT_FROM_ELECTRODES: Final = np.array(
    [[-1, 1, 0, *[0] * 6], [-1, 0, 1, *[0] * 6]]
    + [_WILSON + [float(chest == electrode) for electrode in range(6)] for chest in range(6)]
)
"""(8, 9): I, II and V1-V6 (against Wilson's terminal) from the electrode potentials."""

_MUSCLE_BAND_HZ: Final = (20.0, 150.0)
_DRIFT_BAND_HZ: Final = (0.05, 0.35)
_MAINS_HZ: Final = 50.0


@dataclass(frozen=True, slots=True)
class NoiseLevel:
    """Noise per electrode in mV: root mean square of muscle, drift and breathing, amplitude of mains."""

    muscle_mv: float
    mains_mv: float
    drift_mv: float
    breathing_mv: float


SILENT: Final = NoiseLevel(0.0, 0.0, 0.0, 0.0)
QUIET: Final = NoiseLevel(muscle_mv=0.004, mains_mv=0.002, drift_mv=0.015, breathing_mv=0.012)
"""A patient at rest and well prepared skin."""
RESTLESS: Final = NoiseLevel(muscle_mv=0.055, mains_mv=0.015, drift_mv=0.16, breathing_mv=0.09)
"""A tense, moving patient and loose electrodes."""


def electrode_noise(
    n: int, fs_hz: float, level: NoiseLevel, breathing: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Noise at the nine electrodes, (9, n) mV; `breathing` (n,) runs from -1 to 1."""
    muscle = _band_noise(n, fs_hz, _MUSCLE_BAND_HZ, rng) * rng.uniform(0.6, 1.4, (N_ELECTRODES, 1))
    drift = _band_noise(n, fs_hz, _DRIFT_BAND_HZ, rng)
    breath = np.multiply.outer(rng.uniform(-1.5, 1.5, N_ELECTRODES), breathing)
    # Where muscles tense and relax, the noise swells and fades within seconds.
    swell = np.exp(0.35 * _band_noise(n, fs_hz, _DRIFT_BAND_HZ, rng))
    phase = 2 * np.pi * (_MAINS_HZ * np.arange(n) / fs_hz + rng.random())
    mains = np.multiply.outer(rng.uniform(0.2, 1.0, N_ELECTRODES), np.sin(phase))
    return np.asarray(
        level.muscle_mv * muscle * swell
        + level.drift_mv * drift
        + level.breathing_mv * breath
        + level.mains_mv * mains
    )


def _band_noise(n: int, fs_hz: float, band_hz: tuple[float, float], rng: np.random.Generator) -> FloatArray:
    """Gaussian noise between two frequencies with unit root mean square, (9, n)."""
    # Twice the length, of which half is kept: a spectrum alone would make the ends meet.
    frequencies = np.fft.rfftfreq(2 * n, 1 / fs_hz)
    inside = (frequencies >= band_hz[0]) & (frequencies <= band_hz[1])
    spectrum = np.fft.rfft(rng.normal(size=(N_ELECTRODES, 2 * n))) * inside
    noise = np.fft.irfft(spectrum, 2 * n)
    noise /= noise.std(axis=1, keepdims=True)
    return np.asarray(noise[:, :n])
