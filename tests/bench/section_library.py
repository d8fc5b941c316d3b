"""A folder of 20,000 ECGs: until the worklist stands, first and next time, and how fast it becomes known.

The files are hard links to the demo library's, so that listing, index and window do their full work.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from figures import Figure, hand_over
from section_window import Heartbeat, wait_for

if TYPE_CHECKING:
    from ecgviewer.app import Desk

ROOT: Final = Path(__file__).resolve().parents[2]
DEMO: Final = ROOT / "resources" / "demo"
SECTION: Final = "Library of 20,000 files"
N_RECORDS: Final = 20_000
PER_FOLDER: Final = 1000
LOOKED_AT_S: Final = 20.0


def make_library(folder: Path) -> None:
    """20,000 records of two files each in twenty folders, from the demo library's twelve."""
    demo = sorted(DEMO.glob("*.hea"))
    copies = folder / "sources"
    copies.mkdir()
    headers = []
    for number, header in enumerate(demo):
        text = header.read_text()
        stem = f"s{number}"
        shutil.copy(header.with_suffix(".dat"), copies / f"{stem}.bin")
        headers.append((text.replace(header.stem, "NAME"), copies / f"{stem}.bin"))
    for number in range(N_RECORDS):
        inner = folder / f"{number // PER_FOLDER:02d}"
        inner.mkdir(exist_ok=True)
        text, samples = headers[number % len(headers)]
        name = f"r{number:05d}"
        (inner / f"{name}.hea").write_text(text.replace("NAME", name))
        os.link(samples, inner / f"{name}.dat")
    shutil.rmtree(copies)


def open_once(desk: Desk, folder: Path) -> tuple[float, float]:
    """Seconds until the worklist stands, and the longest stall of the event loop meanwhile, in ms."""
    model = desk.window.parts.library.model
    beat = Heartbeat()
    started = time.perf_counter()
    desk.window.open_paths([folder])
    wait_for(lambda: model.rowCount() == N_RECORDS)
    seconds = time.perf_counter() - started
    wait_for(lambda: desk.workspace.record is not None)
    return seconds, beat.longest_ms


def looked_into(desk: Desk) -> tuple[float, int]:
    """How many files per second the index looks into in the background, and how many it has."""
    index = desk.workspace.library.index
    counts: list[int] = []
    index.progress.connect(lambda done, _total: counts.append(done))
    wait_for(lambda: len(counts) > 2)
    first, started = counts[-1], time.perf_counter()
    wait_for(lambda: counts[-1] >= N_RECORDS or time.perf_counter() - started > LOOKED_AT_S)
    return (counts[-1] - first) / (time.perf_counter() - started), counts[-1]


def measure(folder: Path) -> list[Figure]:
    """Two windows one after the other, as a reader opens the program on two days."""
    from ecgviewer.app import assemble, make_application

    make_application()
    figures: list[Figure] = []
    for when in ("first time", "next time"):
        desk = assemble()
        desk.window.show()
        desk.store.start()
        seconds, stall_ms = open_once(desk, folder)
        figures.append(Figure(SECTION, f"until the worklist stands, {when}", "ms", (seconds * 1e3,)))
        figures.append(Figure(SECTION, f"longest stall of the window, {when}", "ms", (stall_ms,)))
        if when == "first time":
            rate, _count = looked_into(desk)
            figures.append(Figure(SECTION, "files looked into in the background", "files/s", (rate,)))
        desk.close()
    return figures


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        make_library(Path(name))
        hand_over(measure(Path(name)))
