"""The paper, the largest thing in the window: a record's trace, or a page that says why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollBar, QStackedLayout, QVBoxLayout, QWidget

from ecgviewer.plots.ecg_view import EcgView
from ecgviewer.plots.layouts import SHEET_S, LayoutName
from ecgviewer.theme import Theme
from ecgviewer.widgets.page_card import PageCard
from ecgviewer.widgets.state_page import StatePage
from ecgviewer.widgets.wording import acquired_text, heart_rate_text, patient_line
from inference.records.leads import STANDARD_LEADS
from inference.signal.beat import MODEL_FS_HZ

if TYPE_CHECKING:
    from inference.records import Record
    from inference.signal.analysis import EcgAnalysis

_LOADING_AFTER_MS = 200
"""'Reading…' is shown only when a file takes this long: a quick one would only make it flicker."""


class EcgCard(QFrame):
    """Announces actions by id; shows what it is given."""

    action_wished = Signal(str)
    caliper_changed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.view = EcgView(theme, self)
        self.page = StatePage(self)
        self.time_bar = QScrollBar(Qt.Orientation.Horizontal)
        self.time_bar.setToolTip("Which ten seconds of a longer record are shown")
        self.time_bar.setAccessibleName("Time in the record")
        self.time_bar.hide()
        paper = QWidget(self)
        column = QVBoxLayout(paper)
        column.setContentsMargins(8, 6, 8, 8)
        column.setSpacing(2)
        column.addWidget(self.view, 1)
        column.addWidget(self.time_bar)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(paper)
        self._stack.addWidget(self.page)
        self.sheet = PageCard(theme, self)
        self._stack.addWidget(self.sheet)
        self._loading = QTimer(self)
        self._loading.setSingleShot(True)
        self._loading.setInterval(_LOADING_AFTER_MS)
        self._loading.timeout.connect(self._on_slow)
        self._slow_name = ""
        self.page.action_wished.connect(self.action_wished)
        self.view.caliper_changed.connect(self.caliper_changed)
        self.time_bar.valueChanged.connect(self._on_time)

    def set_theme(self, theme: Theme) -> None:
        self.view.set_theme(theme)
        self.sheet.set_theme(theme)

    def set_look(self, layout: LayoutName, speed_mm_s: float, gain_mm_mv: float, *, caliper: bool) -> None:
        """Layout, scale and caliper; what is as it was is left alone, since each draws anew."""
        if self._look_differs("layout", layout):
            self.view.set_layout(layout)
        if self._look_differs("speed", speed_mm_s):
            self.view.set_speed(speed_mm_s)
        if self._look_differs("gain", gain_mm_mv):
            self.view.set_gain(gain_mm_mv)
        self.view.set_caliper_enabled(caliper)

    def _look_differs(self, name: str, value: object) -> bool:
        if self.view.property(name) == value:
            return False
        self.view.setProperty(name, value)
        return True

    def show_loading(self, name: str) -> None:
        """A record is being read: the old trace must not stand under a new name."""
        self._slow_name = name
        self.time_bar.hide()
        self.view.clear()
        self._stack.setCurrentIndex(0)
        self._loading.start()

    def show_page(self, title: str, sentence: str, buttons: list[tuple[str, str]], small: str = "") -> None:
        """A page in place of the paper."""
        self._loading.stop()
        self.view.clear()
        self.page.show_state(title, sentence, buttons, small)
        self._stack.setCurrentIndex(1)

    def show_record(self, name: str, record: Record, analysis: EcgAnalysis) -> None:
        """The filtered trace with who, when, rate and band in its caption."""
        self._loading.stop()
        caption = f"{name} · {patient_line(record.patient)} · {acquired_text(record.acquired_at)}"
        missing = frozenset(record.missing_leads)
        self.view.set_signals(analysis.signals_mv, MODEL_FS_HZ, STANDARD_LEADS, missing, caption)
        self.view.set_detail(f"{analysis.band.caption} · {heart_rate_text(analysis.rhythm.heart_rate_bpm)}")
        self.view.set_watermark("SYNTHETIC" if record.synthetic is not None else "")
        r_samples = analysis.rhythm.r_samples
        beat = analysis.beat
        used = beat.used if beat is not None else np.zeros(r_samples.size, dtype=np.bool_)
        shown = beat.r_samples if beat is not None else r_samples
        self.view.set_r_peaks(shown / MODEL_FS_HZ, used)
        self._set_time_bar(analysis.signals_mv.shape[1] / MODEL_FS_HZ)
        self._stack.setCurrentIndex(0)

    def show_sheet(self) -> None:
        """The page that the file is, in place of the paper."""
        self._loading.stop()
        self._stack.setCurrentWidget(self.sheet)

    def show_paper(self) -> None:
        """The paper again, with the record that it shows."""
        self._stack.setCurrentIndex(0)

    @property
    def is_sheet_shown(self) -> bool:
        return self._stack.currentWidget() is self.sheet

    def zoom_by(self, factor: float) -> None:
        """Enlarge what is shown."""
        (self.sheet.view if self.is_sheet_shown else self.view).zoom_by(factor)

    def reset_zoom(self) -> None:
        """The whole of what is shown again."""
        (self.sheet.view if self.is_sheet_shown else self.view).reset_zoom()

    @property
    def is_paper_shown(self) -> bool:
        return self._stack.currentIndex() == 0

    def _set_time_bar(self, duration_s: float) -> None:
        spare_s = duration_s - SHEET_S
        self.time_bar.blockSignals(True)
        self.time_bar.setRange(0, max(round(spare_s * 10), 0))
        self.time_bar.setPageStep(round(SHEET_S * 10))
        self.time_bar.setSingleStep(10)
        self.time_bar.setValue(0)
        self.time_bar.blockSignals(False)
        self.time_bar.setVisible(spare_s > 0.5)

    def _on_time(self, tenths: int) -> None:
        self.view.set_start(tenths / 10)

    def _on_slow(self) -> None:
        self.view.clear(f"Reading {self._slow_name}…")
