"""All models' cards, OMI first; what is switched off is said quietly beneath."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ecgviewer.services.inference_service import WhyRequest
from ecgviewer.theme import LIGHT, Theme
from ecgviewer.widgets.model_card import ModelCard
from ecgviewer.widgets.parts import label, show_text
from ecgviewer.widgets.wording import in_reading_order

if TYPE_CHECKING:
    from inference.bundle_info import BundleInfo
    from inference.results import ModelAnswer


class ModelPanel(QWidget):
    """Cards for the enabled bundles in reading order."""

    card_wished = Signal(str)
    why_wished = Signal(str)

    def __init__(self, beneath_first: QWidget | None = None, parent: QWidget | None = None) -> None:
        """`beneath_first` stands between the first model's card, which it belongs to, and the others."""
        super().__init__(parent)
        self.cards: dict[str, ModelCard] = {}
        self._theme = LIGHT
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(5)
        self.message = label("Loading models…", "caption", wrap=True)
        self.switched_off = label("", "caption", wrap=True)
        self.switched_off.setTextFormat(Qt.TextFormat.RichText)
        self.switched_off.linkActivated.connect(self.card_wished)
        self.column.addWidget(self.message)
        self._n_above = 1
        if beneath_first is not None:
            self.column.addWidget(beneath_first)
            self._n_above = 2
        self.column.addWidget(self.switched_off)
        show_text(self.switched_off, "")

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for card in self.cards.values():
            card.set_theme(theme)

    def set_message(self, text: str) -> None:
        """'Loading models…', or what to do where there is no model."""
        show_text(self.message, text)

    def set_bundles(self, bundles: list[BundleInfo], problems: list[str]) -> None:
        """Build a card for each enabled bundle; `problems` are sentences for unusable ones."""
        for card in self.cards.values():
            self.column.removeWidget(card)
            card.deleteLater()
        self.cards = {}
        for info in in_reading_order(bundles):
            if info.enabled:
                self._add(info)
        off = [
            f'Switched off: <a href="{info.name}">{info.title}</a> ({info.name}).'
            for info in in_reading_order(bundles)
            if not info.enabled
        ]
        show_text(self.switched_off, "<br>".join(off + problems))
        show_text(
            self.message, "" if self.cards else "No model is installed. The ECG can be read without one."
        )

    def _add(self, info: BundleInfo) -> None:
        is_first = not self.cards
        card = ModelCard(info, is_leading=is_first)
        card.set_theme(self._theme)
        card.card_wished.connect(self.card_wished)
        card.why_wished.connect(self.why_wished)
        self.column.insertWidget(1 if is_first else self._n_above + len(self.cards), card)
        self.cards[info.name] = card

    def show_only(self, bundles: Collection[str]) -> None:
        """Hide the cards of models that cannot speak of what is open."""
        for name, card in self.cards.items():
            card.setVisible(name in bundles)

    def set_waiting(self, sentence: str) -> None:
        """All cards wait: 'Computing…', 'Loading models…', 'No ECG is open.'"""
        for card in self.cards.values():
            card.set_waiting(sentence)

    def set_answers(
        self, answers: Mapping[str, ModelAnswer], waiting: str, said: frozenset[str] = frozenset()
    ) -> None:
        """Show the answers that are there; the other cards show `waiting`. `said`: see ModelCard."""
        for name, card in self.cards.items():
            if name in answers:
                card.set_answer(answers[name], said)
            else:
                card.set_waiting(waiting)

    def set_whys(self, shown: str | None, requests: Mapping[str, WhyRequest]) -> None:
        """Say which model's explanation is on the bars, and how far those on demand have come."""
        for name, card in self.cards.items():
            card.set_why(requests.get(name, WhyRequest()), is_shown=name == shown)
