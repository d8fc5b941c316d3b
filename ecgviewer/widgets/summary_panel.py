"""The one sentence at the top right: what the enabled models say, and a caution about the recording."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from ecgviewer.widgets.parts import label, show_text
from ecgviewer.widgets.wording import NOT_A_DIAGNOSIS


class SummaryPanel(QFrame):
    """A box with a coloured left edge: red above a threshold, amber for a caution, grey otherwise."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 6)
        column.setSpacing(3)
        self.lines = label("No ECG is open.", "strong", wrap=True, selectable=True)
        self.caution = label("", "warning", wrap=True)
        self.notice = label(NOT_A_DIAGNOSIS, "caption", wrap=True)
        for widget in (self.lines, self.caution, self.notice):
            column.addWidget(widget)
        show_text(self.caution, "")

    def set_summary(self, lines: list[str], caution: str, *, is_above: bool) -> None:
        """Show the models' lines and the caution ('' for none)."""
        self.lines.setText("\n".join(lines))
        show_text(self.caution, caution)
        self.notice.setVisible(True)
        self._set_tone("danger" if is_above else "caution" if caution else "")

    def set_message(self, text: str) -> None:
        """Show a sentence in place of the models' lines."""
        self.lines.setText(text)
        show_text(self.caution, "")
        self.notice.setVisible(False)
        self._set_tone("")

    def _set_tone(self, tone: str) -> None:
        if self.property("tone") == tone:
            return
        self.setProperty("tone", tone)
        self.style().unpolish(self)
        self.style().polish(self)
