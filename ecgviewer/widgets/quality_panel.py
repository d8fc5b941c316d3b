"""The recording: quality warnings first, then what the rhythm means for the beat."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ecgviewer.widgets.folding_card import FoldingCard
from ecgviewer.widgets.parts import ElidedLabel, label, set_role


class QualityPanel(FoldingCard):
    """Folded: the gravest sentence in one line. Open: warnings in amber, then notes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Recording", parent)
        self.body.setContentsMargins(12, 4, 12, 4)
        self.headline = ElidedLabel("", "caption")
        self.heading.insertWidget(1, self.headline, 1)
        self.heading.setStretch(2, 0)
        self.heading.addWidget(self.arrow)
        self.warnings = label("", "warning", wrap=True, selectable=True)
        self.notes = label("", "body", wrap=True, selectable=True)
        for widget in (self.warnings, self.notes):
            self.body.addWidget(widget)
        self.hide()

    def set_facts(self, warnings: list[str], notes: list[str]) -> None:
        """Show sentences, each once; a recording without any says so."""
        warned = list(dict.fromkeys(warnings))
        noted = [note for note in dict.fromkeys(notes) if note not in warnings]
        self.warnings.setText("\n".join(warned))
        self.notes.setText("\n".join(noted))
        said = [*warned, *noted]
        self.title.setText(f"Recording ({len(said)})" if len(said) > 1 else "Recording")
        self.headline.setText(said[0] if said else "no warnings")
        set_role(self.headline, "warning" if warned else "caption")
        texts = (self.warnings, self.notes)
        for text in texts:
            text.hide()
        self.fold(*(text for text in texts if text.text()))
        self.show()
