"""Words of the domain for tests of the window: models whose answers are known, and what a reader does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from ecgviewer.app import Desk, StartUp, assemble
from ecgviewer.services.inference_service import FoundBundles
from ecgviewer.store import LabelStore
from inference.bundle_info import BundleInfo
from inference.labels import MI_LOCATIONS
from inference.long_records import LongRecord
from inference.prepare import PrepareSpec
from inference.records import Record
from inference.results import Attribution, ModelAnswer, ModelFailure, Prediction
from inference.scan import WindowScan

Shown = TypeVar("Shown", bound=QWidget)
ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "resources" / "demo"
OMI = BundleInfo(
    name="ecg-smart-net.omi-proxy",
    arch="ecg-smart-net",
    task="omi",
    title="OMI (proxy model, experimental)",
    trained_on="Simulated injuries and MI codes, not angiography.",
    classes=("no OMI", "OMI"),
    prepare=PrepareSpec(),
    threshold=0.46,
    saliency_scale=0.01,
    experimental=True,
)
MI = BundleInfo(
    name="ecg-smart-net.mi-ptbxl",
    arch="ecg-smart-net",
    task="mi",
    title="Myocardial infarction, any age",
    trained_on="MI codes of PTB-XL, mostly old infarcts.",
    classes=("no MI", "MI"),
    prepare=PrepareSpec(),
    threshold=0.5,
    saliency_scale=0.01,
)
SITE = BundleInfo(
    name="uchiyama-cnn.site-ptbxl",
    arch="uchiyama-cnn",
    task="mi-location",
    title="MI location",
    trained_on="Infarct sites of PTB-XL codes.",
    classes=tuple(MI_LOCATIONS),
    prepare=PrepareSpec(profile="lead-images-64"),
    threshold=None,
    saliency_scale=None,
)
SHARES = (0.02, 0.04, 0.13, 0.03, 0.10, 0.06, 0.05, 0.20, 0.17, 0.09, 0.06, 0.05)


SITE_SHARES = (0.05, 0.22, 0.12, 0.05, 0.06, 0.09, 0.05, 0.04, 0.06, 0.07, 0.09, 0.10)


@dataclass
class KnownModels:
    """An engine whose answers a test can foretell; `failing` bundles answer with a sentence."""

    omi: float = 0.83
    failing: tuple[str, ...] = ()
    raising: tuple[str, ...] = ()
    bundles: tuple[BundleInfo, ...] = (OMI, MI, SITE)
    inexplicable: tuple[str, ...] = ()
    asked: list[tuple[str, str]] = field(default_factory=list)
    explained: list[tuple[str, str]] = field(default_factory=list)
    device_name: str = "CPU"
    scanned: list[float] = field(default_factory=list)
    peaks: tuple[float, ...] = ()
    unanswered: tuple[float, ...] = ()

    def find(self) -> FoundBundles:
        return FoundBundles(self.bundles)

    def load(self, _found: FoundBundles) -> KnownModels:
        return self

    def answer(self, info: BundleInfo, record: Record, should_stop: Callable[[], bool]) -> ModelAnswer | None:
        self.asked.append((record.sha256, info.name))
        if should_stop():
            return None
        if info.name in self.raising:
            raise ZeroDivisionError("a bug in a model")
        if info.name in self.failing:
            return ModelAnswer(
                ModelFailure(info.name, record.sha256, "This model needs V3, which is missing.")
            )
        if len(info.classes) == len(MI_LOCATIONS):
            probabilities = _sites()
        else:
            probabilities = [(1 - self.omi) / (len(info.classes) - 1)] * (len(info.classes) - 1) + [self.omi]
        prediction = Prediction(
            info.name,
            "0" * 64,
            record.sha256,
            info.prepare,
            info.classes,
            tuple(probabilities),
            info.threshold,
        )
        windows = np.full((12, 20), 0.4, dtype=np.float32)
        why = Attribution(info.name, record.sha256, info.classes[-1], "Saliency", windows, SHARES)
        return ModelAnswer(prediction, why if len(info.classes) == 2 else None)

    def explain(
        self, info: BundleInfo, record: Record, should_stop: Callable[[], bool]
    ) -> ModelAnswer | None:
        self.explained.append((record.sha256, info.name))
        if should_stop():
            return None
        if info.name in self.inexplicable:
            return ModelAnswer(ModelFailure(info.name, record.sha256, "There was no memory left for this."))
        answer = self.answer(info, record, should_stop)
        assert answer is not None
        windows = np.zeros((12, 0), dtype=np.float32)
        why = Attribution(info.name, record.sha256, "IL", "Saliency", windows, SITE_SHARES)
        return replace(answer, attribution=why)

    def scan_window(
        self,
        infos: Sequence[BundleInfo],
        _long: LongRecord,
        start_s: float,
        should_stop: Callable[[], bool],
    ) -> WindowScan | None:
        """The windows of `peaks` are answered with `omi`, `unanswered` ones not at all, others with 0.05."""
        self.scanned.append(start_s)
        if should_stop():
            return None
        if start_s in self.unanswered:
            return WindowScan(start_s, why={info.name: "There is no valid signal." for info in infos})
        value = self.omi if start_s in self.peaks else 0.05
        return WindowScan(start_s, {info.name: value for info in infos})


def _sites() -> list[float]:
    values = dict.fromkeys(MI_LOCATIONS, 0.01)
    return list((values | {"IL": 0.61, "I": 0.22, "IPL": 0.05, "N": 0.04}).values())


def shown(qtbot: QtBot, view: Shown, width_px: int, height_px: int) -> Shown:
    """A widget on the screen at a size, taken down when the test ends."""
    qtbot.addWidget(view)
    view.resize(width_px, height_px)
    view.show()
    return view


def started(models: KnownModels) -> tuple[Desk, StartUp]:
    """The program as it starts on the demo library, with its real threads; the test closes it."""
    desk = assemble(find=models.find, load=models.load)
    start_up = StartUp(desk, [DEMO])
    desk.window.show()
    return desk, start_up


def stay_when_asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answer every warning before closing with 'Cancel'; the list fills with what was asked."""
    asked: list[str] = []

    def stay(_parent: object, _title: str, text: str, *_buttons: object) -> QMessageBox.StandardButton:
        asked.append(text)
        return QMessageBox.StandardButton.Cancel

    monkeypatch.setattr(QMessageBox, "warning", stay)
    return asked


def press(desk: Desk, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where the keyboard focus is, as the window system would."""
    window = desk.window
    QTest.keyClick(QApplication.focusWidget() or window, key, modifier)


def open_demo(desk: Desk, record: int = 0) -> None:
    """Open the demo library at one of its records, counted from 0."""
    desk.window.open_paths([DEMO])
    for _ in range(record):
        desk.window.step(1)


def shown_texts(widget: QWidget) -> str:
    """All text of the visible labels inside a widget."""
    QApplication.processEvents()
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def stored(home: Path) -> LabelStore:
    """The store in a test's home, opened a second time."""
    return LabelStore.open(f"sqlite:///{home / 'labels.sqlite'}")


def open_name(desk: Desk) -> str:
    """The name of the open record, '' when none is."""
    return desk.workspace.path.stem if desk.workspace.path is not None else ""
