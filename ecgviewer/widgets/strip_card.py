"""The rhythm strip with what it shows in words; it takes the room of the median beats."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ecgviewer.plots.strip import StripView
from ecgviewer.plots.timeline import clock_label, width_label
from ecgviewer.theme import Theme
from ecgviewer.widgets.action_pill import ActionPill
from ecgviewer.widgets.parts import ElidedLabel, label

_HANDS = "Drag, wheel, ← →: move · Ctrl+wheel, + −: zoom · click: go there"


class StripCard(QFrame):
    """Announces actions by id; hidden until it is asked for."""

    action_wished = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.view = StripView(theme, self)
        self.view.setToolTip(_HANDS)
        self.facts = ElidedLabel("", "caption")
        self.all_leads = ActionPill("strip_leads", "All leads", checkable=True)
        self.close_button = ActionPill("strip", "Close")
        heading = QHBoxLayout()
        heading.setSpacing(8)
        heading.addWidget(label("Rhythm strip", "title"))
        heading.addWidget(self.facts, 1)
        heading.addWidget(self.all_leads)
        heading.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 6)
        column.setSpacing(3)
        column.addLayout(heading)
        column.addWidget(self.view, 1)
        for pill in (self.all_leads, self.close_button):
            pill.wished.connect(self.action_wished)
        self.view.span_changed.connect(self._on_span)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self.view.set_theme(theme)

    def set_leads(self, lead: int, *, is_all: bool) -> None:
        """Show one lead or all of them."""
        self.view.set_leads(lead, is_all=is_all)
        self.all_leads.setChecked(is_all)
        self._on_span()

    def _on_span(self) -> None:
        """What is seen, from when, how wide: the samples are drawn as the file holds them."""
        recording, span = self.view.recording, self.view.span
        if recording is None:
            self.facts.setText("")
            return
        start = clock_label(span.start_s, recording.acquired_at)
        self.facts.setText(f"{start} · {width_label(span.width_s)} wide · unfiltered · bar 1 mV · {_HANDS}")
