"""PageView: a scanned, photographed or printed sheet as a picture, with its leads and a map over it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPen, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsPixmapItem,
    QGraphicsScene,
    QGraphicsView,
    QStyleOptionGraphicsItem,
    QWidget,
)

from ecgviewer.theme import BLANK_BELOW, CAPTION_PX, Theme, app_font, ramp

if TYPE_CHECKING:
    from inference.pages.page_layout import LeadArea

FloatArray = npt.NDArray[np.float32]

_MAX_ZOOM: Final = 12.0
_WHEEL_STEP: Final = 1.15
_STRONGEST: Final = 165
"""Opacity of 255 of the hottest place: the trace stays readable under it."""
_LEVELS: Final = 64
_LEGEND_PX: Final = (132, 8)
_SMALLEST_PX: Final = 100
"""No smaller copy of a picture is kept than one with sides of this length."""


class _Picture(QGraphicsPixmapItem):
    """A picture whose thin lines stay when it is shown smaller.

    Qt's smooth transformation mixes four pixels and passes over all others: at a quarter of the size most of
    a trace would be gone. So the picture is kept at half and a quarter of its size and so on, and drawn from
    the next larger one.
    """

    def __init__(self) -> None:
        super().__init__()
        self._sizes: list[QPixmap] = []

    def set_picture(self, image: QImage) -> None:
        self._sizes = [QPixmap.fromImage(image)]
        while min(image.width(), image.height()) >= 2 * _SMALLEST_PX:
            image = image.scaled(
                image.width() // 2,
                image.height() // 2,
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            self._sizes.append(QPixmap.fromImage(image))
        self.setPixmap(self._sizes[0])

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        shown_px = painter.combinedTransform().m11() * self.pixmap().width()
        size = next((each for each in reversed(self._sizes) if each.width() >= shown_px), self.pixmap())
        painter.drawPixmap(self.pixmap().rect(), size)


class PageView(QGraphicsView):
    """Shows what it is given; the wheel zooms, dragging pans. Scene coordinates are the page's pixels."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._scene = QGraphicsScene(self)
        self.setScene(self._scene)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # A dropped file is for the window: a QGraphicsView would take it and do nothing with it.
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setAccessibleName("Page")
        self._picture = _Picture()
        self._heat = QGraphicsPixmapItem()
        self._heat.setOpacity(1.0)
        self._heat.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
        for item in (self._picture, self._heat):
            self._scene.addItem(item)
        self._areas: Sequence[LeadArea] = ()
        self._are_areas_shown = False
        self._legend = ""
        self._zoom = 1.0

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setBackgroundBrush(QColor(theme.window))
        self.viewport().update()

    def set_picture(self, picture: npt.NDArray[np.uint8], areas: Sequence[LeadArea]) -> None:
        """A page (h, w, 3) red green blue, with its leads' areas in its pixels; fitted, without a map."""
        height, width = picture.shape[:2]
        image = QImage(picture.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
        self._picture.set_picture(image)
        self._scene.setSceneRect(QRectF(0.0, 0.0, width, height))
        self._areas = areas
        self.set_heat(None, "")
        self.reset_zoom()

    def set_heat(self, heat: FloatArray | None, legend: str) -> None:
        """A map (h, w) from 0 to 1 over the page with the words of its legend; None takes it away."""
        self._legend = legend if heat is not None else ""
        self._heat.setPixmap(QPixmap() if heat is None else QPixmap.fromImage(self._coloured(heat)))
        self._heat.setVisible(heat is not None)
        self.viewport().update()

    def set_areas_shown(self, are_shown: bool) -> None:
        """Outline the leads' areas with their names."""
        self._are_areas_shown = are_shown
        self.viewport().update()

    @property
    def is_heat_shown(self) -> bool:
        return self._heat.isVisible() and not self._heat.pixmap().isNull()

    def zoom_by(self, factor: float) -> None:
        wished = min(max(self._zoom * factor, 1.0), _MAX_ZOOM)
        self.scale(wished / self._zoom, wished / self._zoom)
        self._zoom = wished

    def reset_zoom(self) -> None:
        """The whole page again."""
        self._zoom = 1.0
        self.fitInView(self._scene.sceneRect(), Qt.AspectRatioMode.KeepAspectRatio)

    def _coloured(self, heat: FloatArray) -> QImage:
        """The map (h, w) in the theme's ramp, clear where it is low."""
        table = np.zeros((_LEVELS + 1, 4), dtype=np.uint8)
        for level in range(_LEVELS + 1):
            colour = ramp(level / _LEVELS, self._theme.ramp)
            if colour is not None:
                opacity = round(_STRONGEST * level / _LEVELS)
                table[level] = (colour.red(), colour.green(), colour.blue(), opacity)
        levels = np.clip(np.nan_to_num(heat) * _LEVELS, 0, _LEVELS).astype(np.uint8)
        pixels = np.ascontiguousarray(table[levels])
        height, width = heat.shape
        image = QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGBA8888)
        return image.copy()

    def drawForeground(self, painter: QPainter, _rect: QRectF | QRect) -> None:
        painter.save()
        painter.resetTransform()
        painter.setFont(app_font(CAPTION_PX, semibold=True))
        if self._are_areas_shown:
            for area in self._areas:
                self._draw_area(painter, area)
        if self._legend:
            self._draw_legend(painter)
        painter.restore()

    def _draw_area(self, painter: QPainter, area: LeadArea) -> None:
        corners = self.mapFromScene(QRectF(area.x0, area.y0, area.x1 - area.x0, area.y1 - area.y0))
        box = QRectF(corners.boundingRect()).adjusted(2, 2, -2, -2)
        accent = QColor(self._theme.accent)
        painter.setPen(QPen(accent, 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)
        width = painter.fontMetrics().horizontalAdvance(area.name) + 10
        tag = QRectF(box.left(), box.top(), width, painter.fontMetrics().height() + 2)
        painter.fillRect(tag, accent)
        painter.setPen(QColor("#ffffff"))
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, area.name)

    def _draw_legend(self, painter: QPainter) -> None:
        width, height = _LEGEND_PX
        metrics = painter.fontMetrics()
        whole = max(width, metrics.horizontalAdvance(self._legend)) + 16
        box = QRectF(8, self.viewport().height() - 52, whole, 44)
        back = QColor(self._theme.card)
        painter.fillRect(box, back)
        painter.setPen(QColor(self._theme.border))
        painter.drawRect(box)
        painter.setPen(QColor(self._theme.text))
        painter.drawText(QPointF(box.left() + 8, box.top() + metrics.ascent() + 5), self._legend)
        bar = QRectF(box.left() + 8, box.bottom() - height - 8, width, height)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for step in range(11):
            colour = ramp(max(step / 10, BLANK_BELOW), self._theme.ramp)
            gradient.setColorAt(step / 10, colour if colour is not None else back)
        painter.fillRect(bar, gradient)

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120.0
        self.zoom_by(_WHEEL_STEP**steps)
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._zoom == 1.0:
            self.reset_zoom()
