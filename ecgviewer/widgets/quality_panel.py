"""The recording: quality warnings first, then what the rhythm means for the beat, then how it was read."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ecgviewer.widgets.folding_card import FoldingCard
from ecgviewer.widgets.parts import ElidedLabel, label, set_role


class QualityPanel(FoldingCard):
    """Folded: the gravest sentence in one line. Open: warnings in amber, notes, the import report in grey."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Recording", parent)
        self.body.setContentsMargins(12, 4, 12, 4)
        self.headline = ElidedLabel("", "caption")
        self.heading.insertWidget(1, self.headline, 1)
        self.heading.setStretch(2, 0)
        self.heading.addWidget(self.arrow)
        self.warnings = label("", "warning", wrap=True, selectable=True)
        self.notes = label("", "body", wrap=True, selectable=True)
        self.report = label("", "caption", wrap=True, selectable=True)
        for widget in (self.warnings, self.notes, self.report):
            self.body.addWidget(widget)
        self.set_facts([], [], [])

    def set_facts(self, warnings: list[str], notes: list[str], report: list[str]) -> None:
        """Show sentences, each once; the whole card hides where there is nothing to say."""
        warned = list(dict.fromkeys(warnings))
        noted = [note for note in dict.fromkeys(notes) if note not in warnings]
        self.warnings.setText("\n".join(warned))
        self.notes.setText("\n".join(noted))
        self.report.setText("\n".join(report))
        said = [*warned, *noted]
        self.title.setText(f"Recording ({len(said)})" if len(said) > 1 else "Recording")
        self.headline.setText(said[0] if said else "no warnings")
        set_role(self.headline, "warning" if warned else "caption")
        texts = (self.warnings, self.notes, self.report)
        for text in texts:
            text.hide()
        self.fold(*(text for text in texts if text.text()))
        self.setVisible(bool(warnings or notes or report))
