"""A two-point caliper: time, rate and voltage between two places of a sheet."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from ecgviewer.plots.layouts import Cell, Sheet
from ecgviewer.theme import Theme, app_font

_GRAB_PX = 9.0


@dataclass(frozen=True, slots=True)
class CaliperReading:
    """What the caliper says. `rate_bpm` is None where the two points are (almost) at one time."""

    lead: str
    interval_ms: float
    rate_bpm: float | None
    voltage_mv: float

    def text(self) -> str:
        rate = "" if self.rate_bpm is None else f" · {self.rate_bpm:.0f} bpm"
        return f"{abs(self.interval_ms):.0f} ms{rate} · {self.voltage_mv:+.2f} mV".replace("-", "−")


@dataclass(frozen=True, slots=True)
class _End:
    time_s: float
    level_mv: float


class Caliper(QGraphicsItem):
    """Both ends belong to one row of the sheet; they are kept in s and mV and survive a new scale."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._sheet: Sheet | None = None
        self._cell_index = 0
        self._ends: list[_End] = []
        self._moving: int | None = None
        self._font = app_font(11, semibold=True)
        self.setZValue(50.0)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_sheet(self, sheet: Sheet) -> None:
        """A new layout with the same cells keeps the caliper; other cells remove it."""
        known = self._sheet
        self.prepareGeometryChange()
        if known is None or [c.lead for c in known.cells] != [c.lead for c in sheet.cells]:
            self.clear()
        self._sheet = sheet

    def clear(self) -> bool:
        """Remove the caliper; True if there was one."""
        was = bool(self._ends)
        self._ends, self._moving = [], None
        self.update()
        return was

    @property
    def reading(self) -> CaliperReading | None:
        """What lies between the two points, or None while there are fewer than two."""
        if len(self._ends) < 2 or self._sheet is None:
            return None
        first, second = self._ends
        interval_ms = (second.time_s - first.time_s) * 1000.0
        rate = 60_000.0 / abs(interval_ms) if abs(interval_ms) >= 100.0 else None
        lead = self._sheet.cells[self._cell_index].lead
        return CaliperReading(lead, interval_ms, rate, second.level_mv - first.level_mv)

    @property
    def is_open(self) -> bool:
        """Whether the second point is still being placed."""
        return self._moving is not None

    def press(self, at_mm: QPointF, mm_px: float) -> None:
        """Take hold of a near end, or start a new caliper, or set the second point of an open one."""
        if self._sheet is None:
            return
        if self._moving is not None:
            self.drag(at_mm)
            self._moving = None
            return
        for index in range(len(self._ends)):
            away = self._point(index) - at_mm
            if (away.x() ** 2 + away.y() ** 2) ** 0.5 * mm_px <= _GRAB_PX:
                self._moving = index
                return
        cell = self._sheet.cell_near(at_mm.x(), at_mm.y())
        self._cell_index = self._sheet.cells.index(cell)
        end = self._end_at(at_mm)
        self._ends, self._moving = [end, end], 1
        self.update()

    def drag(self, at_mm: QPointF) -> None:
        """Move the end that is being placed."""
        if self._moving is not None and self._sheet is not None:
            self._ends[self._moving] = self._end_at(at_mm)
            self.update()

    def release(self, moved_px: float) -> None:
        """After a drag the end stays; after a mere click it follows the pointer to the next click."""
        if moved_px > 3.0:
            self._moving = None

    def _cell(self) -> Cell:
        assert self._sheet is not None
        return self._sheet.cells[self._cell_index]

    def _row_span_mm(self) -> tuple[float, float]:
        """The x range of the row if its cells run on in time, else of the cell alone."""
        cell = self._cell()
        assert self._sheet is not None
        row = [c for c in self._sheet.cells if c.row == cell.row]
        if len({c.start_s for c in row}) < len(row):
            row = [cell]
        return row[0].x_mm, row[-1].x_mm + row[-1].width_mm

    def _end_at(self, at_mm: QPointF) -> _End:
        left, right = self._row_span_mm()
        cell = self._cell()
        return _End(cell.time_at(min(max(at_mm.x(), left), right)), cell.level_at(at_mm.y()))

    def _point(self, index: int) -> QPointF:
        cell, end = self._cell(), self._ends[index]
        return QPointF(cell.x_of(end.time_s), cell.y_of(end.level_mv))

    def boundingRect(self) -> QRectF:
        if self._sheet is None:
            return QRectF()
        return QRectF(0.0, 0.0, self._sheet.width_mm, self._sheet.height_mm)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        reading = self.reading
        if reading is None:
            return
        to_px = painter.worldTransform()
        first, second = to_px.map(self._point(0)), to_px.map(self._point(1))
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_lines(painter, first, second)
        self._paint_label(painter, first, second, reading.text())
        painter.restore()

    def _paint_lines(self, painter: QPainter, first: QPointF, second: QPointF) -> None:
        colour = QColor(self._theme.accent)
        top, bottom = sorted((first.y(), second.y()))
        painter.setPen(QPen(colour, 1))
        for point in (first, second):
            painter.drawLine(QPointF(point.x(), top - 14), QPointF(point.x(), bottom + 14))
        painter.drawLine(QPointF(first.x(), first.y()), QPointF(second.x(), first.y()))
        dashed = QPen(colour, 1, Qt.PenStyle.DashLine)
        painter.setPen(dashed)
        painter.drawLine(QPointF(second.x(), first.y()), second)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for point in (first, second):
            painter.drawEllipse(point, 3.0, 3.0)

    def _paint_label(self, painter: QPainter, first: QPointF, second: QPointF, text: str) -> None:
        metrics = QFontMetricsF(self._font)
        width, height = metrics.horizontalAdvance(text) + 14, metrics.height() + 6
        view = painter.viewport()
        x = min(max((first.x() + second.x() - width) / 2, view.left() + 2.0), view.right() - width - 2)
        y = min(first.y(), second.y()) - 18 - height
        if y < view.top() + 2:
            y = max(first.y(), second.y()) + 18
        box = QRectF(x, y, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.accent))
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(self._font)
        painter.setPen(QColor(self._theme.accent_text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
