"""The whole of a long recording under the paper: overview, scan, and the way to other ten seconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ecgviewer.actions import hint, key
from ecgviewer.plots.overview import OverviewBar
from ecgviewer.theme import Theme
from ecgviewer.widgets.action_pill import ActionPill
from ecgviewer.widgets.keyed import Choice
from ecgviewer.widgets.parts import ElidedLabel, label
from inference.scan import CAVEAT

_CHOICE_ROOM_PX: Final = 88
"""Beside a choice's words: its key and its arrow."""


class LongCard(QFrame):
    """Announces actions by id, leads and models by their place; hidden while no long recording is open."""

    action_wished = Signal(str)
    lead_wished = Signal(int)
    model_wished = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.bar = OverviewBar(theme, self)
        self.title = label("Whole recording", "title")
        self.facts = ElidedLabel("", "caption")
        self.lead = Choice(key("long_lead"))
        self.lead.setToolTip(hint("long_lead"))
        self.lead.setAccessibleName("Lead of the overview and the rhythm strip")
        self.previous = ActionPill("previous_window", "− 10 s")
        self.next = ActionPill("next_window", "+ 10 s")
        self.scan = ActionPill("scan", "Scan")
        self.strip = ActionPill("strip", "Strip", checkable=True)
        self.caveat = ElidedLabel(CAVEAT, "caption")
        self.model = Choice(key("scan_model"))
        self.model.setToolTip(hint("scan_model"))
        self.model.setAccessibleName("Model whose scan is shown")
        self.peak = ActionPill("scan_peak", "Highest")
        self.scan_row = QWidget()
        self._lay_out()
        for pill in (self.previous, self.next, self.scan, self.strip, self.peak):
            pill.wished.connect(self.action_wished)
        self.lead.activated.connect(self.lead_wished)
        self.model.activated.connect(self.model_wished)
        self.hide()

    def _lay_out(self) -> None:
        heading = QHBoxLayout()
        heading.setSpacing(8)
        heading.addWidget(self.title)
        heading.addWidget(self.facts, 1)
        for widget in (self.lead, self.previous, self.next, self.strip, self.scan):
            heading.addWidget(widget)
        below = QHBoxLayout(self.scan_row)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(8)
        below.addWidget(self.caveat, 1)
        below.addWidget(self.model)
        below.addWidget(self.peak)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 6)
        column.setSpacing(3)
        column.addLayout(heading)
        column.addWidget(self.bar)
        column.addWidget(self.scan_row)
        self.scan_row.hide()

    def set_theme(self, theme: Theme) -> None:
        self.bar.set_theme(theme)

    def set_facts(self, text: str, leads: Sequence[str]) -> None:
        """How long the recording is and when it began, and its leads."""
        self.facts.setText(text)
        self.lead.clear()
        self.lead.addItems(list(leads))

    def set_lead(self, place: int) -> None:
        self.lead.setCurrentIndex(place)
        self.bar.set_lead(place)

    def set_strip_shown(self, is_shown: bool) -> None:
        self.strip.setChecked(is_shown)

    def set_scan(self, models: Sequence[str], place: int, *, is_running: bool, has_answers: bool) -> None:
        """The models that have curves, which one is drawn, and whether the scan goes on."""
        self.scan.setText("Stop scan" if is_running else "Scan")
        self.scan.updateGeometry()
        self.scan_row.setVisible(bool(models))
        if [self.model.itemText(row) for row in range(self.model.count())] != list(models):
            self.model.clear()
            self.model.addItems(list(models))
            widest = max((self.model.fontMetrics().horizontalAdvance(name) for name in models), default=0)
            self.model.setMinimumWidth(widest + _CHOICE_ROOM_PX)
        self.model.setCurrentIndex(place)
        self.peak.setEnabled(has_answers)
