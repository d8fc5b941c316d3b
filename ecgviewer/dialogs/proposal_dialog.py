"""Two versions of a model side by side: what changed in figures, both cards, and the reader's decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ecgviewer.dialogs.text_dialogs import card_text, text_browser
from ecgviewer.widgets.parts import Card, label
from ecgviewer.widgets.retrain_words import switched_off_text
from ecgviewer.widgets.version_figures import JudgedSet, caution_text, facts_text, judged_sets

if TYPE_CHECKING:
    from inference.bundle_info import BundleInfo

HEADINGS: Final = ("records", "figure", "without your labels", "with your labels", "difference (95 %)")
_WORDS: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_NUMBERS: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ProposalDialog(QDialog):
    """Accepted: the proposed version is to answer. `decided`: activated or kept, not merely closed."""

    decided = Signal()

    def __init__(
        self, present: BundleInfo | None, proposed: BundleInfo, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Two versions of one model")
        self.resize(1180, 640)
        self.activate = QPushButton("Activate the proposed one")
        self.activate.setProperty("role", "primary")
        self.activate.setEnabled(proposed.enabled)
        self.activate.setToolTip(switched_off_text(proposed))
        self.keep = QPushButton("Keep the present one")
        self.keep.setDefault(True)
        self.activate.clicked.connect(self._on_activate)
        self.keep.clicked.connect(self._on_keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(label(proposed.title, "strong"))
        column.addWidget(_figures(proposed))
        column.addLayout(_cards(present, proposed), 1)
        column.addLayout(self._make_foot(proposed))

    def _make_foot(self, proposed: BundleInfo) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(label(switched_off_text(proposed), "warning", wrap=True), 1)
        row.addWidget(self.activate)
        row.addWidget(self.keep)
        return row

    def _on_activate(self) -> None:
        self.accept()
        self.decided.emit()

    def _on_keep(self) -> None:
        self.reject()
        self.decided.emit()


def _figures(proposed: BundleInfo) -> Card:
    """Before and after on the same records, as the bundle's own metrics say."""
    card = Card("Before and after, on the same records")
    sets = judged_sets(proposed)
    if sets:
        card.body.addLayout(_table(sets))
    else:
        card.body.addWidget(label("This version does not say how it compares with the one before."))
    if caution_text(sets):
        card.body.addWidget(label(caution_text(sets), "warning", wrap=True))
    if facts_text(proposed):
        card.body.addWidget(label(facts_text(proposed), "caption", wrap=True))
    return card


def _table(sets: list[JudgedSet]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(28)
    grid.setVerticalSpacing(4)
    for column, name in enumerate(HEADINGS):
        grid.addWidget(label(name, "caption"), 0, column, _NUMBERS if column > 1 else _WORDS)
    line = 1
    for each in sets:
        grid.addWidget(label(each.title), line, 0, _WORDS)
        if each.not_judged:
            grid.addWidget(label(each.not_judged, "caption", wrap=True), line, 1, 1, 5)
            line += 1
        for row in each.rows:
            grid.addWidget(label(row.name), line, 1, _WORDS)
            for column, text in enumerate((row.before, row.after, row.difference), start=2):
                grid.addWidget(label(text), line, column, _NUMBERS)
            line += 1
    grid.setColumnStretch(len(HEADINGS), 1)
    return grid


def _cards(present: BundleInfo | None, proposed: BundleInfo) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(10)
    for name, info in (("Present", present), ("Proposed", proposed)):
        side = QVBoxLayout()
        side.setSpacing(4)
        side.addWidget(label(f"{name}: {info.name if info is not None else 'none answers now'}", "title"))
        side.addWidget(text_browser(card_text(info) if info is not None else ""), 1)
        row.addLayout(side, 1)
    return row
