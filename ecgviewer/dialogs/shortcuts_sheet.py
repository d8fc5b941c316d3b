"""The sheet of all keys, made from the table of actions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ecgviewer.actions import ActionSpec, by_group
from ecgviewer.widgets.parts import label

_MOUSE = (
    ("Wheel", "Zoom about the pointer"),
    ("Drag", "Move the paper; with the caliper on: measure"),
    ("Double click", "Whole page"),
    ("Drop", "Open files or folders"),
)


_SAME_PLACE = ("=", "Ctrl+Y")
"""Keys that need no line of their own: the same key without Shift, and another system's habit."""


class ShortcutsSheet(QDialog):
    """Three columns of keys; Escape closes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Shortcuts")
        blocks = {name: _rows(specs) for name, specs in by_group().items()}
        columns = QHBoxLayout()
        columns.setSpacing(40)
        for names in (("Records", "Reading"), ("View", "Program"), ("Recordings of hours", "Mouse")):
            side = QVBoxLayout()
            side.setSpacing(16)
            for name in names:
                rows = list(_MOUSE) if name == "Mouse" else blocks[name]
                side.addLayout(_block(name, rows))
            side.addStretch(1)
            columns.addLayout(side)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.addLayout(columns)
        column.addSpacing(8)
        column.addWidget(label("Letter keys rest while you type in the comment or the filter.", "caption"))


def _rows(specs: list[ActionSpec]) -> list[tuple[str, str]]:
    """(keys, text) of the actions that have a key; a series is one row, from its first key to its last."""
    series: dict[str, list[ActionSpec]] = {}
    for spec in specs:
        if spec.keys:
            series.setdefault(spec.series or spec.id, []).append(spec)
    return [
        (_keys(found[0]), found[0].text)
        if len(found) == 1
        else (f"{found[0].shown_key} … {found[-1].shown_key}", name)
        for name, found in series.items()
    ]


def _keys(spec: ActionSpec) -> str:
    return "  or  ".join([key for key in spec.all_keys if key not in _SAME_PLACE][:3])


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
