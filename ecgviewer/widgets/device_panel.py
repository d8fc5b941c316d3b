"""What the recording device said, always as the device's own, with our values beside its values."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from ecgviewer.actions import hint, key
from ecgviewer.widgets.device_words import Comparison, compare, filter_text, maker_text, rest_of
from ecgviewer.widgets.folding_card import FoldingCard
from ecgviewer.widgets.keyed import KeyedButton
from ecgviewer.widgets.parts import ElidedLabel, label, show_text
from inference.records.device import DeviceFindings


class DevicePanel(FoldingCard):
    """Folded: the device's first statement. Open: all of them, values side by side, filters."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Device says", parent)
        self.body.setContentsMargins(12, 4, 12, 4)
        self.headline = ElidedLabel("", "caption")
        self.heading.insertWidget(1, self.headline, 1)
        self.heading.setStretch(2, 0)
        self.heading.addWidget(self.arrow)
        self.maker = label("", "caption", wrap=True, selectable=True)
        self.statements = label("", "body", wrap=True, selectable=True)
        self.table = QWidget()
        self._grid = QGridLayout(self.table)
        self._grid.setContentsMargins(0, 2, 0, 2)
        self._grid.setVerticalSpacing(1)
        self._cells: list[QLabel] = []
        self.others = label("", "caption", wrap=True, selectable=True)
        self.filters = label("", "caption", wrap=True, selectable=True)
        self.beat = label("", "caption", wrap=True, selectable=True)
        self.beat_button = KeyedButton("Lay its median beat over ours", key("device_beat"))
        self.beat_button.setProperty("role", "quiet")
        self.beat_button.setToolTip(hint("device_beat"))
        self.parts = (
            self.maker,
            self.statements,
            self.table,
            self.others,
            self.filters,
            self.beat,
            self.beat_button,
        )
        for part in self.parts:
            self.body.addWidget(part)
        self.set_findings(DeviceFindings(), {})

    def set_findings(self, device: DeviceFindings, ours: dict[str, str], beat_words: str = "") -> None:
        """Show what the file holds of its device; `ours` are our values by name. Nothing hides the card."""
        if device.is_empty:
            self.hide()
            return
        said = device.statements[0] if device.statements else maker_text(device)
        self.headline.setText(said or "measurements only")
        show_text(self.maker, maker_text(device))
        show_text(self.statements, "\n".join(device.statements))
        compared = compare(device.measurements, ours)
        self._fill(compared)
        show_text(self.others, rest_of(device.measurements))
        show_text(self.filters, filter_text(device.filters))
        show_text(self.beat, beat_words)
        shown = [part for part in self.parts[:-1] if not isinstance(part, QLabel) or part.text()]
        if not compared:
            shown.remove(self.table)
        for part in self.parts:
            part.hide()
        self.fold(*shown, *([self.beat_button] if beat_words else []))
        self.show()

    def _fill(self, rows: list[Comparison]) -> None:
        for cell in self._cells:
            self._grid.removeWidget(cell)
            cell.deleteLater()
        self._cells = []
        if rows:
            self._add_row(0, ("", "device", "here"), "caption")
        for number, row in enumerate(rows, 1):
            self._add_row(number, (row.name, row.device, row.ours), "body")

    def _add_row(self, number: int, texts: tuple[str, str, str], role: str) -> None:
        for column, text in enumerate(texts):
            cell = label(text, "caption" if column == 0 else role, selectable=True)
            if column:
                cell.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(cell, number, column)
            self._cells.append(cell)
