"""Why, in words: the three leads with the largest share of the saliency, and what that does not mean."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ecgviewer.widgets.parts import Card, label, show_text
from ecgviewer.widgets.wording import WHY_CAVEAT, WHY_CAVEAT_WHOLE


class WhyPanel(Card):
    """One sentence and its caveat; or the sentence why there is no explanation."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Why", parent)
        self.body.setContentsMargins(12, 5, 12, 6)
        self.body.setSpacing(3)
        self.sentence = label("", "body", wrap=True, selectable=True)
        self.caveat = label(WHY_CAVEAT, "key")
        self.caveat.setToolTip(WHY_CAVEAT_WHOLE)
        self.heading.addWidget(self.caveat)
        self.body.addWidget(self.sentence)
        self.set_message("")

    def set_why(self, sentence: str) -> None:
        self.setVisible(True)
        show_text(self.sentence, sentence)
        self.caveat.setVisible(True)

    def set_message(self, text: str) -> None:
        """A quiet sentence, or nothing at all for ''."""
        self.setVisible(bool(text))
        show_text(self.sentence, text)
        self.caveat.setVisible(False)
