"""Reading and analysing one record in the background, with the neighbours read ahead.

The signal chain's packages are imported on the reader thread: the window is on screen before them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from ecgviewer.services.background import Background, ShouldStop
from inference.records.given import NOTHING_GIVEN, Given

if TYPE_CHECKING:
    from inference.long_records import LongRecord
    from inference.measure.measurements import Measurements
    from inference.pages.page import Page
    from inference.records.errors import UndescribedTable
    from inference.records.record import Record
    from inference.signal.analysis import EcgAnalysis
    from inference.signal.device_beat import OverlaidBeat

KEPT_RECORDS: Final = 12
"""Read records kept in memory; a 10-s, 12-lead record with its analysis takes about 0.6 MB."""


@dataclass(frozen=True, slots=True)
class LoadedRecord:
    """What became of a file: a record with its analysis, or the sentence why it was refused.

    `measurements` are of the analysis' median beat, None where there is none. Of a long recording
    (`long`) the record is the ten seconds from `start_s` on; only they were refused where that is so.
    """

    path: Path
    record: Record | None = None
    analysis: EcgAnalysis | None = None
    refusal: str = ""
    measurements: Measurements | None = None
    long: LongRecord | None = None
    start_s: float = 0.0
    device_beat: OverlaidBeat | None = None
    """The median beat that the device stored, laid over the analysis' own."""
    page: Page | None = None
    """The sheet that the file shows, with or without a record that could be read from it."""
    undescribed: UndescribedTable | None = None
    """What is to be asked of the reader before the file can be read."""
    given: Given = NOTHING_GIVEN
    """What of a table was said by hand when it was read; others may be said of it by now."""


def load_record(path: Path, read: Callable[[Path], tuple[Record, Given]] | None = None) -> LoadedRecord:
    """Read, analyse and measure a file, of a long recording its first ten seconds.

    A file that is not usable is an answer, not an exception.
    """
    from inference.long_records import open_long
    from inference.pages.page import is_page, open_page
    from inference.records import RecordError, read_record
    from inference.records.errors import UndescribedError
    from inference.records.zip_members import split_zip_path

    try:
        # What lies in an archive is read there, and has no page of its own to show.
        page = open_page(path) if split_zip_path(path) is None and is_page(path) else None
        if page is not None:
            return _of_page(path, page)
        long = open_long(path)
        if long is None:
            record, given = (read_record(path), NOTHING_GIVEN) if read is None else read(path)
            return _looked_at(LoadedRecord(path, record, given=given))
    except UndescribedError as error:
        return LoadedRecord(path, refusal=str(error), undescribed=error.table)
    except RecordError as error:
        return LoadedRecord(path, refusal=str(error))
    return load_window(path, long, 0.0)


def _of_page(path: Path, page: Page) -> LoadedRecord:
    if page.record is None:
        return LoadedRecord(path, refusal=page.reason, page=page)
    return _looked_at(LoadedRecord(path, page.record, page=page))


def load_window(path: Path, long: LongRecord, start_s: float) -> LoadedRecord:
    """Read, analyse and measure ten seconds of a long recording."""
    from inference.records import RecordError

    try:
        record = long.window(start_s)
    except RecordError as error:
        return LoadedRecord(path, refusal=str(error), long=long, start_s=start_s)
    return _looked_at(LoadedRecord(path, record, long=long, start_s=start_s))


def _looked_at(read: LoadedRecord) -> LoadedRecord:
    """The same with its analysis and measurements."""
    from inference.measure.measurements import measure
    from inference.signal.analysis import analyse
    from inference.signal.device_beat import overlay

    assert read.record is not None
    analysis = analyse(read.record)
    found = None if analysis.beat is None else measure(analysis.beat, analysis.rhythm)
    stored = read.record.device.median_beat
    laid = None if analysis.beat is None or stored is None else overlay(stored, analysis.beat)
    return replace(read, analysis=analysis, measurements=found, device_beat=laid)


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
        self._kept: OrderedDict[tuple[Path, float], LoadedRecord] = OrderedDict()
        self._wished: Path | None = None
        self._peeks: list[Path] = []
        self._is_peeking = False

    def open(self, path: Path) -> None:
        """Load a record and announce it by `loaded`; an earlier wish that still waits is dropped."""
        self._open(path, 0.0, self._job(path))

    def open_window(self, path: Path, long: LongRecord, start_s: float) -> None:
        """Load ten seconds of a long recording and announce them by `loaded`, as `open` does."""
        self._open(path, start_s, lambda _stop: load_window(path, long, start_s))

    def read_ahead(self, path: Path, long: LongRecord, start_s: float) -> None:
        """Have ten seconds of a long recording at hand that are likely to be wished for next."""
        if not self.is_at_hand(path, start_s):
            self._background.submit(
                "reader", lambda _stop: load_window(path, long, start_s), self._keep, topic="record"
            )

    def is_at_hand(self, path: Path, start_s: float = 0.0) -> bool:
        """Whether `open` will answer at once."""
        return (path, start_s) in self._kept

    def _open(self, path: Path, start_s: float, job: Callable[[ShouldStop], LoadedRecord]) -> None:
        self._background.supersede("record")
        self._wished = path
        kept = self._kept.get((path, start_s))
        if kept is not None:
            self._kept.move_to_end((path, start_s))
            self.loaded.emit(kept)
            return
        self._background.submit("reader", job, self._on_loaded, topic="record", on_failure=self._on_broke)

    def peek(self, paths: list[Path]) -> None:
        """Look into records when nothing better is to do; replaces the peeks that still wait.

        One peek at a time is handed to the reader thread, so that opening a record never queues
        behind a screenful of them.
        """
        self._peeks = [path for path in paths if not self.is_at_hand(path)]
        for path in paths:
            if self.is_at_hand(path):
                self.looked_into.emit(self._kept[path, 0.0])
        self._peek_next()

    def forget_kind(self, suffix: str) -> None:
        """Forget the files of one ending, in lower case: what such tables hold was said anew."""
        for place in [place for place in self._kept if place[0].suffix.lower() == suffix]:
            del self._kept[place]

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
        self._kept[loaded.path, loaded.start_s] = loaded
        self._kept.move_to_end((loaded.path, loaded.start_s))
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
        if self.is_at_hand(loaded.path) or len(self._kept) < KEPT_RECORDS:
            self._keep(loaded)
        self.looked_into.emit(loaded)
        self._peek_next()

    def _on_peek_broke(self, _error: BaseException) -> None:
        self._is_peeking = False
        self._peek_next()
