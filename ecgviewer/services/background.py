"""The one door to other threads.

How a request travels:
1. A caller on the GUI thread calls `Background.submit` with the work and a bound method for the answer.
   The work carries its inputs (a closure or partial over frozen facts), the request its generation.
2. The lane's single thread runs the work, unless its topic was superseded meanwhile.
3. The thread emits `_came_back`; the connection is queued, so `_on_came_back` runs on the GUI thread.
4. A stale answer is dropped there; a fresh one goes to the bound method that was given in step 1.
5. An exception is a bug: logged with its traceback, announced by `failed`, and given to the caller's
   `on_failure` where there is one. Errors that a user can meet are ordinary answers, not exceptions.

Work that takes minutes runs on the *long* lane, where nobody waits behind it, and says how far it is
through a `messenger`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Literal

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

Lane = Literal["reader", "engine", "store", "index", "folder", "long"]
LANES: Final[tuple[Lane, ...]] = ("reader", "engine", "store", "index", "folder", "long")
ShouldStop = Callable[[], bool]
Work = Callable[[ShouldStop], Any]
OnAnswer = Callable[[Any], None]
OnFailure = Callable[[BaseException], None]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: a superseded topic's older generations are stale; topic '' is never stale."""

    number: int
    lane: Lane
    topic: str
    generation: int
    work: Work
    on_answer: OnAnswer
    on_failure: OnFailure | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back: the request with its value or the exception that ended it."""

    request: Request
    value: Any = None
    error: BaseException | None = None
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """What work told on its way: stale when its topic was superseded meanwhile."""

    topic: str
    generation: int
    value: Any
    on_message: OnAnswer


class Background(QObject):
    """Runs work on single-thread lanes and brings the answers back to the GUI thread.

    `inline=True` runs everything at once on the calling thread, for tests and batch commands.
    """

    failed = Signal(str)
    """A job ended with an unexpected exception: one line for the error bar."""
    _came_back = Signal(object)
    _told = Signal(object)

    def __init__(self, parent: QObject | None = None, *, inline: bool = False) -> None:
        super().__init__(parent)
        self._inline = inline
        self._closing = False
        self._count = 0
        self._generations: dict[str, int] = {}
        self._pending: dict[int, Request] = {}
        self._executors: dict[Lane, ThreadPoolExecutor] = {}
        if not inline:
            self._executors = {
                lane: ThreadPoolExecutor(max_workers=1, thread_name_prefix=lane) for lane in LANES
            }
        self._came_back.connect(self._on_came_back, Qt.ConnectionType.QueuedConnection)
        self._told.connect(self._on_told, Qt.ConnectionType.QueuedConnection)

    @property
    def is_busy(self) -> bool:
        return bool(self._pending)

    def supersede(self, topic: str) -> int:
        """Make every earlier request of this topic stale; returns the new generation."""
        self._generations[topic] = self._generations.get(topic, 0) + 1
        return self._generations[topic]

    def submit(
        self,
        lane: Lane,
        work: Work,
        on_answer: OnAnswer,
        *,
        topic: str = "",
        on_failure: OnFailure | None = None,
        after_ms: int = 0,
    ) -> None:
        """Run `work(should_stop)` on a lane; its value reaches `on_answer` on the GUI thread.

        With `after_ms` the work waits first, so that a paint that is due comes before it.
        """
        if self._closing:
            return
        self._count += 1
        generation = self._generations.get(topic, 0)
        request = Request(self._count, lane, topic, generation, work, on_answer, on_failure)
        self._pending[request.number] = request
        if self._inline:
            self._on_came_back(self._run(request))
        elif after_ms:
            QTimer.singleShot(after_ms, self, lambda: self._send(request))
        else:
            self._send(request)

    def messenger(self, topic: str, on_message: OnAnswer) -> OnAnswer:
        """A function that work of this topic may call from its thread to tell the GUI thread something.

        `on_message` is called on the GUI thread, before the answer; messages of a superseded generation
        are dropped.
        """
        generation = self._generations.get(topic, 0)

        def tell(value: Any) -> None:
            message = Message(topic, generation, value, on_message)
            if self._inline:
                self._on_told(message)
            elif not self._closing:
                self._told.emit(message)

        return tell

    def shutdown(self) -> None:
        """Drop what is queued on the reading and engine lanes, finish every write, stop the threads."""
        self._closing = True
        for lane, executor in self._executors.items():
            executor.shutdown(wait=True, cancel_futures=lane != "store")
        self._executors = {}
        self._pending.clear()

    def _send(self, request: Request) -> None:
        if not self._closing:
            self._executors[request.lane].submit(self._run_and_send, request)

    def _is_stale(self, request: Request) -> bool:
        return request.topic != "" and self._generations.get(request.topic, 0) != request.generation

    def _should_stop(self, request: Request) -> bool:
        return self._is_stale(request) or (self._closing and request.lane != "store")

    def _run(self, request: Request) -> Outcome:
        if self._should_stop(request):
            return Outcome(request, skipped=True)
        try:
            return Outcome(request, value=request.work(lambda: self._should_stop(request)))
        except Exception as error:
            _log.exception("A background job on the %s thread failed", request.lane)
            return Outcome(request, error=error)

    def _run_and_send(self, request: Request) -> None:
        outcome = self._run(request)
        if not self._closing:
            self._came_back.emit(outcome)

    @Slot(object)
    def _on_told(self, message: Message) -> None:
        if not self._closing and self._generations.get(message.topic, 0) == message.generation:
            message.on_message(message.value)

    @Slot(object)
    def _on_came_back(self, outcome: Outcome) -> None:
        request = outcome.request
        self._pending.pop(request.number, None)
        if outcome.skipped or self._is_stale(request):
            return
        if outcome.error is None:
            request.on_answer(outcome.value)
            return
        self.failed.emit(f"{type(outcome.error).__name__}: {outcome.error}")
        if request.on_failure is not None:
            request.on_failure(outcome.error)
