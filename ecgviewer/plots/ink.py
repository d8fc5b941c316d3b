"""SheetInk: everything printed on a sheet besides the traces, in one item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from ecgviewer.plots.layouts import Sheet
from ecgviewer.theme import Theme, app_font

LABEL_PX = 12


@dataclass(frozen=True, slots=True)
class InkLabel:
    """A lead name whose box starts at `x_mm` and ends at `bottom_mm`; it stays in view up to `last_x_mm`."""

    lead: str
    x_mm: float
    bottom_mm: float
    last_x_mm: float
    is_missing: bool = False

    @property
    def text(self) -> str:
        return f"{self.lead} missing" if self.is_missing else self.lead


@dataclass(frozen=True, slots=True)
class InkTick:
    """A vertical mark. `kind`: used or rejected (beats), or fiducial, with its name beside it."""

    x_mm: float
    top_mm: float
    bottom_mm: float
    kind: str = "used"
    text: str = ""


class SheetInk(QGraphicsItem):
    """Lead names, calibration pulses, column marks and ticks, painted in pixels so that text never scales."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._sheet: Sheet | None = None
        self._labels: Sequence[InkLabel] = ()
        self._ticks: Sequence[InkTick] = ()
        self._has_baselines = False
        self._font = app_font(LABEL_PX, semibold=True)
        self._small = app_font(10)
        self.setZValue(5.0)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_sheet(self, sheet: Sheet, labels: Sequence[InkLabel]) -> None:
        """Show the marks of a laid-out sheet."""
        self.prepareGeometryChange()
        self._sheet, self._labels = sheet, labels
        self.update()

    def set_baselines_shown(self, are_shown: bool) -> None:
        """Whether each cell has a thin line at 0 mV (the PQ level of a median beat)."""
        self._has_baselines = are_shown
        self.update()

    @property
    def labels(self) -> Sequence[InkLabel]:
        """The lead names as they stand on the sheet."""
        return self._labels

    @property
    def ticks(self) -> Sequence[InkTick]:
        return self._ticks

    def set_ticks(self, ticks: Sequence[InkTick]) -> None:
        self._ticks = ticks
        self.update()

    def label_size_px(self, text: str) -> tuple[float, float]:
        """Width and height of a lead name in logical pixels."""
        metrics = QFontMetricsF(self._font)
        return metrics.horizontalAdvance(text) + 4.0, metrics.height()

    def boundingRect(self) -> QRectF:
        if self._sheet is None:
            return QRectF()
        return QRectF(0.0, 0.0, self._sheet.width_mm, self._sheet.height_mm)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self._sheet is None:
            return
        to_px = painter.worldTransform()
        painter.save()
        painter.resetTransform()
        self._paint_pulses(painter, to_px, self._sheet)
        self._paint_ticks(painter, to_px)
        self._paint_labels(painter, to_px)
        painter.restore()

    def _paint_pulses(self, painter: QPainter, to_px: QTransform, sheet: Sheet) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(self._theme.paper.mark), 1))
        for pulse in sheet.pulses:
            painter.drawPolyline(QPolygonF([to_px.map(QPointF(x, y)) for x, y in pulse]))
        if self._has_baselines:
            self._paint_baselines(painter, to_px, sheet)
        for x, baseline in sheet.separators:
            painter.drawLine(to_px.map(QPointF(x, baseline - 3.0)), to_px.map(QPointF(x, baseline + 3.0)))

    def _paint_baselines(self, painter: QPainter, to_px: QTransform, sheet: Sheet) -> None:
        colour = QColor(self._theme.paper.mark)
        colour.setAlphaF(0.5)
        painter.setPen(QPen(colour, 1, Qt.PenStyle.DotLine))
        missing = {label.lead for label in self._labels if label.is_missing}
        for cell in sheet.cells:
            if cell.lead in missing:
                continue
            left = to_px.map(QPointF(cell.x_mm, cell.baseline_mm))
            painter.drawLine(left, to_px.map(QPointF(cell.x_mm + cell.width_mm, cell.baseline_mm)))
        painter.setPen(QPen(QColor(self._theme.paper.mark), 1))

    def _paint_ticks(self, painter: QPainter, to_px: QTransform) -> None:
        painter.setFont(self._small)
        for tick in self._ticks:
            top = to_px.map(QPointF(tick.x_mm, tick.top_mm))
            bottom = to_px.map(QPointF(tick.x_mm, tick.bottom_mm))
            is_rejected = tick.kind == "rejected"
            colour = QColor(self._theme.paper.caution if is_rejected else self._theme.paper.mark)
            if tick.kind == "fiducial":
                colour.setAlphaF(0.55)
            painter.setPen(QPen(colour, 1))
            if is_rejected:
                half = (bottom.y() - top.y()) / 2
                middle = QPointF(top.x(), top.y() + half)
                for sign in (1, -1):
                    painter.drawLine(middle + QPointF(-3, -3 * sign), middle + QPointF(3, 3 * sign))
            else:
                painter.drawLine(top, bottom)
            if tick.text:
                painter.drawText(top + QPointF(3, 5), tick.text)

    def _paint_labels(self, painter: QPainter, to_px: QTransform) -> None:
        painter.setFont(self._font)
        metrics = QFontMetricsF(self._font)
        for label in self._labels:
            end = to_px.map(QPointF(label.last_x_mm, label.bottom_mm))
            start = to_px.map(QPointF(label.x_mm, label.bottom_mm))
            width = metrics.horizontalAdvance(label.text)
            x = min(max(start.x() + 3.0, 6.0), end.x() - width - 4.0)
            colours = self._theme.paper
            painter.setPen(QColor(colours.caution if label.is_missing else colours.ink))
            painter.drawText(QPointF(max(x, start.x() + 3.0), start.y() - metrics.descent()), label.text)
