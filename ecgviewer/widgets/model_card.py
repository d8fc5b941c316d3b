"""One model's answer: probability and threshold, or a ranked list, or the sentence why it has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ecgviewer.actions import hint, key
from ecgviewer.services.inference_service import WhyRequest, is_why_on_demand
from ecgviewer.theme import Theme
from ecgviewer.widgets.folding_card import FoldingCard
from ecgviewer.widgets.keyed import link_button
from ecgviewer.widgets.model_answers import NumberAnswer, RankedAnswer
from ecgviewer.widgets.parts import Chip, ElidedLabel, label, show_text

if TYPE_CHECKING:
    from inference.bundle_info import BundleInfo
    from inference.results import ModelAnswer


class ModelCard(FoldingCard):
    """Shows one bundle; the leading one is always open. No number stands without 'Not a diagnosis.'"""

    card_wished = Signal(str)
    """The reader wants to read the model card of this bundle."""
    why_wished = Signal(str)
    """The reader wants this bundle's saliency on the bars and under the traces, computed if need be."""

    def __init__(self, info: BundleInfo, *, is_leading: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(info.title, parent)
        self.info = info
        self.setAccessibleName(info.title)
        self._is_on_demand = is_why_on_demand(info)
        self._answer: ModelAnswer | None = None
        self.answer = RankedAnswer() if len(info.classes) > 2 else NumberAnswer(is_large=is_leading)
        self.message = label("", "caption", wrap=True)
        self.notes = label("", "warning", wrap=True)
        self.why_problem = label("", "warning", wrap=True)
        self.provenance = ElidedLabel(f"{info.name} · {info.trained_on}", "caption")
        self.more = link_button(
            "Model card", "What this model was trained on, its measured figures, when not to believe it"
        )
        self.saliency = link_button("", "")
        self.details = QWidget()
        self._lay_out_heading()
        self._lay_out()
        if is_leading:
            self.toggle()
            self.arrow.hide()
            self.unsetCursor()
        self.more.clicked.connect(self._on_more)
        self.saliency.clicked.connect(self._on_saliency)
        self.set_waiting("Waiting for an ECG.")

    def _lay_out_heading(self) -> None:
        self.title.setWordWrap(True)
        self.heading.setStretch(0, 1)
        self.heading.setStretch(1, 0)
        if self.info.experimental and "experimental" not in self.info.title:
            self.heading.addWidget(
                Chip("experimental", "chip-caution", "Kept for study: its accuracy is not established.")
            )
        self.heading.addWidget(label("Not a diagnosis.", "key"))
        self.heading.addWidget(self.arrow)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(16)
        buttons.addWidget(self.more)
        inside = QVBoxLayout(self.details)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(2)
        self.body.addWidget(self.answer)
        if isinstance(self.answer, RankedAnswer):
            self.answer.first.addWidget(self.saliency)
            inside.addWidget(self.answer.others)
        else:
            buttons.addWidget(self.saliency)
        buttons.addStretch(1)
        inside.addWidget(self.provenance)
        inside.addLayout(buttons)
        for widget in (self.message, self.notes, self.why_problem, self.details):
            self.body.addWidget(widget)
        self.fold(self.details)

    def set_theme(self, theme: Theme) -> None:
        if isinstance(self.answer, NumberAnswer):
            self.answer.bar.set_colours(theme.danger, theme.muted, theme.rail, theme.text)

    def set_waiting(self, sentence: str) -> None:
        """Show a quiet sentence in place of an answer."""
        self._answer = None
        self._show_outcome(is_there=False)
        show_text(self.message, sentence)
        show_text(self.notes, "")
        self.set_why(WhyRequest(), is_shown=False)

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
        self._answer = answer
        show_text(self.message, "")
        show_text(self.notes, "\n".join(note for note in outcome.notes if note not in said))
        self.answer.set_prediction(outcome)
        self._show_outcome(is_there=True)

    def set_why(self, request: WhyRequest, *, is_shown: bool) -> None:
        """Say on the link whose explanation is shown, or how far this one's has come."""
        text, is_offered = self._why_words(request, is_shown=is_shown)
        is_new = is_offered and text.startswith("Compute")
        self.saliency.key = key("lead_shares") if is_new else ""
        self.saliency.setText(text)
        self.saliency.setToolTip(
            hint("lead_shares") if self._is_on_demand else "Show this model's saliency under the median beat"
        )
        self.saliency.setEnabled(is_offered)
        self.saliency.setVisible(bool(text))
        show_text(self.why_problem, request.problem)

    def _why_words(self, request: WhyRequest, *, is_shown: bool) -> tuple[str, bool]:
        """The link's words and whether it can be pressed; '' where this model explains nothing."""
        what = "lead shares" if self._is_on_demand else "saliency"
        if self.info.prepare.is_sheet:
            what = "map of the page"
        if self._answer is None:
            return "", False
        if request.is_computing:
            return f"Computing {what}…", False
        if self._answer.is_explained:
            return (f"{what.capitalize()} shown", False) if is_shown else (f"Show {what}", True)
        return (f"Compute {what}", True) if self._is_on_demand else ("", False)

    def _show_outcome(self, *, is_there: bool) -> None:
        self.answer.setVisible(is_there)
        if isinstance(self.answer, RankedAnswer):
            self.answer.others.setVisible(is_there)

    def _on_more(self) -> None:
        self.card_wished.emit(self.info.name)

    def _on_saliency(self) -> None:
        self.why_wished.emit(self.info.name)
