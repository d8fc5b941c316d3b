"""One file is read, and everything that it made the program do is noted."""

from __future__ import annotations

import sys
import time
import traceback
import tracemalloc
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from inference.records import Record, RecordError, read_record

MEMORY_PER_BYTE: Final = 60
"""A reader's memory may peak at this many times the bytes of its files (compressed text unfolds so far) …"""
MEMORY_FREE_BYTES: Final = 64_000_000
"""… beyond this."""
PAGE_FREE_BYTES: Final = 400_000_000
"""Beyond this for sheets: a page is looked at as a picture of some six million pixels, whatever its file."""
_PAGES: Final = (".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".ima")
_EVENTS: Final = (
    "open",
    "socket.connect",
    "socket.getaddrinfo",
    "subprocess.Popen",
    "os.system",
    "pickle.find_class",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file; `faults` are sentences, empty for what is as it should be."""

    seconds: float
    peak_bytes: int
    is_read: bool
    faults: tuple[str, ...]


class _Watch:
    """An audit hook cannot be taken away again: it is set once, and listens only while it is told to."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.seen: list[str] = []
        sys.addaudithook(self._on_event)

    def _on_event(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.folder is None or event not in _EVENTS:
            return
        if event != "open":
            self.seen.append(f"{event} {arguments[:2]}")
        elif isinstance(arguments[0], str) and not self._is_allowed(arguments[0]):
            self.seen.append(f"opened {arguments[0]}")

    def _is_allowed(self, name: str) -> bool:
        """Files of the record's own folder, of temporary folders that hold ECGs, and the program's own."""
        if not name.startswith("/"):
            return True
        assert self.folder is not None
        own = (str(self.folder), "/dev/null", "/proc/self")
        return name.startswith(own) or "/ecg-" in name or _is_of_the_program(name)


def _is_of_the_program(name: str) -> bool:
    roots = (sys.prefix, sys.base_prefix, str(Path(__file__).resolve().parents[2]), "/usr", "/lib")
    return name.startswith(roots) or name.endswith((".py", ".pyc", ".so"))


_WATCH: Final = _Watch()


def read_watched(path: Path, n_bytes: int, *, measure_memory: bool = True) -> Outcome:
    """Read `path`, whose record's files hold `n_bytes`; nothing that it does is let out."""
    faults: list[str] = []
    record: Record | None = None
    if measure_memory:
        tracemalloc.start()
    _WATCH.folder, _WATCH.seen = path.parent, []
    started = time.perf_counter()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            record = read_record(path)
    except RecordError as error:
        faults += _unfit_sentence(str(error))
    except Exception:
        faults.append(f"let an error out: {traceback.format_exc(limit=-3)}")
    finally:
        seconds = time.perf_counter() - started
        _WATCH.folder = None
        peak_bytes = tracemalloc.get_traced_memory()[1] if measure_memory else 0
        tracemalloc.stop()
    faults += _WATCH.seen
    if record is not None:
        faults += _unfit_record(record)
    free_bytes = PAGE_FREE_BYTES if path.suffix in _PAGES else MEMORY_FREE_BYTES
    if peak_bytes > free_bytes + MEMORY_PER_BYTE * n_bytes:
        faults.append(f"took {peak_bytes / 1e6:.0f} MB for a file of {n_bytes / 1e6:.2f} MB")
    return Outcome(seconds, peak_bytes, record is not None, tuple(faults))


def _unfit_sentence(sentence: str) -> list[str]:
    is_fit = (
        sentence.endswith(".") and "\n" not in sentence and len(sentence) < 600 and sentence.isprintable()
    )
    return [] if is_fit else [f"refused with no plain sentence: {sentence[:200]!r}"]


def _unfit_record(record: Record) -> list[str]:
    shape = record.signals_mv.shape
    if shape[0] != len(record.lead_names) or shape[1] < 1 or not 0 < record.fs_hz < 1e6:
        return [f"made a record of shape {shape} at {record.fs_hz} Hz with {len(record.lead_names)} names"]
    return []
