"""Export in the window: the dialog's wishes on their way to the service, and its news back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from ecgviewer.dialogs.export_dialog import ExportDialog
from ecgviewer.services.export_service import ExportResult, ExportService, ExportWish
from ecgviewer.widgets.status_strip import StatusStrip
from ecgviewer.window_parts import WindowParts
from ecgviewer.workspace import Workspace

if TYPE_CHECKING:
    from inference.records.record import Record

NOTHING: Final = "Open an ECG first: there is nothing to export."


class WindowExport(QObject):
    """One export dialog at a time; the export itself goes on in the background."""

    def __init__(
        self, workspace: Workspace, parts: WindowParts, status: StatusStrip, window: QWidget
    ) -> None:
        super().__init__(window)
        self._workspace = workspace
        self._parts = parts
        self._status = status
        self._window = window
        self._folder = ""
        self._open: tuple[Path, Record] | None = None
        """The ECG that was open when the dialog was; another may be by now."""
        self.dialog: ExportDialog | None = None
        self.service = ExportService(workspace.background, workspace.tables.read, self)
        self.service.progressed.connect(self._on_progressed)
        self.service.finished.connect(self._on_finished)

    def open(self) -> None:
        """Ask what to export; say so where there is nothing."""
        if self.dialog is not None:
            self.dialog.activateWindow()
            return
        record, path = self._workspace.record, self._workspace.path
        self._open = None if record is None or path is None else (path, record)
        n_library = len(self._parts.library.all_paths())
        if self._open is None and not n_library:
            self._status.tell(NOTHING)
            return
        self.dialog = self._make_dialog(n_library)
        self.dialog.set_folder(self._folder)
        self.dialog.set_running(self.service.is_running)
        self.dialog.show()

    def _make_dialog(self, n_library: int) -> ExportDialog:
        from inference.long_records.long_record import part_of_recording

        name, part = "", ""
        if self._open is not None:
            name, part = self._open[0].stem, part_of_recording(self._open[1])
        dialog = ExportDialog(name, n_library, part, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.folder_wished.connect(self._on_folder_wished)
        dialog.start_wished.connect(self._on_start_wished)
        dialog.stop_wished.connect(self.service.cancel)
        dialog.finished.connect(self._on_closed)
        return dialog

    def _on_folder_wished(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self._window, "Folder for the exported ECGs", self._folder)
        if chosen and self.dialog is not None:
            self._folder = chosen
            self.dialog.set_folder(chosen)

    def _on_start_wished(self) -> None:
        dialog = self.dialog
        assert dialog is not None, "only an open dialog wishes"
        sources, record = tuple(self._parts.library.all_paths()), None
        if not dialog.is_whole_library and self._open is not None:
            sources, record = (self._open[0],), self._open[1]
        dialog.set_running(True)
        self.service.start(
            ExportWish(
                sources, Path(dialog.folder.folder), dialog.format_name, dialog.clean.isChecked(), record
            )
        )

    def _on_progressed(self, done: int, total: int) -> None:
        if self.dialog is not None:
            self.dialog.set_progress(done, total)

    def _on_finished(self, result: ExportResult) -> None:
        if self.dialog is not None:
            self.dialog.set_result(result)
            return
        from inference.writing.export import summary

        self._status.tell(result.problem or summary(result.done, result.n_planned))

    def _on_closed(self) -> None:
        self.dialog = None
        # What goes on unseen could not be stopped any more.
        self.service.cancel()
