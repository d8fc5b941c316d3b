"""The parts of the window and where they stand. No wiring here."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QVBoxLayout, QWidget

from ecgviewer.theme import Theme
from ecgviewer.widgets.beat_card import BeatCard, LeadCard
from ecgviewer.widgets.ecg_card import EcgCard
from ecgviewer.widgets.error_bar import ErrorBar
from ecgviewer.widgets.header import Header
from ecgviewer.widgets.history_panel import HistoryPanel
from ecgviewer.widgets.library_panel import LibraryPanel
from ecgviewer.widgets.model_panel import ModelPanel
from ecgviewer.widgets.quality_panel import QualityPanel
from ecgviewer.widgets.reading_panel import ReadingPanel
from ecgviewer.widgets.summary_panel import SummaryPanel
from ecgviewer.widgets.why_panel import WhyPanel

LIBRARY_PX: Final = 196
RIGHT_PX: Final = 340
GAP_PX: Final = 8


class WindowParts(QWidget):
    """Header on top; worklist, paper with beats, and models with the reading side by side."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header = Header()
        self.errors = ErrorBar()
        self.library = LibraryPanel()
        self.ecg = EcgCard(theme)
        self.beat = BeatCard(theme)
        self.leads = LeadCard(theme)
        self.summary = SummaryPanel()
        self.models = ModelPanel()
        self.why = WhyPanel()
        self.quality = QualityPanel()
        self.history = HistoryPanel()
        self.reading = ReadingPanel()
        self.beat_row = self._make_beat_row()
        self.centre = self._make_centre()
        self.right = self._make_right()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.errors)
        column.addWidget(self._make_columns(), 1)

    def set_theme(self, theme: Theme) -> None:
        """Give the theme to the parts that paint by themselves."""
        for part in (self.library, self.ecg, self.models):
            part.set_theme(theme)
        self.beat.view.set_theme(theme)
        self.leads.bars.set_theme(theme)

    def _make_beat_row(self) -> QSplitter:
        row = QSplitter(Qt.Orientation.Horizontal)
        row.setHandleWidth(GAP_PX)
        row.setChildrenCollapsible(False)
        row.addWidget(self.beat)
        row.addWidget(self.leads)
        row.setStretchFactor(0, 1)
        row.setStretchFactor(1, 0)
        row.setSizes([560, 236])
        return row

    def _make_centre(self) -> QWidget:
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(GAP_PX, GAP_PX, GAP_PX, GAP_PX)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setHandleWidth(GAP_PX)
        split.setChildrenCollapsible(False)
        split.addWidget(self.ecg)
        split.addWidget(self.beat_row)
        split.setStretchFactor(0, 53)
        split.setStretchFactor(1, 47)
        split.setSizes([424, 376])
        column.addWidget(split)
        return centre

    def _make_right(self) -> QFrame:
        right = QFrame()
        right.setProperty("role", "panel")
        right.setMinimumWidth(300)
        column = QVBoxLayout(right)
        column.setContentsMargins(10, GAP_PX, 10, GAP_PX)
        column.setSpacing(GAP_PX)
        column.addWidget(self.summary)
        column.addWidget(self._make_scroll(), 1)
        column.addWidget(self.reading)
        return right

    def _make_scroll(self) -> QScrollArea:
        inside = QFrame()
        inside.setProperty("role", "panel")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_PX)
        for part in (self.history, self.models, self.why, self.quality):
            column.addWidget(part)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        return area

    def _make_columns(self) -> QSplitter:
        columns = QSplitter(Qt.Orientation.Horizontal)
        columns.setHandleWidth(1)
        columns.setChildrenCollapsible(False)
        for part in (self.library, self.centre, self.right):
            columns.addWidget(part)
        for index, stretch in enumerate((0, 1, 0)):
            columns.setStretchFactor(index, stretch)
        columns.setSizes([LIBRARY_PX, 900, RIGHT_PX])
        return columns
