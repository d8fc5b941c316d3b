"""All models' cards, OMI first; what is switched off is said quietly beneath."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

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
    saliency_wished = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: dict[str, ModelCard] = {}
        self._theme = LIGHT
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(8)
        self.message = label("Loading models…", "caption", wrap=True)
        self.switched_off = label("", "caption", wrap=True)
        self.switched_off.setTextFormat(Qt.TextFormat.RichText)
        self.switched_off.linkActivated.connect(self.card_wished)
        self.column.addWidget(self.message)
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
        card = ModelCard(info)
        card.set_theme(self._theme)
        card.card_wished.connect(self.card_wished)
        card.saliency_wished.connect(self.saliency_wished)
        self.column.insertWidget(1 + len(self.cards), card)
        self.cards[info.name] = card

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

    def set_saliency_bundle(self, bundle: str | None) -> None:
        """Say which model's bands are under the beat."""
        for name, card in self.cards.items():
            card.set_saliency_shown(name == bundle)
