"""How one line of the worklist is drawn: name, age and sex, and a word for its state."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ecgviewer.services.library_entry import LibraryEntry
from ecgviewer.theme import CAPTION_PX, LIGHT, TITLE_PX, Theme, app_font
from ecgviewer.widgets.library_model import CURRENT_ROLE, ENTRY_ROLE
from ecgviewer.widgets.wording import patient_short

ROW_PX: Final = 46
_MARGIN_PX: Final = 8
_WORDS: Final = {
    "draft": "draft",
    "signed": "signed",
    "quality": "quality",
    "refused": "not read",
    "unread": "",
}


_KINDS: Final = {"long": "long", "digitised": "digitised"}


class LibraryDelegate(QStyledItemDelegate):
    """Draws a row of fixed height, so that 20,000 rows need no measuring."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._name_font = app_font(TITLE_PX, semibold=True)
        self._small_font = app_font(CAPTION_PX)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, ROW_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw the row of an entry; the open record has the accent's soft ground."""
        entry = index.data(ENTRY_ROLE)
        if not isinstance(entry, LibraryEntry):
            return
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, rect, bool(index.data(CURRENT_ROLE)), state)
        inner = rect.adjusted(_MARGIN_PX, 5, -_MARGIN_PX, -5)
        word_width = self._paint_word(painter, inner, entry)
        self._paint_text(painter, inner, entry, word_width)
        painter.restore()

    def _paint_ground(self, painter: QPainter, rect: QRect, is_open: bool, state: QStyle.StateFlag) -> None:
        is_hot = bool(state & QStyle.StateFlag.State_MouseOver)
        has_focus = bool(state & QStyle.StateFlag.State_Selected) and bool(
            state & QStyle.StateFlag.State_HasFocus
        )
        painter.setPen(QColor(self._theme.accent) if has_focus and not is_open else Qt.PenStyle.NoPen)
        ground = self._theme.accent_soft if is_open else self._theme.rail if is_hot else None
        painter.setBrush(QColor(ground) if ground else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 5.0, 5.0)

    def _paint_word(self, painter: QPainter, inner: QRect, entry: LibraryEntry) -> int:
        """Draw the state's word at the right end; returns the width it needs."""
        word = _WORDS[entry.state]
        if not word:
            return 0
        colours = {
            "draft": self._theme.accent_ink,
            "signed": self._theme.good,
            "quality": self._theme.caution,
            "refused": self._theme.danger,
        }
        painter.setFont(self._small_font)
        painter.setPen(QColor(colours[entry.state]))
        flags = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        painter.drawText(inner.adjusted(0, 2, 0, 0), flags, word)
        return QFontMetrics(self._small_font).horizontalAdvance(word) + 6

    def _paint_text(self, painter: QPainter, inner: QRect, entry: LibraryEntry, word_width: int) -> None:
        muted = QColor(self._theme.muted)
        painter.setFont(self._name_font)
        painter.setPen(muted if entry.refusal else QColor(self._theme.text))
        name = QFontMetrics(self._name_font).elidedText(
            entry.name, Qt.TextElideMode.ElideMiddle, inner.width() - word_width
        )
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), name)
        painter.setFont(self._small_font)
        painter.setPen(muted)
        facts = QFontMetrics(self._small_font).elidedText(
            _second_line(entry), Qt.TextElideMode.ElideRight, inner.width()
        )
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom), facts)


def _second_line(entry: LibraryEntry) -> str:
    """Age and sex, the date, and whether it is synthetic; '' while nothing is known."""
    if entry.refusal:
        return entry.refusal
    if entry.kind == "page":
        return "picture"
    if entry.patient is None:
        return ""
    kind = "synthetic" if entry.is_synthetic else _KINDS.get(entry.kind, "")
    same = "duplicate" if entry.same_as else ""
    parts = [kind, patient_short(entry.patient), entry.when, same]
    return " · ".join(part for part in parts if part)
