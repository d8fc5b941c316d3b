"""How the file became what is on screen: read, assumed, derived, scaled, resampled, missing, checked."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ecgviewer.widgets.folding_card import FoldingCard
from ecgviewer.widgets.parts import ElidedLabel, label, set_role
from ecgviewer.widgets.report_words import headline, patient_sentences, report_sections
from inference.records.record import ImportReport, Patient


class ImportPanel(FoldingCard):
    """Folded: format and the number of assumptions. Open: every sentence of the import report, by kind."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("File", parent)
        self.body.setContentsMargins(12, 4, 12, 4)
        self.headline = ElidedLabel("", "caption")
        self.heading.insertWidget(1, self.headline, 1)
        self.heading.setStretch(2, 0)
        self.heading.addWidget(self.arrow)
        self.failed = label("", "warning", wrap=True, selectable=True)
        self.report = label("", "caption", wrap=True, selectable=True)
        self.report.setTextFormat(Qt.TextFormat.RichText)
        self.body.addWidget(self.failed)
        self.body.addWidget(self.report)
        self.set_report(None)

    def set_report(
        self, report: ImportReport | None, patient: Patient | None = None, same_as: tuple[str, ...] = ()
    ) -> None:
        """Show a report, whom the file is of, and other files with the same ECG; no report hides the card."""
        if report is None:
            self.hide()
            return
        words, is_doubtful = headline(report)
        self.headline.setText(words)
        set_role(self.headline, "warning" if is_doubtful else "caption")
        sections = report_sections(report)
        who = patient_sentences(patient) if patient is not None else []
        if who:
            sections.insert(0, ("Patient, as the file says", who))
        if same_as:
            sections.append(("The same ECG", [f"Also in this library as {', '.join(same_as)}."]))
        self.failed.setText("\n".join(text for kind, texts in sections if kind == "Failed" for text in texts))
        self.failed.hide()
        self.report.setText("<br>".join(_paragraph(*each) for each in sections if each[0] != "Failed"))
        self.fold(*(text for text in (self.failed, self.report) if text.text()))
        self.show()


def _paragraph(kind: str, texts: list[str]) -> str:
    return f"<b>{escape(kind)}</b><br>" + "<br>".join(escape(text) for text in texts)
