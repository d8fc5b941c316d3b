"""The real window, off screen: file → first paint, next record, and how long the event loop stood still.

With `--load` as its first argument it measures one load of the models, which happens once per process.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil
from figures import Figure, hand_over
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from ecgviewer.app import Desk

ROOT: Final = Path(__file__).resolve().parents[2]
DEMO: Final = ROOT / "resources" / "demo"
SECTION: Final = "Window (demo library)"
TICK_MS: Final = 2
PATIENCE_S: Final = 60.0
ROUNDS: Final = 3
LOADS: Final = 5


class PaintWatch(QObject):
    """Notes when a widget is painted after `arm`."""

    def __init__(self, widget: QObject) -> None:
        super().__init__(widget)
        self.is_armed = False
        self.was_painted = False
        widget.installEventFilter(self)

    def arm(self) -> None:
        """From now on the next paint counts."""
        self.is_armed, self.was_painted = True, False

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if self.is_armed and event.type() == QEvent.Type.Paint:
            self.was_painted = True
        return False


class Heartbeat(QObject):
    """A timer that should fire every 2 ms: the longest gap between two beats is the longest stall."""

    def __init__(self) -> None:
        super().__init__()
        self.longest_ms = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_beat)
        self._timer.start(TICK_MS)

    def restart(self) -> None:
        """Forget the gaps so far."""
        self.longest_ms, self._last = 0.0, time.perf_counter()

    def _on_beat(self) -> None:
        now = time.perf_counter()
        self.longest_ms = max(self.longest_ms, (now - self._last) * 1e3 - TICK_MS)
        self._last = now


def wait_for(is_done: Callable[[], bool]) -> None:
    """Run the event loop until something is so."""
    deadline = time.perf_counter() + PATIENCE_S
    while not is_done():
        QApplication.processEvents()
        time.sleep(0.0002)
        if time.perf_counter() > deadline:
            raise TimeoutError("The window did not come to rest.")


def open_desk() -> Desk:
    """The program as it starts, with its window on an off-screen display and nothing opened."""
    from ecgviewer.app import assemble, make_application

    make_application()
    desk = assemble()
    desk.window.show()
    desk.store.start()
    wait_for(lambda: not desk.background.is_busy)
    return desk


class Measurement:
    """One window with what watches it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.heart = Heartbeat()
        self.paint = PaintWatch(desk.window.parts.ecg.view.canvas.viewport())
        desk.workspace.record_changed.connect(self.paint.arm)

    def rest(self) -> None:
        """Wait until nothing runs in the background."""
        wait_for(lambda: not self.desk.background.is_busy)

    def paint_ms(self, wish: Callable[[], None]) -> float:
        """From a wish to the end of the first paint of the record that it opened."""
        self.paint.is_armed = self.paint.was_painted = False
        began = time.perf_counter()
        wish()
        wait_for(lambda: self.paint.was_painted)
        return (time.perf_counter() - began) * 1e3

    def open_library(self) -> list[Path]:
        """Open the demo library and come to rest; returns its records."""
        from inference.records.files import find_records

        self.desk.window.open_paths([DEMO])
        wait_for(lambda: self.desk.workspace.record is not None)
        self.rest()
        return list(find_records([DEMO]))

    def file_to_paint(self, paths: list[Path]) -> tuple[float, ...]:
        """Each record from its file, with nothing remembered of it."""
        samples = []
        for path in paths * ROUNDS:
            self.rest()
            self.desk.workspace.records.forget()
            samples.append(self.paint_ms(lambda path=path: self.desk.window.open_record(path)))
        return tuple(samples)

    def next_records(self, count: int) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
        """Step through the library: ms to the paint, ms to the last model's answer, longest stall in ms."""
        workspace = self.desk.workspace
        n_models = len([info for info in workspace.bundles if info.enabled])
        paints, answers, stalls = [], [], []
        for step in range(count * ROUNDS):
            self.rest()
            self.heart.restart()
            began = time.perf_counter()
            by = 1 if (step // count) % 2 == 0 else -1
            if self.desk.window.parts.library.neighbour(workspace.path, by) is None:
                continue
            paints.append(self.paint_ms(lambda by=by: self.desk.window.step(by)))
            wait_for(lambda: len(workspace.answers) == n_models)
            answers.append((time.perf_counter() - began) * 1e3)
            self.rest()
            stalls.append(self.heart.longest_ms)
        return tuple(paints), tuple(answers), tuple(stalls)


def load_once() -> None:
    """Print the longest stall and the time while torch and every bundle are loaded, and the memory then."""
    measured = Measurement(open_desk())
    measured.open_library()
    measured.heart.restart()
    began = time.perf_counter()
    measured.desk.inference.start()
    wait_for(lambda: measured.desk.inference.is_ready)
    took_ms = (time.perf_counter() - began) * 1e3
    wait_for(lambda: measured.heart.longest_ms > 0)
    resident_mb = psutil.Process().memory_info().rss / 1e6
    print(f"{measured.heart.longest_ms:.2f} {took_ms:.2f} {resident_mb:.1f}")
    measured.desk.close()


def loads() -> list[Figure]:
    """Load the models in fresh processes."""
    command = [sys.executable, str(Path(__file__)), "--load"]
    rows = [
        subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        for _ in range(LOADS)
    ]
    stalls, times, resident = zip(*(map(float, row) for row in rows), strict=True)
    return [
        Figure(
            SECTION, "longest event-loop stall while torch and the models load", "ms", stalls, 600.0, True
        ),
        Figure(SECTION, "models ready after", "ms", times),
        Figure(SECTION, "memory of the viewer, models loaded", "MB", resident),
    ]


def main() -> None:
    """Measure without models first, then with them."""
    measured = Measurement(open_desk())
    paths = measured.open_library()
    opened = measured.file_to_paint(paths)
    measured.desk.inference.start()
    wait_for(lambda: measured.desk.inference.is_ready)
    measured.rest()
    steps, answers, stalls = measured.next_records(len(paths) - 1)
    figures = [
        Figure(SECTION, "file → first paint", "ms", opened),
        Figure(SECTION, "next record → painted (read ahead, models ready)", "ms", steps, 50.0),
        Figure(SECTION, "next record → every model has answered", "ms", answers),
        Figure(SECTION, "longest event-loop stall per record, models answering", "ms", stalls, 50.0, True),
    ]
    measured.desk.close()
    hand_over(figures + loads())


if __name__ == "__main__":
    if sys.argv[1:] == ["--load"]:
        load_once()
    else:
        main()
