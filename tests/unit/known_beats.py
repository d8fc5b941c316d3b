"""Median beats whose every wave is known, for tests of measurements."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from inference.signal.beat import BEAT_SAMPLES, R_SAMPLE, MedianBeat, Rhythm

ONSET, J_POINT, T_PEAK, T_END = R_SAMPLE - 20, R_SAMPLE + 25, R_SAMPLE + 140, R_SAMPLE + 180
NO_BEATS: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
SINUS = Rhythm(NO_BEATS, heart_rate_bpm=60.0, rr_median_ms=1000.0, rr_irregularity=0.01)


def known_beat(signals_mv: npt.NDArray[np.floating], *, with_fiducials: bool = True) -> MedianBeat:
    """A median beat (12, 600) with fiducials at the places above, or with none found."""
    places = (ONSET, J_POINT, T_PEAK, T_END) if with_fiducials else (None,) * 4
    return MedianBeat(
        signals_mv=signals_mv.astype(np.float32),
        r_samples=NO_BEATS,
        used=NO_BEATS.astype(np.bool_),
        rejections=(),
        aligned_r_samples=NO_BEATS,
        qrs_onset=places[0],
        j_point=places[1],
        t_peak=places[2],
        t_end=places[3],
    )


def flat() -> npt.NDArray[np.float64]:
    """Twelve leads at 0 mV."""
    return np.zeros((12, BEAT_SAMPLES))


def triangle(first: int, peak_mv: float, last: int) -> npt.NDArray[np.float64]:
    """(600,) a wave that rises from 0 at `first` and is back at `last`, straight on both sides."""
    middle = (first + last) / 2
    return np.interp(np.arange(BEAT_SAMPLES), [first, middle, last], [0.0, peak_mv, 0.0])


def bell(centre: int, height_mv: float, deviation: float) -> npt.NDArray[np.float64]:
    """(600,) a Gaussian wave; width in samples."""
    return height_mv * np.exp(-0.5 * ((np.arange(BEAT_SAMPLES) - centre) / deviation) ** 2)
