"""The sheet of all keys, made from the table of actions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from ecgviewer.actions import ActionSpec, by_group
from ecgviewer.widgets.parts import label

_MOUSE = (
    ("Wheel", "Zoom about the pointer"),
    ("Drag", "Move the paper; with the caliper on: measure"),
    ("Double click", "Whole page"),
    ("Drop", "Open files or folders"),
)


class ShortcutsSheet(QDialog):
    """Two columns of keys; any key closes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Shortcuts")
        grid = QGridLayout()
        grid.setHorizontalSpacing(32)
        grid.setVerticalSpacing(14)
        groups = list(by_group().items())
        for index, (name, specs) in enumerate(groups):
            rows = [(_keys(spec), spec.text) for spec in specs if spec.keys]
            grid.addLayout(_block(name, rows), index // 2, index % 2, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(_block("Mouse", list(_MOUSE)), len(groups) // 2, len(groups) % 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.addLayout(grid)
        column.addSpacing(8)
        column.addWidget(label("Letter keys rest while you type in the comment or the filter.", "caption"))


def _keys(spec: ActionSpec) -> str:
    native = QKeySequence.SequenceFormat.NativeText
    rest = [QKeySequence(key).toString(native) for key in spec.keys[1:] if key not in ("Enter", "=")]
    return "  or  ".join([spec.shown_key, *rest[:2]])


def _block(title: str, rows: list[tuple[str, str]]) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(6)
    column.addWidget(label(title, "title"))
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(5)
    for row, (keys, text) in enumerate(rows):
        grid.addWidget(label(keys, "strong"), row, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(label(text), row, 1)
    grid.setColumnStretch(1, 1)
    column.addLayout(grid)
    column.addStretch(1)
    return column
