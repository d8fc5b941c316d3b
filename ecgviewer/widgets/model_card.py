"""One model's answer: probability and threshold, or a ranked list, or the sentence why it has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ecgviewer.theme import Theme
from ecgviewer.widgets.keyed import link_button
from ecgviewer.widgets.parts import Card, Chip, ElidedLabel, label, show_text
from ecgviewer.widgets.probability_bar import ProbabilityBar
from ecgviewer.widgets.wording import class_name, threshold_words

if TYPE_CHECKING:
    from inference.bundle_info import BundleInfo
    from inference.results import ModelAnswer, Prediction

TOP_CLASSES: Final = 4


class ModelCard(Card):
    """Shows one bundle. It never shows a number without the words 'research use only' beside it."""

    card_wished = Signal(str)
    """The reader wants to read the model card of this bundle."""
    saliency_wished = Signal(str)
    """The reader wants this bundle's saliency under the traces."""

    def __init__(self, info: BundleInfo, parent: QWidget | None = None) -> None:
        super().__init__(info.title, parent)
        self.info = info
        self.title.setWordWrap(True)
        self.setAccessibleName(info.title)
        self.is_ranked = info.task == "mi-location"
        self.heading.setStretch(0, 1)
        self.heading.setStretch(1, 0)
        if info.experimental and "experimental" not in info.title:
            self.heading.addWidget(
                Chip("experimental", "chip-caution", "Kept for study: its accuracy is not established.")
            )
        self.number = label("", "number", selectable=True)
        self.side = label("", "caption", wrap=True)
        self.bar = ProbabilityBar()
        self.ranks = QGridLayout()
        self.ranks.setVerticalSpacing(3)
        self._rank_labels = [
            (ElidedLabel("", "strong" if row == 0 else "body"), label("", "body"))
            for row in range(TOP_CLASSES)
        ]
        self.message = label("", "caption", wrap=True)
        self.notes = label("", "warning", wrap=True)
        self.provenance = label(self._provenance(), "caption", wrap=True)
        self.more = link_button(
            "Model card", "What this model was trained on, its measured figures, when not to believe it"
        )
        self.saliency = link_button("Show saliency", "Show this model's saliency under the median beat")
        self._lay_out()
        self.more.clicked.connect(self._on_more)
        self.saliency.clicked.connect(self._on_saliency)
        self.set_waiting("Waiting for an ECG.")

    def _lay_out(self) -> None:
        number_row = QHBoxLayout()
        number_row.setSpacing(10)
        number_row.addWidget(self.number)
        against_threshold = QVBoxLayout()
        against_threshold.setSpacing(0)
        against_threshold.addWidget(self.side)
        against_threshold.addWidget(self.bar)
        number_row.addLayout(against_threshold, 1)
        self.body.addLayout(number_row)
        for row, (name, value) in enumerate(self._rank_labels):
            self.ranks.addWidget(name, row, 0)
            self.ranks.addWidget(value, row, 1)
        self.ranks.setColumnStretch(0, 1)
        self.body.addLayout(self.ranks)
        for widget in (self.message, self.notes, self.provenance):
            self.body.addWidget(widget)
        buttons = QHBoxLayout()
        buttons.setSpacing(16)
        buttons.addWidget(self.more)
        buttons.addWidget(self.saliency)
        buttons.addStretch(1)
        self.body.addLayout(buttons)
        self.saliency.hide()

    def _provenance(self) -> str:
        return f"{self.info.name} · {self.info.trained_on} Not a diagnosis."

    def set_theme(self, theme: Theme) -> None:
        self.bar.set_colours(theme.danger, theme.muted, theme.rail, theme.text)

    def set_waiting(self, sentence: str) -> None:
        """Show a quiet sentence in place of an answer."""
        self._show_number(None)
        self._show_ranks(())
        show_text(self.message, sentence)
        show_text(self.notes, "")
        self.saliency.hide()

    def set_answer(self, answer: ModelAnswer, said: frozenset[str] = frozenset()) -> None:
        """Show a prediction, or the sentence of a model that could not answer.

        `said` are notes that stand elsewhere in the window and need no repeating here.
        """
        from inference.results import ModelFailure

        outcome = answer.outcome
        if isinstance(outcome, ModelFailure):
            self.set_waiting("")
            show_text(self.notes, outcome.sentence)
            return
        show_text(self.message, "")
        show_text(self.notes, "\n".join(note for note in outcome.notes if note not in said))
        self._show_number(None if self.is_ranked else outcome)
        self._show_ranks(outcome.ranked()[:TOP_CLASSES] if self.is_ranked else ())
        self.saliency.setVisible(answer.attribution is not None)

    def set_saliency_shown(self, is_shown: bool) -> None:
        """Say on the button whether the bands under the beat are this model's."""
        self.saliency.setText("Saliency shown" if is_shown else "Show saliency")
        self.saliency.setEnabled(not is_shown)

    def _show_number(self, prediction: Prediction | None) -> None:
        self.number.setVisible(prediction is not None)
        self.side.setVisible(prediction is not None)
        self.bar.setVisible(prediction is not None)
        if prediction is None:
            return
        probability, threshold = prediction.positive_probability, prediction.threshold
        self.number.setText(f"{probability:.2f}")
        self.bar.set_values(probability, threshold)
        self.side.setText(threshold_words(prediction))

    def _show_ranks(self, ranked: tuple[tuple[str, float], ...] | list[tuple[str, float]]) -> None:
        for row, (name, value) in enumerate(self._rank_labels):
            is_filled = row < len(ranked)
            name.setVisible(is_filled)
            value.setVisible(is_filled)
            if is_filled:
                code, probability = ranked[row]
                name.setText(class_name(code))
                value.setText(f"{probability:.2f}")

    def _on_more(self) -> None:
        self.card_wished.emit(self.info.name)

    def _on_saliency(self) -> None:
        self.saliency_wished.emit(self.info.name)
