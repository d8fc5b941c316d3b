"""FoldingCard: one or two lines that open to the whole at a click anywhere on the card, or by its arrow."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from ecgviewer.widgets.keyed import link_button
from ecgviewer.widgets.parts import Card


class FoldingCard(Card):
    """Folded at first. A subclass names the widgets that a folded card hides."""

    opened = Signal(object)
    """This card, when the reader opened it: all of it should be seen."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.body.setContentsMargins(12, 5, 12, 6)
        self.body.setSpacing(4)
        self.is_open = False
        self._inner: tuple[QWidget, ...] = ()
        self.arrow = link_button("▾", "More")
        self.arrow.setAccessibleName(f"More of {title}")
        self.arrow.clicked.connect(self.toggle)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def fold(self, *inner: QWidget) -> None:
        """These are seen only when the card is open."""
        self._inner = inner
        self._show_inner()

    def toggle(self) -> None:
        self.is_open = not self.is_open
        self._show_inner()
        if self.is_open:
            self.opened.emit(self)

    def _show_inner(self) -> None:
        self.arrow.setText("▴" if self.is_open else "▾")
        self.arrow.setToolTip("Less" if self.is_open else "More")
        for widget in self._inner:
            widget.setVisible(self.is_open)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        is_click = event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        )
        if is_click and not self.arrow.isHidden():
            self.toggle()
        super().mouseReleaseEvent(event)
