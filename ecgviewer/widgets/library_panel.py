"""The worklist: a quiet column with a filter and what of it was read."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSortFilterProxyModel, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ecgviewer.actions import hint, key
from ecgviewer.services.library_entry import LibraryEntry
from ecgviewer.theme import Theme
from ecgviewer.widgets.keyed import KeyedButton
from ecgviewer.widgets.library_delegate import LibraryDelegate
from ecgviewer.widgets.library_model import ENTRY_ROLE, SEARCH_ROLE, LibraryModel
from ecgviewer.widgets.library_progress import LibraryProgress
from ecgviewer.widgets.parts import ElidedLabel, label, show_text

_FILTER_KEYS: Final = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down)


class LibraryPanel(QFrame):
    """Announces which record the reader wants; shows entries and which one is open."""

    open_wished = Signal(Path)
    folder_wished = Signal()
    refused_wished = Signal()
    indexing_cancel_wished = Signal()
    peek_wished = Signal(list)
    """Paths of the rows on screen about which nothing is known yet."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setMinimumWidth(168)
        self.model = LibraryModel(self)
        self.proxy = QSortFilterProxyModel(self)
        self.proxy.setSourceModel(self.model)
        self.proxy.setFilterRole(SEARCH_ROLE)
        self.proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.proxy.setDynamicSortFilter(False)
        self.delegate = LibraryDelegate(self)
        self.view = self._make_view()
        self.count = ElidedLabel("Worklist", "title")
        self.folder = ElidedLabel("", "caption")
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter  (Ctrl+F)")
        self.filter.setClearButtonEnabled(True)
        self.filter.setAccessibleName("Filter the worklist by name or state")
        self.filter.setToolTip(
            "Shows names that contain this text, or a state: signed, draft, quality, refused, duplicate"
        )
        self.filter.installEventFilter(self)
        # What is dropped is opened, wherever in the window it falls.
        self.filter.setAcceptDrops(False)
        self.empty = label("", "caption", wrap=True)
        self._progress = LibraryProgress()
        self._progress.cancel_wished.connect(self.indexing_cancel_wished)
        self.refused_button = QPushButton()
        self.refused_button.setProperty("role", "quiet")
        self.refused_button.setToolTip(hint("refused"))
        self.refused_button.hide()
        self.open_button = KeyedButton("Open folder…", key("open_folder"))
        self.open_button.setProperty("role", "quiet")
        self.open_button.setToolTip(hint("open_folder"))
        self._peek_timer = QTimer(self)
        self._peek_timer.setSingleShot(True)
        self._peek_timer.setInterval(150)
        self._lay_out()
        self._connect()

    def _make_view(self) -> QListView:
        view = QListView()
        view.setModel(self.proxy)
        view.setItemDelegate(self.delegate)
        view.setUniformItemSizes(True)
        view.setMouseTracking(True)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setAccessibleName("Worklist")
        return view

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 10, 6, 6)
        column.setSpacing(6)
        column.addWidget(self.count)
        column.addWidget(self.folder)
        column.addWidget(self.filter)
        column.addWidget(self.empty)
        column.addWidget(self.view, 1)
        column.addWidget(self._progress)
        column.addWidget(self.refused_button)
        row = QHBoxLayout()
        row.addWidget(self.open_button)
        row.addStretch(1)
        column.addLayout(row)
        show_text(self.empty, "No records yet.")

    def _connect(self) -> None:
        self.view.clicked.connect(self._on_row)
        self.view.activated.connect(self._on_row)
        self.filter.textChanged.connect(self._on_filter)
        self.open_button.clicked.connect(self.folder_wished)
        self.refused_button.clicked.connect(self.refused_wished)
        self.view.verticalScrollBar().valueChanged.connect(self._peek_timer.start)
        self._peek_timer.timeout.connect(self._on_peek)

    def set_theme(self, theme: Theme) -> None:
        self.delegate.set_theme(theme)
        self.view.viewport().update()

    def set_library(self, title: str, entries: list[LibraryEntry]) -> None:
        """Show another library; `title` is its folder's name."""
        self.model.set_entries(entries)
        show_text(self.folder, title)
        self._show_emptiness()
        self._show_count()
        self._peek_timer.start()

    def set_message(self, text: str) -> None:
        """A quiet line in place of entries: 'Looking for records…'."""
        show_text(self.empty, text)

    def update_entries(self, entries: list[LibraryEntry]) -> None:
        """Show what is now known of some records."""
        self.model.update_entries(entries)
        self._show_count()

    def set_progress(self, done: int, total: int) -> None:
        """How many files were looked into; nothing is shown where all were."""
        if self._progress.set_progress(done, total):
            # The last word: only now is the number of files that could not be read complete.
            self._show_count()

    def set_current(self, path: Path | None) -> None:
        """Mark the open record and bring it into view."""
        self.model.set_current(path)
        row = self.model.row_of(path) if path is not None else None
        if row is None:
            return
        index = self.proxy.mapFromSource(self.model.index(row))
        if index.isValid():
            self.view.setCurrentIndex(index)
            self.view.scrollTo(index)

    def neighbour(self, path: Path | None, step: int) -> Path | None:
        """The record `step` rows on among those shown; None at the ends. Without a path, the first."""
        count = self.proxy.rowCount()
        row = self.model.row_of(path) if path is not None else None
        at = self.proxy.mapFromSource(self.model.index(row)).row() if row is not None else -1
        wished = at + step if at >= 0 else 0
        if not 0 <= wished < count:
            return None
        entry: LibraryEntry = self.proxy.index(wished, 0).data(ENTRY_ROLE)
        return entry.path

    def next_unsigned(self, path: Path | None) -> Path | None:
        """The next record below that is not signed and not refused; None when there is none."""
        here = self.neighbour(path, 1)
        while here is not None:
            entry = self.model.entry_of(here)
            if entry is not None and entry.state not in ("signed", "refused"):
                return here
            here = self.neighbour(here, 1)
        return None

    def all_paths(self) -> list[Path]:
        """Every record of the library, also those that the filter hides."""
        return self.model.paths()

    def focus_filter(self) -> None:
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def visible_paths(self) -> list[Path]:
        """The records on screen, from the top."""
        top = self.view.indexAt(self.view.viewport().rect().topLeft())
        if not top.isValid():
            return []
        rows = self.view.viewport().height() // self.delegate.sizeHint(None, top).height() + 2  # type: ignore[arg-type]
        last = min(self.proxy.rowCount(), top.row() + rows)
        entries = (self.proxy.index(row, 0).data(ENTRY_ROLE) for row in range(top.row(), last))
        return [entry.path for entry in entries]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape empties the filter and leaves it; Enter and Down go to the list.

        The window has deeds for these keys, Enter signs: the field says that it wants them itself.
        """
        if watched is self.filter and isinstance(event, QKeyEvent) and event.key() in _FILTER_KEYS:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                if event.key() == Qt.Key.Key_Escape:
                    self.filter.clear()
                self.view.setFocus()
                return True
        return super().eventFilter(watched, event)

    def _show_count(self) -> None:
        count = self.model.rowCount()
        self.count.setText(f"Worklist · {self.model.n_read} of {count} read" if count else "Worklist")
        n_refused = len(self.model.refused())
        files = "1 file" if n_refused == 1 else f"{n_refused} files"
        self.refused_button.setText(f"{files} could not be read…")
        self.refused_button.setVisible(n_refused > 0)

    def _on_row(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY_ROLE)
        if isinstance(entry, LibraryEntry):
            self.open_wished.emit(entry.path)

    def _on_filter(self, text: str) -> None:
        self.proxy.setFilterFixedString(text.strip())
        self._show_emptiness()
        self._peek_timer.start()

    def _show_emptiness(self) -> None:
        """Why no row is there; nothing where one is."""
        if self.proxy.rowCount() > 0:
            why = ""
        elif self.model.rowCount() > 0:
            why = "No record matches this filter."
        else:
            why = "No ECG files were found here."
        show_text(self.empty, why)

    def unknown_paths(self) -> list[Path]:
        """The records on screen about which nothing is known yet."""
        unknown = []
        for path in self.visible_paths():
            entry = self.model.entry_of(path)
            # A picture takes seconds to look at: that waits until it is opened.
            if entry is not None and not (entry.is_analysed or entry.refusal or entry.kind == "page"):
                unknown.append(path)
        return unknown

    def _on_peek(self) -> None:
        unknown = self.unknown_paths()
        if unknown:
            self.peek_wished.emit(unknown)
