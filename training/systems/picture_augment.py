"""Small changes to training pictures, as another scanner, printer or hand would make them."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from inference.signal.paper_picture import network_pictures

ByteArray = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float32]

_MOST_SHIFT_PX: Final = 4
"""In each direction; a sheet lies differently on every scanner."""
_CONTRAST_SD: Final = 0.08
_BRIGHTNESS_SD: Final = 8.0
_MOST_NOISE: Final = 6.0
"""The last two in grey levels of 255."""


def augmented_pictures(pictures: ByteArray, rng: np.random.Generator) -> FloatArray:
    """Pictures (n, h, w, 3) as network inputs (n, 3, h, w), each changed a little.

    Shifted by up to 4 px (the border repeats), contrast and brightness changed, noise added. Never turned,
    mirrored or stretched: that would change the ECG.
    """
    n = len(pictures)
    x = _shifted(pictures, rng.integers(-_MOST_SHIFT_PX, _MOST_SHIFT_PX + 1, (n, 2))).astype(np.float32)
    x *= (1.0 + _CONTRAST_SD * rng.standard_normal((n, 1, 1, 1))).astype(np.float32)
    x += (_BRIGHTNESS_SD * rng.standard_normal((n, 1, 1, 1))).astype(np.float32)
    x += rng.uniform(0.0, _MOST_NOISE, (n, 1, 1, 1)).astype(np.float32) * rng.standard_normal(
        x.shape, dtype=np.float32
    )
    return network_pictures(np.clip(x, 0.0, 255.0, out=x))


def _shifted(pictures: ByteArray, shifts: npt.NDArray[np.int64]) -> ByteArray:
    """Each picture moved by its own (down, right) pixels."""
    rows, columns = np.arange(pictures.shape[1]), np.arange(pictures.shape[2])
    moved = np.empty(pictures.shape, dtype=np.uint8)
    for k, (down, right) in enumerate(shifts):
        from_rows = np.clip(rows - down, 0, rows[-1])
        from_columns = np.clip(columns - right, 0, columns[-1])
        moved[k] = pictures[k][from_rows[:, None], from_columns]
    return moved
