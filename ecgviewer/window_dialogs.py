"""The window's dialogs: which one is shown, and what becomes of its answer."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QWidget

from ecgviewer import paths
from ecgviewer.dialogs.refused_dialog import RefusedDialog
from ecgviewer.dialogs.shortcuts_sheet import ShortcutsSheet
from ecgviewer.dialogs.table_dialog import TableDialog
from ecgviewer.dialogs.text_dialogs import model_card_dialog, notice_dialog
from ecgviewer.widgets.status_strip import StatusStrip
from ecgviewer.window_parts import WindowParts
from ecgviewer.workspace import Workspace


class WindowDialogs(QObject):
    """Opens one dialog at a time over the window."""

    def __init__(
        self, workspace: Workspace, parts: WindowParts, status: StatusStrip, window: QWidget
    ) -> None:
        super().__init__(window)
        self._workspace = workspace
        self._parts = parts
        self._status = status
        self._window = window
        self._dialog: QDialog | None = None

    def show_refused(self) -> None:
        """The files of the library that could not be read."""
        self._show(RefusedDialog(self._parts.library.model.refused(), self._window))

    def show_shortcuts(self) -> None:
        self._show(ShortcutsSheet(self._window))

    def show_notice(self) -> None:
        """What this program is, and what it is not."""
        self._show(notice_dialog(paths.store_url(), paths.log_file(), self._window))

    def show_card(self, bundle: str) -> None:
        """The model card of a bundle."""
        info = self._workspace.bundle(bundle)
        if info is not None:
            self._show(model_card_dialog(info, self._window))

    def ask_table(self) -> None:
        """Ask what the open table holds; without one, say that there is nothing to ask."""
        table = self._workspace.table
        if table is None:
            self._status.tell("The open record describes itself: there is nothing to ask.")
            return
        dialog = TableDialog(table, self._workspace.tables.facts_for(table), self._window)
        dialog.accepted.connect(lambda: self._on_described(dialog))
        self._show(dialog)

    def _on_described(self, dialog: TableDialog) -> None:
        assert dialog.facts is not None, "the dialog is accepted only when all is said"
        problem = self._workspace.describe_table(dialog.facts, for_its_form=dialog.remember.isChecked())
        if problem:
            self._status.tell(problem)

    def _show(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        self._dialog = dialog
