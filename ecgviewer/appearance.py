"""Appearance: the settings as the window uses them, kept on disk as they change."""

from __future__ import annotations

import getpass
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from ecgviewer.plots.layouts import LayoutName
from ecgviewer.services.retrain_plan import DataFolders
from ecgviewer.settings import Layout, Paper, Settings, load_settings, save_settings
from ecgviewer.theme import CIVIDIS, YELLOW_RED, Theme, apply_theme, make_theme
from inference.resource_paths import resources_folder

if TYPE_CHECKING:
    from ecgviewer.workspace import ViewState

_LAYOUTS: Final[dict[Layout, LayoutName]] = {"3x4": "3x4+II", "6x2": "6x2", "12x1": "12x1"}
_ROOMS: Final[tuple[tuple[Literal["light", "dark"], Paper], ...]] = (
    ("light", "dim"),
    ("dark", "dim"),
    ("dark", "dark"),
)


class Appearance(QObject):
    """Reader, theme and last folder; `changed` when one of them does."""

    changed = Signal()

    def __init__(self, file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._settings = load_settings(file)
        is_light = self._settings.theme == "light"
        self._room = 0 if is_light else _ROOMS.index(("dark", self._settings.dark_room_paper))
        self.problem = ""
        """Why the settings could not be kept; '' while all is well."""
        self.theme = self._make_theme()

    @property
    def settings(self) -> Settings:
        return self._settings

    @property
    def reader(self) -> str:
        return self._settings.reader

    @property
    def last_folder(self) -> str:
        return self._settings.last_folder

    @property
    def demo_folder(self) -> Path:
        return resources_folder() / "demo"

    @property
    def is_colour_blind_safe(self) -> bool:
        return self._settings.saliency_ramp == "colour-blind"

    @property
    def layout(self) -> LayoutName:
        return _LAYOUTS[self._settings.layout]

    def suggested_reader(self) -> str:
        """The reader's name, or what the computer calls its user."""
        if self.reader:
            return self.reader
        try:
            return getpass.getuser()
        except (OSError, KeyError, ImportError):
            return ""

    def set_reader(self, reader: str) -> None:
        self._keep(replace(self._settings, reader=reader))

    def remember_folder(self, folder: str) -> None:
        self._keep(replace(self._settings, last_folder=folder))

    @property
    def data_folders(self) -> DataFolders:
        """Where the archives for a retraining lie."""
        kept = self._settings
        return DataFolders(kept.ptb_xl_folder, kept.ptb_folder, kept.ludb_folder)

    def remember_data(self, data: DataFolders) -> None:
        self._keep(
            replace(self._settings, ptb_xl_folder=data.ptb_xl, ptb_folder=data.ptb, ludb_folder=data.ludb)
        )

    def remember_view(self, view: ViewState) -> None:
        """Keep how the ECG is looked at, all but the caliper: measuring is begun anew each time."""
        short = next(short for short, name in _LAYOUTS.items() if name == view.layout)
        self._keep(
            replace(
                self._settings,
                layout=short,
                speed_mm_s=view.speed_mm_s,
                gain_mm_mv=view.gain_mm_mv,
                saliency_on=view.saliency,
                saliency_bundle=view.saliency_bundle or "",
                single_beats_on=view.beats,
                median_row_on=view.median_row,
            )
        )

    def cycle_theme(self) -> None:
        """Light room, dark room with dim paper, dark room with dark paper."""
        self.set_room((self._room + 1) % len(_ROOMS))

    def set_room(self, room: int) -> None:
        """0 light, 1 dark with dim paper, 2 dark with dark paper."""
        self._room = room
        theme, paper = _ROOMS[room]
        self._apply(replace(self._settings, theme=theme, dark_room_paper=paper))

    def toggle_ramp(self) -> None:
        ramp: Literal["paper", "colour-blind"] = "paper" if self.is_colour_blind_safe else "colour-blind"
        self._apply(replace(self._settings, saliency_ramp=ramp))

    def _apply(self, settings: Settings) -> None:
        self._settings = settings
        self.theme = self._make_theme()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, self.theme)
        self._keep(settings, force=True)

    def _make_theme(self) -> Theme:
        name, paper = _ROOMS[self._room]
        ramp = CIVIDIS if self._settings.saliency_ramp == "colour-blind" else YELLOW_RED
        return make_theme(name, paper, ramp.name)

    def _keep(self, settings: Settings, *, force: bool = False) -> None:
        """Take settings over and write them; a disk that refuses does not stop the reading."""
        if settings == self._settings and not force:
            return
        self._settings = settings
        try:
            save_settings(settings, self._file)
            self.problem = ""
        except OSError as error:
            self.problem = (
                f"The settings cannot be kept ({error.strerror}); they hold until the program ends."
            )
        self.changed.emit()
