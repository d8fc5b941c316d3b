"""PaperCanvas: a sheet of ECG paper that can be zoomed, panned and measured on."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from ecgviewer.plots.caliper import Caliper
from ecgviewer.plots.layouts import Sheet, fit_mm_px
from ecgviewer.plots.paper import EcgPaper
from ecgviewer.theme import TITLE_PX, Theme, app_font, load_fonts

_MAX_ZOOM: Final = 8.0


class PaperCanvas(QGraphicsView):
    """Scene coordinates are millimetres; one uniform scale takes them to pixels, so the ratio stays true."""

    resized = Signal()
    zoom_changed = Signal(float)
    caliper_changed = Signal(object)
    """CaliperReading, or None when the caliper is removed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        load_fonts()
        self._theme = theme
        self.paper = EcgPaper(theme.paper)
        self.caliper = Caliper(theme)
        self._scene = QGraphicsScene(self)
        self._scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self._scene.addItem(self.caliper)
        self.setScene(self._scene)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # A dropped file is for the window: a QGraphicsView would take it and do nothing with it.
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMouseTracking(True)
        self._fit_px = 3.0
        self._zoom = 1.0
        self._caliper_enabled = False
        self._pressed_at: QPoint | None = None
        self._panned_from: QPoint | None = None
        self._message = ""

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 120)

    @property
    def mm_px(self) -> float:
        """Logical pixels per mm of paper as shown now."""
        return float(self.transform().m11())

    @property
    def zoom(self) -> float:
        return self._zoom

    def add(self, *items: object) -> None:
        """Put graphics items on the sheet."""
        for item in items:
            self._scene.addItem(item)  # type: ignore[arg-type]

    def fit(self, width_mm: float, least_height_mm: float, sheet_width_mm: float) -> float:
        """Choose the size of a mm so that `width_mm` by `least_height_mm` fits; return the height in mm.

        A sheet that is wider than what was fitted scrolls; its scroll bar is left out of the height.
        """
        ratio = self.devicePixelRatioF()
        width_px, height_px = self.width(), self.height()
        self._fit_px = fit_mm_px(width_px * ratio, height_px * ratio, width_mm, least_height_mm) / ratio
        if sheet_width_mm * self._fit_px > width_px + 1:
            height_px -= self.horizontalScrollBar().sizeHint().height() + 1
        return height_px / self._fit_px

    def show_sheet(self, sheet: Sheet) -> None:
        """Show a sheet at the size found by `fit`, in the middle of paper that goes on to the edges."""
        self.caliper.set_sheet(sheet)
        width = max(sheet.width_mm, self.width() / self._fit_px)
        left = 5.0 * int((width - sheet.width_mm) / 10.0)
        self._scene.setSceneRect(QRectF(-left, 0.0, width, sheet.height_mm))
        self._apply_zoom()
        self.viewport().update()

    def set_message(self, text: str) -> None:
        """A sentence in the middle of empty paper ('' for none)."""
        self._message = text
        self.viewport().update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.paper.set_colours(theme.paper)
        self.caliper.set_theme(theme)
        self.viewport().update()

    def set_caliper_enabled(self, is_enabled: bool) -> None:
        """Let the left button measure instead of pan; switching off removes the caliper."""
        self._caliper_enabled = is_enabled
        self.viewport().setCursor(Qt.CursorShape.CrossCursor if is_enabled else Qt.CursorShape.ArrowCursor)
        if not is_enabled:
            self.clear_caliper()

    def clear_caliper(self) -> None:
        if self.caliper.clear():
            self.caliper_changed.emit(None)

    def reset_zoom(self) -> None:
        """Show the whole sheet again."""
        self._zoom = 1.0
        self._apply_zoom()
        self.horizontalScrollBar().setValue(0)
        self.verticalScrollBar().setValue(0)
        self.zoom_changed.emit(self._zoom)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom about a point of the viewport (its middle by default), between 1 and 8 times the fit."""
        at = at if at is not None else QPointF(self.viewport().rect().center())
        held = self.mapToScene(at.toPoint())
        self._zoom = min(max(self._zoom * factor, 1.0), _MAX_ZOOM)
        self._apply_zoom()
        moved = self.mapFromScene(held) - at.toPoint()
        self._scroll_by(moved)
        self.zoom_changed.emit(self._zoom)

    def _apply_zoom(self) -> None:
        ratio = self.devicePixelRatioF()
        steps = max(round(self._fit_px * self._zoom * ratio * 5.0), 2)
        mm_px = steps / 5.0 / ratio
        off, as_needed = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
        is_wide = self._scene.sceneRect().width() * mm_px > self.width() + 1
        self.setHorizontalScrollBarPolicy(as_needed if is_wide else off)
        self.setVerticalScrollBarPolicy(as_needed if self._zoom > 1.0 else off)
        if abs(mm_px - self.mm_px) > 1e-9:
            self.setTransform(QTransform.fromScale(mm_px, mm_px))

    def _scroll_by(self, moved: QPoint) -> None:
        for bar, step in ((self.horizontalScrollBar(), moved.x()), (self.verticalScrollBar(), moved.y())):
            bar.setValue(bar.value() + step)

    def drawBackground(self, painter: QPainter, rect: QRectF | QPointF) -> None:  # type: ignore[override]
        assert isinstance(rect, QRectF)
        self.paper.paint(painter, rect)

    def drawForeground(self, painter: QPainter, rect: QRectF | QPointF) -> None:  # type: ignore[override]
        if not self._message:
            return
        painter.save()
        painter.resetTransform()
        font = app_font(TITLE_PX)
        metrics = QFontMetricsF(font)
        width = metrics.horizontalAdvance(self._message) + 28
        box = QRectF(0, 0, width, metrics.height() + 14)
        box.moveCenter(QPointF(self.viewport().rect().center()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(self._theme.border))
        painter.setBrush(QColor(self._theme.card))
        painter.drawRoundedRect(box, 6, 6)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._message)
        painter.restore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._scroll_by(QPoint(-event.angleDelta().y() - event.angleDelta().x(), 0))
        else:
            self.zoom_by(1.0015 ** event.angleDelta().y(), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        here = event.position().toPoint()
        if event.button() == Qt.MouseButton.LeftButton and self._caliper_enabled:
            self._pressed_at = here
            self.caliper.press(self.mapToScene(here), self.mm_px)
            self.caliper_changed.emit(self.caliper.reading)
        elif event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._panned_from = here
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        here = event.position().toPoint()
        if self._panned_from is not None:
            self._scroll_by(self._panned_from - here)
            self._panned_from = here
        elif self._caliper_enabled and self.caliper.is_open:
            self.caliper.drag(self.mapToScene(here))
            self.caliper_changed.emit(self.caliper.reading)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._panned_from = None
        if self._pressed_at is not None:
            moved = event.position().toPoint() - self._pressed_at
            self.caliper.release((moved.x() ** 2 + moved.y() ** 2) ** 0.5)
            self._pressed_at = None
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._caliper_enabled:
            self.mousePressEvent(event)
        else:
            self.reset_zoom()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.caliper.reading is not None:
            self.clear_caliper()
        elif event.key() == Qt.Key.Key_Home:
            self.reset_zoom()
        else:
            event.ignore()
