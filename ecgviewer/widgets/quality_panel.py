"""The recording: quality warnings first, then what the rhythm means for the beat, then how it was read."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ecgviewer.widgets.parts import Card, label, show_text


class QualityPanel(Card):
    """Warnings in amber, notes in plain text, the import report in grey."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Recording", parent)
        self.warnings = label("", "warning", wrap=True, selectable=True)
        self.notes = label("", "body", wrap=True, selectable=True)
        self.report = label("", "caption", wrap=True, selectable=True)
        for widget in (self.warnings, self.notes, self.report):
            self.body.addWidget(widget)
        self.set_facts([], [], [])

    def set_facts(self, warnings: list[str], notes: list[str], report: list[str]) -> None:
        """Show sentences, each once; the whole card hides where there is nothing to say."""
        show_text(self.warnings, "\n".join(dict.fromkeys(warnings)))
        show_text(self.notes, "\n".join(note for note in dict.fromkeys(notes) if note not in warnings))
        show_text(self.report, "\n".join(report))
        self.setVisible(bool(warnings or notes or report))
