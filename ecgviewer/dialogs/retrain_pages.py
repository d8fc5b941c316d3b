"""The two pages of the retraining dialog. They announce wishes; what is shown is brought by `set_*`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ecgviewer.services.retrain_plan import Base, Plan
from ecgviewer.services.retrain_run import RunNews
from ecgviewer.widgets import retrain_words
from ecgviewer.widgets.parts import ElidedLabel, label, set_role, show_text

PROMISE: Final = (
    "A new version is trained on this computer, in a process of its own. It is proposed to you when it is "
    "ready and replaces nothing by itself."
)


class AskPage(QWidget):
    """Which model, from which data, to where; what stands in the way."""

    changed = Signal()
    """Another model was chosen: count and check again."""
    folder_wished = Signal()
    start_wished = Signal()
    close_wished = Signal()
    filled = Signal()
    """Other words stand here, which may need more room."""

    def __init__(self, bases: Sequence[Base], models_folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bases = list(bases)
        self.model = QComboBox()
        self.model.setAccessibleName("Model to retrain")
        for base in self._bases:
            self.model.addItem(f"{base.info.title}  ({base.key})")
        self.teachers = label("", wrap=True)
        self.folder = ElidedLabel("", "body")
        self.choose = QPushButton("Choose…")
        self.result = ElidedLabel(str(models_folder), "body")
        self.problems = label("", "problem", wrap=True)
        self.start = _button("Start", "primary")
        self.close_button = QPushButton("Close")
        self._lay_out()
        self.model.currentIndexChanged.connect(self.changed)
        self.choose.clicked.connect(self.folder_wished)
        self.start.clicked.connect(self._on_start)
        self.close_button.clicked.connect(self.close_wished)
        self.set_plan(None)

    @property
    def base(self) -> Base | None:
        """The chosen model; None where none can be retrained."""
        index = self.model.currentIndex()
        return self._bases[index] if 0 <= index < len(self._bases) else None

    @property
    def ptb_xl(self) -> str:
        return self.folder.text()

    def set_ptb_xl(self, folder: str) -> None:
        self.folder.setText(folder)

    def set_plan(self, plan: Plan | None) -> None:
        """Show what would be learned from and what stands in the way; None while that is found out."""
        if self.base is None:
            show_text(self.problems, "No model that can be retrained is installed.")
            show_text(self.teachers, "")
        elif plan is None:
            self.teachers.setText("Counting your signed readings…")
            show_text(self.problems, "")
        else:
            self.teachers.setText(retrain_words.learns_from_text(plan.learns_from))
            show_text(self.problems, "\n".join(plan.problems))
        self.start.setEnabled(plan is not None and not plan.problems)
        self.filled.emit()

    def _on_start(self) -> None:
        # A second press must not start a second run.
        self.start.setEnabled(False)
        self.start_wished.emit()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(label("Make a new version of a model from your signed readings", "strong"))
        column.addWidget(label(PROMISE, "caption", wrap=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("Model", self.model),
            ("Your labels", self.teachers),
            ("PTB-XL", self.folder),
            ("Result", self.result),
        )
        for row, (name, widget) in enumerate(rows):
            grid.addWidget(label(name, "title"), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(widget, row, 1, 1, 1 if widget is self.folder else 2)
        grid.addWidget(self.choose, 2, 2)
        column.addLayout(grid)
        column.addWidget(self.problems)
        column.addStretch(1)
        column.addLayout(_row(self.start, self.close_button))


class RunPage(QWidget):
    """How far a run is, and what can be done with it."""

    stop_wished = Signal()
    again_wished = Signal()
    log_wished = Signal()
    proposal_wished = Signal()
    anew_wished = Signal()
    close_wished = Signal()
    filled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = label("", "strong", wrap=True)
        self.stage = label("", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.left = label("", "caption")
        self.sentence = label("", wrap=True, selectable=True)
        self.goes_on = label(retrain_words.GOES_ON, "caption", wrap=True)
        self.proposal = _button("Compare with the present model…", "primary")
        self.again = _button("Start again", "primary")
        self.stop = QPushButton("Stop…")
        self.anew = QPushButton("New retraining…")
        self.log = QPushButton("Open log")
        self.close_button = QPushButton("Close")
        for button, wish in (
            (self.proposal, self.proposal_wished),
            (self.again, self.again_wished),
            (self.stop, self.stop_wished),
            (self.anew, self.anew_wished),
            (self.log, self.log_wished),
            (self.close_button, self.close_wished),
        ):
            button.clicked.connect(wish)
            button.setAutoDefault(False)
        # Enter and Space must do no more than close.
        self.close_button.setFocus()
        self._lay_out()

    def set_news(self, news: RunNews) -> None:
        """Show a run as it is now."""
        self.title.setText(retrain_words.news_title(news))
        show_text(self.stage, retrain_words.stage_text(news))
        self._show_bar(news)
        set_role(self.sentence, "problem" if news.stage in ("failed", "stopped") else "body")
        show_text(self.sentence, retrain_words.news_sentence(news))
        self.goes_on.setVisible(news.is_alive)
        self.proposal.setVisible(news.stage == "finished")
        self.again.setVisible(news.stage in ("failed", "stopped"))
        self.stop.setVisible(news.is_alive)
        self.stop.setEnabled(news.stage == "running")
        self.anew.setVisible(not news.is_alive)
        self.filled.emit()

    def _show_bar(self, news: RunNews) -> None:
        """A stage without a known length moves to and fro: nothing is invented."""
        line = news.line
        total = line.total if line is not None else 0
        self.bar.setVisible(news.is_alive)
        self.bar.setRange(0, max(total, 0))
        self.bar.setValue(min(line.done, total) if line is not None and total > 0 else -1)
        show_text(
            self.left,
            retrain_words.left_text(line.minutes_left) if line is not None and news.is_alive else "",
        )

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for widget in (self.title, self.stage, self.bar, self.left, self.sentence, self.goes_on):
            column.addWidget(widget)
        column.addStretch(1)
        column.addLayout(_row(self.proposal, self.again, self.stop, self.anew, self.log, self.close_button))


def _button(text: str, role: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("role", role)
    return button


def _row(*buttons: QPushButton) -> QHBoxLayout:
    """Buttons at the right end."""
    row = QHBoxLayout()
    row.setSpacing(8)
    row.addStretch(1)
    for button in buttons:
        row.addWidget(button)
    return row
