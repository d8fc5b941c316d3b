"""Asks once whose readings these are."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from ecgviewer.widgets.parts import label

MAX_NAME: Final = 80


class ReaderDialog(QDialog):
    """A name and two buttons; the name may not be empty."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Reader name")
        self.setMinimumWidth(380)
        self.name = QLineEdit(name)
        self.name.setMaxLength(MAX_NAME)
        self.name.setPlaceholderText("Your name or initials")
        self.name.setAccessibleName("Reader name")
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(label("Whose readings are these?", "strong"))
        column.addWidget(self.name)
        column.addWidget(
            label("Every reading is stored with this name. It stays on this computer.", "caption")
        )
        column.addWidget(self.buttons)
        self.name.textChanged.connect(self._on_text)
        self._on_text(name)

    @property
    def reader(self) -> str:
        return self.name.text().strip()

    def _on_text(self, _text: str) -> None:
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(bool(self.reader))
