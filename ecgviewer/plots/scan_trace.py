"""The scan's curve: probability over time with the model's threshold, and what lies under the pointer."""

from __future__ import annotations

from typing import Final, cast

import numpy as np
import numpy.typing as npt
from pyqtgraph.functions import arrayToQPath
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from ecgviewer.plots.timeline import Span
from ecgviewer.theme import KEY_PX, LIGHT, Theme, app_font
from inference.scan import ScanCurve

FloatArray = npt.NDArray[np.float64]
_EDGE_PX: Final = 4.0
_NEAR_PX: Final = 4.0
_DASHES: Final = (4.0, 3.0)


class ScanTrace:
    """Draws one curve over a span; of several windows on one pixel the highest is drawn."""

    def __init__(self) -> None:
        self.curve: ScanCurve | None = None
        self.name = ""
        """What the model is called on screen."""

    def y_of(self, probability: float, height_px: float) -> float:
        """0 at the bottom, 1 at the top."""
        return height_px - _EDGE_PX - probability * (height_px - 2 * _EDGE_PX)

    def nearest(self, x_px: float, span: Span, width_px: float) -> int | None:
        """The place of the highest answer within a few pixels, else of the window under the pointer."""
        curve = self.curve
        if curve is None or curve.n_done == 0:
            return None
        middles = curve.starts_s[: curve.n_done] + curve.window_s / 2
        away = np.abs(span.x_of_all(middles, width_px) - x_px)
        reach = max(_NEAR_PX, curve.window_s / 2 / span.width_s * width_px)
        near = np.flatnonzero(away <= reach)
        if near.size == 0:
            return None
        values = curve.probabilities[near]
        if np.isfinite(values).any():
            return int(near[np.nanargmax(values)])
        return int(np.argmin(away))

    def paint(self, painter: QPainter, theme: Theme, span: Span, width_px: float, height_px: float) -> None:
        """The curve, above the threshold in the colour of danger, and marks where there is no answer."""
        if self.curve is None or self.curve.n_done == 0:
            return
        self._paint_gaps(painter, theme, span, width_px, height_px)
        threshold = self.curve.threshold
        path = self._path(self.curve, span, width_px, height_px)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        level = 0.0 if threshold is None else self.y_of(threshold, height_px)
        on_paper = _on_paper(theme)
        halves = (
            (QRectF(0, level, width_px, height_px - level), on_paper.accent_ink),
            (QRectF(0, 0, width_px, level), on_paper.accent_ink if threshold is None else on_paper.danger),
        )
        for part, colour in halves:
            painter.save()
            painter.setClipRect(part)
            painter.setPen(QPen(QColor(colour), 1.4))
            painter.drawPath(path)
            painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if threshold is not None:
            self._paint_threshold(painter, theme, threshold, width_px, height_px)

    def _path(self, curve: ScanCurve, span: Span, width_px: float, height_px: float) -> QPainterPath:
        """The highest answer of every pixel, joined; one that stands alone is a short stroke."""
        done = slice(0, curve.n_done)
        x_px, values = _highest_per_px(
            span.x_of_all(curve.starts_s[done] + curve.window_s / 2, width_px), curve.probabilities[done]
        )
        if not np.isfinite(values).any():
            return QPainterPath()
        levels = height_px - _EDGE_PX - values * (height_px - 2 * _EDGE_PX)
        path = cast(QPainterPath, arrayToQPath(x_px, levels, connect="finite"))
        known = np.isfinite(np.concatenate([[np.nan], levels, [np.nan]]))
        for alone in np.flatnonzero(known[1:-1] & ~known[:-2] & ~known[2:]):
            path.moveTo(x_px[alone] - 1.0, levels[alone])
            path.lineTo(x_px[alone] + 1.0, levels[alone])
        return path

    def _paint_gaps(
        self, painter: QPainter, theme: Theme, span: Span, width_px: float, height_px: float
    ) -> None:
        """A grey base where windows were asked and none on that pixel had an answer."""
        assert self.curve is not None
        done = slice(0, self.curve.n_done)
        starts = self.curve.starts_s[done]
        x_px, values = _highest_per_px(
            span.x_of_all(starts + self.curve.window_s / 2, width_px), self.curve.probabilities[done]
        )
        wide = max(self.curve.window_s / span.width_s * width_px, 1.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.paper.mark))
        for x in x_px[~np.isfinite(values)]:
            painter.drawRect(QRectF(float(x) - wide / 2, height_px - 3.0, wide, 3.0))

    def _paint_threshold(
        self, painter: QPainter, theme: Theme, threshold: float, width_px: float, height_px: float
    ) -> None:
        y = round(self.y_of(threshold, height_px)) + 0.5
        colours = _on_paper(theme)
        pen = QPen(QColor(colours.danger), 1.0)
        pen.setDashPattern(list(_DASHES))
        painter.setPen(pen)
        painter.drawLine(QPointF(0, y), QPointF(width_px, y))
        painter.setFont(app_font(KEY_PX, semibold=True))
        text = f"{self.name}, threshold {threshold:.2f}"
        metrics = QFontMetricsF(painter.font())
        box = QRectF(0, 0, metrics.horizontalAdvance(text) + 8, metrics.height())
        box.moveTopRight(QPointF(width_px - 2, y + 2 if y < height_px / 2 else y - metrics.height() - 2))
        ground = QColor(theme.paper.paper)
        ground.setAlpha(225)
        painter.fillRect(box, ground)
        painter.setPen(QColor(colours.danger))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _on_paper(theme: Theme) -> Theme:
    """Whose colours read on this theme's paper: dim paper in a dark room is still light."""
    return LIGHT if QColor(theme.paper.paper).lightnessF() > 0.5 else theme


def _highest_per_px(x_px: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Ascending places and values, thinned to the highest value of each whole pixel; NaN where all are."""
    pixels = np.floor(x_px)
    firsts = np.flatnonzero(np.diff(pixels, prepend=np.nan) != 0)
    if firsts.size == x_px.size:
        return x_px, values
    return pixels[firsts] + 0.5, np.fmax.reduceat(values, firsts)
