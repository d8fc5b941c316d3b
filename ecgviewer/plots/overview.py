"""OverviewBar: the whole of a long recording on one line, with the paper's ten seconds marked in it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ecgviewer.plots.long_view import AXIS_PX, WINDOW_S, LongView, Recording
from ecgviewer.plots.scan_trace import ScanTrace
from ecgviewer.plots.timeline import Span, clock_label
from ecgviewer.theme import Theme
from inference.scan import ScanCurve

_HEIGHT_PX = 54
_FILL = 0.9
"""Part of the height that the largest swing takes."""
_BEHIND_SCAN = 0.45
"""How much of its grey the recording keeps behind a scan's curve."""
_NAME_PX = (26.0, 13.0)


class OverviewBar(LongView):
    """A click or a drag of the mark wishes for ten seconds; with a scan a click goes to its answer there."""

    looked_at = Signal(float)
    """The mark is being dragged: the middle of where it is."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._lead = 0
        self._scan = ScanTrace()
        self._strip: Span | None = None
        self._picture = QPixmap()
        self._picture_key: tuple[object, ...] = ()
        self._held_px: float | None = None
        self._pressed_px = 0.0
        self._has_moved = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("The whole recording; the ten seconds on the paper are marked")

    def sizeHint(self) -> QSize:
        return QSize(400, _HEIGHT_PX + AXIS_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, _HEIGHT_PX + AXIS_PX)

    def set_recording(self, recording: Recording | None) -> None:
        """Another recording, or none."""
        self._recording, self._strip, self._held_px = recording, None, None
        self._scan.curve, self._picture_key = None, ()
        self._span = Span(0.0, recording.duration_s if recording is not None else WINDOW_S)
        self.update()

    def set_lead(self, lead: int) -> None:
        """Which row of the recording is drawn."""
        self._lead = lead
        self.update()

    def set_strip(self, span: Span | None) -> None:
        """What the rhythm strip shows; None while it is closed."""
        self._strip = span
        self.update()

    def set_curve(self, curve: ScanCurve | None, name: str) -> None:
        """A model's answers over time, drawn over the recording, and what the model is called."""
        self._scan.curve, self._scan.name = curve, name
        self.update()

    @property
    def curve(self) -> ScanCurve | None:
        return self._scan.curve

    def tip_at(self, x_px: float) -> str:
        """What lies under the pointer: the time, and with a scan what the model said there."""
        if self._recording is None:
            return ""
        began = self._recording.acquired_at
        place, curve = self._scan.nearest(x_px, self._span, self.plot_px[0]), self._scan.curve
        if place is None or curve is None:
            return clock_label(self.time_at(x_px), began)
        when = clock_label(float(curve.starts_s[place]), began)
        value = float(curve.probabilities[place])
        if value != value:
            return f"{when}  {self._scan.name}: no answer. {curve.why.get(place, '')}".rstrip()
        return f"{when}  {self._scan.name} {value:.2f}"

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint_ground(painter)
        if self._recording is None:
            return
        width, height = self.plot_px
        painter.setClipRect(QRectF(0.0, 0.0, width, height))
        self.paint_unknown(painter)
        self._paint_lead(painter)
        self._paint_strip_span(painter)
        self._scan.paint(painter, self._theme, self._span, width, height)
        self.paint_window(painter)

    def _paint_lead(self, painter: QPainter) -> None:
        """The lead from a picture of it, which is drawn anew when more is known: the mark moves often."""
        if self._reach is None or self._recording is None or self._reach.known_until == 0:
            return
        has_scan = self._scan.curve is not None and self._scan.curve.n_done > 0
        ratio = self.devicePixelRatioF()
        key = self._reach.known_until, self._lead, has_scan, self._theme.paper, self.plot_px, ratio
        if key != self._picture_key:
            self._picture_key, self._picture = key, self._draw_lead(has_scan=has_scan, ratio=ratio)
        painter.drawPixmap(0, 0, self._picture)
        self.paint_lead_name(painter, self._lead, QRectF(0.0, 0.0, *_NAME_PX))

    def _draw_lead(self, *, has_scan: bool, ratio: float) -> QPixmap:
        width, height = self.plot_px
        picture = QPixmap(round(width * ratio), round(height * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        columns, paper = self.columns(self._lead), self._theme.paper
        swing = columns.largest_swing_mv
        if swing > 0:
            painter = QPainter(picture)
            grey = _between(paper.paper, paper.member, _BEHIND_SCAN) if has_scan else QColor(paper.mark)
            painter.setPen(grey)
            painter.drawPath(columns.path(height / 2, height * _FILL / 2 / swing))
            painter.end()
        return picture

    def _paint_strip_span(self, painter: QPainter) -> None:
        """A bracket along the bottom under what the strip shows."""
        if self._strip is None:
            return
        left, right = self.x_of(self._strip.start_s), self.x_of(self._strip.stop_s)
        painter.fillRect(
            QRectF(left, self.plot_px[1] - 3.0, max(right - left, 3.0), 3.0), QColor(self._theme.accent)
        )

    # --- the reader's hand ------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._recording is None:
            return
        x, mark = event.position().x(), self.mark_px()
        self._held_px = x - mark.center().x() if mark.left() - 2 <= x <= mark.right() + 2 else 0.0
        self._has_moved = False
        self._pressed_px = x

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._held_px is None:
            self._tell(event.globalPosition().toPoint(), x)
            return
        if self._has_moved or abs(x - self._pressed_px) >= 2:
            self._has_moved = True
            middle_s = self.time_at(x - self._held_px)
            self.set_window(self.window_around(middle_s))
            self.looked_at.emit(middle_s)
            self._tell(event.globalPosition().toPoint(), x - self._held_px)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held_px is None or self._recording is None:
            return
        is_on_mark = self.mark_px().contains(QPointF(event.position().x(), 1.0))
        if self._has_moved:
            self.window_wished.emit(self._window_s)
        elif not (is_on_mark and self._scan.curve is None):
            self.window_wished.emit(self._start_at(event.position().x()))
        self._held_px = None

    def _start_at(self, x_px: float) -> float:
        """The window of the scan's answer at a place, else ten seconds about the time there."""
        place, curve = self._scan.nearest(x_px, self._span, self.plot_px[0]), self._scan.curve
        if place is not None and curve is not None:
            return float(curve.starts_s[place])
        return self.window_around(self.time_at(x_px))

    def _tell(self, at: QPoint, x_px: float) -> None:
        QToolTip.showText(at, self.tip_at(x_px), self)

    def leaveEvent(self, event: QEvent) -> None:
        QToolTip.hideText()
        super().leaveEvent(event)


def _between(one: str, other: str, part: float) -> QColor:
    """The colour that lies this part of the way from one to the other."""
    low, high = QColor(one), QColor(other)
    return QColor.fromRgbF(
        low.redF() + part * (high.redF() - low.redF()),
        low.greenF() + part * (high.greenF() - low.greenF()),
        low.blueF() + part * (high.blueF() - low.blueF()),
    )
