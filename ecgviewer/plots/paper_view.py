"""PaperView: what the raw view and the median-beat view have in common: a caption over a sheet of paper."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ecgviewer.plots.canvas import PaperCanvas
from ecgviewer.plots.caption import CaptionBar
from ecgviewer.plots.ink import SheetInk
from ecgviewer.plots.layouts import Scale, Sheet
from ecgviewer.theme import Theme


class PaperView(QWidget):
    """Blank paper. A subclass lays out its sheet in `_place` and writes its caption in `_show_caption`."""

    caliper_changed = Signal(object)
    """CaliperReading, or None when it is removed."""

    def __init__(self, theme: Theme, scale: Scale, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._scale = scale
        self._sheet: Sheet | None = None
        self.canvas = PaperCanvas(theme, self)
        self.caption = CaptionBar(theme, self)
        self.ink = SheetInk(theme)
        self.canvas.add(self.ink)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.caption)
        column.addWidget(self.canvas, 1)
        self.column = column
        self.canvas.resized.connect(self._place)
        self.canvas.caliper_changed.connect(self.caliper_changed)
        self.canvas.zoom_changed.connect(self._on_zoom_changed)

    @property
    def sheet(self) -> Sheet:
        """The geometry that is shown, in mm."""
        assert self._sheet is not None
        return self._sheet

    def set_caliper_enabled(self, is_enabled: bool) -> None:
        self.canvas.set_caliper_enabled(is_enabled)

    def clear_caliper(self) -> None:
        self.canvas.clear_caliper()

    def reset_zoom(self) -> None:
        self.canvas.reset_zoom()

    def set_watermark(self, text: str) -> None:
        """A word printed into the paper under the traces and boxed in the caption, such as SYNTHETIC."""
        self.canvas.paper.set_watermark(text)
        self.caption.set_chip(text)
        self.canvas.viewport().update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.canvas.set_theme(theme)
        self.caption.set_theme(theme)
        self.ink.set_theme(theme)

    def _place(self) -> None:
        """New content, scale or size: lay out and move the standing items. Blank paper has none."""

    def _show_caption(self) -> None:
        """Say what is drawn and at which scale. Blank paper says nothing."""

    def _on_zoom_changed(self, _zoom: float) -> None:
        self._show_caption()
