"""The dialog of a retraining: one page asks what to do, the other shows how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QDialog, QStackedWidget, QVBoxLayout, QWidget

from ecgviewer.dialogs.retrain_pages import AskPage, RunPage
from ecgviewer.services.retrain_plan import Base
from ecgviewer.services.retrain_run import RunNews
from ecgviewer.widgets.parts import label, show_text


class RetrainDialog(QDialog):
    """Shows one of its two pages. It may be closed at any time: the run does not belong to it."""

    def __init__(self, bases: Sequence[Base], models_folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Retrain on corrected labels")
        self.setMinimumWidth(600)
        self.ask = AskPage(bases, models_folder)
        self.run = RunPage()
        self.refusal = label("", "problem", wrap=True)
        self.pages = QStackedWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(self.pages, 1)
        column.addWidget(self.refusal)
        for page in (self.ask, self.run):
            self.pages.addWidget(page)
            page.close_wished.connect(self.close)
        self.set_refusal("")

    def show_ask(self) -> None:
        """Ask what to retrain."""
        self.set_refusal("")
        self.pages.setCurrentWidget(self.ask)

    def show_run(self, news: RunNews) -> None:
        """Show how far the run is."""
        self.set_refusal("")
        self.run.set_news(news)
        self.pages.setCurrentWidget(self.run)

    def set_refusal(self, sentence: str) -> None:
        """Why the last wish was not fulfilled; '' for nothing."""
        show_text(self.refusal, sentence)
