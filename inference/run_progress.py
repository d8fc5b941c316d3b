"""What a training run tells whoever looks: JSON Lines, and a lock that ends with its process.

A run may live for hours while the window that started it is closed and opened again. A process id
alone cannot say whether it still lives, because the system gives ids out again; a lock can, because
the system takes it back when its process ends, however it ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Literal, Self, get_args

RunState = Literal["running", "finished", "failed"]
SCHEMA_VERSION: Final = 1
LOCK_TRIES: Final = 20
LOCK_PAUSE_S: Final = 0.05
"""Somebody who looks whether the run lives holds the lock for a moment: a run waits up to a second for it."""


class RunProgressError(Exception):
    """A progress file that another run holds; one plain sentence."""


@dataclass(frozen=True, slots=True)
class RunStart:
    """The first line: which process writes this file, and since when (ISO 8601, UTC)."""

    process_id: int
    started: str


@dataclass(frozen=True, slots=True)
class ProgressLine:
    """One piece of news from a run."""

    time: str
    """When it was written, ISO 8601, UTC."""
    state: RunState
    what: str
    """The stage, as a person would call it, e.g. 'Training' or 'Preparing the base records'."""
    done: int
    total: int
    """How far the stage is; a total of 0 means that nobody can say."""
    minutes_left: float | None
    """To the end of the run; None as long as it is not known."""
    sentence: str
    """What to show: the last epoch's figures, or why the run failed and what to do next."""
    bundle: str | None = None
    """Of a finished run: the folder name of the new bundle inside the run's folder of models."""


class ProgressWriter:
    """Writes one run's progress file, and holds its lock until closed or until the process ends.

    Opening it begins a new run: an older run's lines in the same file go. Every line is flushed,
    so that `kill -9` loses at most half a line. Raises RunProgressError while another run holds the
    file, OSError where it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _lock_path(path).open("a+b")
        if not _take_lock(self._lock):
            self._lock.close()
            raise RunProgressError(f"Another run is writing {path}: wait for it to end, or stop it first.")
        self._file = path.open("w", encoding="utf-8", newline="\n")
        start = RunStart(os.getpid(), _now())
        self._write({"schema_version": SCHEMA_VERSION, **asdict(start)})

    def running(
        self, what: str, done: int, total: int, *, minutes_left: float | None = None, sentence: str = ""
    ) -> None:
        """News of a stage: `done` of `total` (0: not known)."""
        self._write(asdict(ProgressLine(_now(), "running", what, done, total, minutes_left, sentence)))

    def finished(self, sentence: str, bundle: str) -> None:
        """The last line of a good run: `bundle` is the new folder's name in the run's folder of models."""
        self._write(asdict(ProgressLine(_now(), "finished", "Finished", 1, 1, 0.0, sentence, bundle)))

    def failed(self, sentence: str) -> None:
        """The last line of a run that gave up: why, and what to do next."""
        self._write(asdict(ProgressLine(_now(), "failed", "Failed", 0, 0, None, sentence)))

    def close(self) -> None:
        """Close the file and give the lock back."""
        self._file.close()
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, values: dict[str, Any]) -> None:
        self._file.write(json.dumps(values, ensure_ascii=False) + "\n")
        self._file.flush()


def read_progress(path: Path) -> list[ProgressLine]:
    """The run's news in order; lines that are no news (half written, spoilt) are left out.

    An absent file has none. Raises OSError where it cannot be read.
    """
    lines = (_progress_line(values) for values in _json_lines(path))
    return [line for line in lines if line is not None]


def read_start(path: Path) -> RunStart | None:
    """Which process writes the file, and since when; None while the first line is not there."""
    for values in _json_lines(path):
        process_id, started = values.get("process_id"), values.get("started")
        if isinstance(process_id, int) and isinstance(started, str):
            return RunStart(process_id, started)
    return None


def is_running(path: Path) -> bool:
    """Whether the run that writes this progress file still lives, whatever its last line says."""
    try:
        with _lock_path(path).open("r+b") as lock:
            return not _try_lock(lock)
    except FileNotFoundError:
        return False


def _lock_path(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _json_lines(path: Path) -> list[dict[str, Any]]:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return []
    found = []
    # What stands behind the last line end is still being written.
    for line in raw.split(b"\n")[:-1]:
        with contextlib.suppress(ValueError, RecursionError):
            values = json.loads(line)
            if isinstance(values, dict):
                found.append(values)
    return found


def _progress_line(values: dict[str, Any]) -> ProgressLine | None:
    try:
        line = ProgressLine(**values)
    except TypeError:
        return None
    texts = (line.time, line.what, line.sentence)
    minutes_known = line.minutes_left is None or isinstance(line.minutes_left, (int, float))
    good = (
        line.state in get_args(RunState)
        and all(isinstance(text, str) for text in texts)
        and all(isinstance(count, int) for count in (line.done, line.total))
        and minutes_known
        and (line.bundle is None or isinstance(line.bundle, str))
    )
    return line if good else None


def _take_lock(lock: IO[bytes]) -> bool:
    for _ in range(LOCK_TRIES):
        if _try_lock(lock):
            return True
        time.sleep(LOCK_PAUSE_S)
    return False


if sys.platform == "win32":
    import msvcrt

    def _try_lock(lock: IO[bytes]) -> bool:
        """Lock the first byte if nobody else holds it."""
        lock.seek(0)
        try:
            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(lock: IO[bytes]) -> bool:
        """Lock the open file if nobody else holds it."""
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
