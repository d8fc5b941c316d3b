"""CardColumn: cards above each other that scroll; a card that the reader opens is brought into sight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from ecgviewer.widgets.folding_card import FoldingCard

_SPACING_PX: Final = 5


class CardColumn(QScrollArea):
    """Scrolls up and down only, and takes no keys from the reader."""

    def __init__(self, cards: Sequence[QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        inside = QFrame()
        inside.setProperty("role", "panel")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_SPACING_PX)
        for card in cards:
            column.addWidget(card)
            if isinstance(card, FoldingCard):
                card.opened.connect(self._on_opened)
        column.addStretch(1)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inside)

    def show_whole(self, card: QWidget) -> None:
        """Scroll no further than shows all of the card, or its top where it is higher than the column."""
        bar = self.verticalScrollBar()
        bottom = card.y() + card.height() - self.viewport().height()
        bar.setValue(min(card.y(), max(bar.value(), bottom)))

    def _on_opened(self, card: FoldingCard) -> None:
        # The column grows when Qt has laid the card out, after this event.
        QTimer.singleShot(0, card, lambda: self.show_whole(card))
