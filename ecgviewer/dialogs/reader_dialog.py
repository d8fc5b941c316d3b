"""Asks whose readings these are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from ecgviewer.appearance import Appearance
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


class ReaderQuestion(QObject):
    """Asks for the reader's name, one dialog at a time; what waits for a name goes on when there is one."""

    declined = Signal()
    """Cancelled: what was answered stays as it is."""

    def __init__(self, appearance: Appearance, window: QWidget) -> None:
        super().__init__(window)
        self._appearance = appearance
        self._window = window
        self._dialog: ReaderDialog | None = None
        self._then: Callable[[], None] | None = None

    def ask_if_needed(self, then: Callable[[], None] | None = None) -> None:
        """Go on at once when the reader has a name; otherwise ask for it first."""
        if not self._appearance.reader:
            self.ask(then)
        elif then is not None:
            then()

    def ask(self, then: Callable[[], None] | None = None) -> None:
        """Ask for a name, also for another one than the present."""
        self._then = then or self._then
        if self._dialog is not None:
            return
        dialog = self._dialog = ReaderDialog(self._appearance.suggested_reader(), self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(self._on_accepted)
        dialog.rejected.connect(self._on_rejected)
        dialog.open()

    def _on_accepted(self) -> None:
        dialog, then = self._dialog, self._then
        self._dialog = self._then = None
        assert dialog is not None, "only an open dialog is accepted"
        self._appearance.set_reader(dialog.reader)
        if then is not None:
            then()

    def _on_rejected(self) -> None:
        self._dialog = self._then = None
        self.declined.emit()
