"""What a run says of itself while it goes on."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """Epoch `done` of `total` of the fit called `label`; `figures` are said as they are."""

    label: str
    done: int
    total: int
    minutes_left: float
    figures: str


OnStep = Callable[[Step], None]


def print_step(step: Step) -> None:
    """One line on stderr."""
    line = f"{step.label} epoch {step.done}/{step.total} {step.figures} {step.minutes_left:.1f} min left"
    print(line, file=sys.stderr, flush=True)


class Clock:
    """Time left of a fit, from the epochs that this process itself has done."""

    def __init__(self, total: int, done: int) -> None:
        self._total, self._first, self._start = total, done, time.perf_counter()

    def minutes_left(self, done: int) -> float:
        per_epoch = (time.perf_counter() - self._start) / max(1, done - self._first)
        return per_epoch * (self._total - done) / 60.0
