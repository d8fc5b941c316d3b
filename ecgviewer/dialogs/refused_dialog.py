"""The files of the library that could not be read, each with its reason."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ecgviewer.services.library_entry import LibraryEntry
from ecgviewer.widgets.parts import label


class RefusedDialog(QDialog):
    """A table of file and reason, to be looked through or copied into a message."""

    def __init__(self, refused: list[LibraryEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Files that could not be read")
        self.resize(820, 460)
        self._refused = refused
        files = "1 file" if len(refused) == 1 else f"{len(refused)} files"
        said = (
            f"{files} of this library could not be read. Nothing in them was changed."
            if refused
            else ("Every file of this library that was looked into could be read.")
        )
        self.table = self._make_table()
        column = QVBoxLayout(self)
        column.addWidget(label(said, "body", wrap=True))
        column.addWidget(self.table, 1)
        column.addLayout(self._make_buttons())

    def _make_table(self) -> QTreeWidget:
        table = QTreeWidget()
        table.setHeaderLabels(["File", "Why"])
        table.setRootIsDecorated(False)
        table.setUniformRowHeights(True)
        table.setSortingEnabled(True)
        table.setAccessibleName("Files that could not be read, with the reason")
        table.addTopLevelItems([_row(entry) for entry in self._refused])
        table.setColumnWidth(0, 240)
        table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        return table

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        copy = QPushButton("Copy the list")
        copy.setEnabled(bool(self._refused))
        copy.clicked.connect(self._on_copy)
        close = QPushButton("Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row.addStretch(1)
        row.addWidget(copy)
        row.addWidget(close)
        return row

    def _on_copy(self) -> None:
        lines = (f"{entry.path}\t{entry.refusal}" for entry in self._refused)
        QGuiApplication.clipboard().setText("\n".join(lines))


def _row(entry: LibraryEntry) -> QTreeWidgetItem:
    row = QTreeWidgetItem([entry.name, entry.refusal])
    row.setToolTip(0, str(entry.path))
    row.setToolTip(1, entry.refusal)
    return row
