"""How far the looking into a library's files has come, and the way to end it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QPushButton, QVBoxLayout, QWidget

from ecgviewer.widgets.parts import label


class LibraryProgress(QWidget):
    """A thin bar with a line of words, shown only while something is left."""

    cancel_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = label("", "caption", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(4)
        self.cancel = QPushButton("Stop looking")
        self.cancel.setProperty("role", "quiet")
        self.cancel.setToolTip("Files that were not looked into are read when they come into view.")
        self.cancel.clicked.connect(self._on_cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for widget in (self.words, self.bar, self.cancel):
            column.addWidget(widget)
        self.hide()

    def set_progress(self, done: int, total: int) -> bool:
        """Show how far it is; returns whether all is done."""
        self.words.setText(f"Looked into {done:,} of {total:,} files")
        self.bar.setMaximum(max(total, 1))
        self.bar.setValue(done)
        self.setVisible(done < total)
        return done >= total

    def _on_cancel(self) -> None:
        self.hide()
        self.cancel_wished.emit()
