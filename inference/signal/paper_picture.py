"""A 12-lead ECG as a small picture of its printed sheet, for networks that read pictures of ECGs.

The sheet is 256 mm wide (0.24 s of calibration pulse and 10 s at 25 mm/s) and 128 mm high (four rows, 30 mm
apart, at 10 mm/mV). Squeezed into a square, as sheets are for networks that take squares, 1 mm is 0.875 px
wide and 1.75 px high: of the paper's lines only the 5-mm ones can be told apart, the 1-mm ones are a tint.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from inference.records.leads import STANDARD_LEADS
from inference.signal.beat import MODEL_FS_HZ
from inference.signal.paper_letters import HEIGHT_PX, lettering

FloatArray = npt.NDArray[np.float32]
ByteArray = npt.NDArray[np.uint8]

PICTURE_PX: Final = 224
SHEET_S: Final = 10.0
ROWS: Final = (
    ("I", "aVR", "V1", "V4"),
    ("II", "aVL", "V2", "V5"),
    ("III", "aVF", "V3", "V6"),
    ("II",),
)
"""Leads from left to right, one after the other in time; the last row is the rhythm strip."""
WIDTH_MM: Final = 256.0
HEIGHT_MM: Final = 128.0
BASELINES_MM: Final = (19.0, 49.0, 79.0, 109.0)
SPEED_MM_S: Final = 25.0
GAIN_MM_MV: Final = 10.0

IMAGENET_MEAN: Final = (0.485, 0.456, 0.406)
IMAGENET_SD: Final = (0.229, 0.224, 0.225)
"""Of red, green and blue from 0 to 1: what networks with ImageNet weights expect (Gandham et al.)."""

_PULSE_MV: Final = np.repeat(np.array([0.0, 1.0, 0.0], dtype=np.float32), (10, 100, 10))
"""1 mV for 200 ms (IEC 60601-2-25) with 20 ms before and after, at 500 Hz."""
_SHEET_SAMPLES: Final = int(SHEET_S * MODEL_FS_HZ)
_TRACE_LEFT_MM: Final = _PULSE_MV.size / MODEL_FS_HZ * SPEED_MM_S

_PEN_PX: Final = 1.1
_STRIPS: Final = 4
"""Each column of pixels is drawn as so many strips, whose mean smooths steep strokes."""
_POINTS: Final = 8
"""Points of the trace per strip, more than the 5.7 samples that it spans."""
_PAPER: Final = np.array((255.0, 251.0, 248.0), dtype=np.float32)
_LINES: Final = np.array((240.0, 140.0, 140.0), dtype=np.float32)
_INK: Final = np.array((22.0, 22.0, 34.0), dtype=np.float32)
_LINE_MM: Final = {1.0: 0.08, 5.0: 0.3}
"""How thick the lines of each spacing are."""
_LEAST_SPACING_PX: Final = 3.0
_NAME_RIGHT_MM: Final = 1.5
_NAME_ABOVE_MM: Final = 12.0


def draw_paper_picture(leads_mv: FloatArray, scale: int = 1) -> ByteArray:
    """The first 10 s of (12, n) mV at 500 Hz in standard order as a picture (224, 224, 3), red green blue.

    What is missing (NaN, or after the recording's end) stays empty paper. The same samples give the same
    picture. `scale` draws the same sheet so many times as large, for people to look at.
    """
    size = PICTURE_PX * scale
    ink = _trace_ink(_row_signals(leads_mv), size, _PEN_PX * scale)
    for row, names in enumerate(ROWS):
        for column, name in enumerate(names):
            _add_name(ink, name, *_cell_corner_mm(row, column), scale)
    return with_ink(ink)


def with_ink(ink: FloatArray) -> ByteArray:
    """Ink (n, n) from 0 to 1 on the sheet's ruled paper as a picture (n, n, 3), red green blue."""
    paper = _ruled_paper(ink.shape[0])
    picture = paper + ink[:, :, None] * (_INK - paper)
    return np.rint(picture).astype(np.uint8)


def network_pictures(pictures: ByteArray | FloatArray) -> FloatArray:
    """Pictures (n, h, w, 3) of 0 to 255 as network inputs (n, 3, h, w): ImageNet's mean is 0, its sd 1."""
    mean = np.array(IMAGENET_MEAN, dtype=np.float32)
    deviation = np.array(IMAGENET_SD, dtype=np.float32)
    scaled = (pictures.astype(np.float32) / np.float32(255.0) - mean) / deviation
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2), dtype=np.float32)


def lead_at_pixels() -> npt.NDArray[np.int64]:
    """Which lead each pixel (224, 224) belongs to, as its standard row; -1 left of the traces.

    A pixel belongs to the nearest baseline, so the tip of a tall QRS may count for the row above.
    """
    right_mm = (np.arange(PICTURE_PX) + 0.5) * WIDTH_MM / PICTURE_PX - _TRACE_LEFT_MM
    down_mm = (np.arange(PICTURE_PX) + 0.5) * HEIGHT_MM / PICTURE_PX
    row_of = np.abs(down_mm[:, None] - np.array(BASELINES_MM)).argmin(axis=1)
    leads: npt.NDArray[np.int64] = np.empty((len(ROWS), PICTURE_PX), dtype=np.int64)
    for row, names in enumerate(ROWS):
        column = (right_mm / (WIDTH_MM - _TRACE_LEFT_MM) * len(names)).astype(int)
        rows = np.array([STANDARD_LEADS.index(name) for name in names])
        leads[row] = np.where(right_mm < 0, -1, rows[column])
    at_pixels: npt.NDArray[np.int64] = leads[row_of]
    return at_pixels


def sheet_strips(leads_mv: FloatArray) -> list[tuple[str, FloatArray]]:
    """The leads and stretches of (12, n) mV that the sheet shows, row by row, the rhythm strip last."""
    strips = []
    for names in ROWS:
        length = _SHEET_SAMPLES // len(names)
        for column, name in enumerate(names):
            strip = np.full(length, np.nan, dtype=np.float32)
            part = leads_mv[STANDARD_LEADS.index(name), column * length : (column + 1) * length]
            strip[: part.size] = part
            strips.append((name, strip))
    return strips


def _row_signals(leads_mv: FloatArray) -> FloatArray:
    """Pulse and leads of each row as one signal (4, 5120) in mV, broken where another lead begins."""
    strips = [strip for _, strip in sheet_strips(leads_mv)]
    for strip in strips:
        strip[0] = np.nan
    rows, done = [], 0
    for names in ROWS:
        rows.append(np.concatenate([_PULSE_MV, *strips[done : done + len(names)]]))
        done += len(names)
    return np.stack(rows)


def _trace_ink(rows_mv: FloatArray, size: int, pen_px: float) -> FloatArray:
    """How much of each pixel (size, size) a round pen covers that follows the rows' signals."""
    n_strips = size * _STRIPS
    times = np.linspace(0.0, rows_mv.shape[1] - 1.0, n_strips * _POINTS + 1)
    samples = np.arange(rows_mv.shape[1], dtype=np.float64)
    px_mm = size / HEIGHT_MM
    ink = np.zeros((size, size), dtype=np.float32)
    for signal, baseline_mm in zip(rows_mv, BASELINES_MM, strict=True):
        down_px = (baseline_mm - np.interp(times, samples, signal) * GAIN_MM_MV) * px_mm
        points = np.concatenate([down_px[:-1].reshape(n_strips, _POINTS), down_px[_POINTS::_POINTS, None]], 1)
        highest, lowest = _under_the_pen(points.min(axis=1), points.max(axis=1), pen_px / 2)
        ink = np.maximum(ink, _cover(highest, lowest, size))
    return ink


def _under_the_pen(
    highest: npt.NDArray[np.float64], lowest: npt.NDArray[np.float64], radius_px: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """What a round pen covers in each strip (n,) when its centre moves from highest to lowest in each."""
    reach = int(radius_px * _STRIPS)
    top = np.full(highest.size + 2 * reach, np.inf)
    bottom = -top
    for aside in range(-reach, reach + 1):
        height = np.sqrt(radius_px**2 - (aside / _STRIPS) ** 2)
        here = slice(reach + aside, reach + aside + highest.size)
        top[here] = np.fmin(top[here], highest - height)
        bottom[here] = np.fmax(bottom[here], lowest + height)
    inside = slice(reach, reach + highest.size)
    return top[inside], bottom[inside]


def _cover(highest: npt.NDArray[np.float64], lowest: npt.NDArray[np.float64], size: int) -> FloatArray:
    """The part of each pixel (size, size) between highest and lowest of the strips in its column."""
    pixel = np.arange(size, dtype=np.float32)[:, None]
    upper = np.maximum(pixel, highest.astype(np.float32))
    lower = np.minimum(pixel + 1.0, lowest.astype(np.float32))
    strips = np.clip(lower - upper, 0.0, 1.0)
    mean: FloatArray = strips.reshape(size, size, _STRIPS).mean(axis=2)
    return mean


def _ruled_paper(size: int) -> FloatArray:
    """Empty paper (size, size, 3): lines every millimetre and every five, through starts and baselines."""
    paper = np.broadcast_to(_PAPER, (size, size, 3))
    for spacing_mm, width_mm in _LINE_MM.items():
        across = _line_cover(size, WIDTH_MM, _TRACE_LEFT_MM, spacing_mm, width_mm)
        down = _line_cover(size, HEIGHT_MM, BASELINES_MM[0], spacing_mm, width_mm)
        cover = 1.0 - (1.0 - down[:, None]) * (1.0 - across[None, :])
        paper = paper + cover[:, :, None] * (_LINES - paper)
    return paper


def _line_cover(
    size: int, length_mm: float, through_mm: float, spacing_mm: float, width_mm: float
) -> FloatArray:
    """The part of each pixel (size,) under lines of one direction; their mean where they are too close."""
    px_mm = size / length_mm
    if spacing_mm * px_mm < _LEAST_SPACING_PX:
        return np.full(size, width_mm / spacing_mm, dtype=np.float32)
    centres = np.arange(through_mm % spacing_mm, length_mm, spacing_mm)[:, None] * px_mm
    pixel = np.arange(size)[None, :]
    left = np.maximum(pixel, centres - width_mm * px_mm / 2)
    right = np.minimum(pixel + 1.0, centres + width_mm * px_mm / 2)
    cover: FloatArray = np.clip(right - left, 0.0, 1.0).sum(axis=0).astype(np.float32)
    return cover


def _cell_corner_mm(row: int, column: int) -> tuple[float, float]:
    """Where a lead's trace starts: mm from the left and its baseline's mm from the top."""
    width = (WIDTH_MM - _TRACE_LEFT_MM) / len(ROWS[row])
    return _TRACE_LEFT_MM + column * width, BASELINES_MM[row]


def _add_name(ink: FloatArray, name: str, x_mm: float, baseline_mm: float, scale: int) -> None:
    letters = np.kron(lettering(name), np.ones((scale, scale), dtype=np.float32))
    left = round((x_mm + _NAME_RIGHT_MM) * ink.shape[1] / WIDTH_MM)
    top = round((baseline_mm - _NAME_ABOVE_MM) * ink.shape[0] / HEIGHT_MM) - HEIGHT_PX * scale // 2
    place = ink[top : top + letters.shape[0], left : left + letters.shape[1]]
    np.maximum(place, letters, out=place)
