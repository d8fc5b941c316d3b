"""The recording: quality warnings first, then how the file was read."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ecgviewer.widgets.parts import Card, label, show_text


class QualityPanel(Card):
    """Warnings in amber, the import report in grey."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Recording", parent)
        self.warnings = label("", "warning", wrap=True, selectable=True)
        self.report = label("", "caption", wrap=True, selectable=True)
        self.body.addWidget(self.warnings)
        self.body.addWidget(self.report)
        self.set_facts([], [])

    def set_facts(self, warnings: list[str], report: list[str]) -> None:
        """Show sentences; the whole card hides where there is nothing to say."""
        show_text(self.warnings, "\n".join(warnings))
        show_text(self.report, "\n".join(report))
        self.setVisible(bool(warnings or report))
