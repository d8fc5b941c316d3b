"""What a model's card shows of a prediction: a probability against its threshold, or ranked classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ecgviewer.widgets.parts import ElidedLabel, label
from ecgviewer.widgets.probability_bar import ProbabilityBar
from ecgviewer.widgets.wording import class_name, probability_words, threshold_words

if TYPE_CHECKING:
    from inference.results import Prediction

TOP_CLASSES: Final = 4


class NumberAnswer(QWidget):
    """A probability, its threshold in words and on a bar; large, or all in one line."""

    def __init__(self, *, is_large: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number = label("", "number" if is_large else "strong", selectable=True)
        self.side = label("", "caption")
        self.bar = ProbabilityBar()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.number)
        if is_large:
            against_threshold = QVBoxLayout()
            against_threshold.setSpacing(0)
            against_threshold.addWidget(self.side)
            against_threshold.addWidget(self.bar)
            row.addLayout(against_threshold, 1)
        else:
            row.addWidget(self.bar, 1)
            row.addWidget(self.side)

    def set_prediction(self, prediction: Prediction) -> None:
        self.number.setText(probability_words(prediction))
        self.side.setText(threshold_words(prediction))
        self.bar.set_values(prediction.positive_probability, prediction.threshold)


class RankedAnswer(QWidget):
    """The most probable class, with room for a link beside it; the next ones in `others`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = [
            (ElidedLabel("", "strong" if row == 0 else "body"), label("", "strong" if row == 0 else "body"))
            for row in range(TOP_CLASSES)
        ]
        self.first = QHBoxLayout(self)
        self.first.setContentsMargins(0, 0, 0, 0)
        self.first.setSpacing(10)
        name, value = self._rows[0]
        self.first.addWidget(value)
        self.first.addWidget(name, 1)
        self.others = QWidget()
        grid = QGridLayout(self.others)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(self._rows[1:]):
            grid.addWidget(value, row, 0)
            grid.addWidget(name, row, 1)

    def set_prediction(self, prediction: Prediction) -> None:
        self._show(prediction.ranked()[:TOP_CLASSES])

    def _show(self, ranked: Sequence[tuple[str, float]]) -> None:
        for row, (name, value) in enumerate(self._rows):
            is_filled = row < len(ranked)
            name.setVisible(is_filled)
            value.setVisible(is_filled)
            if is_filled:
                code, probability = ranked[row]
                name.setText(class_name(code))
                value.setText(f"{probability:.2f}")
