"""A probability from 0 to 1 with the model's threshold as a tick."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ecgviewer.widgets.wording import figures


class ProbabilityBar(QWidget):
    """The bar's full width is always probability 1; the colour says on which side of the threshold."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._probability = 0.0
        self._threshold: float | None = None
        self._colours = {"above": "#b3261e", "below": "#5f6f82", "rail": "#e6e8ec", "tick": "#1a1a1a"}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(120, 16)

    def set_colours(self, above: str, below: str, rail: str, tick: str) -> None:
        """Colours by name, as the theme gives them."""
        self._colours = {"above": above, "below": below, "rail": rail, "tick": tick}
        self.update()

    def set_values(self, probability: float, threshold: float | None) -> None:
        """Show a probability and the threshold beside it (None: no tick)."""
        self._probability = min(max(probability, 0.0), 1.0)
        self._threshold = threshold
        self.setAccessibleName(_spoken(probability, threshold))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        rail = QRectF(0.0, (self.height() - 8) / 2, self.width(), 8.0)
        painter.setBrush(QColor(self._colours["rail"]))
        painter.drawRoundedRect(rail, 4.0, 4.0)
        is_above = self._threshold is not None and self._probability >= self._threshold
        painter.setBrush(QColor(self._colours["above" if is_above else "below"]))
        filled = QRectF(rail)
        filled.setWidth(max(8.0, rail.width() * self._probability))
        painter.drawRoundedRect(filled, 4.0, 4.0)
        if self._threshold is not None:
            x = rail.width() * self._threshold
            painter.setBrush(QColor(self._colours["tick"]))
            painter.drawRect(QRectF(x - 1.0, rail.top() - 4.0, 2.0, rail.height() + 8.0))


def _spoken(probability: float, threshold: float | None) -> str:
    if threshold is None:
        return f"Probability {probability:.2f}"
    shown, limit = figures(probability, threshold)
    return f"Probability {shown}, threshold {limit}"
