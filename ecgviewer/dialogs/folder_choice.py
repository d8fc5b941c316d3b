"""One row of a form: the folder of an archive, chosen in the system's dialog."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from ecgviewer.widgets.parts import ElidedLabel, set_role

NOT_NAMED: Final = "not named"


class FolderChoice(QWidget):
    """Shows a folder. One that may be left out can be taken back."""

    wished = Signal()
    """Another folder is to be chosen."""
    left_out = Signal()

    def __init__(self, archive: str, *, is_optional: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.archive = archive
        self._folder = ""
        self._is_optional = is_optional
        self.shown = ElidedLabel()
        self.leave_out = QPushButton("Leave out")
        self.choose = QPushButton("Choose…")
        self.leave_out.setAccessibleName(f"Leave out {archive}")
        self.choose.setAccessibleName(f"Choose the folder of {archive}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.shown, 1)
        row.addWidget(self.leave_out)
        row.addWidget(self.choose)
        self.choose.clicked.connect(self.wished)
        self.leave_out.clicked.connect(self.left_out)
        self.set_folder("")

    @property
    def folder(self) -> str:
        """'' where none was named."""
        return self._folder

    def set_folder(self, folder: str) -> None:
        self._folder = folder
        set_role(self.shown, "body" if folder else "caption")
        self.shown.setText(folder or NOT_NAMED)
        self.leave_out.setVisible(self._is_optional and bool(folder))
