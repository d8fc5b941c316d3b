"""The application: what is made first, what waits for the first paint, and how it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from ecgviewer import APP_NAME, __version__
from ecgviewer.appearance import Appearance
from ecgviewer.faults import FaultWatch
from ecgviewer.main_window import MainWindow
from ecgviewer.services.background import Background
from ecgviewer.services.inference_service import EngineLike, FoundBundles, InferenceService
from ecgviewer.services.local_engine import find_models, load_engine
from ecgviewer.services.store_service import StoreService
from ecgviewer.theme import apply_theme
from ecgviewer.workspace import ViewState, Workspace
from inference.resource_paths import resources_folder

ENGINE_AFTER_MS: Final = 1500
"""The engine is loaded when the first record is on screen, or after this long without one."""
SCREENSHOTS_FOLDER: Final = Path("screenshots")


@dataclass(slots=True)
class Desk:
    """The assembled program; `close` ends its threads after the last write."""

    background: Background
    store: StoreService
    inference: InferenceService
    workspace: Workspace
    appearance: Appearance
    window: MainWindow

    def close(self) -> None:
        self.window.close()
        self.workspace.desk.close()
        self.background.shutdown()
        self.workspace.library.index.close()
        self.store.close()


def make_application() -> QApplication:
    """The one QApplication, made if it is not there yet."""
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QApplication([APP_NAME])
    app.setApplicationName(APP_NAME)
    app.setApplicationDisplayName("ECG Viewer")
    app.setApplicationVersion(__version__)
    app.setWindowIcon(QIcon(str(resources_folder() / "icons" / "ecgviewer.png")))
    return app


def assemble(
    *,
    inline: bool = False,
    store_url: str | None = None,
    settings_file: Path | None = None,
    find: Callable[[], FoundBundles] = find_models,
    load: Callable[[FoundBundles], EngineLike] = load_engine,
) -> Desk:
    """Make the window and its services; nothing runs in the background yet. Needs a QApplication."""
    from ecgviewer import paths

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    appearance = Appearance(settings_file or paths.settings_file())
    apply_theme(app, appearance.theme)
    background = Background(inline=inline)
    store = StoreService(background, store_url)
    inference = InferenceService(background, find, load)
    workspace = Workspace(
        background,
        store,
        inference,
        index_file=paths.library_index_file(),
        profiles_file=paths.table_profiles_file(),
    )
    settings = appearance.settings
    workspace.set_view(
        ViewState(
            layout=appearance.layout,
            speed_mm_s=settings.speed_mm_s,
            gain_mm_mv=settings.gain_mm_mv,
            saliency=settings.saliency_on,
            beats=settings.single_beats_on,
            median_row=settings.median_row_on,
            saliency_bundle=settings.saliency_bundle or None,
        )
    )
    return Desk(background, store, inference, workspace, appearance, MainWindow(workspace, appearance))


class StartUp(QObject):
    """What happens once the window is on screen, in this order:

    1. The window has painted itself: the library is scanned and its first record read.
    2. The label store opens on its own thread; a retraining that was left running is looked for.
    3. The first record is on screen (or there is none): torch is imported on the engine thread.
    """

    def __init__(self, desk: Desk, opened: list[Path], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._opened = opened
        self._is_engine_started = False
        if opened:
            desk.window.news.show_waiting()
        desk.window.first_painted.connect(self._on_first_paint)
        desk.workspace.record_changed.connect(self._on_record)

    def _on_first_paint(self) -> None:
        if self._opened:
            self._desk.window.open_paths(self._opened)
        self._desk.store.start()
        self._desk.workspace.retraining.find_last()
        QTimer.singleShot(ENGINE_AFTER_MS, self.start_engine)

    def _on_record(self) -> None:
        # After the paint that this record's news has just asked for.
        QTimer.singleShot(50, self.start_engine)

    def start_engine(self) -> None:
        """Load the models, once."""
        if not self._is_engine_started:
            self._is_engine_started = True
            self._desk.inference.start()


def first_paths(paths: list[Path], appearance: Appearance) -> list[Path]:
    """What to open: what was asked for, else the last folder, else the demo library, else nothing."""
    if paths:
        return [path.absolute() for path in paths]
    last = Path(appearance.last_folder) if appearance.last_folder else None
    if last is not None and last.is_dir():
        return [last]
    has_demo = appearance.demo_folder.is_dir() and any(appearance.demo_folder.iterdir())
    return [appearance.demo_folder] if has_demo else []


def has_display() -> bool:
    """Whether a window can be shown: anywhere but on Linux without X or Wayland."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def run(paths: list[Path]) -> int:
    """Show the window until it is closed. Without a display, draw it to PNG files instead."""
    if not has_display():
        from ecgviewer.cli import screenshots

        print("There is no display here, so the window is drawn to files.")
        return screenshots(SCREENSHOTS_FOLDER, paths)
    from ecgviewer import paths as places

    app = make_application()
    watch = FaultWatch()
    watch.install(places.log_file())
    desk = assemble()
    watch.happened.connect(desk.window.parts.errors.tell)
    start_up = StartUp(desk, first_paths(paths, desk.appearance))
    desk.window.show()
    code = app.exec()
    desk.close()
    start_up.deleteLater()
    watch.uninstall()
    return code
