"""The line at the bottom: what was saved, what to press, what the engine does."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QStatusBar, QWidget

from ecgviewer.actions import BY_ID
from ecgviewer.widgets.job_line import JobLine
from ecgviewer.widgets.parts import ElidedLabel, label, set_role

_MESSAGE_MS = 6000


class StatusStrip(QStatusBar):
    """Left: the last message or save. Middle: what runs for long, keys. Right: the engine."""

    action_wished = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setContentsMargins(10, 0, 10, 0)
        self.saved = ElidedLabel("Nothing to save", "caption")
        self.keys = label("", "caption")
        self.engine = label("", "caption")
        self.reading = JobLine("read_long")
        self.scan = JobLine("scan")
        self.addWidget(self.saved, 1)
        for job in (self.reading, self.scan):
            self.addPermanentWidget(job)
            job.action_wished.connect(self.action_wished)
        self.addPermanentWidget(self.keys)
        self.addPermanentWidget(self.engine)
        self._resting = ("Nothing to save", "caption")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_message_over)
        self.set_undo("", "")

    def set_saved(self, when: datetime) -> None:
        self._rest(f"Saved {when:%H:%M:%S}", "caption")

    def set_unsaved(self, sentence: str, count: int) -> None:
        """Readings cannot be saved, for a reason that lies with the store; `count` of them wait."""
        again = f"{BY_ID['retry_save'].shown_key} tries again"
        text = f"Not saved: {sentence} ({count} waiting · {again})" if count else f"{sentence} ({again})"
        self._rest(text, "problem")

    def set_ready(self) -> None:
        self._rest("Saved", "caption")

    def set_undo(self, undo: str, redo: str) -> None:
        """What undo and redo would do, '' for nothing."""
        parts = [
            f"Undo {undo} {BY_ID['undo'].shown_key}" if undo else "",
            f"Redo {BY_ID['redo'].shown_key}" if redo else "",
            f"Shortcuts {BY_ID['shortcuts'].shown_key}",
        ]
        self.keys.setText(" · ".join(part for part in parts if part))

    def set_engine(self, text: str) -> None:
        self.engine.setText(f"·  {text}" if text else "")

    def tell(self, text: str) -> None:
        """Say something for a few seconds."""
        self._show(text, "strong")
        self._timer.start(_MESSAGE_MS)

    def open_folder(self, folder: Path) -> None:
        """Open a folder as the system does; where it cannot, say which one it is."""
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.tell(f"This system opened no window for the folder {folder}: look there yourself.")

    def _rest(self, text: str, role: str) -> None:
        self._resting = (text, role)
        if not self._timer.isActive():
            self._show(text, role)

    def _show(self, text: str, role: str) -> None:
        set_role(self.saved, role)
        self.saved.setText(text)

    def _on_message_over(self) -> None:
        self._show(*self._resting)
