"""A bar for news that waits to be looked at: it never blocks the reading."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from ecgviewer.widgets.parts import ElidedLabel, set_role

Tone = Literal["good", "caution"]


class NoticeBar(QFrame):
    """One line with a button that leads on, and one that puts it away."""

    wished = Signal()
    """The button that leads on was pressed."""
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        self.text = ElidedLabel("", "body")
        self.lead_on = QPushButton()
        self.dismiss = QPushButton("Dismiss")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.addWidget(self.text, 1)
        for button in (self.lead_on, self.dismiss):
            set_role(button, "quiet")
            row.addWidget(button)
        self.lead_on.clicked.connect(self.wished)
        self.dismiss.clicked.connect(self._on_dismiss)
        self.hide()

    def tell(self, text: str, button: str, tone: Tone) -> None:
        """Show the bar with its line and the words of the button that leads on."""
        self.text.setText(text)
        self.lead_on.setText(button)
        self.setProperty("tone", tone)
        self.style().unpolish(self)
        self.style().polish(self)
        self.show()

    def _on_dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()
