"""A lead's trace as a small grey picture, for networks that read pictures of leads."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


def draw_lead_images(windows_mv: FloatArray, size_px: int, range_mv: float) -> FloatArray:
    """Draw (n, n_samples) mV as (n, size_px, size_px) pictures: ink 1, paper 0, +range_mv at the top row.

    Each picture column holds the trace between that column's borders; a pixel's value is the part of it
    that a line of one pixel width covers (anti-aliased). The range is fixed and values beyond it are
    clipped: scaling each picture to its own height would hide ST amplitude (Uchiyama et al. 2022 give
    no range; 004 in the project's model notes).
    """
    n_samples = windows_mv.shape[1]
    borders = np.linspace(0.0, n_samples - 1.0, size_px + 1)
    left = borders.astype(int)
    right = np.minimum(left + 1, n_samples - 1)
    part = (borders - left).astype(np.float32)
    at_borders = windows_mv[:, left] * (1.0 - part) + windows_mv[:, right] * part
    highest = np.maximum(at_borders[:, :-1], at_borders[:, 1:])
    lowest = np.minimum(at_borders[:, :-1], at_borders[:, 1:])
    inner_starts = np.ceil(borders[:-1]).astype(int)
    longest = int(np.max(np.floor(borders[1:]).astype(int) - inner_starts)) + 1
    for offset in range(longest):
        sample = np.minimum(inner_starts + offset, np.floor(borders[1:]).astype(int))
        highest = np.maximum(highest, windows_mv[:, sample])
        lowest = np.minimum(lowest, windows_mv[:, sample])
    return _ink(_row_of(highest, size_px, range_mv), _row_of(lowest, size_px, range_mv), size_px)


def _row_of(level_mv: FloatArray, size_px: int, range_mv: float) -> FloatArray:
    """Picture row (float, 0 at the top edge) of a level; the line's centre stays inside the picture."""
    row = (1.0 - level_mv / range_mv) * 0.5 * size_px
    clipped: FloatArray = np.clip(row, 0.5, size_px - 0.5).astype(np.float32)
    return clipped


def _ink(top: FloatArray, bottom: FloatArray, size_px: int) -> FloatArray:
    """Cover of each pixel by a line that reaches half a pixel beyond top and bottom of each column."""
    pixel = np.arange(size_px, dtype=np.float32)[None, :, None]
    upper = np.maximum(pixel, top[:, None, :] - 0.5)
    lower = np.minimum(pixel + 1.0, bottom[:, None, :] + 0.5)
    cover: FloatArray = np.clip(lower - upper, 0.0, 1.0)
    return cover
