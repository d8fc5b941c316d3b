"""Where the pen went on a page: ink without the grid."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.scans.light import light_of
from inference.pages.scans.straighten import PX_PER_MM

ByteArray = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float32]

_CELL_PX: Final = 5 * PX_PER_MM
_DARKEST_SHARE: Final = 0.003
"""Of the page's pixels: the traces of twelve leads cover some 2 % of a sheet."""
_FAINT: Final = 0.3
"""Part of the trace's darkness up to which a pixel counts as no ink."""


def ink_of(picture: ByteArray, *, is_ruled: bool = True) -> FloatArray:
    """How much ink (h, w) lies on each pixel of a page (h, w, 3): 0 is none, 1 is the trace.

    On a straightened page (`is_ruled`) the grid is known by its place; else only by its colour.
    """
    darkness = light_of(picture).ink
    if is_ruled:
        darkness = darkness - _ruled_cells(darkness)
    darkest = float(np.quantile(darkness[::3, ::3], 1.0 - _DARKEST_SHARE))
    if darkest <= 0.0:
        return np.zeros_like(darkness)
    faint = _FAINT * darkest
    ink: FloatArray = np.clip((darkness - faint) / (0.9 * darkest - faint), 0.0, 1.0)
    return ink


def _ruled_cells(darkness: FloatArray) -> FloatArray:
    """The grid (h, w) as far as it is as dark as ink: what most cells of 5 mm show at the same place."""
    from scipy.ndimage import maximum_filter

    rows, columns = darkness.shape[0] // _CELL_PX, darkness.shape[1] // _CELL_PX
    whole = darkness[: rows * _CELL_PX, : columns * _CELL_PX]
    cells = whole.reshape(rows, _CELL_PX, columns, _CELL_PX)
    cell = np.median(cells, axis=(0, 2)).astype(np.float32)
    # Lines wander by a pixel across the page.
    cell = maximum_filter(cell, size=3, mode="wrap")
    ruled: FloatArray = np.tile(cell, (rows + 1, columns + 1))[: darkness.shape[0], : darkness.shape[1]]
    return ruled
