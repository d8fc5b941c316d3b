"""The door to other threads: answers arrive, stale ones do not, nothing is lost or swallowed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from ecgviewer.services.background import Background


class Listener(QObject):
    """A QObject with bound slots, as the services are."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[object] = []
        self.failures: list[BaseException] = []
        self.threads: set[int] = set()

    def on_answer(self, value: object) -> None:
        self.answers.append(value)
        self.threads.add(threading.get_ident())

    def on_failure(self, error: BaseException) -> None:
        self.failures.append(error)


@pytest.fixture
def background(qtbot: QtBot) -> Iterator[Background]:
    made = Background()
    yield made
    made.shutdown()


def after(gate: threading.Event, value: object) -> Callable[[Callable[[], bool]], object]:
    """Work that waits for a gate, then answers."""

    def work(_should_stop: Callable[[], bool]) -> object:
        assert gate.wait(20)
        return value

    return work


def test_every_one_of_two_hundred_answers_reaches_its_bound_slot_on_the_gui_thread(
    background: Background, qtbot: QtBot
) -> None:
    listener = Listener()
    for number in range(200):
        background.submit("reader", lambda _stop, n=number: n, listener.on_answer)
    qtbot.waitUntil(lambda: len(listener.answers) == 200, timeout=20_000)
    assert listener.answers == list(range(200))
    assert listener.threads == {threading.get_ident()}


def test_a_superseded_request_is_not_run_and_its_answer_is_dropped(
    background: Background, qtbot: QtBot
) -> None:
    listener, gate, ran = Listener(), threading.Event(), []
    background.submit("engine", after(gate, "first"), listener.on_answer, topic="models")
    background.submit("engine", lambda _stop: ran.append("second"), listener.on_answer, topic="models")
    background.supersede("models")
    background.submit("engine", lambda _stop: "third", listener.on_answer, topic="models")
    gate.set()
    qtbot.waitUntil(lambda: not background.is_busy, timeout=20_000)
    assert listener.answers == ["third"]
    assert ran == []


def test_work_is_told_when_it_became_stale(background: Background, qtbot: QtBot) -> None:
    started, seen = threading.Event(), []
    gate = threading.Event()

    def work(should_stop: Callable[[], bool]) -> None:
        seen.append(should_stop())
        started.set()
        assert gate.wait(20)
        seen.append(should_stop())

    background.submit("engine", work, Listener().on_answer, topic="models")
    assert started.wait(20)
    background.supersede("models")
    gate.set()
    qtbot.waitUntil(lambda: len(seen) == 2, timeout=20_000)
    assert seen == [False, True]


@pytest.mark.expected_log("A background job on the reader thread failed")
def test_an_unexpected_error_is_logged_told_and_given_back(background: Background, qtbot: QtBot) -> None:
    listener, told = Listener(), []
    background.failed.connect(told.append)
    background.submit("reader", lambda _stop: 1 // 0, listener.on_answer, on_failure=listener.on_failure)
    qtbot.waitUntil(lambda: bool(listener.failures), timeout=20_000)
    assert isinstance(listener.failures[0], ZeroDivisionError)
    assert told == ["ZeroDivisionError: integer division or modulo by zero"]
    assert listener.answers == []


def test_shutdown_finishes_every_write_and_drops_what_only_reads(qtbot: QtBot) -> None:
    background, gate, done = Background(), threading.Event(), []
    listener = Listener()
    background.submit("store", after(gate, None), listener.on_answer)
    background.submit("engine", after(gate, None), listener.on_answer, topic="models")
    for number in range(5):
        background.submit("store", lambda _stop, n=number: done.append(f"write {n}"), listener.on_answer)
        background.submit("engine", lambda _stop: done.append("model"), listener.on_answer, topic="models")
    gate.set()
    background.shutdown()
    assert [name for name in done if name.startswith("write")] == [f"write {n}" for n in range(5)]
    background.submit("reader", lambda _stop: done.append("too late"), listener.on_answer)
    assert "too late" not in done


def test_work_that_waits_for_a_paint_comes_after_it_and_in_its_order(
    background: Background, qtbot: QtBot
) -> None:
    listener, order = Listener(), []
    background.submit("engine", lambda _stop: order.append("model 1"), listener.on_answer, after_ms=20)
    background.submit("engine", lambda _stop: order.append("model 2"), listener.on_answer, after_ms=20)
    assert background.is_busy
    order.append("paint")
    qtbot.waitUntil(lambda: not background.is_busy, timeout=20_000)
    assert order == ["paint", "model 1", "model 2"]


def test_waiting_work_that_becomes_stale_or_meets_the_end_of_the_program_never_runs(qtbot: QtBot) -> None:
    background, listener, ran = Background(), Listener(), []
    background.submit(
        "engine", lambda _stop: ran.append("stale"), listener.on_answer, topic="models", after_ms=1
    )
    background.supersede("models")
    qtbot.waitUntil(lambda: not background.is_busy, timeout=20_000)
    background.submit("engine", lambda _stop: ran.append("too late"), listener.on_answer, after_ms=1)
    background.shutdown()
    qtbot.wait(20)
    assert ran == []


def test_in_line_everything_has_happened_when_submit_returns(qtbot: QtBot) -> None:
    background, listener = Background(inline=True), Listener()
    background.submit("engine", lambda _stop: "now", listener.on_answer)
    assert listener.answers == ["now"]


def test_work_tells_how_far_it_is_before_its_answer_comes_and_stale_news_are_dropped(
    background: Background, qtbot: QtBot
) -> None:
    told: list[object] = []
    threads: set[int] = set()

    def on_message(value: object) -> None:
        told.append(value)
        threads.add(threading.get_ident())

    stale = background.messenger("pyramid", told.append)
    background.supersede("pyramid")
    tell = background.messenger("pyramid", on_message)

    def work(_should_stop: Callable[[], bool]) -> str:
        stale("of the recording before")
        for part in (0.25, 0.5, 1.0):
            tell(part)
        return "done"

    background.submit("long", work, lambda value: told.append(value), topic="pyramid")
    qtbot.waitUntil(lambda: "done" in told, timeout=20_000)
    assert told == [0.25, 0.5, 1.0, "done"]
    assert threads == {threading.get_ident()}


def test_work_of_minutes_keeps_nobody_on_the_other_lanes_waiting(
    background: Background, qtbot: QtBot
) -> None:
    listener, gate = Listener(), threading.Event()
    background.submit("long", after(gate, "the whole day"), listener.on_answer)
    background.submit("reader", lambda _stop: "one record", listener.on_answer)
    qtbot.waitUntil(lambda: listener.answers == ["one record"], timeout=20_000)
    gate.set()
    qtbot.waitUntil(lambda: not background.is_busy, timeout=20_000)
    assert listener.answers == ["one record", "the whole day"]
