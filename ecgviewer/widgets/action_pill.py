"""The small round button of a heading that wishes for one action."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal

from ecgviewer.actions import hint, key
from ecgviewer.widgets.keyed import KeyedButton


class ActionPill(KeyedButton):
    """Announces its action's id; whether it is checked is told to it.

    A screen reader calls it by its words, which may say a value, and describes it by its tooltip.
    """

    wished = Signal(str)

    def __init__(self, action_id: str, text: str, *, checkable: bool = False) -> None:
        super().__init__(text, key(action_id))
        self._action_id = action_id
        self.setCheckable(checkable)
        self.setToolTip(hint(action_id))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("role", "pill")
        self.clicked.connect(self._on_clicked)

    def _on_clicked(self) -> None:
        if self.isCheckable():
            # What is checked is the workspace's to say: undo Qt's own toggle until the news comes back.
            self.setChecked(not self.isChecked())
        self.wished.emit(self._action_id)
