"""Controls that carry their key on their face, smaller and quieter than their words."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPalette, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QPushButton,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from ecgviewer.theme import KEY_PX, app_font
from ecgviewer.widgets.parts import label

_GAP_PX: Final = 6
_ARROW_PX: Final = 16
_LINK_SHEET = """
QPushButton { border: none; background: transparent; padding: 1px 0; color: palette(link); }
QPushButton:hover, QPushButton:focus { text-decoration: underline; background: transparent; }
QPushButton:disabled { color: palette(placeholder-text); background: transparent; }
"""


class KeyedButton(QPushButton):
    """A button whose words are followed by its key; the words alone are its text."""

    def __init__(self, text: str, key: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.key = key

    @property
    def key_px(self) -> int:
        """Width that the key takes beside the words."""
        return _GAP_PX + QFontMetrics(app_font(KEY_PX)).horizontalAdvance(self.key) if self.key else 0

    def sizeHint(self) -> QSize:
        """Words and key; Qt takes it for the smallest size as well."""
        return super().sizeHint() + QSize(self.key_px, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter.drawControl(QStyle.ControlElement.CE_PushButtonBevel, option)
        contents = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self)
        words = contents.adjusted(0, 0, -self.key_px, 0)
        option.rect = words
        painter.drawControl(QStyle.ControlElement.CE_PushButtonLabel, option)
        text_px = self.fontMetrics().horizontalAdvance(self.text())
        left = words.center().x() + (text_px + 1) // 2 + _GAP_PX
        self._paint_key(painter, QRect(left, contents.top(), self.key_px, contents.height()))

    def _paint_key(self, painter: QPainter, room: QRect) -> None:
        painter.setFont(app_font(KEY_PX))
        role = QPalette.ColorRole.Link if self.isChecked() else QPalette.ColorRole.PlaceholderText
        painter.setPen(QColor(self.palette().color(role)))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.key)


def link_button(text: str, tooltip: str, key: str = "") -> KeyedButton:
    """A button that looks like a word in a sentence, flush with the text above it."""
    made = KeyedButton(text, key)
    made.setToolTip(tooltip)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setStyleSheet(_LINK_SHEET)
    return made


class Choice(QComboBox):
    """A drop-down list that says so: the stylesheet leaves no arrow, so one is drawn, its key beside it.

    The wheel does not choose: a reader who scrolls past would change an answer unseen.
    """

    def __init__(self, key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = key

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        quiet = self.palette().color(QPalette.ColorRole.PlaceholderText)
        painter.setPen(QPen(quiet, 1.5))
        x, y = self.width() - float(_ARROW_PX), self.height() / 2 - 2.0
        painter.drawPolyline([QPointF(x, y), QPointF(x + 4.0, y + 4.0), QPointF(x + 8.0, y)])
        painter.setFont(app_font(KEY_PX))
        painter.setPen(quiet)
        room = QRect(0, 0, self.width() - _ARROW_PX - _GAP_PX, self.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.key)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class KeyedCaption(QWidget):
    """The name of a row with the keys of its choices beneath it."""

    def __init__(self, text: str, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = label(text, "caption")
        self.key = label(key, "key")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.text)
        column.addWidget(self.key)
