"""The parts of the window and where they stand. No wiring here."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QSplitter, QVBoxLayout, QWidget

from ecgviewer.plots.layouts import LayoutName
from ecgviewer.theme import Theme
from ecgviewer.widgets.beat_card import BeatCard, LeadCard
from ecgviewer.widgets.card_column import CardColumn
from ecgviewer.widgets.device_panel import DevicePanel
from ecgviewer.widgets.ecg_card import EcgCard
from ecgviewer.widgets.error_bar import ErrorBar
from ecgviewer.widgets.header import Header
from ecgviewer.widgets.history_panel import HistoryPanel
from ecgviewer.widgets.import_panel import ImportPanel
from ecgviewer.widgets.library_panel import LibraryPanel
from ecgviewer.widgets.long_card import LongCard
from ecgviewer.widgets.measurements_panel import MeasurementsPanel
from ecgviewer.widgets.model_panel import ModelPanel
from ecgviewer.widgets.notice_bar import NoticeBar
from ecgviewer.widgets.quality_panel import QualityPanel
from ecgviewer.widgets.reading_panel import ReadingPanel
from ecgviewer.widgets.strip_card import StripCard
from ecgviewer.widgets.summary_panel import SummaryPanel
from ecgviewer.widgets.why_panel import WhyPanel

LIBRARY_PX: Final = 196
RIGHT_PX: Final = 340
GAP_PX: Final = 8
_PAPER_PARTS: Final[dict[LayoutName, float]] = {"3x4+II": 0.53, "6x2": 0.53, "12x1": 0.69}
"""Part of the height that the paper has above the median beats: twelve rows need more of it."""

_ONE_LEAD_PART: Final = 0.28
_ALL_LEADS_PART: Final = 0.46
"""Part of the height that a rhythm strip has under the paper: the paper stays the largest thing."""


class WindowParts(QWidget):
    """Header on top; worklist, paper with beats, and models with the reading side by side."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header = Header()
        self.errors = ErrorBar()
        self.notice = NoticeBar()
        self.library = LibraryPanel()
        self.ecg = EcgCard(theme)
        self.beat = BeatCard(theme)
        self.leads = LeadCard(theme)
        self.long = LongCard(theme)
        self.strip = StripCard(theme)
        self.summary = SummaryPanel()
        self.why = WhyPanel()
        self.models = ModelPanel(self.why)
        self.quality = QualityPanel()
        self.file = ImportPanel()
        self.device = DevicePanel()
        self.measurements = MeasurementsPanel()
        self.history = HistoryPanel()
        self.reading = ReadingPanel()
        self.beat_row = self._make_beat_row()
        self._layout: LayoutName = "3x4+II"
        self._paper_parts = dict(_PAPER_PARTS)
        self.centre = self._make_centre()
        self.right = self._make_right()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.errors)
        column.addWidget(self.notice)
        column.addWidget(self._make_columns(), 1)

    def set_theme(self, theme: Theme) -> None:
        """Give the theme to the parts that paint by themselves."""
        for part in (self.library, self.ecg, self.models, self.long, self.strip):
            part.set_theme(theme)
        self.beat.view.set_theme(theme)
        self.leads.bars.set_theme(theme)

    def set_layout(self, layout: LayoutName) -> None:
        """Share the height as this layout was last shared, by default or by the reader's hand."""
        if layout == self._layout:
            return
        self._keep_share()
        self._layout = layout
        self._share_height()

    def set_beats_shown(self, are_shown: bool) -> None:
        """Show the median beats and the lead bars under the paper, or give the paper their room."""
        if are_shown == self.beat_row.isHidden():
            self._keep_share()
            self.beat_row.setVisible(are_shown)
            self._share_height()

    def set_strip_shown(self, is_shown: bool) -> None:
        """Open the rhythm strip of a long recording under the paper, or close it."""
        if is_shown == self.strip.isHidden():
            self.strip.setVisible(is_shown)

    def share_with_strip(self, *, is_tall: bool) -> None:
        """Give all leads of the strip more of the height than one."""
        part = _ALL_LEADS_PART if is_tall else _ONE_LEAD_PART
        self._with_strip.setSizes([round((1 - part) * 10_000), round(part * 10_000)])

    def _keep_share(self) -> None:
        paper_px, beats_px = self._split.sizes()
        if beats_px > 0:
            self._paper_parts[self._layout] = paper_px / (paper_px + beats_px)

    def _share_height(self) -> None:
        part = self._paper_parts[self._layout]
        self._split.setSizes([round(part * 10_000), round((1 - part) * 10_000)])

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
        split = self._split = QSplitter(Qt.Orientation.Vertical)
        split.setHandleWidth(GAP_PX)
        split.setChildrenCollapsible(False)
        split.addWidget(self.ecg)
        split.addWidget(self.beat_row)
        split.setStretchFactor(0, 53)
        split.setStretchFactor(1, 47)
        self._share_height()
        self._with_strip = QSplitter(Qt.Orientation.Vertical)
        self._with_strip.setHandleWidth(GAP_PX)
        self._with_strip.setChildrenCollapsible(False)
        self._with_strip.addWidget(split)
        self._with_strip.addWidget(self.strip)
        self.share_with_strip(is_tall=False)
        column.setSpacing(GAP_PX)
        column.addWidget(self._with_strip, 1)
        column.addWidget(self.long)
        return centre

    def _make_right(self) -> QFrame:
        right = QFrame()
        right.setProperty("role", "panel")
        right.setMinimumWidth(300)
        column = QVBoxLayout(right)
        column.setContentsMargins(10, GAP_PX, 10, GAP_PX)
        column.setSpacing(6)
        column.addWidget(self.summary)
        cards = (self.history, self.models, self.quality, self.measurements, self.device, self.file)
        column.addWidget(CardColumn(cards), 1)
        column.addWidget(self.reading)
        return right

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
