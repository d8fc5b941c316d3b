"""A small bar for what the program did not expect: it never blocks the reading."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from ecgviewer.widgets.parts import ElidedLabel


class ErrorBar(QFrame):
    """'Something went wrong', with the log one press away."""

    log_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        self.setProperty("tone", "danger")
        self.text = ElidedLabel("", "problem")
        self.show_log = QPushButton("Show log")
        self.dismiss = QPushButton("Dismiss")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.addWidget(self.text, 1)
        for button in (self.show_log, self.dismiss):
            button.setProperty("role", "quiet")
            row.addWidget(button)
        self.show_log.clicked.connect(self.log_wished)
        self.dismiss.clicked.connect(self.hide)
        self.hide()

    def tell(self, detail: str) -> None:
        """Show the bar; the detail is one line, the log has the rest."""
        self.text.setText(f"Something went wrong: {detail}")
        self.show()
