"""Asks once what the numbers of an array or table are: rate, unit and the order of its leads."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ecgviewer.services.table_profiles import TableFacts
from ecgviewer.widgets.keyed import Choice
from ecgviewer.widgets.parts import label, set_role
from inference.records.errors import RecordError, UndescribedTable
from inference.records.given import named_twice
from inference.records.leads import KNOWN_LEADS, STANDARD_LEADS, read_lead_name
from inference.records.safety import MAX_FS_HZ, MIN_FS_HZ
from inference.records.units import mv_per_unit

_RATES: Final = ("100", "200", "250", "256", "360", "400", "500", "512", "1000", "2000")
_UNITS: Final = {"mV": "mV", "µV": "uV", "V": "V"}
_ORDERS: Final = (STANDARD_LEADS, ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6"))
_SHOWN_SIGNALS: Final = 16
_BELIEVABLE_MV: Final = (0.1, 20.0)
"""Between these a lead's swing is that of an ECG; outside, the unit is probably another one."""


class TableDialog(QDialog):
    """Shows the first numbers of every signal, asks what they are, and says what would come of the answer."""

    def __init__(
        self, table: UndescribedTable, known: TableFacts | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("What does this table hold?")
        self.setMinimumWidth(640)
        self._table = table
        self.rate = _choice(_RATES, _rate_text(known.fs_hz if known else table.fs_hz))
        self.unit = Choice()
        self.unit.addItems(["", *_UNITS])
        self.leads = _choice(self._orders(), ", ".join(known.lead_order if known else table.lead_order or ()))
        self.remember = QCheckBox("Read every table of this form so, also the next time")
        self.remember.setChecked(True)
        self.verdict = label("", "caption", wrap=True)
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.buttons.button(kinds.Ok).setText("Read it so")
        self._lay_out()
        self._connect()
        self._choose_unit(known.unit if known else table.unit)
        self._on_changed()

    @property
    def facts(self) -> TableFacts | None:
        """What was answered, None while something is missing."""
        names = self._names()
        unit = _UNITS.get(self.unit.currentText())
        try:
            fs_hz = float(self.rate.currentText().replace(",", "."))
        except ValueError:
            return None
        if unit is None or len(names) != self._table.n_signals or named_twice(names):
            return None
        if not MIN_FS_HZ <= fs_hz <= MAX_FS_HZ:
            return None
        return TableFacts(fs_hz, unit, names)

    def _orders(self) -> tuple[str, ...]:
        return tuple(", ".join(order) for order in _ORDERS if len(order) == self._table.n_signals)

    def _lay_out(self) -> None:
        table = self._table
        form = QFormLayout()
        form.addRow("Sampling rate, Hz", self.rate)
        form.addRow("Unit", self.unit)
        form.addRow("Leads, in the order of the file", self.leads)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        said = f"{table.path.name} holds {table.n_signals} signals of {table.n_samples:,} numbers"
        column.addWidget(label(f"{said} and does not say what they are.", "strong", wrap=True))
        column.addWidget(self._make_preview())
        column.addLayout(form)
        column.addWidget(self.verdict)
        column.addWidget(self.remember)
        column.addWidget(self.buttons)

    def _make_preview(self) -> QTableWidget:
        rows = self._table.first_values[:_SHOWN_SIGNALS]
        names = self._table.column_names or tuple(f"signal {n}" for n in range(1, len(rows) + 1))
        preview = QTableWidget(len(rows[0]) if rows else 0, len(rows))
        preview.setHorizontalHeaderLabels([str(name)[:16] for name in names[: len(rows)]])
        preview.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        preview.setFixedHeight(180)
        preview.setAccessibleName("The first numbers of every signal")
        for column, values in enumerate(rows):
            for row, value in enumerate(values):
                cell = QTableWidgetItem(f"{value:g}")
                cell.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                preview.setItem(row, column, cell)
        return preview

    def _connect(self) -> None:
        self.rate.currentTextChanged.connect(self._on_changed)
        self.unit.currentTextChanged.connect(self._on_changed)
        self.leads.currentTextChanged.connect(self._on_changed)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _choose_unit(self, unit: str | None) -> None:
        shown = next((text for text, name in _UNITS.items() if name == unit or text == unit), "")
        self.unit.setCurrentText(shown)

    def _names(self) -> tuple[str, ...]:
        text = self.leads.currentText().replace(";", ",")
        words = text.split(",") if "," in text else text.split()
        return tuple(word.strip() for word in words if word.strip())

    def _on_changed(self) -> None:
        words, is_doubtful = self._consequence()
        self.verdict.setText(words)
        set_role(self.verdict, "warning" if is_doubtful else "caption")
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(self.facts is not None)

    def _consequence(self) -> tuple[str, bool]:
        """What the answer means for the recording, and whether that would be no usual ECG."""
        names, facts, n_signals = self._names(), self.facts, self._table.n_signals
        unknown = [name for name in names if read_lead_name(name).name not in KNOWN_LEADS]
        if unknown:
            return f"Not known as a lead, and left out: {', '.join(unknown[:6])}.", True
        if names and len(names) != n_signals:
            return f"{len(names)} leads are named and the file holds {n_signals} signals.", True
        if twice := named_twice(names):
            return f"Named twice: {', '.join(twice)}. Each signal is a lead of its own.", True
        if facts is None:
            rates = f"{MIN_FS_HZ:g} to {MAX_FS_HZ:g} Hz"
            return f"A rate of {rates}, the unit and the leads are needed; nothing of it is guessed.", False
        try:
            swing_mv = self._table.swing * mv_per_unit(facts.unit)
        except RecordError as error:
            return str(error), True
        seconds = self._table.n_samples / facts.fs_hz
        low, high = _BELIEVABLE_MV
        doubt = "" if low <= swing_mv <= high else " No usual ECG has that: is the unit right?"
        return f"{seconds:g} s of ECG; the leads swing by {swing_mv:.3g} mV.{doubt}", bool(doubt)


def _choice(texts: tuple[str, ...], chosen: str) -> Choice:
    box = Choice()
    box.setEditable(True)
    box.addItems(texts)
    box.setCurrentText(chosen)
    return box


def _rate_text(fs_hz: float | None) -> str:
    return "" if fs_hz is None else f"{fs_hz:g}"
