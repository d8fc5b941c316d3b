"""AttributionBand: one lead's saliency as a strip under its trace; SaliencyLegend: the colour bar."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGraphicsItem, QSizePolicy, QStyleOptionGraphicsItem, QWidget

from ecgviewer.plots.layouts import BAND_MM, Cell
from ecgviewer.plots.traces import FloatArray
from ecgviewer.theme import BLANK_BELOW, CAPTION_PX, Theme, app_font, ramp


class AttributionBand(QGraphicsItem):
    """One item per lead. Blocks are whole pixels that start and end with the samples they speak of."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._cell: Cell | None = None
        self._colours: list[QColor | None] = []
        self._windows: FloatArray | None = None
        self._edges_s: list[float] = []
        self.setZValue(2.0)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._recolour()

    def set_windows(self, windows: FloatArray | None, edges_s: list[float]) -> None:
        """Show values on the absolute scale, (n,), with their n + 1 edges in s from R; None for none."""
        self._windows = windows
        self._edges_s = edges_s
        self._recolour()

    def place(self, cell: Cell) -> None:
        self.prepareGeometryChange()
        self._cell = cell
        self.update()

    def _recolour(self) -> None:
        values = [] if self._windows is None else [float(value) for value in self._windows]
        self._colours = [ramp(value, self._theme.ramp) for value in values]
        self.update()

    def boundingRect(self) -> QRectF:
        if self._cell is None:
            return QRectF()
        cell = self._cell
        return QRectF(cell.x_mm, cell.band_mm, cell.width_mm, BAND_MM).adjusted(-1, -1, 1, 1)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self._cell is None or not self._colours:
            return
        cell = self._cell
        to_px = painter.worldTransform()
        top = round(to_px.map(QPointF(0.0, cell.band_mm)).y())
        bottom = max(round(to_px.map(QPointF(0.0, cell.band_mm + BAND_MM)).y()), top + 5)
        edges = [round(to_px.map(QPointF(cell.x_of(edge), 0.0)).x()) for edge in self._edges_s]
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        strip = QRect(edges[0], top, edges[-1] - edges[0], bottom - top)
        painter.fillRect(strip, QColor(self._theme.paper.band_back))
        for colour, left, right in zip(self._colours, edges[:-1], edges[1:], strict=True):
            if colour is not None:
                painter.fillRect(QRect(left, top, right - left, bottom - top), colour)
        painter.setPen(QPen(QColor(self._theme.paper.band_edge), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(strip.adjusted(-1, -1, 0, 0))
        painter.restore()


class SaliencyLegend(QWidget):
    """The colour bar with its absolute scale, always shown, and the state of the explanation in words."""

    SCALE_TEXT = "1.0 = 99th percentile of training records"
    SHORT_SCALE_TEXT = "1.0 = 99th percentile"

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = "Saliency"
        self._state = "not computed"
        self._is_active = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(
            "Each block is 40 ms. The scale is absolute: 1.0 is the 99th percentile of window saliency over "
            f"the model's training records. Values below {BLANK_BELOW:g} are left blank."
        )

    @property
    def state(self) -> str:
        return self._state

    def sizeHint(self) -> QSize:
        return QSize(240, 20)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_title(self, text: str) -> None:
        self._title = text
        self.update()

    def set_state(self, text: str, is_active: bool) -> None:
        """What is shown or why nothing is; an inactive legend is greyed but stays."""
        self._state, self._is_active = text, is_active
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = app_font(CAPTION_PX)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        middle = self.height() / 2
        x = 2.0
        x = self._text(painter, x, self._title, self._theme.text) + 8
        x = self._text(painter, x, "0", self._theme.muted) + 5
        bar = QRectF(x, middle - 4, 84, 9)
        painter.setOpacity(1.0 if self._is_active else 0.45)
        self._paint_bar(painter, bar)
        painter.setOpacity(1.0)
        state_px = metrics.horizontalAdvance(self._state) + 16
        is_tight = bar.right() + metrics.horizontalAdvance(self.SCALE_TEXT) + state_px > self.width()
        note = self.SHORT_SCALE_TEXT if is_tight else self.SCALE_TEXT
        x = self._text(painter, bar.right() + 5, note, self._theme.muted) + 12
        if x + 40 < self.width():
            text = metrics.elidedText(self._state, Qt.TextElideMode.ElideRight, self.width() - x - 2)
            room = QRectF(x, 0, self.width() - x - 2, self.height())
            painter.setPen(QColor(self._theme.text if self._is_active else self._theme.muted))
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _text(self, painter: QPainter, x: float, text: str, colour: str) -> float:
        metrics = QFontMetricsF(painter.font())
        width = metrics.horizontalAdvance(text)
        painter.setPen(QColor(colour))
        painter.drawText(
            QRectF(x, 0, width + 2, self.height()),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            text,
        )
        return x + width

    def _paint_bar(self, painter: QPainter, bar: QRectF) -> None:
        scale = self._theme.ramp
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        back = QColor(self._theme.paper.band_back)
        gradient.setColorAt(0.0, back)
        gradient.setColorAt(BLANK_BELOW - 0.001, back)
        for step in range(21):
            value = BLANK_BELOW + (1.0 - BLANK_BELOW) * step / 20
            gradient.setColorAt(value, scale.shade(value))
        painter.setPen(QPen(QColor(self._theme.paper.band_edge), 1))
        painter.setBrush(gradient)
        painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, -0.5))
