"""LeadTrace: one lead's curve, kept standing and fed with new samples."""

from __future__ import annotations

from typing import Final, cast

import numpy as np
import numpy.typing as npt
from pyqtgraph.functions import arrayToQPath
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from ecgviewer.plots.layouts import Cell, Extent, Scale

FloatArray = npt.NDArray[np.float32]


_SHARP_STROKES: Final = ((0.0, 0.0), (0.0, 0.0))
_DENSE_STROKES: Final = ((-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5), (0.5, 0.5))
"""Offsets in device pixels. A cosmetic pen of one device pixel is the only one that Qt strokes fast (1 ms
against 25 ms for twelve leads): a second stroke in place takes the grey off an antialiased line, four
around the place make it one logical pixel wide on a screen with twice the density."""


class LeadTrace(QGraphicsItem):
    """A curve in seconds and mV; its cell's transform puts it on the paper, so moving it is free.

    The line is one logical pixel wide at every zoom; a curve that is behind is thinner on dense screens.
    """

    def __init__(self, *, is_behind: bool = False) -> None:
        super().__init__()
        self._path = QPainterPath()
        self._bounds = QRectF()
        self._pen = QPen()
        self._pen.setCosmetic(True)
        self._is_behind = is_behind
        self.setZValue(8.0 if is_behind else 10.0)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def set_colour(self, colour: str) -> None:
        self._pen.setColor(QColor(colour))
        self.update()

    def set_samples(self, times_s: npt.NDArray[np.float64], levels_mv: FloatArray) -> None:
        """Show samples; NaN breaks the line. Shapes (n,), possibly empty."""
        self.prepareGeometryChange()
        levels = np.asarray(levels_mv, dtype=np.float64)
        if not np.isfinite(levels).any():
            self._path, self._bounds = QPainterPath(), QRectF()
            return
        self._path = cast(QPainterPath, arrayToQPath(times_s, levels, connect="finite"))
        low, high = float(np.nanmin(levels)), float(np.nanmax(levels))
        left, right = float(times_s[0]), float(times_s[-1])
        self._bounds = QRectF(left, low, right - left, high - low).adjusted(-0.05, -0.2, 0.05, 0.2)

    def place(self, cell: Cell) -> None:
        """Put the curve where its cell lies."""
        scale = cell.scale
        self.setTransform(
            QTransform(scale.speed_mm_s, 0, 0, -scale.gain_mm_mv, cell.x_of(0.0), cell.baseline_mm)
        )

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        transform = painter.worldTransform()
        ratio = painter.device().devicePixelRatio()
        strokes = _DENSE_STROKES if ratio >= 1.5 else _SHARP_STROKES
        for dx, dy in strokes[:1] if self._is_behind else strokes:
            painter.setWorldTransform(transform * QTransform.fromTranslate(dx / ratio, dy / ratio))
            painter.drawPath(self._path)
        painter.setWorldTransform(transform)


def extent_of(levels_mv: FloatArray) -> Extent:
    """How far samples reach above and below 0 mV; NaN is ignored, nothing gives zero."""
    finite = levels_mv[np.isfinite(levels_mv)]
    if finite.size == 0:
        return Extent()
    return Extent(max(float(finite.max()), 0.0), max(-float(finite.min()), 0.0))


def reach_per_mm(
    levels_mv: FloatArray, fs_hz: float, scale: Scale, count: int = 30
) -> list[tuple[float, float]]:
    """How far a trace reaches (above, below) its baseline in mm, for each of the first `count` mm."""
    per_mm = max(round(fs_hz / scale.speed_mm_s), 1)
    shown = levels_mv[: per_mm * count]
    if shown.size == 0:
        return []
    firsts = np.arange(0, shown.size, per_mm)
    above = np.fmax(np.fmax.reduceat(shown, firsts), 0.0) * scale.gain_mm_mv
    below = np.fmax(-np.fmin.reduceat(shown, firsts), 0.0) * scale.gain_mm_mv
    return list(zip(above.tolist(), below.tolist(), strict=True))
