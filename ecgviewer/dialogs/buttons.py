"""Buttons of dialogs, and the row in which they stand."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton


def role_button(text: str, role: str) -> QPushButton:
    """A button whose look the stylesheet chooses by its role, e.g. 'primary'."""
    button = QPushButton(text)
    button.setProperty("role", role)
    return button


def button_row(*buttons: QPushButton) -> QHBoxLayout:
    """Buttons at the right end."""
    row = QHBoxLayout()
    row.setSpacing(8)
    row.addStretch(1)
    for button in buttons:
        row.addWidget(button)
    return row
