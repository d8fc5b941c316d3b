"""Small changes to training beats: shifts, noise and offsets of a size that real recordings show."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from inference.prepare import PrepareSpec, scaled_beat

FloatArray = npt.NDArray[np.float32]
_MOST_SHIFT: Final = 10
"""±20 ms: about the spread of R positions between detectors."""
_MOST_NOISE_MV: Final = 0.02
_WANDER_MV: Final = 0.03
_GAIN_SD: Final = 0.1
_DROP_LEAD: Final = 0.05


def augmented_inputs(beats_mv: FloatArray, spec: PrepareSpec, rng: np.random.Generator) -> FloatArray:
    """Median beats (n, 12, 600) in mV to network inputs (n, 1, 12, 400), each changed a little.

    Shift ±20 ms, white noise up to 20 µV, a slow tilt, lead gains (they matter only beside noise, since
    each lead is z-scored), and now and then one lead lost to a flat line.
    """
    n = beats_mv.shape[0]
    shifts = rng.integers(-_MOST_SHIFT, _MOST_SHIFT + 1, (n, 1))
    columns = spec.first_sample + shifts + np.arange(spec.n_samples)[None, :]
    x = np.take_along_axis(beats_mv, columns[:, None, :].repeat(beats_mv.shape[1], axis=1), axis=2)
    x = np.nan_to_num(x)
    x *= 1.0 + _GAIN_SD * rng.standard_normal((n, x.shape[1], 1), dtype=np.float32)
    noise_mv = rng.uniform(0.0, _MOST_NOISE_MV, (n, 1, 1)).astype(np.float32)
    x += noise_mv * rng.standard_normal(x.shape, dtype=np.float32)
    tilt = np.linspace(-1.0, 1.0, spec.n_samples, dtype=np.float32)
    x += _WANDER_MV * rng.standard_normal((n, x.shape[1], 1), dtype=np.float32) * tilt
    x[rng.random((n, x.shape[1])) < _DROP_LEAD / x.shape[1]] = 0.0
    return scaled_beat(x, spec.profile)[:, None]
