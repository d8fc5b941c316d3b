"""Start-up as a reader lives it: the program from outside, from source or built, with no hook in it.

Qt can log every widget that it draws, and the program keeps Qt's messages in its log with their time. The
window is there with the first drawing of MainWindow, the first ECG once a second PaperCanvas is drawn
(the first one is the empty median-beat view; the 12-lead paper stands behind a page until it has a record).
Logging costs a few milliseconds, so the figures are upper bounds.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

REPEATS: Final = 7
TIMEOUT_S: Final = 60.0
DRAWN: Final = re.compile(
    r"^(\S+ \S+) INFO qt .*?\bDrawing .*? of (MainWindow|PaperCanvas)\((0x[0-9a-f]+)\)", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class StartTimes:
    """Milliseconds from the start of the process, one value per start."""

    window_ms: tuple[float, ...]
    ecg_ms: tuple[float, ...]


def measure_starts(command: list[str], folder: Path, repeats: int = REPEATS) -> StartTimes:
    """Start a program on a folder of ECGs again and again, with an empty home each time."""
    rows = [_one_start([*command, str(folder)]) for _ in range(repeats + 1)]
    # The first start fills the system's file cache.
    return StartTimes(tuple(row[0] for row in rows[1:]), tuple(row[1] for row in rows[1:]))


def _one_start(command: list[str]) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as home:
        environment = dict(
            os.environ,
            ECGVIEWER_HOME=home,
            QT_QPA_PLATFORM="offscreen",
            QT_LOGGING_RULES="qt.widgets.painting.info=true",
        )
        began = time.time()
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            return _wait_for_ecg(process, Path(home) / "ecgviewer.log", began)
        finally:
            process.terminate()
            process.wait(TIMEOUT_S)


def _wait_for_ecg(process: subprocess.Popen[bytes], log: Path, began: float) -> tuple[float, float]:
    while time.time() < began + TIMEOUT_S and process.poll() is None:
        time.sleep(0.05)
        found = _moments(log.read_text(encoding="utf-8", errors="replace")) if log.exists() else None
        if found is not None:
            return (found[0] - began) * 1e3, (found[1] - began) * 1e3
    raise RuntimeError(f"No ECG was drawn within {TIMEOUT_S:.0f} s (exit code {process.poll()}).")


def _moments(log: str) -> tuple[float, float] | None:
    """When the window and when the first ECG was drawn; None while one of them was not."""
    window: float | None = None
    canvases: set[str] = set()
    for stamp, widget, address in DRAWN.findall(log):
        moment = datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S,%f").timestamp()
        if widget == "MainWindow":
            window = window or moment
            continue
        canvases.add(address)
        if window is not None and len(canvases) == 2:
            return window, moment
    return None
