"""Small pieces that the panels are built from: cards, captions, chips, segmented choices."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)


def set_role(widget: QWidget, role: str) -> None:
    """Set the property that the stylesheet selects on, and restyle."""
    if widget.property("role") == role:
        return
    widget.setProperty("role", role)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def label(text: str, role: str = "body", *, wrap: bool = False, selectable: bool = False) -> QLabel:
    """A QLabel with a role: title, body, strong, caption, number, warning, problem."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    made.setProperty("role", role)
    if wrap:
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    if selectable:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def show_text(target: QLabel, text: str) -> None:
    """Set a label's text and hide the label where there is none."""
    target.setText(text)
    target.setVisible(bool(text))


class ElidedLabel(QLabel):
    """One line that ends in an ellipsis when there is no room; the whole text is its tooltip."""

    def __init__(self, text: str = "", role: str = "body", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setMinimumWidth(24)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 4, super().sizeHint().height())

    def setText(self, text: str) -> None:
        super().setText(text)
        self._offer_whole()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._offer_whole()
        super().resizeEvent(event)

    def _offer_whole(self) -> None:
        is_cut = self.fontMetrics().horizontalAdvance(self.text()) > self.width()
        self.setToolTip(self.text() if is_cut else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), int(self.alignment()), text)


class Card(QFrame):
    """A white box with a caption row and a body."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(12, 8, 12, 10)
        self.body.setSpacing(6)
        self.heading = QHBoxLayout()
        self.heading.setSpacing(8)
        self.title = label(title, "title")
        self.heading.addWidget(self.title)
        self.heading.addStretch(1)
        if title:
            self.body.addLayout(self.heading)


class Chip(QLabel):
    """A small rounded word: state, SYNTHETIC, research use only."""

    def __init__(self, text: str, role: str, tooltip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("role", role)
        self.setToolTip(tooltip)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)


class Segmented(QFrame):
    """A row of buttons of which one at most is chosen; pressing the chosen one clears it if allowed."""

    chosen = Signal(object)
    """The value that the reader pressed, None when cleared."""

    def __init__(
        self,
        choices: Sequence[tuple[object, str, str]],
        *,
        clearable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`choices` are (value, text, tooltip)."""
        super().__init__(parent)
        self.setProperty("role", "segmented")
        self._clearable = clearable
        self._values = [value for value, _text, _tip in choices]
        self._value: object = None
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for index, (_value, text, tooltip) in enumerate(choices):
            button = QPushButton(text)
            button.setCheckable(True)
            button.setToolTip(tooltip)
            button.setAccessibleName(text)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setProperty("role", "segment")
            button.setProperty("place", _place(index, len(choices)))
            button.setMinimumWidth(button.fontMetrics().horizontalAdvance(text) + 14)
            self._group.addButton(button, index)
            row.addWidget(button, 1)
        self._group.idClicked.connect(self._on_clicked)

    @property
    def value(self) -> object:
        return self._value

    def set_value(self, value: object) -> None:
        """Show a value as chosen without announcing it."""
        self._value = value if value in self._values else None
        for index, known in enumerate(self._values):
            self._group.button(index).setChecked(value is not None and known == value)

    def button(self, value: object) -> QPushButton:
        """The button of a value, for tests and tab order."""
        found = self._group.button(self._values.index(value))
        assert isinstance(found, QPushButton)
        return found

    def _on_clicked(self, index: int) -> None:
        pressed = self._values[index]
        wished = None if self._clearable and pressed == self._value else pressed
        self.set_value(self._value)
        self.chosen.emit(wished)


def _place(index: int, count: int) -> str:
    if count == 1:
        return "only"
    return "first" if index == 0 else "last" if index == count - 1 else "middle"
