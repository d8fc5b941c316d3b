"""The page of the retraining dialog that asks what to do. It announces wishes; news come by `set_*`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ecgviewer.dialogs.buttons import button_row, role_button
from ecgviewer.dialogs.folder_choice import FolderChoice
from ecgviewer.services.retrain_plan import Base, DataFolders, Plan
from ecgviewer.widgets import retrain_words
from ecgviewer.widgets.keyed import Choice
from ecgviewer.widgets.parts import ElidedLabel, label, show_text

PROMISE: Final = (
    "A new version is trained on this computer, in a process of its own. It is proposed to you when it is "
    "ready and replaces nothing by itself."
)
WHY_OUTSIDE: Final = (
    "PTB and LUDB hold real acute ECGs, which the new version is measured on and never learns from. "
    "Without them the new version stays switched off."
)


class AskPage(QWidget):
    """Which model, from which data, to where; what stands in the way."""

    changed = Signal()
    """Another model was chosen: count and check again."""
    folder_wished = Signal(object)
    """The FolderChoice whose folder is to be chosen."""
    folders_changed = Signal()
    start_wished = Signal()
    close_wished = Signal()
    filled = Signal()
    """Other words stand here, which may need more room."""

    def __init__(self, bases: Sequence[Base], models_folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bases = list(bases)
        self.model = Choice()
        self.model.setAccessibleName("Model to retrain")
        for base in self._bases:
            self.model.addItem(f"{base.info.title}  ({base.key})")
        self.teachers = label("", wrap=True)
        self.ptb_xl = FolderChoice("PTB-XL")
        self.ptb = FolderChoice("PTB", is_optional=True)
        self.ludb = FolderChoice("LUDB", is_optional=True)
        self.why_outside = label(WHY_OUTSIDE, "caption", wrap=True)
        self.result = ElidedLabel(str(models_folder), "body")
        self.problems = label("", "problem", wrap=True)
        self.start = role_button("Start", "primary")
        self.close_button = QPushButton("Close")
        self.captions: dict[QWidget, QLabel] = {}
        self._lay_out()
        self._connect()
        self.set_plan(None)

    @property
    def base(self) -> Base | None:
        """The chosen model; None where none can be retrained."""
        index = self.model.currentIndex()
        return self._bases[index] if 0 <= index < len(self._bases) else None

    @property
    def data(self) -> DataFolders:
        """The folders as they are named now."""
        return DataFolders(self.ptb_xl.folder, self.ptb.folder, self.ludb.folder)

    def set_data(self, data: DataFolders) -> None:
        self.ptb_xl.set_folder(data.ptb_xl)
        self.ptb.set_folder(data.ptb)
        self.ludb.set_folder(data.ludb)

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
        self._show_outside(self.base is not None and self.base.is_judged_outside)
        self.start.setEnabled(plan is not None and not plan.problems)
        self.filled.emit()

    def _show_outside(self, is_judged_outside: bool) -> None:
        for widget in (self.ptb, self.ludb):
            widget.setVisible(is_judged_outside)
            self.captions[widget].setVisible(is_judged_outside)
        self.why_outside.setVisible(is_judged_outside)

    def _on_start(self) -> None:
        # A second press must not start a second run.
        self.start.setEnabled(False)
        self.start_wished.emit()

    def _on_left_out(self, choice: FolderChoice) -> None:
        choice.set_folder("")
        self.folders_changed.emit()

    def _connect(self) -> None:
        self.model.currentIndexChanged.connect(self.changed)
        for choice in (self.ptb_xl, self.ptb, self.ludb):
            choice.wished.connect(lambda choice=choice: self.folder_wished.emit(choice))
            choice.left_out.connect(lambda choice=choice: self._on_left_out(choice))
        self.start.clicked.connect(self._on_start)
        self.close_button.clicked.connect(self.close_wished)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(label("Make a new version of a model from your signed readings", "strong"))
        column.addWidget(label(PROMISE, "caption", wrap=True))
        column.addLayout(self._make_form())
        column.addWidget(self.problems)
        column.addStretch(1)
        column.addLayout(button_row(self.start, self.close_button))

    def _make_form(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("Model", self.model),
            ("Your labels", self.teachers),
            ("PTB-XL", self.ptb_xl),
            ("PTB", self.ptb),
            ("LUDB", self.ludb),
            ("", self.why_outside),
            ("Result", self.result),
        )
        for row, (name, widget) in enumerate(rows):
            # Beside one line in the middle, beside several at the first one: both stand on one baseline.
            several = isinstance(widget, QLabel) and widget.wordWrap()
            caption = self.captions[widget] = label(name, "title")
            at = Qt.AlignmentFlag.AlignTop if several else Qt.AlignmentFlag.AlignVCenter
            grid.addWidget(caption, row, 0, at)
            grid.addWidget(widget, row, 1, at if several else Qt.AlignmentFlag(0))
        return grid
