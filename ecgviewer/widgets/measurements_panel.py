"""Measurements of the median beat: the intervals in one line; rate, axis and ST of every lead on opening."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from ecgviewer.theme import CAPTION_PX, app_font
from ecgviewer.widgets.folding_card import FoldingCard
from ecgviewer.widgets.parts import ElidedLabel, label, set_role
from inference.records.leads import STANDARD_LEADS

if TYPE_CHECKING:
    from inference.measure.measurements import LeadSt, Measurements

NOT_FOUND: Final = "not found"
_INTERVALS: Final = {
    "Rate": "Heart rate",
    "PR": "PR interval, from P onset to QRS onset",
    "QRS": "QRS duration",
    "QT": "QT interval, T end by the tangent",
    "QTcF": "QT corrected for rate by Fridericia",
    "QTcB": "QT corrected for rate by Bazett",
    "QRS axis": "QRS axis in the frontal plane, from the net area",
}
_HOW: Final = "ST at J and 60 ms later, against the PQ level before QRS onset."
_ST_HEADINGS: Final = ("mV", "ST J", "ST J+60")
_PER_SIDE: Final = len(STANDARD_LEADS) // 2
"""Limb leads at the left, precordial ones at the right."""
_WIDE_PX: Final = 6
"""Between the two sides; the two columns of a lead stand closer."""
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def headline(found: Measurements) -> str:
    """What was found of the intervals in one line: 'PR 156 · QRS 88 · QT 380 ms'; the paper says the rate."""
    each = found.intervals
    named = (("PR", each.pr_ms), ("QRS", each.qrs_ms), ("QT", each.qt_ms))
    known = [f"{name} {value:.0f}" for name, value in named if value is not None]
    return f"{' · '.join(known)} ms" if known else "no interval found"


def interval_texts(found: Measurements) -> dict[str, str]:
    """What is measured of all leads together, with its unit, or 'not found'."""
    each = found.intervals
    return {
        "Rate": _with_unit(each.heart_rate_bpm, "/min"),
        "PR": _with_unit(each.pr_ms, "ms"),
        "QRS": _with_unit(each.qrs_ms, "ms"),
        "QT": _with_unit(each.qt_ms, "ms"),
        "QTcF": _with_unit(each.qtc_fridericia_ms, "ms"),
        "QTcB": _with_unit(each.qtc_bazett_ms, "ms"),
        "QRS axis": _with_unit(found.qrs_axis_deg, "°"),
    }


def st_text(st_mv: float | None) -> str:
    """'+0.12' with a real minus sign, '0.00' without a sign, or 'not found'; the column says mV."""
    if st_mv is None:
        return NOT_FOUND
    rounded = round(st_mv, 2)
    return f"{rounded:+.2f}".replace("-", "−") if rounded else "0.00"


class MeasurementsPanel(FoldingCard):
    """Folded: the intervals. Open: corrected QT and axis too, and a row for each lead. No criteria."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Measurements", parent)
        self.body.setContentsMargins(12, 4, 12, 4)
        self.headline = ElidedLabel("", "caption")
        self.heading.insertWidget(1, self.headline, 1)
        self.heading.setStretch(2, 0)
        self.heading.addWidget(self.arrow)
        self.source = label("", "caption", wrap=True)
        self.values: dict[str, QLabel] = {}
        self.st_values: dict[str, tuple[QLabel, QLabel]] = {}
        tables = (self._make_intervals(), self._make_st())
        for widget in (*tables, self.source):
            self.body.addWidget(widget)
        self.fold(*tables, self.source)
        self.set_nothing()

    def set_measurements(self, found: Measurements, band: str) -> None:
        """Show what was found in the median beat of a pass band, named as its caption does."""
        self.setVisible(True)
        self.headline.setText(headline(found))
        for name, text in interval_texts(found).items():
            self.values[name].setText(text)
        for row in found.st:
            self._show_st(row)
        self.source.setText(f"Median beat, {band}. {_HOW}")

    def set_nothing(self) -> None:
        """Without a median beat nothing is measured: no card."""
        self.setVisible(False)
        for value in [*self.values.values(), *(each for pair in self.st_values.values() for each in pair)]:
            value.setText("")

    def _show_st(self, row: LeadSt) -> None:
        at_j, at_j60 = self.st_values[row.lead]
        for shown, st_mv in ((at_j, row.j_mv), (at_j60, row.j60_mv)):
            # Smaller, so that the words stand in a column of numbers without moving it.
            set_role(shown, "caption" if st_mv is None else "body")
            shown.setText(st_text(st_mv))

    def _make_intervals(self) -> QWidget:
        table, grid = _table()
        for place, (name, meaning) in enumerate(_INTERVALS.items()):
            row, pair = divmod(place, 2)
            named = label(name, "caption")
            named.setToolTip(meaning)
            grid.addWidget(named, row, 3 * pair)
            self.values[name] = _value(grid, row, 3 * pair + 1, meaning)
        grid.setColumnMinimumWidth(2, _WIDE_PX)
        for column in (1, 4):
            grid.setColumnStretch(column, 1)
        return table

    def _make_st(self) -> QWidget:
        table, grid = _table()
        for side in (0, 4):
            for column, title in enumerate(_ST_HEADINGS):
                heading = label(title, "key")
                heading.setAlignment(_RIGHT if column else _LEFT)
                grid.addWidget(heading, 0, side + column)
        for place, lead in enumerate(STANDARD_LEADS):
            side, row = divmod(place, _PER_SIDE)
            grid.addWidget(label(lead, "caption"), row + 1, 4 * side)
            self.st_values[lead] = (
                _value(grid, row + 1, 4 * side + 1, f"ST of {lead} at the J point, in millivolts"),
                _value(grid, row + 1, 4 * side + 2, f"ST of {lead} 60 ms after the J point, in millivolts"),
            )
        grid.setColumnMinimumWidth(3, _WIDE_PX)
        widest_px = QFontMetrics(app_font(CAPTION_PX)).horizontalAdvance(NOT_FOUND)
        for column in (1, 2, 5, 6):
            grid.setColumnStretch(column, 1)
            grid.setColumnMinimumWidth(column, widest_px)
        return table


def _table() -> tuple[QWidget, QGridLayout]:
    """A grid of two sides with room between them."""
    table = QWidget()
    grid = QGridLayout(table)
    grid.setContentsMargins(0, 0, 0, 4)
    grid.setHorizontalSpacing(6)
    grid.setVerticalSpacing(1)
    return table, grid


def _value(grid: QGridLayout, row: int, column: int, spoken: str) -> QLabel:
    made = label("", "body", selectable=True)
    made.setAccessibleName(spoken)
    made.setAlignment(_RIGHT)
    grid.addWidget(made, row, column)
    return made


def _with_unit(value: float | None, unit: str) -> str:
    if value is None:
        return NOT_FOUND
    shown = f"{round(value)}".replace("-", "−")
    return f"{shown}°" if unit == "°" else f"{shown} {unit}"
