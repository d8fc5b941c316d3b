"""BeatView: the median beat of twelve leads on paper, with saliency strips under the traces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtWidgets import QWidget

from ecgviewer.plots.bands import AttributionBand, SaliencyLegend
from ecgviewer.plots.ink import InkLabel, InkTick
from ecgviewer.plots.layouts import (
    BEAT_SHOWN_S,
    LANES,
    Extent,
    Scale,
    beat_min_height_mm,
    beat_sheet,
    beat_width_mm,
    place_label,
)
from ecgviewer.plots.paper_view import PaperView
from ecgviewer.plots.traces import FloatArray, LeadTrace, extent_of, reach_per_mm
from ecgviewer.theme import Theme

_TICK_NAMES: Final = {"qrs_onset": "", "j_point": "J"}
"""The fiducials that are drawn, with the word beside the first lead's tick."""


class BeatView(PaperView):
    """Twelve median beats in 3x4 cells. Fed by `set_*`; announces the caliper, changes nothing itself."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, Scale(speed_mm_s=50.0), parent)
        self._beat: FloatArray = np.full((12, 600), np.nan, dtype=np.float32)
        self._members: Sequence[FloatArray] = ()
        self._device_beat: FloatArray | None = None
        self._fs_hz = 500.0
        self._r_sample = 300
        self._fiducials: Mapping[str, int | None] = {}
        self._windows: FloatArray | None = None
        self._first_sample, self._window_samples = 150, 20
        self._is_overlay_visible = True
        self._caption_text = ""
        self.legend = SaliencyLegend(theme, self)
        self.ink.set_baselines_shown(True)
        self._bands = {lead: AttributionBand(theme) for lead in LANES}
        self._member_traces = {lead: LeadTrace(is_behind=True) for lead in LANES}
        self._device_traces = {lead: LeadTrace(is_behind=True) for lead in LANES}
        self._traces = {lead: LeadTrace() for lead in LANES}
        behind = (*self._bands.values(), *self._member_traces.values(), *self._device_traces.values())
        self.canvas.add(*behind, *self._traces.values())
        self.column.addWidget(self.legend)
        self.set_theme(theme)
        self._draw()

    def set_beat(
        self,
        beat_mv: FloatArray,
        fs_hz: float = 500.0,
        r_sample: int = 300,
        fiducials: Mapping[str, int | None] | None = None,
        caption: str = "",
    ) -> None:
        """Show a median beat (12, n_samples) in mV, standard lead order, a missing lead a row of NaN.

        `fiducials` maps `qrs_onset` and `j_point` to samples of the beat (None: not found, not drawn).
        Removes the attribution and the single beats of the beat before.
        """
        self._beat, self._fs_hz, self._r_sample = beat_mv, fs_hz, r_sample
        self._fiducials = fiducials or {}
        self._caption_text = caption
        self._members = ()
        self._device_beat = None
        self.canvas.set_message("")
        self.canvas.clear_caliper()
        self.set_attribution(None)
        self._draw()

    def clear(self, message: str = "") -> None:
        """Empty paper with a sentence on it, such as why no median beat could be made."""
        self.set_beat(np.empty((12, 0), dtype=np.float32))
        self.set_watermark("")
        self.canvas.set_message(message)

    def set_member_beats(self, beats_mv: Sequence[FloatArray]) -> None:
        """The accepted beats, each (12, n_samples), drawn thin behind the median; empty for none."""
        self._members = beats_mv
        self._draw_members()

    def set_device_beat(self, beat_mv: FloatArray | None) -> None:
        """The device's own median beat, (12, n_samples) as ours, in blue behind it; None for none."""
        self._device_beat = beat_mv
        self._draw_device_beat()
        self._show_caption()

    def set_attribution(
        self, windows: FloatArray | None, first_sample: int = 150, window_samples: int = 20
    ) -> None:
        """Saliency per lead and window, (12, n) on the absolute scale; window k covers samples
        first_sample + k*window_samples onwards of the beat. None: nothing to show."""
        self._windows = windows
        self._first_sample, self._window_samples = first_sample, window_samples
        self._draw_bands()

    def set_overlay_visible(self, is_visible: bool) -> None:
        """Show or hide the strips; the legend stays, and says that they are hidden."""
        self._is_overlay_visible = is_visible
        self._draw_bands()

    def set_state(self, text: str, title: str = "Saliency") -> None:
        """Words beside the legend: 'not computed', 'model loading', 'not available for this model'…"""
        self.legend.set_title(title)
        self.legend.set_state(text, self._are_bands_shown)

    def set_speed(self, mm_per_s: float) -> None:
        self._scale = Scale(mm_per_s, self._scale.gain_mm_mv)
        self._place()

    def set_gain(self, mm_per_mv: float) -> None:
        self._scale = Scale(self._scale.speed_mm_s, mm_per_mv)
        self._place()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.legend.set_theme(theme)
        for lead in LANES:
            self._traces[lead].set_colour(theme.paper.trace)
            self._member_traces[lead].set_colour(theme.paper.member)
            self._device_traces[lead].set_colour(theme.paper.device)
            self._bands[lead].set_theme(theme)

    @property
    def _are_bands_shown(self) -> bool:
        return self._windows is not None and self._is_overlay_visible

    def _times_s(self, first: int, last: int) -> npt.NDArray[np.float64]:
        """Times from R of samples first … last - 1."""
        return (np.arange(first, last) - self._r_sample) / self._fs_hz

    def _shown_samples(self) -> tuple[int, int]:
        first = max(round(BEAT_SHOWN_S[0] * self._fs_hz) + self._r_sample, 0)
        last = min(round(BEAT_SHOWN_S[1] * self._fs_hz) + self._r_sample + 1, self._beat.shape[1])
        return first, max(last, first)

    def _draw(self) -> None:
        first, last = self._shown_samples()
        times = self._times_s(first, last)
        shown = self._beat[:, first:last]
        for row, lead in enumerate(LANES):
            self._traces[lead].set_samples(times, shown[row])
        self._draw_members()
        self._draw_device_beat()
        self._place()

    def _draw_device_beat(self) -> None:
        first, last = self._shown_samples()
        times = self._times_s(first, last)
        for row, lead in enumerate(LANES):
            shown = None if self._device_beat is None else self._device_beat[row, first:last]
            if shown is None or not np.isfinite(shown).any():
                self._device_traces[lead].set_samples(times[:0], np.empty(0, dtype=np.float32))
            else:
                self._device_traces[lead].set_samples(times, shown)

    def _draw_members(self) -> None:
        """All beats of a lead are one curve, broken between beats."""
        first, last = self._shown_samples()
        times = np.append(self._times_s(first, last), np.nan)
        gap = np.full((12, 1), np.nan, dtype=np.float32)
        beats = [np.hstack([beat[:, first:last], gap]) for beat in self._members]
        joined = np.hstack(beats) if beats else np.empty((12, 0), dtype=np.float32)
        all_times = np.nan_to_num(np.tile(times, len(beats)))
        for row, lead in enumerate(LANES):
            shown = joined[row, :0] if self._is_missing(lead) else joined[row]
            self._member_traces[lead].set_samples(all_times[: shown.size], shown)

    def _draw_bands(self) -> None:
        count = 0 if self._windows is None else int(self._windows.shape[1])
        edges = [
            (self._first_sample + k * self._window_samples - self._r_sample) / self._fs_hz
            for k in range(count + 1)
        ]
        for row, lead in enumerate(LANES):
            self._bands[lead].set_windows(None if self._windows is None else self._windows[row], edges)
            self._bands[lead].setVisible(self._are_bands_shown and not self._is_missing(lead))
        self.canvas.paper.set_faded(self._are_bands_shown)
        state = "not computed" if self._windows is None else "" if self._is_overlay_visible else "hidden"
        self.legend.set_state(state, self._are_bands_shown)
        self.canvas.viewport().update()

    def _extents(self) -> list[Extent]:
        """Row by row, as the cells of the sheet."""
        first, last = self._shown_samples()
        by_lead = dict(zip(LANES, (extent_of(row) for row in self._beat[:, first:last]), strict=True))
        return [by_lead[lead] for row in range(3) for lead in LANES[row::3]]

    def _place(self) -> None:
        """New beat, scale or size: lay out and move the standing items."""
        width = beat_width_mm(self._scale)
        height = self.canvas.fit(width, beat_min_height_mm(), width)
        self._sheet = beat_sheet(self._scale, height, self._extents())
        for cell in self._sheet.cells:
            self._traces[cell.lead].place(cell)
            self._member_traces[cell.lead].place(cell)
            self._device_traces[cell.lead].place(cell)
            self._bands[cell.lead].place(cell)
        self.canvas.show_sheet(self._sheet)
        self.ink.set_sheet(self._sheet, self._labels())
        self.ink.set_ticks(self._fiducial_ticks())
        self._show_caption()

    def _is_missing(self, lead: str) -> bool:
        """A lead without any sample; no beat at all is not a missing lead."""
        levels = self._beat[LANES.index(lead)]
        return levels.size > 0 and not bool(np.isfinite(levels).any())

    def _labels(self) -> list[InkLabel]:
        labels = []
        first, _last = self._shown_samples()
        for cell in self.sheet.cells:
            width_px, height_px = self.ink.label_size_px(cell.lead)
            width, height = width_px / self.canvas.mm_px, height_px / self.canvas.mm_px
            levels = self._beat[LANES.index(cell.lead), first:]
            above = [up for up, _low in reach_per_mm(levels, self._fs_hz, cell.scale)]
            left, bottom = place_label(cell, above, (), width, height)
            is_missing = self._is_missing(cell.lead)
            labels.append(InkLabel(cell.lead, left, bottom, cell.x_mm + cell.width_mm, is_missing))
        return labels

    def _fiducial_ticks(self) -> list[InkTick]:
        """Thin ticks across the baseline of each lead at the QRS onset and the J point, where found."""
        ticks = []
        cells = [cell for cell in self.sheet.cells if not self._is_missing(cell.lead)]
        for name, word in _TICK_NAMES.items():
            sample = self._fiducials.get(name)
            if sample is None:
                continue
            time_s = (sample - self._r_sample) / self._fs_hz
            for cell in cells:
                text = word if cell is cells[0] else ""
                top, bottom = cell.baseline_mm - 2.5, cell.baseline_mm + 2.5
                ticks.append(InkTick(cell.x_of(time_s), top, bottom, "fiducial", text))
        return ticks

    def _show_caption(self) -> None:
        device = " · blue: the device's own" if self._device_beat is not None else ""
        self.caption.set_left(self._caption_text + device)
        zoom = f" · zoom {self.canvas.zoom:.1f}×" if self.canvas.zoom > 1.0 else ""
        self.caption.set_right(self._scale.text() + zoom)
        self.setAccessibleName(f"Median beat, {self._scale.text()}, {self._caption_text}")
