"""The dialog of an export: what, in which format, with or without the patient, and what came of it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QGridLayout,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ecgviewer.dialogs.buttons import button_row, role_button
from ecgviewer.dialogs.folder_choice import FolderChoice
from ecgviewer.services.export_service import ExportResult
from ecgviewer.widgets.export_words import (
    CLEAN_PROMISE,
    FORMAT_WORDS,
    PLAIN_PROMISE,
    part_warning,
    result_text,
)
from ecgviewer.widgets.keyed import Choice
from ecgviewer.widgets.parts import label, show_text

WIDTH_PX: Final = 600
RESULT_PX: Final = 140


class ExportDialog(QDialog):
    """Announces wishes; `set_*` brings news."""

    start_wished = Signal()
    stop_wished = Signal()
    folder_wished = Signal()

    def __init__(self, open_name: str, n_library: int, part: str, parent: QWidget | None = None) -> None:
        """`open_name` is '' where no ECG is open; `part` says which part of a recording of hours is."""
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.setMinimumWidth(WIDTH_PX)
        self._part = part if open_name else ""
        self._is_running = False
        self.what = self._make_what(open_name, n_library)
        self.format = Choice()
        self.format.setAccessibleName("Format")
        for name, words in FORMAT_WORDS.items():
            self.format.addItem(f"{name}: {words}", name)
        self.clean = QCheckBox("De-identified")
        self.promise = label(PLAIN_PROMISE, "caption", wrap=True)
        self.folder = FolderChoice("the export")
        self.warning = label("", "warning", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.count = label("", "caption")
        self.bar.setAccessibleName("Progress of the export")
        self.outcome = QPlainTextEdit()
        self.outcome.setReadOnly(True)
        self.outcome.setMinimumHeight(RESULT_PX)
        self.outcome.setAccessibleName("What came of the export")
        self.start = role_button("Export", "primary")
        self.stop = QPushButton("Stop")
        self.close_button = QPushButton("Close")
        self._lay_out()
        self._connect()
        self._show_choice()

    @property
    def is_whole_library(self) -> bool:
        """Whether all ECGs of the worklist are meant, and not the open one alone."""
        return bool(self.what.currentData() == "library")

    @property
    def format_name(self) -> str:
        return str(self.format.currentData())

    def set_progress(self, done: int, total: int) -> None:
        """How many of how many ECGs are written."""
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        show_text(self.count, f"{done} of {total} ECGs")

    def set_running(self, is_running: bool) -> None:
        """Whether files are being written."""
        self._is_running = is_running
        for widget in (self.what, self.format, self.clean, self.folder):
            widget.setEnabled(not is_running)
        self.bar.setVisible(is_running)
        show_text(self.count, "Counting the ECGs…" if is_running else "")
        if is_running:
            # Without a length until the files are counted.
            self.bar.setRange(0, 0)
            self.outcome.hide()
        self._show_choice()

    def set_result(self, result: ExportResult) -> None:
        """What came of it."""
        self.set_running(False)
        self.outcome.setPlainText(result_text(result))
        self.outcome.show()
        self._fit()

    def set_folder(self, folder: str) -> None:
        self.folder.set_folder(folder)
        self._show_choice()

    def _make_what(self, open_name: str, n_library: int) -> Choice:
        what = Choice()
        what.setAccessibleName("What to export")
        if open_name:
            what.addItem(f"The open ECG: {open_name}", "open")
        if n_library:
            ecgs = "1 ECG" if n_library == 1 else f"all {n_library} ECGs"
            what.addItem(f"The whole worklist: {ecgs}", "library")
        return what

    def _show_choice(self) -> None:
        self.promise.setText(CLEAN_PROMISE if self.clean.isChecked() else PLAIN_PROMISE)
        show_text(self.warning, "" if self.is_whole_library else part_warning(self._part))
        is_ready = bool(self.what.count() and self.folder.folder)
        self.start.setVisible(not self._is_running)
        self.start.setEnabled(is_ready)
        self.stop.setVisible(self._is_running)
        self._fit()

    def _fit(self) -> None:
        """As high as what is said now needs: Qt does not make room for lines that wrap."""
        self._column.activate()
        height_px = self._column.totalHeightForWidth(max(self.width(), WIDTH_PX))
        self.setMinimumHeight(height_px)
        self.resize(self.width(), height_px)

    def _connect(self) -> None:
        self.what.currentIndexChanged.connect(self._show_choice)
        self.clean.toggled.connect(self._show_choice)
        self.folder.wished.connect(self.folder_wished)
        self.start.clicked.connect(self.start_wished)
        self.stop.clicked.connect(self.stop_wished)
        self.close_button.clicked.connect(self.close)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("ECGs", self.what),
            ("Format", self.format),
            ("Patient", self.clean),
            ("", self.promise),
            ("Folder", self.folder),
        )
        for row, (name, widget) in enumerate(rows):
            grid.addWidget(label(name, "title"), row, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(widget, row, 1)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(label("Write ECGs to files that other programs read", "strong"))
        column.addLayout(grid)
        for widget in (self.warning, self.bar, self.count):
            widget.hide()
            column.addWidget(widget)
        self.outcome.hide()
        column.addWidget(self.outcome, 1)
        column.addLayout(button_row(self.start, self.stop, self.close_button))
