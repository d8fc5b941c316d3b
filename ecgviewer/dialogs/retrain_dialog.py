"""The dialog of a retraining: one page asks what to do, the other shows how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from ecgviewer.dialogs.retrain_ask_page import AskPage
from ecgviewer.dialogs.retrain_run_page import RunPage
from ecgviewer.services.retrain_plan import Base
from ecgviewer.services.retrain_run import RunNews
from ecgviewer.widgets.parts import label, show_text

WIDTH_PX: Final = 640
LOWEST_PX: Final = 220


class RetrainDialog(QDialog):
    """Shows one of its two pages. It may be closed at any time: the run does not belong to it."""

    def __init__(self, bases: Sequence[Base], models_folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Retrain on corrected labels")
        self.setMinimumWidth(WIDTH_PX)
        self.ask = AskPage(bases, models_folder)
        self.run = RunPage()
        self.refusal = label("", "problem", wrap=True)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        for page in (self.ask, self.run):
            column.addWidget(page, 1)
            page.close_wished.connect(self.close)
            page.filled.connect(self._fit)
        column.addWidget(self.refusal)
        self.show_ask()

    def show_ask(self) -> None:
        """Ask what to retrain."""
        self.run.hide()
        self.ask.show()
        self.set_refusal("")

    def show_run(self, news: RunNews) -> None:
        """Show how far the run is."""
        self.ask.hide()
        self.run.show()
        self.run.set_news(news)
        self.set_refusal("")

    def set_refusal(self, sentence: str) -> None:
        """Why the last wish was not fulfilled; '' for nothing."""
        show_text(self.refusal, sentence)
        self._fit()

    def _fit(self) -> None:
        """As high as what is said now needs: Qt does not make room for lines that wrap."""
        # The pages first: a row that was just hidden still counts in the whole until its page was laid out.
        for inner in (self.ask.layout(), self.run.layout(), self._column):
            assert inner is not None, "made with its parts"
            inner.activate()
        height_px = max(LOWEST_PX, self._column.totalHeightForWidth(max(self.width(), WIDTH_PX)))
        # Named outright: Qt's own minimum supposes that the wrapped lines are narrower than they are.
        self.setMinimumHeight(height_px)
        self.resize(self.width(), height_px)
