"""Paper, grid and ink of a page: shadows taken out, colours told apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

ByteArray = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float32]

_BLOCK_PX: Final = 24
_PAPER_RANK: Final = 0.8
"""In a block of the page at least every fifth pixel is plain paper."""
_DARKEST_GRID: Final = 0.55
"""Grids are fainter than the trace; what is darker than this is cut off, so that no trace stands out."""


@dataclass(frozen=True, slots=True)
class Lit:
    """A page (h, w) by how dark it is beside the paper around it: 0 is paper, 1 is black."""

    any_print: FloatArray = field(repr=False)
    """The darkest of red, green and blue: sees grid and trace of whatever colour."""
    ink: FloatArray = field(repr=False)
    """The lightest of the three: a grid in colour disappears from it, black ink stays."""

    @property
    def grid(self) -> FloatArray:
        """Print as faint as a grid, (h, w); the trace counts no more than that."""
        return np.minimum(self.any_print, np.float32(_DARKEST_GRID))


def light_of(picture: ByteArray) -> Lit:
    """Paper, grid and ink of a picture (h, w, 3)."""
    paper = _paper_light(picture)
    darkest = np.full(picture.shape[:2], np.inf, dtype=np.float32)
    lightest = np.zeros(picture.shape[:2], dtype=np.float32)
    for channel in range(3):
        relative = picture[:, :, channel] / paper[channel]
        np.minimum(darkest, relative, out=darkest)
        np.maximum(lightest, relative, out=lightest)
    return Lit(np.clip(1.0 - darkest, 0.0, 1.0), np.clip(1.0 - lightest, 0.0, 1.0))


def _paper_light(picture: ByteArray) -> FloatArray:
    """How light plain paper would be at each pixel, (3, h, w), at least 1."""
    from PIL import Image
    from scipy.ndimage import median_filter

    height, width = picture.shape[:2]
    rows, columns = height // _BLOCK_PX, width // _BLOCK_PX
    whole = picture[: rows * _BLOCK_PX, : columns * _BLOCK_PX]
    blocks = whole.reshape(rows, _BLOCK_PX, columns, _BLOCK_PX, 3).transpose(4, 0, 2, 1, 3)
    samples = blocks.reshape(3, rows, columns, -1)[..., ::3]
    rank = int(_PAPER_RANK * samples.shape[-1])
    coarse = np.partition(samples, rank, axis=-1)[..., rank].astype(np.float32)
    smooth = np.stack([median_filter(each, size=3, mode="nearest") for each in coarse])
    light = [
        np.asarray(Image.fromarray(each).resize((width, height), Image.Resampling.BILINEAR))
        for each in smooth
    ]
    fine: FloatArray = np.maximum(np.stack(light), np.float32(1.0))
    return fine
