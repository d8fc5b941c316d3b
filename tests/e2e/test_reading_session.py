"""From the front door to the stored label, with real threads, as a reader would do it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

import main
from ecgviewer.main_window import MainWindow
from ecgviewer.settings import Settings, save_settings
from ecgviewer.store import LabelStore
from inference.labels import Omi
from tests.unit.model_bundles import BEAT_MODEL, make_bundle

DEMO = Path(__file__).resolve().parents[2] / "resources" / "demo"
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


Step = tuple[Callable[[MainWindow], bool], Callable[[MainWindow], object]]
"""When to do something, and what."""


class Robot(QObject):
    """Does one step after another, each as soon as its condition holds; closes the window at the end."""

    def __init__(self, steps: list[Step]) -> None:
        super().__init__()
        self.left = list(steps)
        self.timer = QTimer(self)
        self.timer.timeout.connect(self.go)
        self.timer.start(20)

    def go(self) -> None:
        tops = QApplication.topLevelWidgets()
        windows = [widget for widget in tops if isinstance(widget, MainWindow) and widget.isVisible()]
        if not windows:
            return
        if not self.left:
            self.timer.stop()
            windows[0].close()
        elif self.left[0][0](windows[0]):
            self.left.pop(0)[1](windows[0])


def key(code: Qt.Key) -> Callable[[MainWindow], object]:
    return lambda window: QTest.keyClick(window, code)


def shows(name: str) -> Callable[[MainWindow], bool]:
    def is_shown(window: MainWindow) -> bool:
        record = window.workspace.record
        return record is not None and record.path.stem == name and window.parts.ecg.is_paper_shown

    return is_shown


def has_answered(name: str, bundle: str) -> Callable[[MainWindow], bool]:
    return lambda window: shows(name)(window) and bundle in window.workspace.answers


@pytest.mark.usefixtures("qapp")
def test_open_the_demo_library_read_sign_and_find_the_label_in_the_store(ecgviewer_home: Path) -> None:
    save_settings(Settings(reader="Dr. End"), ecgviewer_home / "settings.json")
    make_bundle(ecgviewer_home / "models", BEAT_MODEL)
    robot = Robot(
        [
            (has_answered("01_synthetic_normal", BEAT_MODEL), key(Qt.Key.Key_2)),
            (lambda window: "draft" in window.parts.reading.state.text(), key(Qt.Key.Key_Return)),
            (shows("02_synthetic_lad_clear"), key(Qt.Key.Key_1)),
            (lambda window: "draft" in window.parts.reading.state.text(), key(Qt.Key.Key_S)),
        ]
    )
    assert main.main([str(DEMO)]) == 0
    assert robot.left == []
    store = LabelStore.open(f"sqlite:///{ecgviewer_home / 'labels.sqlite'}")
    by_name = {Path(stored.record_path).stem: stored for stored in store.all_latest()}
    store.close()
    assert by_name["01_synthetic_normal"].signed
    assert by_name["01_synthetic_normal"].reading.omi == Omi.NO
    assert by_name["02_synthetic_lad_clear"].reading.omi == Omi.YES
    assert not by_name["02_synthetic_lad_clear"].signed
    assert {stored.reader for stored in by_name.values()} == {"Dr. End"}
    assert all(stored.synthetic for stored in by_name.values())
    assert BEAT_MODEL in [shown.bundle for shown in by_name["01_synthetic_normal"].predictions]


@pytest.mark.usefixtures("qapp")
def test_screenshots_draw_the_window_on_given_records(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from PySide6.QtGui import QImage

    records = [str(DEMO / "12_synthetic_missing_lead.hea"), str(DEMO / "04_synthetic_rca_clear.hea")]
    assert main.main(["screenshots", str(tmp_path / "pictures"), *records]) == 0
    pictures = sorted((tmp_path / "pictures").glob("*.png"))
    assert [path.stem for path in pictures] == [
        "00-start",
        "01-12_synthetic_missing_lead",
        "02-04_synthetic_rca_clear",
        "dark-room",
        "layout-12x1",
    ]
    assert str(tmp_path / "pictures") in capsys.readouterr().out
    images = [QImage(str(path)) for path in pictures]
    assert all((image.width(), image.height()) == (1440, 900) for image in images)
    assert len({image.constBits().tobytes() for image in images}) == len(images)
