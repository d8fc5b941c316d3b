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

from inference.pages.pdf_words import Matrix, PageWord, read_words
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
"""A long Bézier curve becomes so many straight pieces."""
_SHORT_CURVE: Final = 2.0
"""Points along the page: 0.7 mm, 28 ms at 25 mm/s."""
_Point = tuple[float, float]


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
    points: list[_Point] = []
    lines: list[tuple[int, Style]] = []
    n_segments = 0
    for shape, matrix in _paths(raw, page, to_view):
        n_segments += raw.FPDFPath_CountSegments(shape)
        if n_segments > MAX_POINTS:
            raise _too_much()
        style = _style(raw, shape, matrix)
        if style is None:
            continue
        for line in _subpaths(raw, shape, matrix):
            points += line
            lines.append((len(points), style))
    return Drawing(width, height, _strokes(points, lines), read_words(page, to_view))


def _strokes(points: list[_Point], lines: list[tuple[int, Style]]) -> tuple[Stroke, ...]:
    """Strokes on the points of one array; a line with a point that is no number is left out."""
    places = np.array(points, dtype=np.float64).reshape(-1, 2)
    starts = [0, *(stop for stop, _style in lines)]
    is_number = np.asarray(np.isfinite(places).all(axis=1))
    whole = bool(is_number.all())
    return tuple(
        Stroke(places[start:stop], style)
        for start, (stop, style) in zip(starts, lines, strict=False)
        if whole or is_number[start:stop].all()
    )


def _to_view(page: Any) -> Matrix:
    """From page space, y upwards, to the upright page, y downwards."""
    left, bottom, right, top = page.get_bbox()
    turned: Matrix = {
        0: (1.0, 0.0, 0.0, -1.0, -left, top),
        90: (0.0, 1.0, 1.0, 0.0, -bottom, -left),
        180: (-1.0, 0.0, 0.0, 1.0, right, -bottom),
        270: (0.0, -1.0, -1.0, 0.0, top, right),
    }[page.get_rotation()]
    return turned


def _after(first: Matrix, then: Matrix) -> Matrix:
    """One matrix for two, the first of which is applied first."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _paths(raw: Any, page: Any, to_view: Matrix) -> Iterator[tuple[Any, Matrix]]:
    """Every path object with its matrix to the upright page, those inside of forms included."""
    seen = 0
    pending: list[tuple[Any, Matrix, int]] = [
        (raw.FPDFPage_GetObject(page.raw, place), to_view, 0)
        for place in range(min(raw.FPDFPage_CountObjects(page.raw), MAX_OBJECTS + 1))
    ][::-1]
    while pending:
        shape, outer, depth = pending.pop()
        seen += 1
        if seen > MAX_OBJECTS:
            raise _too_much()
        kind = raw.FPDFPageObj_GetType(shape)
        if kind == raw.FPDF_PAGEOBJ_PATH:
            yield shape, _after(_matrix(raw, shape), outer)
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _MAX_FORM_DEPTH:
            count = raw.FPDFFormObj_CountObjects(shape)
            if not 0 <= count <= MAX_OBJECTS - seen:
                raise _too_much()
            inner = _after(_matrix(raw, shape), outer)
            pending += [
                (raw.FPDFFormObj_GetObject(shape, place), inner, depth + 1) for place in range(count)
            ][::-1]


def _matrix(raw: Any, shape: Any) -> Matrix:
    own = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(shape, own)
    return own.a, own.b, own.c, own.d, own.e, own.f


def _style(raw: Any, shape: Any, matrix: Matrix) -> Style | None:
    """How a path is drawn; None for one that is not seen (no pen and no fill, or transparent)."""
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
    scale = abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]) ** 0.5
    # The thinnest pen is width 0 in PDF, which here means a fill.
    pen = max(0.01, round(width.value * scale, 2)) if is_stroked.value else 0.0
    return red.value, green.value, blue.value, pen


def _subpaths(raw: Any, shape: Any, matrix: Matrix) -> Iterator[list[_Point]]:
    """The connected lines of a path on the upright page, two points or more each; long curves as pieces."""
    a, b, c, d, e, f = matrix
    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[_Point] = []
    controls: list[_Point] = []
    for place in range(raw.FPDFPath_CountSegments(shape)):
        segment = raw.FPDFPath_GetPathSegment(shape, place)
        kind = raw.FPDFPathSegment_GetType(segment)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = (a * x.value + c * y.value + e, b * x.value + d * y.value + f)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            if len(points) > 1:
                yield points
            points, controls = [], []
        if kind == raw.FPDF_SEGMENT_BEZIERTO:
            controls.append(point)
            if len(controls) == 3 and points:
                points += _curve(points[-1], controls)
                controls = []
        else:
            points.append(point)
        if raw.FPDFPathSegment_GetClose(segment) and len(points) > 2:
            points.append(points[0])
    if len(points) > 1:
        yield points


def _curve(start: _Point, controls: list[_Point]) -> list[_Point]:
    """Points after `start` on a cubic Bézier curve; only its end where it is no longer than two samples.

    Programs that draw an ECG with curves put each sample at the end of one.
    """
    if abs(controls[-1][0] - start[0]) < _SHORT_CURVE:
        return [controls[-1]]
    t = np.linspace(0.0, 1.0, _CURVE_POINTS + 1)[1:, None]
    weights = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
    return [(float(x), float(y)) for x, y in weights @ np.array([start, *controls])]


def _too_much() -> RecordError:
    return RecordError(
        "The page holds far more lines than an ECG sheet: print the ECG alone, or open a picture of it."
    )
