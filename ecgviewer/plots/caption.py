"""CaptionBar: the one line above a sheet."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ecgviewer.theme import CAPTION_PX, Theme, app_font


class CaptionBar(QWidget):
    """Left: a title and its details. Right: the scale and what else must be stated, never cut off.

    The title is the part of the left text before the first ` · `. Where there is no room the left text
    ends in an ellipsis and is given in full as tooltip.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._left = ""
        self._right = ""
        self._chip = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def left(self) -> str:
        return self._left

    @property
    def right(self) -> str:
        return self._right

    def sizeHint(self) -> QSize:
        return QSize(240, 22)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_left(self, text: str) -> None:
        self._left = text
        self.setToolTip(text)
        self.update()

    def set_right(self, text: str) -> None:
        self._right = text
        self.update()

    def set_chip(self, text: str) -> None:
        """A word in a box that must not be missed, such as SYNTHETIC; '' for none."""
        self._chip = text
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect()).adjusted(2, 0, -2, 0)
        room = self._paint_right(painter, room)
        room = self._paint_chip(painter, room)
        self._paint_left(painter, room)

    def _paint_right(self, painter: QPainter, room: QRectF) -> QRectF:
        if not self._right:
            return room
        font = app_font(CAPTION_PX)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.muted))
        metrics = QFontMetricsF(font)
        text = metrics.elidedText(self._right, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        return room.adjusted(0, 0, -metrics.horizontalAdvance(text) - 12, 0)

    def _paint_chip(self, painter: QPainter, room: QRectF) -> QRectF:
        if not self._chip:
            return room
        font = app_font(10, semibold=True)
        width = QFontMetricsF(font).horizontalAdvance(self._chip) + 12
        box = QRectF(room.right() - width, room.center().y() - 8, width, 16)
        painter.setPen(QColor(self._theme.caution_border))
        painter.setBrush(QColor(self._theme.caution_soft))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.caution))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._chip)
        return room.adjusted(0, 0, -width - 10, 0)

    def _paint_left(self, painter: QPainter, room: QRectF) -> None:
        title, dot, rest = self._left.partition(" · ")
        for text, semibold, colour in (
            (title, True, self._theme.text),
            (dot + rest, False, self._theme.muted),
        ):
            font = app_font(CAPTION_PX + 1 if semibold else CAPTION_PX, semibold=semibold)
            painter.setFont(font)
            painter.setPen(QColor(colour))
            metrics = QFontMetricsF(font)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(room.width(), 0.0))
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
            room = room.adjusted(metrics.horizontalAdvance(shown), 0, 0, 0)
            if shown != text:
                return
