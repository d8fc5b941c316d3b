"""The page of the retraining dialog that shows how far a run is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QPushButton, QVBoxLayout, QWidget

from ecgviewer.dialogs.buttons import button_row, role_button
from ecgviewer.services.retrain_run import RunNews
from ecgviewer.widgets import retrain_words
from ecgviewer.widgets.parts import label, set_role, show_text


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
        self.proposal = role_button("Compare with the present model…", "primary")
        self.again = role_button("Start again", "primary")
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
        column.addLayout(
            button_row(self.proposal, self.again, self.stop, self.anew, self.log, self.close_button)
        )
