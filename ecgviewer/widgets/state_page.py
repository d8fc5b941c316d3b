"""A friendly page in place of the paper: the start, a refused file, a library without records."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ecgviewer.widgets.parts import label, show_text

_WIDEST_PX: Final = 560


class StatePage(QFrame):
    """A title, a sentence, and at most three things to press (announced by action id)."""

    action_wished = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = label("", "brand")
        self.sentence = label("", "body", wrap=True)
        self.small = label("", "caption", wrap=True)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(8)
        self._made: list[QPushButton] = []
        block = QVBoxLayout()
        block.setSpacing(10)
        for widget in (self.title, self.sentence, self.small):
            widget.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            widget.setMaximumWidth(_WIDEST_PX)
            widget.setMinimumWidth(320)
            block.addWidget(widget)
        block.insertLayout(2, self.buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.addStretch(2)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addLayout(block)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(3)

    def show_state(
        self, title: str, sentence: str, buttons: list[tuple[str, str]] | None = None, small: str = ""
    ) -> None:
        """`buttons` are (action id, text); the first is the one to press."""
        self._show_title(title)
        show_text(self.sentence, sentence)
        show_text(self.small, small)
        while self.buttons.count():
            self.buttons.takeAt(0)
        for button in self._made:
            button.hide()
            button.deleteLater()
        self._made = [self._button(*spec, is_first=index == 0) for index, spec in enumerate(buttons or [])]
        self.buttons.addStretch(1)
        for button in self._made:
            self.buttons.addWidget(button)
        self.buttons.addStretch(1)

    def _show_title(self, title: str) -> None:
        """A long file name gives way in its middle, so that what is said of the file stays."""
        self.title.ensurePolished()
        shown = self.title.fontMetrics().elidedText(title, Qt.TextElideMode.ElideMiddle, _WIDEST_PX)
        show_text(self.title, shown)
        self.title.setToolTip("" if shown == title else title)

    def _button(self, action_id: str, text: str, *, is_first: bool) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("role", "primary" if is_first else "pill")
        button.setProperty("action", action_id)
        button.clicked.connect(self._on_pressed)
        return button

    def _on_pressed(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.action_wished.emit(str(sender.property("action")))
