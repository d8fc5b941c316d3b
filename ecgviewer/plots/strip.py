"""StripView: a rhythm strip, seconds to hours wide, of one lead or of all."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from ecgviewer.plots.long_trace import Columns, Stretch, columns_of_samples
from ecgviewer.plots.long_view import WINDOW_S, LongView, Reach, Recording
from ecgviewer.plots.timeline import Span
from ecgviewer.theme import KEY_PX, Theme, app_font

FIRST_WIDTH_S: Final = 60.0
ZOOM_STEP: Final = 1.5
_ARROW_PART: Final = 0.1
"""An arrow key moves the strip by a tenth of what is seen."""
_NAME_PX: Final = 34
_CLICK_PX: Final = 4
_MARGIN_PARTS: Final = 1.0
"""Samples are wished for this many widths to either side, so that panning finds them there."""
_MOST_VALUES: Final = 3_000_000
"""Samples of all leads that are kept for panning: 12 MB."""
_ONE_LEAD_MV: Final = 4.0
_ROW_MV: Final = 2.4
"""Height of one row. A taller QRS runs into its neighbours' rows, as it does on paper."""
_OWN_KEYS: Final = frozenset(
    {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus}
)


class StripView(LongView):
    """Announces what it wishes to see; drag, wheel and arrow keys pan, Ctrl with the wheel, + and − zoom."""

    span_changed = Signal()
    samples_wished = Signal(tuple, int, int)
    """Leads and samples (start, stop) of the recording that the pyramid is too coarse for."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._lead = 0
        self._is_all = False
        self._stretch: Stretch | None = None
        self._wished: tuple[tuple[int, ...], int, int] | None = None
        self._dragged_from: QPointF | None = None
        self._moved_px = 0.0
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMinimumHeight(96)

    def sizeHint(self) -> QSize:
        return QSize(600, 320 if self._is_all else 150)

    @property
    def leads(self) -> tuple[int, ...]:
        """The rows of the recording that are shown."""
        if self._recording is None:
            return ()
        return tuple(range(len(self._recording.lead_names))) if self._is_all else (self._lead,)

    @property
    def px_per_mv(self) -> float:
        height = self.plot_px[1]
        return height / _ONE_LEAD_MV if len(self.leads) < 2 else height / len(self.leads) / _ROW_MV

    def set_recording(self, recording: Recording | None) -> None:
        """Another recording, or none; the strip begins at its start, a minute wide."""
        self._recording, self._stretch, self._wished = recording, None, None
        if recording is not None:
            self._show_span(Span(0.0, FIRST_WIDTH_S))
        self.update()

    def set_reach(self, reach: Reach | None, unread_words: str) -> None:
        super().set_reach(reach, unread_words)
        self._wish()

    def set_leads(self, lead: int, *, is_all: bool) -> None:
        """Show one lead, or all of them with this one chosen."""
        self._lead, self._is_all = lead, is_all
        self._wish()
        self.updateGeometry()
        self.update()

    def set_stretch(self, stretch: Stretch) -> None:
        """Samples that were wished for."""
        self._stretch = stretch
        self.update()

    def set_window(self, start_s: float) -> None:
        """Mark the paper's ten seconds, and go there when they lie outside of what is seen."""
        super().set_window(start_s)
        if not (self._span.holds(start_s) and self._span.holds(start_s + WINDOW_S)):
            self.centre_on(start_s + WINDOW_S / 2)

    def centre_on(self, time_s: float) -> None:
        """See the surroundings of a time at the width that is set."""
        self._show_span(Span(time_s - self._span.width_s / 2, self._span.width_s))

    def pan_px(self, dx_px: float) -> None:
        """Move what is seen to the right by so many pixels."""
        self._show_span(Span(self.time_at(dx_px), self._span.width_s))

    def zoom_by(self, factor: float, at_px: float | None = None) -> None:
        """See less time, with what is under `at_px` (by default the middle) staying where it is."""
        held = self.time_at(self.plot_px[0] / 2 if at_px is None else at_px)
        self._show_span(self._span.zoomed(factor, held))

    def _show_span(self, span: Span) -> None:
        if self._recording is None:
            return
        self._span = span.within(self._recording.duration_s)
        self._wish()
        self.span_changed.emit()
        self.update()

    # --- what is drawn ----------------------------------------------------------------------------------

    @property
    def samples_per_px(self) -> float:
        fs_hz = self._recording.fs_hz if self._recording is not None else 1.0
        return self._span.width_s * fs_hz / self.plot_px[0]

    def _needs_samples(self) -> bool:
        return self._reach is None or self.samples_per_px < self._reach.base_bin

    def _seen_samples(self) -> tuple[int, int]:
        assert self._recording is not None
        fs_hz, n_samples = self._recording.fs_hz, self._recording.n_samples
        return int(self._span.start_s * fs_hz), min(int(self._span.stop_s * fs_hz) + 2, n_samples)

    def _wish(self) -> None:
        """Ask for samples where the pyramid is too coarse and none are at hand or on their way."""
        if self._recording is None or self.isHidden() or not self._needs_samples():
            return
        start, stop = self._seen_samples()
        if any(self._holds(held, start, stop) for held in (self._stretch, self._wished)):
            return
        spare = (_MOST_VALUES // len(self.leads) - (stop - start)) // 2
        margin = max(min(round((stop - start) * _MARGIN_PARTS), spare), 0)
        wished = (self.leads, max(start - margin, 0), min(stop + margin, self._recording.n_samples))
        self._wished = wished
        self.samples_wished.emit(*wished)

    def _holds(self, held: Stretch | tuple[tuple[int, ...], int, int] | None, start: int, stop: int) -> bool:
        if held is None:
            return False
        if isinstance(held, Stretch):
            return held.covers(self.leads, start, stop)
        leads, first, last = held
        return set(self.leads) <= set(leads) and first <= start and stop <= last

    def _row(self, lead: int) -> Columns | None:
        """One lead as it is drawn; None while it is neither read nor in the pyramid."""
        stretch, (start, stop) = self._stretch, self._seen_samples()
        if not self._needs_samples():
            return self.columns(lead)
        if stretch is not None and stretch.covers((lead,), start, stop):
            assert self._recording is not None
            first = self._span.start_s * self._recording.fs_hz - stretch.start
            row = stretch.signals_mv[stretch.leads.index(lead)]
            return columns_of_samples(row, first, self.samples_per_px, int(self.plot_px[0]))
        return None

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint_ground(painter)
        if self._recording is None:
            return
        self.paint_window(painter)
        if not self._needs_samples():
            self.paint_unknown(painter)
        self._paint_rows(painter)

    def _paint_rows(self, painter: QPainter) -> None:
        pitch = self.plot_px[1] / len(self.leads)
        painter.setClipRect(QRectF(0.0, 0.0, *self.plot_px))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        colours = self._theme.paper
        pen = QPen(QColor(colours.trace if self._needs_samples() else colours.mark))
        pen.setCosmetic(True)
        # A column's line is upright: smoothing would cost a third of the frame and show nothing.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self._needs_samples())
        rows = [(lead, self._row(lead)) for lead in self.leads]
        painter.setPen(pen)
        for place, (_lead, columns) in enumerate(rows):
            if columns is not None:
                painter.drawPath(columns.path((place + 0.5) * pitch, self.px_per_mv))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if rows and rows[0][1] is None:
            self.paint_words(painter, QRectF(0.0, 0.0, *self.plot_px), "being read…")
        for place, (lead, _columns) in enumerate(rows):
            self._paint_name(painter, lead, (place + 0.5) * pitch, pitch)

    def _paint_name(self, painter: QPainter, lead: int, centre_px: float, pitch: float) -> None:
        """The lead's name on its own ground, and for the first row what 1 mV is."""
        height = min(QFontMetricsF(app_font(KEY_PX)).height(), pitch)
        self.paint_lead_name(painter, lead, QRectF(0.0, centre_px - height / 2, _NAME_PX, height))
        painter.setPen(QPen(QColor(self._theme.paper.mark), 1.5))
        half, x = self.px_per_mv / 2, _NAME_PX + 1.5
        for y in (-half, half):
            painter.drawLine(QPointF(x - 2, centre_px + y), QPointF(x + 2, centre_px + y))
        painter.drawLine(QPointF(x, centre_px - half), QPointF(x, centre_px + half))

    # --- the reader's hand ------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Keys that move the strip are its own while it has the focus, not the worklist's."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
            if (plain or event.key() == Qt.Key.Key_Plus) and event.key() in _OWN_KEYS:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = self.plot_px[0] * _ARROW_PART
        moves = {Qt.Key.Key_Left: -step, Qt.Key.Key_Right: step}
        zooms = {Qt.Key.Key_Plus: ZOOM_STEP, Qt.Key.Key_Equal: ZOOM_STEP, Qt.Key.Key_Minus: 1 / ZOOM_STEP}
        key = Qt.Key(event.key())
        if key in moves:
            self.pan_px(moves[key])
        elif key in zooms:
            self.zoom_by(zooms[key])
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1.0015**turned, event.position().x())
        else:
            self.pan_px(-turned / 120.0 * self.plot_px[0] * _ARROW_PART)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragged_from, self._moved_px = event.position(), 0.0

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged_from is not None:
            moved = event.position().x() - self._dragged_from.x()
            self._moved_px = max(self._moved_px, abs(moved))
            self._dragged_from = event.position()
            self.pan_px(-moved)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        was_click = self._dragged_from is not None and self._moved_px < _CLICK_PX
        self._dragged_from = None
        if was_click and self._recording is not None:
            self.window_wished.emit(self.window_around(self.time_at(event.position().x())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._wish()

    def showEvent(self, event: QEvent) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._wish()
