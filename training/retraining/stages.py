"""Where a retraining is: its stages, how far each is, and the minutes left to the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

from inference.run_progress import ProgressWriter

Item = TypeVar("Item")
Clock = Callable[[], float]
LINES_PER_NETWORK: Final = 50
"""As often a network in training says where it is: the file is read again at every look."""
_SECONDS_PER_MINUTE: Final = 60.0


class Stages:
    """Tells `writer`, where there is one, of each stage; training takes all of the time that is counted.

    `n_networks` are to be trained; the time left follows from the ones trained so far in this run.
    `clock` counts seconds.
    """

    def __init__(self, writer: ProgressWriter | None, n_networks: int, clock: Clock = time.monotonic) -> None:
        self._writer = writer
        self._n_networks = n_networks
        self._clock = clock
        self._n_ready = 0
        self._n_trained = 0
        self._trained_s = 0.0

    def at(self, what: str) -> None:
        """A stage begins of which nobody can say how long it takes."""
        self._tell(what, 0, 0, self._n_networks - self._n_ready, self._n_trained, self._trained_s)

    def taken_up(self, what: str) -> None:
        """A network was found finished from an earlier, interrupted run."""
        self._n_ready += 1
        self.at(f"{what}: found finished")

    def training(self, what: str, steps: Iterable[Item], n_before: int, total: int) -> Iterator[Item]:
        """The same batches, telling as they are drawn; `n_before` of `total` steps are done already."""
        every = max(1, total // LINES_PER_NETWORK)
        started = self._clock()
        try:
            for done, item in enumerate(steps, start=n_before):
                if done % every == 0:
                    self._tell_of_training(what, done, total, self._clock() - started)
                yield item
        finally:
            self._trained_s += self._clock() - started

    def trained(self) -> None:
        """A network is finished."""
        self._n_ready += 1
        self._n_trained += 1

    def _tell_of_training(self, what: str, done: int, total: int, spent_s: float) -> None:
        part = done / total
        left = self._n_networks - self._n_ready - part
        self._tell(what, done, total, left, self._n_trained + part, self._trained_s + spent_s)

    def _tell(self, what: str, done: int, total: int, left: float, trained: float, spent_s: float) -> None:
        """`left` and `trained` count networks; what a part of a network took says what the rest will take."""
        if self._writer is None:
            return
        # With no network left to train, nothing says how long the rest takes.
        is_known = trained > 0 and left > 0
        minutes = spent_s / trained * left / _SECONDS_PER_MINUTE if is_known else None
        rounded = None if minutes is None else round(minutes, 1)
        number = min(self._n_ready + 1, self._n_networks)
        sentence = f"Network {number} of {self._n_networks}." if total else ""
        self._writer.running(what, done, total, minutes_left=rounded, sentence=sentence)
