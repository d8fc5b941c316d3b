"""A retraining in a process of its own: started, watched and found again; never waited for.

How a retraining goes:
1. `start` makes a folder for the run; the store thread exports the labels into it.
2. The process is started detached, with its output in the folder's log: it outlives this program.
3. A timer reads the progress file on the reader thread; `changed` tells how far it is.
4. The program may end. `find_last`, at the next start, finds the newest run and goes on watching.
5. An end is told until it is settled: the new model was looked at, or the failure was put away.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from ecgviewer import paths
from ecgviewer.services.background import Background
from ecgviewer.services.retrain_plan import Base, DataFolders, Plan, make_plan
from ecgviewer.services.retrain_run import (
    RetrainRun,
    RunNews,
    last_run,
    look_at,
    process_to_stop,
    save_run,
    settle,
)
from ecgviewer.services.store_service import StoreAnswer, StoreService

if TYPE_CHECKING:
    from ecgviewer.store import ExportSummary, LabelStore

POLL_MS: Final = 1000


def own_program() -> list[str]:
    """The command that runs this program again: the built one itself, or Python with main.py."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, str(Path(__file__).resolve().parents[2] / "main.py")]


class RetrainService(QObject):
    """Owns the one retraining that is under way or was the last."""

    changed = Signal(object)
    """RunNews, whenever it differs from the last."""
    refused = Signal(str)
    """Why it could not be started, stopped or watched: one plain sentence."""

    def __init__(self, background: Background, store: StoreService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._store = store
        self._news: RunNews | None = None
        self.program: Callable[[], list[str]] = own_program
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.look)

    @property
    def news(self) -> RunNews | None:
        """The last that is known of the last run; None where there was none."""
        return self._news

    def plan(self, base: Base, data: DataFolders, on_plan: Callable[[Plan], None]) -> None:
        """Count and check, off the GUI thread; a newer question makes this one stale."""
        self._background.supersede("retrain plan")

        def on_readings(answer: StoreAnswer) -> None:
            if answer.problem:
                self.refused.emit(answer.problem)
                return
            self._background.submit(
                "reader",
                lambda _stop: make_plan(answer.value, base, data, paths.retraining_folder()),
                on_plan,
                topic="retrain plan",
            )

        self._store.ask(_all_latest, on_readings)

    def start(self, base: Base, data: DataFolders) -> None:
        """Export the labels into a new run's folder, then start its process."""
        started = datetime.now(UTC)
        folder = paths.retraining_folder() / f"{started:%Y-%m-%d-%H%M%S}-{base.key}"
        run = _new_run(folder, base, data, started)
        try:
            run.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self.refused.emit(f"The folder {run.folder} cannot be made ({error.strerror}): make it writable.")
            return

        def export(store: LabelStore) -> ExportSummary:
            from ecgviewer.store import export_manifest

            return export_manifest(store, run.manifest)

        self._store.ask(export, lambda answer: self._on_exported(run, answer))

    def start_again(self) -> None:
        """Start the last run's process once more: finished parts are taken up where they lie."""
        if self._news is not None and not self._news.is_alive:
            self._launch(replace(self._news.run, started=datetime.now(UTC), is_settled=False))

    def stop(self) -> None:
        """Ask the run's process to end; what it finished stays."""
        process_id = process_to_stop(self._news.run) if self._news is not None else None
        if process_id is None:
            self.refused.emit("The retraining does not run, or has not told anything yet: wait a moment.")
            return
        try:
            os.kill(process_id, signal.SIGTERM)
        except OSError as error:
            self.refused.emit(f"The retraining could not be stopped ({error.strerror}).")

    def settle(self) -> None:
        """Say nothing of the last run's end any more."""
        if self._news is None or self._news.is_alive or self._news.run.is_settled:
            return
        try:
            settled = settle(self._news.run)
        except OSError as error:
            self.refused.emit(f"{self._news.run.folder} cannot be written ({error.strerror}).")
            return
        self._news = replace(self._news, run=settled)

    def find_last(self) -> None:
        """Find the newest run on the disk and watch it if it lives."""
        self._background.submit("reader", lambda _stop: _look_for_last(), self._on_looked)

    def look(self) -> None:
        """Read how far the run is."""
        if self._news is not None:
            run = self._news.run
            self._background.supersede("retrain look")
            self._background.submit(
                "reader", lambda _stop: look_at(run), self._on_looked, topic="retrain look"
            )

    def _on_exported(self, run: RetrainRun, answer: StoreAnswer) -> None:
        if answer.problem:
            self.refused.emit(answer.problem)
        else:
            self._launch(run)

    def _launch(self, run: RetrainRun) -> None:
        program, *words = self.program() + _arguments(run)
        try:
            run.progress.unlink(missing_ok=True)
            is_started, process_id = _detached(QProcess.startDetached(program, words, str(run.folder)))
            run = replace(run, process_id=process_id)
            save_run(run)
        except OSError as error:
            self.refused.emit(f"{run.folder} cannot be written ({error.strerror}): make it writable.")
            return
        if is_started:
            self._on_looked(RunNews(run, "starting"))
        else:
            self.refused.emit(f"{program} could not be started: it may have been moved. Install it again.")

    def _on_looked(self, news: RunNews | None) -> None:
        if news is None:
            return
        if news.is_alive:
            self._timer.start()
        else:
            self._timer.stop()
        if news != self._news:
            self._news = news
            self.changed.emit(news)


def _new_run(folder: Path, base: Base, data: DataFolders, started: datetime) -> RetrainRun:
    """PTB and LUDB go with it only where the new version is judged on them."""
    outside = [Path(named) if named and base.is_judged_outside else None for named in (data.ptb, data.ludb)]
    ptb, ludb = outside
    return RetrainRun(folder, base.key, base.info.title, Path(data.ptb_xl), started, ptb=ptb, ludb=ludb)


def _all_latest(store: LabelStore) -> Any:
    return store.all_latest()


def _look_for_last() -> RunNews | None:
    run = last_run(paths.retraining_folder())
    return None if run is None else look_at(run)


def _arguments(run: RetrainRun) -> list[str]:
    return [
        "train", "--log", str(run.log), "retrain",
        "--manifest", str(run.manifest),
        "--base", run.base,
        "--ptb-xl", str(run.ptb_xl),
        "--work", str(paths.retraining_folder() / "work"),
        "--models", str(paths.user_models_folder()),
        "--progress", str(run.progress),
        *(["--ptb", str(run.ptb)] if run.ptb is not None else []),
        *(["--ludb", str(run.ludb)] if run.ludb is not None else []),
    ]  # fmt: skip


def _detached(answer: object) -> tuple[bool, int]:
    """Qt's answer as whether it started, and its process id."""
    assert isinstance(answer, tuple), "the static startDetached tells the process id too"
    return bool(answer[0]), int(answer[1])
