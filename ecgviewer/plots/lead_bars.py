"""LeadBars: how much of the saliency each lead carries, on a fixed scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ecgviewer.plots.layouts import LANES
from ecgviewer.theme import CAPTION_PX, Theme, app_font

FULL_BAR_SHARE: Final = 0.25
"""A full bar is a quarter of all saliency, in every record: bars are never stretched to their maximum."""
CHANCE_SHARE: Final = 1.0 / 12.0
"""What each lead would carry if the saliency were spread evenly."""

_HEADING: Final = "Lead contribution"
_CHANCE_WORDS: Final = ", even spread"


class LeadBars(QWidget):
    """Twelve bars in standard lead order, coloured from the ramp of the bands."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shares: dict[str, float] | None = None
        self._state = "not computed"
        self._whose = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setToolTip(
            f"Each lead's share of the model's saliency. A full bar is {FULL_BAR_SHARE:.0%}; the line marks "
            f"{CHANCE_SHARE:.1%}, an even spread over twelve leads."
        )

    def sizeHint(self) -> QSize:
        return QSize(220, 290)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, 12 * 13 + 44)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_shares(self, shares: Mapping[str, float] | None, whose: str = "") -> None:
        """Each lead's share of the saliency of the model `whose`, adding up to 1; None: nothing to show."""
        self._shares = None if shares is None else dict(shares)
        self._whose = whose
        spoken = [] if shares is None else [f"{lead} {share:.0%}" for lead, share in shares.items()]
        heading = f"{_HEADING}, {whose}:" if whose else _HEADING
        self.setAccessibleName(f"{heading} {', '.join(spoken)}")
        self.update()

    @property
    def whose(self) -> str:
        """The model that the bars speak of, as the heading names it."""
        return self._whose if self._shares is not None else ""

    def set_state(self, text: str) -> None:
        """Why there are no bars: 'not computed', 'model loading', 'not available for this model'."""
        self._state = text
        self.update()

    def fraction(self, lead: str) -> float | None:
        """Length of a lead's bar as a part of the rail, at most 1; None without a value."""
        if self._shares is None or lead not in self._shares:
            return None
        return min(max(self._shares[lead] / FULL_BAR_SHARE, 0.0), 1.0)

    def rail(self, row: int) -> QRectF:
        """Where a row's bar may reach, in widget pixels."""
        pitch = (self.height() - 24 - 20) / len(LANES)
        middle = 24 + (row + 0.5) * pitch
        thick = min(max(pitch * 0.45, 5.0), 11.0)
        return QRectF(38, middle - thick / 2, max(self.width() - 38 - 46, 10), thick)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_heading(painter)
        self._paint_chance(painter)
        for row, lead in enumerate(LANES):
            self._paint_row(painter, row, lead)

    def _paint_heading(self, painter: QPainter) -> None:
        top = QRectF(2, 0, self.width() - 4, 22)
        painter.setFont(app_font(CAPTION_PX + 1, semibold=True))
        painter.setPen(QColor(self._theme.text))
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(top, flags | Qt.AlignmentFlag.AlignLeft, _HEADING)
        named = painter.fontMetrics().horizontalAdvance(_HEADING)
        painter.setFont(app_font(CAPTION_PX))
        painter.setPen(QColor(self._theme.muted))
        word = self._state if self._shares is None else self._whose or "share"
        room = int(top.width()) - named - 8
        word = painter.fontMetrics().elidedText(word, Qt.TextElideMode.ElideRight, room)
        painter.drawText(top, flags | Qt.AlignmentFlag.AlignRight, word)
        foot = QRectF(2, self.height() - 18, self.width() - 4, 18)
        note = f"Full bar {FULL_BAR_SHARE:.0%} · line {CHANCE_SHARE:.1%}"
        if painter.fontMetrics().horizontalAdvance(note + _CHANCE_WORDS) < foot.width():
            note += _CHANCE_WORDS
        painter.drawText(foot, flags | Qt.AlignmentFlag.AlignLeft, note)

    def _paint_row(self, painter: QPainter, row: int, lead: str) -> None:
        rail = self.rail(row)
        line = QRectF(2, rail.center().y() - 9, self.width() - 4, 18)
        painter.setFont(app_font(CAPTION_PX, semibold=True))
        painter.setPen(QColor(self._theme.text))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, lead)
        fraction = self.fraction(lead)
        self._paint_rail(painter, rail, has_value=fraction is not None)
        if fraction is None or self._shares is None:
            return
        filled = QRectF(rail.left(), rail.top(), rail.width() * fraction, rail.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.ramp.shade(fraction))
        painter.drawRoundedRect(filled, 2, 2)
        painter.setFont(app_font(CAPTION_PX))
        painter.setPen(QColor(self._theme.text))
        value = f"{self._shares[lead] * 100:.1f}%"
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, value)

    def _paint_rail(self, painter: QPainter, rail: QRectF, *, has_value: bool) -> None:
        """Light in every room, as under the strips: on dark ground the darkest red would be the faintest."""
        if has_value:
            painter.setPen(QPen(QColor(self._theme.paper.band_edge), 1))
            painter.setBrush(QColor(self._theme.paper.band_back))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._theme.rail))
        painter.drawRoundedRect(rail, 2, 2)

    def _paint_chance(self, painter: QPainter) -> None:
        first, last = self.rail(0), self.rail(len(LANES) - 1)
        x = round(first.left() + first.width() * CHANCE_SHARE / FULL_BAR_SHARE) + 0.5
        painter.setPen(QPen(QColor(self._theme.muted), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(x, first.top() - 4), QPointF(x, last.bottom() + 4))
