"""LongView: what the overview and the rhythm strip have in common: leads of a long recording over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from ecgviewer.plots.long_trace import Columns, FloatArray, columns_of_envelope
from ecgviewer.plots.timeline import Span, ticks
from ecgviewer.theme import KEY_PX, Theme, app_font

if TYPE_CHECKING:
    from datetime import datetime

AXIS_PX: Final = 16
WINDOW_S: Final = 10.0
"""What the paper shows and the models are asked about."""
_LEAST_MARK_PX: Final = 7.0
_MARK_ALPHA: Final = 30
_LABEL_ALPHA: Final = 215


class Recording(Protocol):
    """What the views need to know of a long recording."""

    @property
    def lead_names(self) -> tuple[str, ...]: ...
    @property
    def fs_hz(self) -> float: ...
    @property
    def n_samples(self) -> int: ...
    @property
    def duration_s(self) -> float: ...
    @property
    def acquired_at(self) -> datetime | None: ...


class Reach(Protocol):
    """The min/max pyramid, and how far it has come."""

    @property
    def base_bin(self) -> int: ...
    @property
    def known_until(self) -> int: ...
    def envelope(self, lead: int, start: int, stop: int, n_columns: int) -> tuple[FloatArray, FloatArray]: ...


class LongView(QWidget):
    """Time axis, the window's mark, and what is not yet read. A subclass draws its leads."""

    window_wished = Signal(float)
    """Show the ten seconds from this time on."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._recording: Recording | None = None
        self._reach: Reach | None = None
        self._unread_words = ""
        self._span = Span(0.0, WINDOW_S)
        self._window_s = 0.0
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def recording(self) -> Recording | None:
        return self._recording

    @property
    def span(self) -> Span:
        """What is seen."""
        return self._span

    @property
    def window_s(self) -> float:
        """Where the marked ten seconds begin."""
        return self._window_s

    @property
    def plot_px(self) -> tuple[float, float]:
        """Width and height of the part above the time axis."""
        return float(max(self.width(), 1)), float(max(self.height() - AXIS_PX, 1))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_reach(self, reach: Reach | None, unread_words: str) -> None:
        """The pyramid as far as it has come, and what to say of the part that it has not reached."""
        self._reach, self._unread_words = reach, unread_words
        self.update()

    def set_window(self, start_s: float) -> None:
        """Mark the ten seconds that the paper shows."""
        self._window_s = start_s
        self.update()

    def time_at(self, x_px: float) -> float:
        """The time under a place of the view."""
        return self._span.time_at(x_px, self.plot_px[0])

    def x_of(self, time_s: float) -> float:
        return self._span.x_of(time_s, self.plot_px[0])

    @property
    def known_s(self) -> float:
        """Up to which time the pyramid is known."""
        if self._reach is None or self._recording is None:
            return 0.0
        return self._reach.known_until / self._recording.fs_hz

    def window_around(self, time_s: float) -> float:
        """The start of ten seconds about a time, inside the recording, in whole tenths of a second."""
        assert self._recording is not None
        last = max(self._recording.duration_s - WINDOW_S, 0.0)
        return round(min(max(time_s - WINDOW_S / 2, 0.0), last), 1)

    def mark_px(self) -> QRectF:
        """Where the ten seconds are marked: wide enough to be seen and grasped over hours."""
        left, right = self.x_of(self._window_s), self.x_of(self._window_s + WINDOW_S)
        middle, width = (left + right) / 2, max(right - left, _LEAST_MARK_PX)
        return QRectF(middle - width / 2, 0.5, width, self.plot_px[1] - 1.0)

    def columns(self, lead: int) -> Columns:
        """One lead of the seen span from the pyramid, a column for each pixel of the screen.

        Fewer where they would be narrower than the pyramid's bins: what is drawn never waits for the file.
        """
        assert self._recording is not None
        assert self._reach is not None
        width, fs_hz = int(self.plot_px[0]), self._recording.fs_hz
        start = round(self._span.start_s * fs_hz)
        stop = min(round(self._span.stop_s * fs_hz), self._recording.n_samples)
        n_columns = max(min(width, (stop - start) // self._reach.base_bin), 1)
        stop = max(stop, start + self._reach.base_bin)
        return columns_of_envelope(self._reach, lead, start, stop, n_columns, width)

    def paint_ground(self, painter: QPainter) -> None:
        """The paper's colour, with a line at each mark of the time axis and its label."""
        theme, (width, height) = self._theme, self.plot_px
        painter.fillRect(self.rect(), QColor(theme.card))
        painter.fillRect(QRectF(0, 0, width, height), QColor(theme.paper.paper))
        if self._recording is None:
            return
        painter.setFont(app_font(KEY_PX))
        metrics = QFontMetricsF(painter.font())
        for time_s, text in ticks(self._span, width, self._recording.acquired_at):
            x = round(self.x_of(time_s)) + 0.5
            painter.setPen(QColor(theme.paper.fine))
            painter.drawLine(QPointF(x, 0.0), QPointF(x, height))
            painter.setPen(QColor(theme.muted))
            wide = metrics.horizontalAdvance(text)
            left = min(max(x - wide / 2, 0.0), width - wide)
            painter.drawText(QPointF(left, height + AXIS_PX - 4.0), text)

    def paint_unknown(self, painter: QPainter) -> None:
        """Hatch what the pyramid has not reached: it is no flat line."""
        width, height = self.plot_px
        left = max(self.x_of(self.known_s), 0.0)
        if self._recording is None or left >= width - 0.5:
            return
        zone = QRectF(left, 0.0, width - left, height)
        painter.fillRect(zone, QColor(self._theme.panel))
        painter.fillRect(zone, QBrush(QColor(self._theme.rail), Qt.BrushStyle.BDiagPattern))
        self.paint_words(painter, zone, self._unread_words)

    def paint_words(self, painter: QPainter, zone: QRectF, text: str) -> None:
        """A few words in the middle of a zone, if they find room there."""
        painter.setFont(app_font(KEY_PX))
        metrics = QFontMetricsF(painter.font())
        box = QRectF(0.0, 0.0, metrics.horizontalAdvance(text) + 10.0, metrics.height() + 2.0)
        if box.width() > zone.width():
            return
        box.moveCenter(zone.center())
        painter.fillRect(box, QColor(self._theme.card))
        painter.setPen(QColor(self._theme.muted))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def paint_lead_name(self, painter: QPainter, lead: int, box: QRectF) -> None:
        """A lead's name on ground of its own, so that it can be read over a trace."""
        assert self._recording is not None
        painter.setFont(app_font(KEY_PX, semibold=True))
        ground = QColor(self._theme.paper.paper)
        ground.setAlpha(_LABEL_ALPHA)
        painter.fillRect(box, ground)
        painter.setPen(QColor(self._theme.paper.ink))
        inside = box.adjusted(4.0, 0.0, 0.0, 0.0)
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter, self._recording.lead_names[lead])

    def paint_window(self, painter: QPainter) -> None:
        """The ten seconds that the paper shows, under the traces."""
        mark = self.mark_px()
        ground = QColor(self._theme.accent)
        ground.setAlpha(_MARK_ALPHA)
        painter.fillRect(mark, ground)
        painter.setPen(QPen(QColor(self._theme.accent), 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(mark)
