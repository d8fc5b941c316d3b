"""EcgView: ten seconds of twelve leads on paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtWidgets import QWidget

from ecgviewer.plots.ink import InkLabel, InkTick
from ecgviewer.plots.layouts import (
    LANES,
    SHEET_S,
    Cell,
    Extent,
    LayoutName,
    Scale,
    Sheet,
    ecg_min_height_mm,
    ecg_sheet,
    ecg_width_mm,
    has_name_column,
    place_label,
)
from ecgviewer.plots.paper_view import PaperView
from ecgviewer.plots.traces import FloatArray, LeadTrace, extent_of, reach_per_mm
from ecgviewer.theme import Theme

_FIT_SPEED_MM_S: Final = 25.0
"""A faster paper speed makes the sheet wider than the window (it scrolls) rather than the mm smaller."""
_MAX_CELLS: Final = 13
_NO_SIGNAL: Final = np.empty(0, dtype=np.float32)


class EcgView(PaperView):
    """The raw 12-lead view. Fed by `set_*`; announces the caliper and the zoom, changes nothing itself."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, Scale(), parent)
        self._signals: dict[str, FloatArray] = {}
        self._missing: frozenset[str] = frozenset()
        self._fs_hz = 500.0
        self._n_samples = 0
        self._layout_name: LayoutName = "3x4+II"
        self._start_s = 0.0
        self._detail = ""
        self._r_s: npt.NDArray[np.float64] = np.empty(0)
        self._used: npt.NDArray[np.bool_] = np.empty(0, dtype=np.bool_)
        self._traces = [LeadTrace() for _ in range(_MAX_CELLS)]
        self.canvas.add(*self._traces)
        self.set_theme(theme)
        self._draw()

    def set_signals(
        self,
        signals_mv: FloatArray,
        fs_hz: float,
        lead_names: Sequence[str],
        missing: set[str] | frozenset[str],
        caption: str,
    ) -> None:
        """Show a record: `signals_mv` (n_leads, n_samples) in mV, rows as `lead_names`.

        `missing` leads get an empty lane that says so. `caption`: who and when, title before the first
        ` · `. The sheet starts at 0 s again and a caliper is removed; layout, scale and zoom stay.
        """
        self._signals = {name: signals_mv[row] for row, name in enumerate(lead_names)}
        self._missing = frozenset(missing)
        self._fs_hz = fs_hz
        self._n_samples = int(signals_mv.shape[1])
        self._start_s = 0.0
        self._r_s, self._used = np.empty(0), np.empty(0, dtype=np.bool_)
        self.caption.set_left(caption)
        self.canvas.set_message("")
        self.canvas.clear_caliper()
        self._draw()

    def clear(self, message: str = "") -> None:
        """Empty paper with a sentence on it, for an empty library, loading or a refused file."""
        self.set_signals(np.empty((0, 0), dtype=np.float32), 500.0, (), frozenset(), "")
        self.set_watermark("")
        self.canvas.set_message(message)

    def set_detail(self, text: str) -> None:
        """What the caption states after speed and gain, such as the filter band and the heart rate."""
        self._detail = text
        self._show_caption()

    def set_layout(self, name: LayoutName) -> None:
        self._layout_name = name
        self.canvas.clear_caliper()
        self._draw()
        self.canvas.reset_zoom()

    def set_speed(self, mm_per_s: float) -> None:
        self._scale = Scale(mm_per_s, self._scale.gain_mm_mv)
        self._draw()

    def set_gain(self, mm_per_mv: float) -> None:
        self._scale = Scale(self._scale.speed_mm_s, mm_per_mv)
        self._draw()

    def set_start(self, start_s: float) -> None:
        """Show the ten seconds from `start_s`, kept within the record."""
        last = max(self.duration_s - SHEET_S, 0.0)
        self._start_s = min(max(start_s, 0.0), last)
        self.canvas.clear_caliper()
        self._draw()

    @property
    def start_s(self) -> float:
        return self._start_s

    @property
    def duration_s(self) -> float:
        return self._n_samples / self._fs_hz

    def set_r_peaks(self, r_seconds: npt.NDArray[np.float64], used: npt.NDArray[np.bool_]) -> None:
        """Ticks under the last row: a line for each beat in the median, a cross for each rejected one."""
        self._r_s = np.asarray(r_seconds, dtype=np.float64)
        self._used = np.asarray(used, dtype=np.bool_)
        self._place_ticks()

    def zoom_by(self, factor: float) -> None:
        self.canvas.zoom_by(factor)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for trace in self._traces:
            trace.set_colour(theme.paper.trace)

    def _segment(self, cell: Cell) -> tuple[int, FloatArray]:
        """First sample and samples of a cell; empty for a missing lead or past the record's end."""
        first = round(cell.start_s * self._fs_hz)
        last = round((cell.start_s + cell.duration_s) * self._fs_hz)
        lead = self._signals.get(cell.lead)
        if lead is None or cell.lead in self._missing:
            return first, _NO_SIGNAL
        return first, lead[first : last + 1]

    def _draw(self) -> None:
        """New samples, layout or scale: find the room each trace needs, lay out, set curves, place them."""
        blank = self._blank_sheet()
        self._segments = [self._segment(cell) for cell in blank.cells]
        self._extents = [extent_of(levels) for _first, levels in self._segments]
        for trace, (first, levels) in zip(self._traces, self._segments, strict=False):
            trace.set_samples((first + np.arange(levels.size)) / self._fs_hz, levels)
        for index, trace in enumerate(self._traces):
            trace.setVisible(index < len(self._segments))
        self._place()
        self._show_caption()

    def _blank_sheet(self) -> Sheet:
        """The sheet's cells before the traces are known: which lead, from when, for how long."""
        count = 13 if self._layout_name == "3x4+II" else 12
        return self._make_sheet(100.0, [Extent()] * count)

    def _make_sheet(self, height_mm: float, extents: Sequence[Extent]) -> Sheet:
        return ecg_sheet(
            self._layout_name,
            self._scale,
            height_mm,
            extents,
            start_s=self._start_s,
        )

    def _place(self) -> None:
        """New size: lay out again and move the standing curves."""
        fit_scale = Scale(min(self._scale.speed_mm_s, _FIT_SPEED_MM_S), self._scale.gain_mm_mv)
        name = self._layout_name
        height = self.canvas.fit(
            ecg_width_mm(name, fit_scale), ecg_min_height_mm(name), ecg_width_mm(name, self._scale)
        )
        self._sheet = self._make_sheet(height, self._extents)
        for trace, cell in zip(self._traces, self._sheet.cells, strict=False):
            trace.place(cell)
        self.canvas.show_sheet(self._sheet)
        self.ink.set_sheet(self._sheet, [self._label(index) for index in range(len(self._sheet.cells))])
        self._place_ticks()

    def _label(self, index: int) -> InkLabel:
        cell = self.sheet.cells[index]
        is_missing = cell.lead in self._missing
        last_x = cell.x_mm + cell.width_mm
        width_px, height_px = self.ink.label_size_px(cell.lead)
        width, height = width_px / self.canvas.mm_px, height_px / self.canvas.mm_px
        if is_missing or has_name_column(self._layout_name):
            left = cell.x_mm if is_missing else 1.0
            return InkLabel(cell.lead, left, cell.baseline_mm + height / 2, last_x, is_missing)
        above = [up for up, _low in reach_per_mm(self._segments[index][1], self._fs_hz, cell.scale)]
        left, bottom = place_label(cell, above, self._ceiling_mm(index), width, height)
        return InkLabel(cell.lead, left, bottom, last_x)

    def _ceiling_mm(self, index: int) -> list[float]:
        """The lowest y of the row above, for each mm from the start of a cell."""
        cell = self.sheet.cells[index]
        for upper, (_first, levels) in zip(self.sheet.cells, self._segments, strict=True):
            is_above = upper.row == cell.row - 1
            if is_above and upper.x_mm <= cell.x_mm < upper.x_mm + upper.width_mm:
                skipped = round((cell.start_s - upper.start_s) * self._fs_hz)
                reach = reach_per_mm(levels[max(skipped, 0) :], self._fs_hz, cell.scale)
                return [upper.baseline_mm + low for _up, low in reach]
        return []

    def _place_ticks(self) -> None:
        """Beat marks under the last row, whose cells run on through the ten seconds in every layout."""
        sheet = self.sheet
        last_row = [cell for cell in sheet.cells if cell.row == sheet.cells[-1].row]
        down_mv = max(extent.down_mv for extent in self._extents[-len(last_row) :])
        gain = self._scale.gain_mm_mv
        top = min(last_row[0].baseline_mm + down_mv * gain + 1.5, sheet.height_mm - 3.0)
        ticks = []
        for time_s, used in zip(self._r_s, self._used, strict=True):
            if self._start_s <= time_s <= self._start_s + SHEET_S:
                x = last_row[0].x_of(float(time_s))
                ticks.append(InkTick(x, top, top + 2.0, "used" if used else "rejected"))
        self.ink.set_ticks(ticks)

    def _show_caption(self) -> None:
        parts = [self._scale.text()]
        if self._detail:
            parts.append(self._detail)
        if self.duration_s > SHEET_S + 0.5:
            end_s = self._start_s + SHEET_S
            parts.append(f"{self._start_s:.0f}–{end_s:.0f} s of {self.duration_s:.0f} s")
        if self.canvas.zoom > 1.0:
            parts.append(f"zoom {self.canvas.zoom:.1f}×")
        self.caption.set_right(" · ".join(parts))
        spoken = ", ".join(name for name in LANES if name in self._missing)
        self.setAccessibleName(
            f"12-lead ECG, {self._scale.text()}" + (f", missing {spoken}" if spoken else "")
        )
