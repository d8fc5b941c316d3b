"""Zero-phase filters and resampling: nothing on the ST segment is bent or moved in time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import fft

FloatArray = npt.NDArray[np.float32]

_HIGH_PASS_ORDER: Final = 2
_LOW_PASS_ORDER: Final = 4
_NOTCH_HALF_WIDTH_HZ: Final = 0.5


@dataclass(frozen=True, slots=True)
class FilterBand:
    """A pass band in Hz, -3 dB at each corner; `mains_hz` is 50, 60 or None (no notch)."""

    low_hz: float
    high_hz: float
    mains_hz: float | None = None

    @property
    def caption(self) -> str:
        notch = "" if self.mains_hz is None else f" · notch {self.mains_hz:g} Hz"
        return f"{self.low_hz:g}–{self.high_hz:g} Hz{notch}"


DIAGNOSTIC_BAND: Final = FilterBand(0.05, 150.0)
"""Adult diagnostic band: 0.05 Hz high-pass (AHA/ACC/HRS 2007), 150 Hz low-pass (Rijnbeek 2001)."""
MODEL_BAND: Final = FilterBand(0.5, 45.0)
"""What the shipped models were trained on: also what a 100-Hz source can carry."""
QRS_BAND: Final = FilterBand(8.0, 40.0)
"""Where the QRS stands out of P, T and noise."""


def band_gain(frequencies_hz: npt.NDArray[np.float64], band: FilterBand) -> npt.NDArray[np.float64]:
    """Amplitude response of a band: Butterworth magnitudes (order 2 high-pass, order 4 low-pass).

    The response is applied once, in the frequency domain and without phase, so each corner lies at
    -3 dB; running a Butterworth filter forward and backward would double the attenuation there.
    """
    with np.errstate(divide="ignore"):
        high_pass = 1.0 / np.sqrt(1.0 + (band.low_hz / frequencies_hz) ** (2 * _HIGH_PASS_ORDER))
    low_pass = 1.0 / np.sqrt(1.0 + (frequencies_hz / band.high_hz) ** (2 * _LOW_PASS_ORDER))
    gain: npt.NDArray[np.float64] = high_pass * low_pass
    if band.mains_hz is not None:
        for harmonic_hz in np.arange(band.mains_hz, frequencies_hz[-1] + 1.0, band.mains_hz):
            distance = (frequencies_hz - harmonic_hz) / _NOTCH_HALF_WIDTH_HZ
            gain *= 1.0 - np.exp(-(distance**2))
    return gain


@dataclass(frozen=True, slots=True)
class LeadSpectrum:
    """The Fourier transform of some leads: transformed once, filtered with as many bands as are wanted.

    The record is continued by its mirror image on both sides. Odd continuation, the usual choice,
    would step by twice the QRS height where a record starts inside a QRS.
    """

    coefficients: npt.NDArray[np.complex64] = field(repr=False)
    n_fft: int
    n_samples: int
    fs_hz: float

    @classmethod
    def of(cls, signals_mv: FloatArray, fs_hz: float) -> LeadSpectrum:
        """The spectrum of (n_leads, n_samples) mV; rows must be finite."""
        mirrored = signals_mv[:, ::-1]
        padded = np.concatenate([mirrored, signals_mv, mirrored], axis=1)
        n_fft = fft.next_fast_len(padded.shape[1], real=True)
        if n_fft > padded.shape[1]:
            # Zeros here would be a step as high as the electrodes' offset, which the low cut-off lets ring.
            bridge = np.linspace(padded[:, -1], padded[:, 0], n_fft - padded.shape[1], axis=1)
            padded = np.concatenate([padded, bridge], axis=1, dtype=padded.dtype)
        return cls(fft.rfft(padded, axis=1), n_fft, signals_mv.shape[1], fs_hz)

    def of_leads(self, which: npt.NDArray[np.bool_]) -> LeadSpectrum:
        """The spectrum of these rows only."""
        return self if which.all() else replace(self, coefficients=self.coefficients[which])

    def filtered(self, band: FilterBand) -> FloatArray:
        """The leads in a band, (n_leads, n_samples) in mV, without phase shift."""
        gain = band_gain(fft.rfftfreq(self.n_fft, 1.0 / self.fs_hz), band).astype(np.float32)
        filtered = fft.irfft(self.coefficients * gain, self.n_fft, axis=1)
        result: FloatArray = filtered[:, self.n_samples : 2 * self.n_samples].astype(np.float32)
        return result


def bandpass(signals_mv: FloatArray, fs_hz: float, band: FilterBand) -> FloatArray:
    """Filter rows of (n_leads, n_samples) mV without phase shift; rows must be finite."""
    return LeadSpectrum.of(signals_mv, fs_hz).filtered(band)


def resample(signals_mv: FloatArray, fs_hz: float, target_hz: float) -> FloatArray:
    """Bring (n_leads, n_samples) to another rate with a zero-phase polyphase filter.

    A row is continued by a line through its ends, so that an offset does not ring at the edges.
    """
    if fs_hz == target_hz:
        return signals_mv
    # Here, because this import takes longer than all else that a record at 500 Hz needs.
    from scipy.signal import resample_poly

    ratio = Fraction(target_hz / fs_hz).limit_denominator(1000)
    resampled = resample_poly(signals_mv, ratio.numerator, ratio.denominator, axis=1, padtype="line")
    return np.asarray(resampled, dtype=np.float32)
