"""Frames of the rhythm strip over a built recording of 24 h: twelve leads, panned and zoomed, off screen."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from figures import Figure, hand_over
from section_window import DEMO, Heartbeat, open_desk, wait_for

from tests.unit.long_files import write_long

if TYPE_CHECKING:
    from ecgviewer.app import Desk
    from ecgviewer.plots.strip import StripView

SECTION: Final = "Recording of 24 h, 12 leads, 250 Hz"
DURATION_S: Final = 24 * 3600
FRAME_MS: Final = 1000.0 / 30.0
"""Thirty frames per second."""
FRAMES: Final = 150
STEPS: Final = 20
OPENINGS: Final = 3


def frames(view: StripView, move: Callable[[int], None], count: int = FRAMES) -> tuple[float, ...]:
    """Milliseconds from each movement of the strip to the end of its paint."""
    samples = []
    for number in range(count):
        began = time.perf_counter()
        move(number)
        view.repaint()
        samples.append((time.perf_counter() - began) * 1e3)
    return tuple(samples)


def opened(desk: Desk, header: Path) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Milliseconds until the first ten seconds are on the paper, seconds until the whole has been read.

    An ordinary record was open before each time. The first sample bears what Python imports for a rate
    other than 500 Hz.
    """
    firsts, wholes = [], []
    for _ in range(OPENINGS):
        desk.window.open_paths([DEMO])
        wait_for(lambda: desk.workspace.record is not None and not desk.background.is_busy)
        began = time.perf_counter()
        desk.window.open_paths([header])
        wait_for(lambda: desk.workspace.long.recording is not None and desk.workspace.record is not None)
        firsts.append((time.perf_counter() - began) * 1e3)
        wait_for(lambda: not desk.workspace.long.is_reading)
        wholes.append(time.perf_counter() - began)
    return tuple(firsts), tuple(wholes)


def panned(desk: Desk, width_s: float, settle: bool) -> tuple[float, ...]:
    """Frames of a pan by 12 pixels each at a width; `settle` waits for samples before it begins."""
    view = desk.window.parts.strip.view
    view.centre_on(DURATION_S / 2)
    view.zoom_by(view.span.width_s / width_s)
    if settle:
        wait_for(lambda: not desk.background.is_busy)
    return frames(view, lambda _number: view.pan_px(12.0))


def zoomed(view: StripView) -> tuple[float, ...]:
    """Frames of zooming from the whole day to half a minute and back."""
    factor = (DURATION_S / 30.0) ** (2.0 / FRAMES)
    view.zoom_by(1e-6)
    return frames(view, lambda number: view.zoom_by(factor if number < FRAMES / 2 else 1 / factor))


def window_steps(desk: Desk) -> tuple[float, ...]:
    """Milliseconds from the wish for the next ten seconds to their record, read ahead."""
    samples = []
    for _ in range(STEPS):
        wait_for(lambda: not desk.background.is_busy)
        began = time.perf_counter()
        desk.window.do("next_window")
        wait_for(lambda: desk.workspace.record is not None)
        samples.append((time.perf_counter() - began) * 1e3)
    return tuple(samples)


def measure(folder: Path) -> list[Figure]:
    """Everything over one recording."""
    header = write_long(folder, DURATION_S, episodes=[(30_000, 33_000)], silent=[(50_000, 51_000)])
    desk = open_desk()
    heart = Heartbeat()
    first_ms, whole_s = opened(desk, header)
    stall_ms = heart.longest_ms
    desk.window.do("strip")
    desk.window.do("strip_leads")
    view, bar = desk.window.parts.strip.view, desk.window.parts.long.bar
    found = [
        Figure(SECTION, "opened → ten seconds on the paper", "ms", first_ms, 1000.0),
        Figure(SECTION, "opened → whole recording read for its overview", "s", whole_s),
        Figure(SECTION, "longest event-loop stall while it is opened and read", "ms", (stall_ms,)),
        Figure(SECTION, "pan, 12 leads, 30 s wide, from samples", "ms", panned(desk, 30, True), FRAME_MS),
        Figure(SECTION, "pan, 12 leads, 5 min wide", "ms", panned(desk, 300, True), FRAME_MS),
        Figure(
            SECTION, "pan, 12 leads, 1 h wide, from the pyramid", "ms", panned(desk, 3600, False), FRAME_MS
        ),
        Figure(SECTION, "zoom, 12 leads, 24 h to 30 s and back", "ms", zoomed(view), FRAME_MS),
        Figure(
            SECTION, "overview of the whole day", "ms", frames(view, lambda _n: bar.repaint(), 30), FRAME_MS
        ),
        Figure(SECTION, "next ten seconds (read ahead)", "ms", window_steps(desk), 50.0),
    ]
    desk.close()
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        hand_over(measure(Path(made)))
