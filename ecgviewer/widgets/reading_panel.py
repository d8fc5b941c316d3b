"""The reader's own answers: always visible, always in the same place, saved as they are given."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from ecgviewer.actions import CULPRIT_NAMES, hint, key, key_series
from ecgviewer.commands import AnswerChange
from ecgviewer.widgets.keyed import Choice, KeyedCaption, link_button
from ecgviewer.widgets.parts import Card, Segmented, label, set_role
from inference.labels import CONFIDENCES, MI_LOCATIONS, Culprit, Omi, Reading

COMMENT_PAUSE_MS: Final = 600
"""A comment is saved when the typing pauses this long, or when the field is left."""
_BY_HAND: Final = (
    Qt.FocusReason.MouseFocusReason,
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
_OMI: Final = [
    (Omi.YES, "1 OMI", hint("omi_yes")),
    (Omi.NO, "2 Not OMI", hint("omi_no")),
    (Omi.UNCERTAIN, "3 Uncertain", hint("omi_uncertain")),
]
_CULPRIT: Final = [
    (culprit, "?" if culprit is Culprit.UNKNOWN else str(culprit), hint(f"culprit_{culprit.name.lower()}"))
    for culprit in CULPRIT_NAMES
]


class CommentField(QPlainTextEdit):
    """A comment that announces itself after a pause in typing, never per key."""

    committed = Signal(str)
    entered = Signal()
    """The reader put the cursor here, and has not typed yet."""
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(f"Comment  ({key('comment')})")
        self.setTabChangesFocus(True)
        self.setAccessibleName("Comment")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(46)
        self._shown = ""
        self._subject: object = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(COMMENT_PAUSE_MS)
        self._pause.timeout.connect(self.commit)
        self.textChanged.connect(self._pause.start)

    def show_comment(self, text: str, subject: object) -> None:
        """Show another comment: that of another subject (record and reader), or one that was undone.

        News of the comment that is known already leaves what is being typed alone, with its cursor.
        """
        if (text, subject) == (self._shown, self._subject):
            return
        self._pause.stop()
        self._shown, self._subject = text, subject
        if text != self.toPlainText():
            self.blockSignals(True)
            self.setPlainText(text)
            self.blockSignals(False)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Text only: a file that is dropped here is an ECG to open, and its address no comment."""
        return not source.hasUrls() and super().canInsertFromMimeData(source)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves the field, so that the letter keys work again."""
        if event.key() == Qt.Key.Key_Escape:
            self.clearFocus()
            self.left.emit()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Coming back from a dialog or another program is no news."""
        super().focusInEvent(event)
        if event.reason() in _BY_HAND:
            self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.commit()

    def commit(self) -> None:
        """Announce the text if it differs from the known one; `show_comment` says that it was accepted."""
        self._pause.stop()
        text = self.toPlainText()
        if text != self._shown:
            self.committed.emit(text)


class ReadingPanel(Card):
    """OMI, culprit, location, confidence, comment, and the button that signs and goes on."""

    change_wished = Signal(object)
    """AnswerChange: one answer as the reader wants it."""
    sign_wished = Signal()
    history_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Your reading", parent)
        self._reading = Reading()
        self.state = label("", "caption")
        self.heading.insertWidget(1, self.state)
        self.history_button = link_button("History", hint("history"), key("history"))
        self.history_button.clicked.connect(self.history_wished)
        self.heading.addWidget(self.history_button)
        self.omi = Segmented(_OMI, clearable=True)
        self.culprit = Segmented(_CULPRIT, clearable=True)
        self.confidence = Segmented(
            [(n, str(n), hint(f"confidence_{n}")) for n in CONFIDENCES], clearable=True
        )
        self.location = Choice(key("location"))
        self.location.setAccessibleName("MI location")
        self.location.setToolTip(hint("location"))
        self.location.addItem("Location: not stated", None)
        for code, name in MI_LOCATIONS.items():
            self.location.addItem(f"{name} ({code})", code)
        self.comment = CommentField()
        self.comment.setToolTip(hint("comment"))
        self.sign = QPushButton("Sign and next  ⏎")
        self.sign.setProperty("role", "primary")
        self.sign.setToolTip(hint("sign_next"))
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.body.addWidget(self.omi)
        confidence = KeyedCaption("Confidence", key_series("confidence_1", f"confidence_{CONFIDENCES[-1]}"))
        culprit = KeyedCaption("Culprit", key_series("culprit_lad", "culprit_unknown"))
        culprit.setFixedWidth(confidence.sizeHint().width())
        self.body.addLayout(_row(culprit, self.culprit))
        self.body.addWidget(self.location)
        self.body.addLayout(_row(confidence, self.confidence))
        self.body.addWidget(self.comment)
        self.body.addWidget(self.sign)

    def _connect(self) -> None:
        self.omi.chosen.connect(self._on_omi)
        self.culprit.chosen.connect(self._on_culprit)
        self.confidence.chosen.connect(self._on_confidence)
        self.location.activated.connect(self._on_location)
        self.comment.committed.connect(self._on_comment)
        self.sign.clicked.connect(self.sign_wished)

    def set_reading(self, reading: Reading, state: str, subject: object) -> None:
        """Show a reading and its state: '', 'draft', 'signed', or 'not saved' with or without a reason.

        `subject` tells one record and reader from another.
        """
        self._reading = reading
        self.omi.set_value(reading.omi)
        self.culprit.set_value(reading.culprit)
        self.confidence.set_value(reading.confidence)
        self.location.setCurrentIndex(max(0, self.location.findData(reading.location)))
        self.comment.show_comment(reading.comment, subject)
        self.state.setText(f"· {state}" if state else "")
        is_unsaved = state.startswith("not saved")
        # A state with its reason needs the title's room.
        self.title.setVisible(":" not in state)
        set_role(self.state, "problem" if is_unsaved else "good" if state == "signed" else "caption")

    def set_history_count(self, count: int) -> None:
        """How many earlier readings there are; the button is off without any."""
        self.history_button.setText(f"History ({count})" if count else "History")
        self.history_button.setEnabled(count > 0)

    def set_can_read(self, can_read: bool) -> None:
        """Off while no record is open."""
        fields = (self.omi, self.culprit, self.confidence, self.location, self.comment, self.sign)
        for field in fields:
            field.setEnabled(can_read)

    def commit_comment(self) -> None:
        """Announce a comment that is still being typed, before signing or leaving the record."""
        self.comment.commit()

    def wish_omi(self, omi: Omi) -> None:
        """The keys 1, 2 and 3."""
        self._on_omi(None if self._reading.omi == omi else omi)

    def wish_confidence(self, confidence: int) -> None:
        self._on_confidence(None if self._reading.confidence == confidence else confidence)

    def wish_culprit(self, culprit: Culprit) -> None:
        self._on_culprit(None if self._reading.culprit == culprit else culprit)

    def open_locations(self) -> None:
        """Open the list of MI locations."""
        self.location.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.location.showPopup()

    def _on_omi(self, omi: object) -> None:
        self.change_wished.emit(AnswerChange("omi", omi))

    def _on_culprit(self, culprit: object) -> None:
        self.change_wished.emit(AnswerChange("culprit", culprit))

    def _on_confidence(self, confidence: object) -> None:
        self.change_wished.emit(AnswerChange("confidence", confidence))

    def _on_location(self, index: int) -> None:
        self.change_wished.emit(AnswerChange("location", self.location.itemData(index)))

    def _on_comment(self, text: str) -> None:
        self.change_wished.emit(AnswerChange("comment", text))


def _row(caption: QWidget, field: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    row.addWidget(caption)
    row.addWidget(field, 1)
    return row
