"""Reading and analysing one record in the background, with the neighbours read ahead.

The signal chain's packages are imported on the reader thread: the window is on screen before them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from ecgviewer.services.background import Background, ShouldStop

if TYPE_CHECKING:
    from inference.measure.measurements import Measurements
    from inference.pages.page import Page
    from inference.records.errors import UndescribedTable
    from inference.records.record import Record
    from inference.signal.analysis import EcgAnalysis

KEPT_RECORDS: Final = 12
"""Read records kept in memory; a 10-s, 12-lead record with its analysis takes about 0.6 MB."""


@dataclass(frozen=True, slots=True)
class LoadedRecord:
    """What became of a file: a record with its analysis, or the sentence why it was refused.

    `measurements` are of the analysis' median beat, None where there is none.
    """

    path: Path
    record: Record | None = None
    analysis: EcgAnalysis | None = None
    refusal: str = ""
    measurements: Measurements | None = None
    page: Page | None = None
    """The sheet that the file shows, with or without a record that could be read from it."""
    undescribed: UndescribedTable | None = None
    """What is to be asked of the reader before the file can be read."""


def load_record(path: Path, read: Callable[[Path], Record] | None = None) -> LoadedRecord:
    """Read, analyse and measure a file. A file that is not usable is an answer, not an exception."""
    from inference.measure.measurements import measure
    from inference.pages.page import is_page, open_page
    from inference.records import RecordError, read_record
    from inference.records.errors import UndescribedError
    from inference.signal.analysis import analyse

    page = None
    try:
        page = open_page(path) if is_page(path) else None
        if page is not None and page.record is None:
            return LoadedRecord(path, refusal=page.reason, page=page)
        record = (page and page.record) or (read or read_record)(path)
    except UndescribedError as error:
        return LoadedRecord(path, refusal=str(error), undescribed=error.table)
    except RecordError as error:
        return LoadedRecord(path, refusal=str(error))
    analysis = analyse(record)
    found = None if analysis.beat is None else measure(analysis.beat, analysis.rhythm)
    return LoadedRecord(path, record, analysis, measurements=found, page=page)


class RecordService(QObject):
    """Loads records on the reader thread; only the newest wish is answered."""

    loaded = Signal(object)
    """LoadedRecord of the newest wish."""
    looked_into = Signal(object)
    """LoadedRecord of a peek or a read-ahead, for the worklist."""
    broke = Signal(Path)
    """The program failed on this file; `Background.failed` told the bug."""

    def __init__(
        self,
        background: Background,
        parent: QObject | None = None,
        *,
        load: Callable[[Path], LoadedRecord] = load_record,
    ) -> None:
        super().__init__(parent)
        self._background = background
        self._load = load
        self._kept: OrderedDict[Path, LoadedRecord] = OrderedDict()
        self._wished: Path | None = None
        self._peeks: list[Path] = []
        self._is_peeking = False

    def open(self, path: Path) -> None:
        """Load a record and announce it by `loaded`; an earlier wish that still waits is dropped."""
        self._background.supersede("record")
        self._wished = path
        kept = self._kept.get(path)
        if kept is not None:
            self._kept.move_to_end(path)
            self.loaded.emit(kept)
            return
        self._background.submit(
            "reader", self._job(path), self._on_loaded, topic="record", on_failure=self._on_broke
        )

    def is_at_hand(self, path: Path) -> bool:
        """Whether `open` will answer at once."""
        return path in self._kept

    def peek(self, paths: list[Path]) -> None:
        """Look into records when nothing better is to do; replaces the peeks that still wait.

        One peek at a time is handed to the reader thread, so that opening a record never queues
        behind a screenful of them.
        """
        self._peeks = [path for path in paths if path not in self._kept]
        for path in paths:
            if path in self._kept:
                self.looked_into.emit(self._kept[path])
        self._peek_next()

    def forget_undescribed(self) -> None:
        """Forget the tables that could not be read for want of a description: one was given now."""
        for path in [path for path, loaded in self._kept.items() if loaded.undescribed is not None]:
            del self._kept[path]

    def forget(self) -> None:
        """Read everything anew: another library was opened."""
        self._kept.clear()
        self._peeks = []

    def _job(self, path: Path) -> Callable[[ShouldStop], LoadedRecord]:
        load = self._load
        return lambda _should_stop: load(path)

    def _peek_next(self) -> None:
        if self._is_peeking or not self._peeks:
            return
        self._is_peeking = True
        path = self._peeks.pop(0)
        self._background.submit("reader", self._job(path), self._on_peeked, on_failure=self._on_peek_broke)

    def _keep(self, loaded: LoadedRecord) -> None:
        self._kept[loaded.path] = loaded
        self._kept.move_to_end(loaded.path)
        while len(self._kept) > KEPT_RECORDS:
            self._kept.popitem(last=False)

    def _on_loaded(self, loaded: LoadedRecord) -> None:
        self._keep(loaded)
        self.loaded.emit(loaded)

    def _on_broke(self, _error: BaseException) -> None:
        if self._wished is not None:
            self.broke.emit(self._wished)

    def _on_peeked(self, loaded: LoadedRecord) -> None:
        self._is_peeking = False
        if loaded.path in self._kept or len(self._kept) < KEPT_RECORDS:
            self._keep(loaded)
        self.looked_into.emit(loaded)
        self._peek_next()

    def _on_peek_broke(self, _error: BaseException) -> None:
        self._is_peeking = False
        self._peek_next()
