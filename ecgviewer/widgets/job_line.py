"""JobLine: how far a long job is, with the button that stops it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ecgviewer.actions import hint, key
from ecgviewer.widgets.keyed import link_button
from ecgviewer.widgets.parts import label


class JobLine(QWidget):
    """'Reading 34 %  Stop Shift+R'; hidden while nothing runs."""

    action_wished = Signal(str)

    def __init__(self, action_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action_id = action_id
        self.text = label("", "caption")
        self.stop = link_button("Stop", hint(action_id), key(action_id))
        self.stop.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 6, 0)
        row.setSpacing(6)
        row.addWidget(self.text)
        row.addWidget(self.stop)
        self.stop.clicked.connect(self._on_stop)
        self.hide()

    def set_progress(self, text: str) -> None:
        """What runs and how far it is; '' when it has ended."""
        self.text.setText(text)
        self.setVisible(bool(text))

    def _on_stop(self) -> None:
        self.action_wished.emit(self._action_id)
