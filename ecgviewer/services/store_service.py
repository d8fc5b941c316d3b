"""The readings' way to the disk: one writer thread, in order, nothing dropped.

1. `append` puts an entry at the end of the queue and wakes the writer.
2. The store thread writes the queue from its front until it is empty or the store refuses. It does not
   wait for the GUI thread in between: closing the program right after a key still writes everything.
3. `stored` tells of each reading that reached the disk.
4. Refused: the entry stays first, `problem_changed` says why; the next `append` or `retry` tries again.
5. A store that cannot be opened for writing is opened to be read, where that can be: earlier readings are
   seen, and every `append` and `retry` tries again to open it for writing.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from ecgviewer.services.background import Background

if TYPE_CHECKING:
    from ecgviewer.store import LabelStore, ReadingEntry, StoredReading, StoreError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoreAnswer:
    """A value from the store, or the sentence why there is none."""

    value: Any = None
    problem: str = ""
    found: list[StoredReading] | None = None
    """The last reading of each record by each reader, where the store was opened for this answer."""


class StoreService(QObject):
    """The only owner of the LabelStore; every call to it happens on the store thread."""

    opened = Signal(list)
    """list[StoredReading]: the last reading of each record by each reader, whenever the store was opened;
    it comes before `stored` tells of anything that was written after."""
    stored = Signal(object)
    """StoredReading that reached the disk."""
    history_ready = Signal(str, list)
    """Record hash and its list[StoredReading], first one first."""
    problem_changed = Signal(str)
    """Why readings cannot be saved right now; '' when all is well again."""
    settled = Signal()
    """No write is under way any more: every reading is on the disk, or `problem` says why not."""

    def __init__(self, background: Background, url: str | None = None, parent: QObject | None = None) -> None:
        """`url` None: the file in the user's data folder."""
        super().__init__(parent)
        self._background = background
        self._url = url
        self._store: LabelStore | None = None
        self._refusal = ""
        """Why the open store can only be read; '' where it can be written. Known to the store thread."""
        self._queue: deque[ReadingEntry] = deque()
        self._problem = ""
        self._n_writes = 0

    @property
    def problem(self) -> str:
        return self._problem

    @property
    def n_unsaved(self) -> int:
        return len(self._queue)

    @property
    def is_writing(self) -> bool:
        """Whether it is not known yet what becomes of some reading."""
        return self._n_writes > 0

    def start(self) -> None:
        """Open the store in the background and announce what it holds."""
        self._submit(lambda _store: None, self._on_started, writes=True)

    def append(self, entry: ReadingEntry) -> None:
        """Keep an entry until it is on the disk."""
        self._queue.append(entry)
        self._wake_writer()

    def retry(self) -> None:
        """Try again to open the store and to write what waits."""
        if self._queue:
            self._wake_writer()
        else:
            self.start()

    def ask_history(self, record_sha256: str) -> None:
        """Every reading of a record, by `history_ready`."""
        self._submit(
            lambda store: (record_sha256, store.history(record_sha256)), self._on_history, writes=False
        )

    def ask(self, question: Callable[[LabelStore], Any], on_answer: Callable[[StoreAnswer], None]) -> None:
        """Ask the store on its own thread, after all writes that wait; it is only read."""
        self._submit(question, on_answer, writes=False)

    def close(self) -> None:
        """Let go of the database after the last write; call after `Background.shutdown`."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def _submit(
        self, work: Callable[[LabelStore], Any], on_answer: Callable[[StoreAnswer], None], *, writes: bool
    ) -> None:
        self._background.submit(
            "store", lambda _stop: self._guarded(work, writes=writes), on_answer, on_failure=self._on_broke
        )

    def _guarded(self, work: Callable[[LabelStore], Any], *, writes: bool) -> StoreAnswer:
        """Runs on the store thread: open the store if need be, turn its known errors into sentences."""
        from ecgviewer.store import StoreError
        from inference.manifest import ManifestError

        found = None
        try:
            if self._store is None or (writes and self._refusal):
                found = self._open()
            assert self._store is not None, "an opened store is kept"
            if writes and self._refusal:
                return StoreAnswer(problem=self._refusal, found=found)
            return StoreAnswer(work(self._store), found=found)
        except (StoreError, ManifestError) as error:
            _log.info("The label store refused: %s", error)
            return StoreAnswer(problem=str(error), found=found)

    def _open(self) -> list[StoredReading]:
        """Open the store to be written, or where that is refused to be read; list what it holds."""
        from ecgviewer import paths
        from ecgviewer.store import LabelStore, StoreError

        url = self._url or paths.store_url()
        try:
            opened, refusal = LabelStore.open(url), ""
        except StoreError as error:
            opened, refusal = _open_to_read(url, error), f"Readings can be seen, not saved. {error}"
            _log.info("The label store can only be read: %s", error)
        self.close()
        self._store, self._refusal = opened, refusal
        return opened.all_latest()

    def _wake_writer(self) -> None:
        self._n_writes += 1
        self._background.submit(
            "store", lambda _stop: self._write_queue(), self._on_written, on_failure=self._on_write_broke
        )

    def _write_queue(self) -> StoreAnswer:
        """Runs on the store thread; its value is what was stored before the queue ended or was refused."""
        written: list[StoredReading] = []
        found = None
        while self._queue:
            answer = self._guarded(self._append_first, writes=True)
            found = answer.found if answer.found is not None else found
            if answer.problem:
                return StoreAnswer(written, answer.problem, found)
            written.append(answer.value)
            self._queue.popleft()
        return StoreAnswer(written, found=found)

    def _append_first(self, store: LabelStore) -> StoredReading:
        return store.append(self._queue[0])

    def _set_problem(self, problem: str) -> None:
        if problem != self._problem:
            self._problem = problem
            self.problem_changed.emit(problem)

    def _tell_found(self, answer: StoreAnswer) -> None:
        if answer.found is not None:
            self.opened.emit(answer.found)

    def _on_started(self, answer: StoreAnswer) -> None:
        self._set_problem(answer.problem)
        self._tell_found(answer)

    def _on_history(self, answer: StoreAnswer) -> None:
        self._tell_found(answer)
        if answer.problem:
            self._set_problem(answer.problem)
            return
        record_sha256, readings = answer.value
        self.history_ready.emit(record_sha256, readings)

    def _on_written(self, answer: StoreAnswer) -> None:
        self._set_problem(answer.problem)
        self._tell_found(answer)
        for stored in answer.value:
            self.stored.emit(stored)
        self._settle()

    def _on_write_broke(self, error: BaseException) -> None:
        self._on_broke(error)
        self._settle()

    def _settle(self) -> None:
        self._n_writes -= 1
        if not self.is_writing:
            self.settled.emit()

    def _on_broke(self, _error: BaseException) -> None:
        self._set_problem(
            "The reading could not be saved because of a fault in the program; it is kept here."
        )


def _open_to_read(url: str, refusal: StoreError) -> LabelStore:
    """The store to be read only; raises the refusal to open it for writing where that fails too."""
    from ecgviewer.store import LabelStore, StoreError

    try:
        return LabelStore.open_to_read(url)
    except StoreError as error:
        raise refusal from error
