"""What is drawn on a PDF page: every stroke and word, where it is seen on the upright page.

pdfium reports a path in the space of the form that it belongs to. Here each point has gone through the
path's own matrix, those of all forms around it and the page's rotation (ISO 32000-1, 8.3).
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from inference.pages.pdf_words import PageWord, read_words
from inference.records.errors import RecordError

FloatArray = npt.NDArray[np.float64]
Style = tuple[int, int, int, float]
"""Red, green and blue from 0 to 255, and the width of the pen in points, 0 for a filled shape."""

MAX_OBJECTS: Final = 60_000
"""A grid of dots on A4, each an object of its own, has 43,000."""
MAX_POINTS: Final = 300_000
"""Twelve leads of 10 s at 1000 Hz are 120,000."""
_MAX_FORM_DEPTH: Final = 6
_CURVE_POINTS: Final = 8
"""A Bézier curve becomes so many straight pieces: ECG programs draw one curve per sample at most."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """One connected line: `points` (n, 2) in points of the upright page, from its upper left corner."""

    points: FloatArray = field(repr=False)
    style: Style

    @property
    def is_filled(self) -> bool:
        return self.style[3] == 0.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """A page: its size in points as it is looked at, its strokes in the order of drawing, its words."""

    width: float
    height: float
    strokes: tuple[Stroke, ...] = field(repr=False)
    words: tuple[PageWord, ...] = field(repr=False)


def read_drawing(page: Any) -> Drawing:
    """All strokes and words of an opened page. Raises RecordError where there are too many to be an ECG."""
    from pypdfium2 import raw

    to_view = _to_view(page)
    width, height = page.get_size()
    strokes: list[Stroke] = []
    left = MAX_POINTS
    for shape, matrix in _paths(page):
        left -= raw.FPDFPath_CountSegments(shape)
        if left < 0:
            raise _too_much()
        strokes += _strokes_of(shape, matrix @ to_view)
    return Drawing(width, height, tuple(strokes), read_words(page, to_view))


def _to_view(page: Any) -> FloatArray:
    """(3, 3) from page space, y upwards, to the upright page, y downwards; row vectors times matrix."""
    left, bottom, right, top = page.get_bbox()
    return np.array(
        {
            0: [[1, 0, 0], [0, -1, 0], [-left, top, 1]],
            90: [[0, 1, 0], [1, 0, 0], [-bottom, -left, 1]],
            180: [[-1, 0, 0], [0, 1, 0], [right, -bottom, 1]],
            270: [[0, -1, 0], [-1, 0, 0], [top, right, 1]],
        }[page.get_rotation()],
        dtype=np.float64,
    )


def _paths(page: Any) -> Iterator[tuple[Any, FloatArray]]:
    """Every path object with its matrix to page space, those inside of forms included."""
    from pypdfium2 import raw

    seen = 0
    pending: list[tuple[Any, FloatArray, int]] = [
        (raw.FPDFPage_GetObject(page.raw, place), np.eye(3), 0)
        for place in range(min(raw.FPDFPage_CountObjects(page.raw), MAX_OBJECTS + 1))
    ][::-1]
    while pending:
        shape, outer, depth = pending.pop()
        seen += 1
        if seen > MAX_OBJECTS:
            raise _too_much()
        kind = raw.FPDFPageObj_GetType(shape)
        if kind == raw.FPDF_PAGEOBJ_PATH:
            yield shape, _matrix(shape) @ outer
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _MAX_FORM_DEPTH:
            count = raw.FPDFFormObj_CountObjects(shape)
            if not 0 <= count <= MAX_OBJECTS - seen:
                raise _too_much()
            inner = _matrix(shape) @ outer
            pending += [
                (raw.FPDFFormObj_GetObject(shape, place), inner, depth + 1) for place in range(count)
            ][::-1]


def _matrix(shape: Any) -> FloatArray:
    from pypdfium2 import raw

    own = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(shape, own)
    return np.array([[own.a, own.b, 0.0], [own.c, own.d, 0.0], [own.e, own.f, 1.0]])


def _strokes_of(shape: Any, to_view: FloatArray) -> list[Stroke]:
    style = _style(shape, abs(float(np.linalg.det(to_view[:2, :2]))) ** 0.5)
    if style is None:
        return []
    placed = []
    for points in _subpaths(shape):
        seen = points @ to_view[:2, :2] + to_view[2, :2]
        if np.isfinite(seen).all():
            placed.append(Stroke(seen, style))
    return placed


def _style(shape: Any, scale: float) -> Style | None:
    """How a path is drawn; None for one that is not seen (no pen and no fill, or transparent)."""
    from pypdfium2 import raw

    fill, is_stroked = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(shape, fill, is_stroked)
    if not is_stroked.value and not fill.value:
        return None
    red, green, blue, opacity = (ctypes.c_uint() for _ in range(4))
    width = ctypes.c_float()
    if is_stroked.value:
        raw.FPDFPageObj_GetStrokeColor(shape, red, green, blue, opacity)
        raw.FPDFPageObj_GetStrokeWidth(shape, width)
    else:
        raw.FPDFPageObj_GetFillColor(shape, red, green, blue, opacity)
    if opacity.value == 0:
        return None
    # The thinnest pen is width 0 in PDF, which here means a fill.
    pen = max(0.01, round(width.value * scale, 2)) if is_stroked.value else 0.0
    return red.value, green.value, blue.value, pen


def _subpaths(shape: Any) -> Iterator[FloatArray]:
    """The connected lines of a path, (n, 2) each in the path's own space; curves as straight pieces."""
    from pypdfium2 import raw

    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[tuple[float, float]] = []
    controls: list[tuple[float, float]] = []
    for place in range(raw.FPDFPath_CountSegments(shape)):
        segment = raw.FPDFPath_GetPathSegment(shape, place)
        kind = raw.FPDFPathSegment_GetType(segment)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            if len(points) > 1:
                yield np.array(points)
            points, controls = [], []
        if kind == raw.FPDF_SEGMENT_BEZIERTO:
            controls.append((x.value, y.value))
            if len(controls) == 3 and points:
                points += _curve(points[-1], controls)
                controls = []
        else:
            points.append((x.value, y.value))
        if raw.FPDFPathSegment_GetClose(segment) and len(points) > 2:
            points.append(points[0])
    if len(points) > 1:
        yield np.array(points)


def _curve(start: tuple[float, float], controls: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Points after `start` on a cubic Bézier curve; only its end where it is a straight line."""
    corners = np.array([start, *controls])
    if _is_straight(corners):
        return [controls[-1]]
    t = np.linspace(0.0, 1.0, _CURVE_POINTS + 1)[1:, None]
    weights = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
    return [(float(x), float(y)) for x, y in weights @ corners]


def _is_straight(corners: FloatArray) -> bool:
    along = corners[3] - corners[0]
    aside = corners[1:3] - corners[0]
    off = np.abs(aside[:, 0] * along[1] - aside[:, 1] * along[0])
    return bool((off <= 1e-4 * (along @ along)).all())


def _too_much() -> RecordError:
    return RecordError(
        "The page holds far more lines than an ECG sheet: print the ECG again, alone, or open it as a picture."
    )
