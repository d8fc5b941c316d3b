"""One retraining as it lies in its folder: what was started, and how far it has come. No Qt.

A run's folder holds run.json (what was started), manifest.jsonl (the labels as they were then),
progress.jsonl (written by the run itself) and log.txt (all that it said).
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from inference.run_progress import ProgressLine, is_running, read_progress, read_start
from inference.whole_file import replace_file

RunStage = Literal["starting", "running", "finished", "failed", "stopped"]
STARTING_AT_MOST_S: Final = 300.0
"""A process that has told nothing after this long is not believed to be the run any more."""
_FOLDERS: Final = ("ptb_xl", "ptb", "ludb")
"""The fields of run.json that name a folder of data."""
_PROCESS_QUERY_LIMITED_INFORMATION: Final = 0x1000
_STILL_ACTIVE: Final = 259
"""learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getexitcodeprocess"""


@dataclass(frozen=True, slots=True)
class RetrainRun:
    """A retraining that was started: from which model and data, when, and as which process."""

    folder: Path
    base: str
    """The model's key on the command line, e.g. 'mi-ptbxl'."""
    title: str
    """What the panel calls the model."""
    ptb_xl: Path
    started: datetime
    process_id: int = 0
    ptb: Path | None = None
    ludb: Path | None = None
    """What it is measured on besides; None: not named."""
    is_settled: bool = False
    """Its end was seen and answered: nothing is said of it any more."""

    @property
    def manifest(self) -> Path:
        return self.folder / "manifest.jsonl"

    @property
    def progress(self) -> Path:
        return self.folder / "progress.jsonl"

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"


@dataclass(frozen=True, slots=True)
class RunNews:
    """How far a run has come. `line` is the last thing that it told, None before the first."""

    run: RetrainRun
    stage: RunStage
    line: ProgressLine | None = None

    @property
    def is_alive(self) -> bool:
        return self.stage in ("starting", "running")


def save_run(run: RetrainRun) -> None:
    """Write run.json. Raises OSError where the folder cannot be written."""
    values = asdict(run) | {"started": run.started.isoformat()}
    values |= {name: str(values[name]) for name in _FOLDERS if values[name] is not None}
    values.pop("folder")
    run.folder.mkdir(parents=True, exist_ok=True)
    replace_file(run.folder / "run.json", json.dumps(values, indent=2, ensure_ascii=False) + "\n")


def settle(run: RetrainRun) -> RetrainRun:
    """The run as one that nothing is said of any more, kept so. Raises OSError."""
    settled = replace(run, is_settled=True)
    save_run(settled)
    return settled


def last_run(home: Path) -> RetrainRun | None:
    """The newest run whose folder lies in `home`; None where there is none that can be read."""
    runs = [run for run in map(_read_run, sorted(home.glob("*/run.json"))) if run is not None]
    return max(runs, key=lambda run: run.started, default=None)


def look_at(run: RetrainRun, now: Callable[[], datetime] | None = None) -> RunNews:
    """How far the run has come; 'stopped' is one that ended without an answer. Raises OSError."""
    # Asked first: a run that ends in between has told its end before it lets go of its lock.
    is_alive = is_running(run.progress)
    lines = read_progress(run.progress)
    line = lines[-1] if lines else None
    if line is not None and line.state != "running":
        return RunNews(run, line.state, line)
    if is_alive:
        return RunNews(run, "running", line)
    age_s = ((now or _utc_now)() - run.started).total_seconds()
    has_told = read_start(run.progress) is not None
    if not has_told and age_s < STARTING_AT_MOST_S and is_process(run.process_id):
        return RunNews(run, "starting")
    return RunNews(run, "stopped", line)


def process_to_stop(run: RetrainRun) -> int | None:
    """The id of the process that writes the run's progress; None where none does.

    Its lock is what makes sure: an id alone may have been given to another program meanwhile.
    """
    start = read_start(run.progress)
    return start.process_id if start is not None and is_running(run.progress) else None


def _read_run(path: Path) -> RetrainRun | None:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        values |= {"started": datetime.fromisoformat(values["started"])}
        values |= {name: Path(values[name]) for name in _FOLDERS if values.get(name) is not None}
        return RetrainRun(folder=path.parent, **values)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _utc_now() -> datetime:
    return datetime.now(UTC)


if sys.platform == "win32":

    def is_process(process_id: int) -> bool:
        """Whether a process with this id lives."""
        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(_PROCESS_QUERY_LIMITED_INFORMATION, False, process_id)
        if not handle:
            return False
        code = ctypes.c_ulong()
        kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel.CloseHandle(handle)
        return code.value == _STILL_ACTIVE

else:

    def is_process(process_id: int) -> bool:
        """Whether a process with this id lives."""
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return process_id > 0
