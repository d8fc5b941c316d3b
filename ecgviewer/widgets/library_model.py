"""The worklist as a Qt model: 20,000 entries cost one Python list and one dict."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ecgviewer.services.library_entry import READ_STATES, LibraryEntry
from ecgviewer.widgets.wording import patient_short

ENTRY_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 1
SEARCH_ROLE: Final = ENTRY_ROLE + 1
CURRENT_ROLE: Final = ENTRY_ROLE + 2
_Index = QModelIndex | QPersistentModelIndex


class LibraryModel(QAbstractListModel):
    """Entries in the order in which the folder gives them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[LibraryEntry] = []
        self._rows: dict[Path, int] = {}
        self._current: Path | None = None
        self._n_read = 0

    @property
    def n_read(self) -> int:
        return self._n_read

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._entries)

    def data(self, index: _Index, role: int = 0) -> Any:
        """Name, entry, search text, tooltip; None for what the delegate does not ask."""
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role == CURRENT_ROLE:
            return entry.path == self._current
        if role == SEARCH_ROLE:
            return f"{entry.name} {entry.state}{' duplicate' if entry.same_as else ''}"
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            facts = patient_short(entry.patient) if entry.patient else ""
            return f"{entry.name}, {facts}, {entry.state}"
        if role == Qt.ItemDataRole.ToolTipRole:
            others = "Another reader has read this ECG." if entry.is_read_by_others else ""
            same = f"The same ECG as {', '.join(entry.same_as)}." if entry.same_as else ""
            return "\n".join(line for line in (entry.name, entry.reason, same, others) if line)
        return None

    def set_entries(self, entries: list[LibraryEntry]) -> None:
        """Show another library."""
        self.beginResetModel()
        self._entries = list(entries)
        self._rows = {entry.path: row for row, entry in enumerate(self._entries)}
        self._n_read = sum(entry.state in READ_STATES for entry in self._entries)
        self.endResetModel()

    def update_entries(self, entries: Iterable[LibraryEntry]) -> None:
        """Put better known entries in the places of the ones with their paths, with one word to the views."""
        changed = []
        for entry in entries:
            row = self._rows.get(entry.path)
            if row is not None:
                self._n_read += int(entry.state in READ_STATES)
                self._n_read -= int(self._entries[row].state in READ_STATES)
                self._entries[row] = entry
                changed.append(row)
        if changed:
            self.dataChanged.emit(self.index(min(changed)), self.index(max(changed)))

    def refused(self) -> list[LibraryEntry]:
        """The files that could not be read, in order."""
        return [entry for entry in self._entries if entry.refusal]

    def set_current(self, path: Path | None) -> None:
        """Mark the open record."""
        old, self._current = self._current, path
        for changed in (old, path):
            row = self._rows.get(changed) if changed is not None else None
            if row is not None:
                self.dataChanged.emit(self.index(row), self.index(row), [CURRENT_ROLE])

    def row_of(self, path: Path) -> int | None:
        """The row of a record, None where the library does not have it."""
        return self._rows.get(path)

    def entry_of(self, path: Path) -> LibraryEntry | None:
        row = self._rows.get(path)
        return None if row is None else self._entries[row]
