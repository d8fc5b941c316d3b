"""The real window off screen, with everything in line so that no test waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from ecgviewer.app import Desk, assemble
from ecgviewer.plots.beat_view import BeatView
from ecgviewer.plots.ecg_view import EcgView
from ecgviewer.theme import LIGHT
from tests.gui.window_help import KnownModels, shown

MakeDesk = Callable[..., Desk]


@pytest.fixture
def make_desk(qtbot: QtBot, ecgviewer_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeDesk]:
    """Makes a window with known models and a store in the test's own home; closes what it made."""
    made: list[Desk] = []

    def make(
        models: KnownModels | None = None, *, reader: str = "Dr. Test", store_url: str | None = None
    ) -> Desk:
        models = models or KnownModels()
        url = store_url or f"sqlite:///{ecgviewer_home / 'labels.sqlite'}"
        desk = assemble(inline=True, store_url=url, find=models.find, load=models.load)
        made.append(desk)
        desk.window.show()
        desk.window.activateWindow()
        QApplication.processEvents()
        desk.store.start()
        desk.inference.start()
        if reader:
            desk.appearance.set_reader(reader)
        return desk

    yield make
    # What a test left unsaved is thrown away: nobody is there to be asked.
    monkeypatch.setattr(QMessageBox, "warning", lambda *_asked: QMessageBox.StandardButton.Discard)
    for desk in made:
        desk.close()
        desk.window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    """One window, nothing opened yet."""
    return make_desk()


@pytest.fixture
def ecg(qtbot: QtBot) -> EcgView:
    return shown(qtbot, EcgView(LIGHT), 900, 420)


@pytest.fixture
def beats(qtbot: QtBot) -> BeatView:
    return shown(qtbot, BeatView(LIGHT), 700, 420)
