"""Writing ECGs to files in the background, one at a time.

1. `start` has the files planned on the reader thread: their names, the key, whether the folder is apart.
2. Each ECG is a job of its own on that thread, so that opening a record never waits for a whole library.
3. After each one `progressed`; a cancel takes effect before the next one.
4. At the end, or after a cancel, the list of what was removed is written, and `finished` tells everything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ecgviewer.paths import export_key_file
from ecgviewer.services.background import Background

if TYPE_CHECKING:
    from inference.records.record import Record
    from inference.writing.export import Done, Plan


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What the reader asked for. `record` is the open one, which may be a part of its file."""

    sources: tuple[Path, ...]
    folder: Path
    format_name: str
    de_identify: bool
    record: Record | None = None


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What came of an export; `problem` is the sentence why nothing was begun, or why the list is missing."""

    done: tuple[Done, ...] = ()
    n_planned: int = 0
    problem: str = ""
    removed_list: Path | None = None


class ExportService(QObject):
    """One export at a time."""

    progressed = Signal(int, int)
    """How many of how many."""
    finished = Signal(object)
    """ExportResult."""

    def __init__(
        self, background: Background, read: Callable[[Path], Record], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._background = background
        self._read = read
        self._wish: ExportWish | None = None
        self._plan: Plan | None = None
        self._done: list[Done] = []
        self._is_cancelled = False

    @property
    def is_running(self) -> bool:
        return self._wish is not None

    def start(self, wish: ExportWish) -> None:
        """Begin, unless one is running."""
        if self._wish is not None:
            return
        self._wish, self._plan, self._done, self._is_cancelled = wish, None, [], False
        self._submit(lambda: _planned(wish), self._on_planned)

    def cancel(self) -> None:
        """Stop before the next ECG; what is written stays."""
        self._is_cancelled = True

    def _submit(self, work: Callable[[], object], on_answer: Callable[..., None]) -> None:
        self._background.submit(
            "reader", lambda _should_stop: work(), on_answer, on_failure=lambda _error: self._on_broke()
        )

    def _on_planned(self, planned: Plan | str) -> None:
        if isinstance(planned, str):
            self._finish(ExportResult(problem=planned))
            return
        self._plan = planned
        self.progressed.emit(0, len(planned.jobs))
        self._next()

    def _next(self) -> None:
        assert self._wish is not None, "only a running export goes on"
        assert self._plan is not None, "planned before the first job"
        plan, wish, place = self._plan, self._wish, len(self._done)
        if place == len(plan.jobs) or self._is_cancelled:
            done = tuple(self._done)
            self._submit(lambda: _with_list(plan, done, wish), self._finish)
            return
        self._submit(lambda: _carried_out(plan, place, wish.record, self._read), self._on_done)

    def _on_done(self, done: Done) -> None:
        assert self._plan is not None, "planned before the first job"
        self._done.append(done)
        self.progressed.emit(len(self._done), len(self._plan.jobs))
        self._next()

    def _on_broke(self) -> None:
        self._finish(
            ExportResult(
                tuple(self._done),
                0 if self._plan is None else len(self._plan.jobs),
                "The export stopped because of a fault in the program; the log has the details.",
            )
        )

    def _finish(self, result: ExportResult) -> None:
        self._wish = self._plan = None
        self.finished.emit(result)


def _planned(wish: ExportWish) -> Plan | str:
    """The plan, or the sentence why there is none."""
    from inference.writing.de_identify import load_key
    from inference.writing.errors import WriteError
    from inference.writing.export import REMOVED_FILE, check_removed_free, planned, planned_one
    from inference.writing.targets import target_called

    try:
        target = target_called(wish.format_name)
        key = load_key(export_key_file()) if wish.de_identify else None
        if wish.record is not None:
            return planned_one(wish.sources[0], wish.folder, target, key=key)
        if key is not None:
            check_removed_free(wish.folder / REMOVED_FILE, False)
        return planned(wish.sources, None, wish.folder, target, key=key)
    except WriteError as error:
        return str(error)


def _carried_out(plan: Plan, place: int, record: Record | None, read: Callable[[Path], Record]) -> Done:
    from inference.writing.export import carry_out

    return carry_out(plan, plan.jobs[place], record, read)


def _with_list(plan: Plan, done: tuple[Done, ...], wish: ExportWish) -> ExportResult:
    from inference.writing.errors import WriteError
    from inference.writing.export import REMOVED_FILE, write_removed

    written = [each for each in done if not each.problem]
    if plan.key is None or not written:
        return ExportResult(done, len(plan.jobs))
    name = REMOVED_FILE if wish.record is None else f"{written[0].job.output.stem}.{REMOVED_FILE}"
    try:
        write_removed(wish.folder / name, done)
    except WriteError as error:
        return ExportResult(done, len(plan.jobs), str(error))
    return ExportResult(done, len(plan.jobs), removed_list=wish.folder / name)
