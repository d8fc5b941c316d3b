"""The main window: assembled from parts; it turns keys, drops and menus into wishes to the workspace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

from PySide6.QtCore import QEventLoop, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
    QPaintEvent,
)
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMessageBox, QWidget

from ecgviewer.actions import ACTIONS
from ecgviewer.appearance import Appearance
from ecgviewer.dialogs.reader_dialog import ReaderQuestion
from ecgviewer.plots.layouts import LAYOUTS
from ecgviewer.services.library_service import Scan
from ecgviewer.widgets.status_strip import StatusStrip
from ecgviewer.window_dialogs import WindowDialogs
from ecgviewer.window_export import WindowExport
from ecgviewer.window_long import WindowLong
from ecgviewer.window_menu import WindowMenu
from ecgviewer.window_models import WindowModels
from ecgviewer.window_news import WindowNews
from ecgviewer.window_page import WindowPage
from ecgviewer.window_parts import WindowParts
from ecgviewer.window_reading import WindowReading
from ecgviewer.workspace import Workspace
from inference.labels import CONFIDENCES, Culprit, Omi
from inference.records.files import known_suffixes

_T = TypeVar("_T")
ZOOM_STEP: Final = 1.25


class MainWindow(QMainWindow):
    """Assembles the parts and wires their wishes; state lives in the workspace, looks in `appearance`."""

    first_painted = Signal()

    def __init__(self, workspace: Workspace, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.appearance = appearance
        self.parts = WindowParts(appearance.theme)
        self.status = StatusStrip()
        self.actions_by_id: dict[str, QAction] = {}
        self._is_painted = False
        self._is_closing = False
        self.setCentralWidget(self.parts)
        self.setStatusBar(self.status)
        self.setAcceptDrops(True)
        self.setMinimumSize(1080, 640)
        self.resize(1440, 900)
        self.news = WindowNews(workspace, self.parts, self.status, self)
        self.long = WindowLong(workspace, self.parts, self.status, self)
        self.page = WindowPage(workspace, self.parts, self)
        self.dialogs = WindowDialogs(workspace, self.parts, self.status, self)
        self.exporting = WindowExport(workspace, self.parts, self.status, self)
        self.naming = ReaderQuestion(appearance, self)
        self.reading = WindowReading(workspace, self.parts, self.status, self.naming, self)
        self.models = WindowModels(workspace, appearance, parts=self.parts, status=self.status, window=self)
        self._make_actions()
        self.menu = WindowMenu(self.actions_by_id, appearance, self.models, self)
        self._connect()
        self._on_title("")
        self._on_appearance()
        self.news.show_view()
        self.news.show_welcome()
        self.parts.library.view.setFocus()

    # --- assembling -------------------------------------------------------------------------------------

    def _handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table does."""
        workspace, parts = self.workspace, self.parts
        return {
            "open_folder": self.ask_folder,
            "open_file": self.ask_file,
            "open_demo": self.open_demo,
            "next": lambda: self.step(1),
            "previous": lambda: self.step(-1),
            "filter": parts.library.focus_filter,
            "layout": workspace.cycle_layout,
            "speed": workspace.cycle_speed,
            "gain": workspace.cycle_gain,
            "caliper": lambda: workspace.toggle("caliper"),
            "saliency": lambda: workspace.toggle("saliency"),
            "lead_shares": workspace.explain_on_demand,
            "beats": lambda: workspace.toggle("beats"),
            "device_beat": lambda: workspace.toggle("device_beat"),
            "median_row": workspace.toggle_median_row,
            "page": lambda: workspace.toggle("as_page"),
            "lead_areas": lambda: workspace.toggle("lead_areas"),
            "zoom_in": lambda: parts.ecg.zoom_by(ZOOM_STEP),
            "zoom_out": lambda: parts.ecg.zoom_by(1 / ZOOM_STEP),
            "reset_view": self._reset_view,
            "theme": self.appearance.cycle_theme,
            **self.long.handlers(),
            **{f"omi_{omi.name.lower()}": _deed(parts.reading.wish_omi, omi) for omi in Omi},
            **{f"culprit_{c.name.lower()}": _deed(parts.reading.wish_culprit, c) for c in Culprit},
            **{f"confidence_{n}": _deed(parts.reading.wish_confidence, n) for n in CONFIDENCES},
            "location": parts.reading.open_locations,
            "sign_next": self.reading.sign_and_next,
            "comment": lambda: parts.reading.comment.setFocus(Qt.FocusReason.ShortcutFocusReason),
            "history": lambda: parts.history.setVisible(not parts.history.isVisible()),
            "undo": self.reading.undo,
            "redo": self.reading.redo,
            "reader": lambda: self.naming.ask(),
            "describe_table": self.dialogs.ask_table,
            "refused": self.dialogs.show_refused,
            "export": self.exporting.open,
            "retry_save": workspace.store.retry,
            "retrain": self.models.open_retraining,
            "shortcuts": self.dialogs.show_shortcuts,
            "notice": self.dialogs.show_notice,
            "show_log": self._show_log,
            "quit": self.close,
        }

    def _make_actions(self) -> None:
        handlers = self._handlers()
        for spec in ACTIONS:
            action = QAction(spec.text, self)
            action.setShortcuts([QKeySequence(key) for key in spec.keys])
            action.setToolTip(spec.hint)
            action.triggered.connect(handlers[spec.id])
            self.addAction(action)
            self.actions_by_id[spec.id] = action

    def _connect(self) -> None:
        workspace, parts = self.workspace, self.parts
        for source in (parts.header, parts.ecg, parts.long, parts.strip, self.status):
            source.action_wished.connect(self.do)
        parts.header.layout_wished.connect(self._on_layout_wished)
        parts.header.menu_wished.connect(self.menu.open_under)
        parts.library.open_wished.connect(self.open_record)
        parts.library.folder_wished.connect(self.ask_folder)
        parts.library.peek_wished.connect(workspace.records.peek)
        parts.library.indexing_cancel_wished.connect(workspace.library.index.cancel)
        parts.library.refused_wished.connect(self.actions_by_id["refused"].trigger)
        parts.device.beat_button.clicked.connect(self.actions_by_id["device_beat"].trigger)
        parts.models.card_wished.connect(self.dialogs.show_card)
        parts.models.why_wished.connect(workspace.explain)
        self.reading.open_wished.connect(self.open_record)
        self.reading.step_wished.connect(self.step)
        parts.reading.history_wished.connect(self.actions_by_id["history"].trigger)
        parts.reading.comment.left.connect(parts.library.view.setFocus)
        parts.errors.log_wished.connect(self._show_log)
        workspace.library.library_changed.connect(self._on_library)
        workspace.record_changed.connect(self._on_record)
        self.news.title_changed.connect(self._on_title)
        self.appearance.changed.connect(self._on_appearance)

    # --- wishes -----------------------------------------------------------------------------------------

    def do(self, action_id: str) -> None:
        """Trigger an action of the table, as its key would."""
        self.actions_by_id[action_id].trigger()

    def open_paths(self, paths: list[Path]) -> None:
        """Open folders and files as the library."""
        self.workspace.records.forget()
        self.workspace.open_library(paths)

    def open_record(self, path: Path) -> None:
        """Open a record of the library; a comment being typed is saved first (`record_closing`)."""
        if self.parts.reading.isAncestorOf(self.focusWidget()):
            # The panel rests while the record is read: keys must not fall to whatever is next in line.
            self.parts.library.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.workspace.open_record(path)

    def open_demo(self) -> None:
        self.open_paths([self.appearance.demo_folder])

    def ask_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Open a folder of ECGs", self.appearance.last_folder)
        if chosen:
            self.appearance.remember_folder(chosen)
            self.open_paths([Path(chosen)])

    def ask_file(self) -> None:
        kinds = f"ECG files ({' '.join(f'*{suffix}' for suffix in known_suffixes())});;All files (*)"
        chosen, _kind = QFileDialog.getOpenFileName(self, "Open an ECG", self.appearance.last_folder, kinds)
        if chosen:
            self.open_paths([Path(chosen)])

    def step(self, by: int) -> None:
        """Open the next or previous record of the worklist."""
        path = self.parts.library.neighbour(self.workspace.path, by)
        if path is not None:
            self.open_record(path)
        elif self.workspace.path is not None:
            self.status.tell("This is the last record." if by > 0 else "This is the first record.")

    # --- what happened ----------------------------------------------------------------------------------

    def _on_library(self, found: Scan, _entries: list[object]) -> None:
        if not found.is_update or self.workspace.path not in found.paths:
            self.workspace.open_record(found.first)
        else:
            self.parts.library.set_current(self.workspace.path)
            self._on_record()

    def _on_record(self) -> None:
        """Read the neighbours ahead, so that the next record is on screen at once."""
        path = self.workspace.path
        ahead = [self.parts.library.neighbour(path, step) for step in (1, -1)] if path is not None else []
        wished = [neighbour for neighbour in ahead if neighbour is not None]
        unknown = [path for path in self.parts.library.unknown_paths() if path not in wished]
        self.workspace.records.peek(wished + unknown)

    def _on_layout_wished(self, name: str) -> None:
        layout = next(known for known in LAYOUTS if known == name)
        self.workspace.set_view(replace(self.workspace.view, layout=layout))

    def _on_appearance(self) -> None:
        self.parts.set_theme(self.appearance.theme)
        self.parts.header.set_reader(self.appearance.reader)
        self.parts.reading.commit_comment()
        self.workspace.set_reader(self.appearance.reader)
        if self.appearance.problem:
            self.status.tell(self.appearance.problem)

    def _on_title(self, name: str) -> None:
        self.setWindowTitle(f"{name} · ECG Viewer" if name else "ECG Viewer")

    # --- small doings -----------------------------------------------------------------------------------

    def _reset_view(self) -> None:
        self.parts.ecg.reset_zoom()
        self.parts.beat.view.reset_zoom()

    def _await_writes(self) -> None:
        """What is on its way to the disk may yet be refused, and then its reader has to know."""
        store = self.workspace.store
        if store.is_writing:
            self.status.tell("Saving…")
            waiting = QEventLoop()
            store.settled.connect(waiting.quit)
            waiting.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)

    def _may_close(self) -> bool:
        """Readings that are not on the disk would be lost with the window: let the reader decide."""
        store, n_unnamed = self.workspace.store, self.workspace.desk.n_unnamed
        sentences = []
        if n_unnamed:
            ecgs = "1 ECG are" if n_unnamed == 1 else f"{n_unnamed} ECGs are"
            sentences.append(f"The answers for {ecgs} not saved, because no reader is named.")
        if store.problem and store.n_unsaved:
            waiting = "1 reading is" if store.n_unsaved == 1 else f"{store.n_unsaved} readings are"
            sentences.append(f"{waiting} not saved. {store.problem}")
        if not sentences:
            return True
        buttons = QMessageBox.StandardButton
        pressed = QMessageBox.warning(
            self, "Not saved", " ".join(sentences), buttons.Discard | buttons.Cancel, buttons.Cancel
        )
        if pressed != buttons.Discard and n_unnamed:
            self.naming.ask()
        return bool(pressed == buttons.Discard)

    def _show_log(self) -> None:
        from ecgviewer.paths import log_file

        self.status.open_folder(log_file().parent)

    # --- Qt's events ------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self.first_painted.emit)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.open_paths(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.parts.reading.commit_comment()
        if self._is_closing:
            event.ignore()
            return
        self._is_closing = True
        self._await_writes()
        is_allowed = self._may_close()
        self._is_closing = False
        if not is_allowed:
            event.ignore()
            return
        self.appearance.remember_view(self.workspace.view)
        super().closeEvent(event)


def _deed(wish: Callable[[_T], None], value: _T) -> Callable[[], None]:
    """A wish with its value, without the `checked` that Qt sends along."""
    return lambda: wish(value)
