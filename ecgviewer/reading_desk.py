"""ReadingDesk: the reader's answers for the open record, with undo, signature and history.

How an answer travels:
1. The reading panel announces `reading_wished`; the window hands it to `ReadingDesk.wish`.
2. `wish` pushes an `EditReading` on the undo stack, which calls `_write`.
3. `_write` shows the answers as a draft and gives an entry to the StoreService, which never drops it.
4. The store's answer comes back by `_on_stored`: the draft or signature is on the disk, the time is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from ecgviewer import __version__
from ecgviewer.commands import EditReading
from ecgviewer.services.store_service import StoreService
from inference.labels import Reading
from inference.manifest import ShownPrediction
from inference.records.record import Record

if TYPE_CHECKING:
    from ecgviewer.store import ReadingEntry, StoredReading

Kind = Literal["edit", "undo", "redo", "sign"]
DeskState = Literal["", "draft", "signed", "not saved"]


class ReadingDesk(QObject):
    """State of the reading of the open record; views follow `changed` and `history_changed`."""

    changed = Signal()
    history_changed = Signal()
    saved = Signal(object)
    """datetime (local) of the last reading that reached the disk."""

    def __init__(
        self,
        store: StoreService,
        shown_predictions: Callable[[], tuple[ShownPrediction, ...]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self._store = store
        self._shown_predictions = shown_predictions
        self._record: Record | None = None
        self._reader = ""
        self._reading = Reading()
        self._state: DeskState = ""
        self._history: list[StoredReading] = []
        self._last: dict[tuple[str, str], StoredReading] = {}
        self._unsaved: dict[tuple[str, str], ReadingEntry] = {}
        """The last entry of each record and reader that is still on its way to the disk."""
        store.opened.connect(self._on_store_opened)
        store.stored.connect(self._on_stored)
        store.history_ready.connect(self._on_history)
        store.problem_changed.connect(self._on_problem)

    @property
    def reading(self) -> Reading:
        return self._reading

    @property
    def reader(self) -> str:
        return self._reader

    @property
    def state(self) -> DeskState:
        """What is known of the shown answers: nothing, a draft, signed, or not yet on the disk."""
        is_unsaved = bool(self._store.problem) and self._store.n_unsaved > 0
        return "not saved" if is_unsaved and self._state else self._state

    @property
    def history(self) -> list[StoredReading]:
        """Every stored reading of the open record, first one first."""
        return self._history

    def close(self) -> None:
        """Stop telling: a QUndoStack that is destroyed would announce its last change to closed views."""
        self.undo_stack.blockSignals(True)

    def set_reader(self, reader: str) -> None:
        """Whose readings are shown and written from now on."""
        if reader != self._reader:
            self._reader = reader
            self.open(self._record)

    def open(self, record: Record | None) -> None:
        """Show the reader's last answers for a record; what was undone before stays in the history."""
        self._record = record
        self.undo_stack.clear()
        self._history = []
        self._show_last()
        self.history_changed.emit()
        if record is not None:
            self._store.ask_history(record.sha256)

    def wish(self, reading: Reading) -> None:
        """Make a change of the answers an undoable step and save it."""
        if self._record is not None and reading != self._reading:
            self.undo_stack.push(EditReading(self._reading, reading, self._write))

    def sign(self) -> bool:
        """Sign the answers as they stand; False where OMI is not answered yet or nothing is open."""
        if self._record is None or self._reading.omi is None:
            return False
        if self._state != "signed":
            self._store_entry(self._reading, "sign")
            self._state = "signed"
            self.undo_stack.setClean()
            self.changed.emit()
        return True

    def _show_last(self) -> None:
        """The reader's last answers, also those that the disk has not taken yet."""
        self._reading, is_signed = Reading(), False
        if self._record is not None:
            key = (self._record.sha256, self._reader)
            waiting, stored = self._unsaved.get(key), self._last.get(key)
            if waiting is not None:
                self._reading, is_signed = waiting.reading, waiting.kind == "sign"
            elif stored is not None:
                self._reading, is_signed = stored.reading, stored.signed
        self._state = "signed" if is_signed else "" if self._reading.is_empty else "draft"
        self.changed.emit()

    def _write(self, reading: Reading, kind: Literal["edit", "undo", "redo"]) -> None:
        self._reading = reading
        self._state = "" if reading.is_empty else "draft"
        self._store_entry(reading, kind)
        self.changed.emit()

    def _store_entry(self, reading: Reading, kind: Kind) -> None:
        from ecgviewer.store import ReadingEntry

        record = self._record
        assert record is not None, "answers are only given for an open record"
        entry = ReadingEntry(
            record_sha256=record.sha256,
            record_path=str(record.path),
            reading=reading,
            reader=self._reader,
            app_version=__version__,
            kind=kind,
            patient_key=record.patient.patient_id,
            synthetic=record.synthetic is not None,
            predictions=self._shown_predictions(),
            import_report=asdict(record.report),
        )
        self._unsaved[record.sha256, self._reader] = entry
        self._store.append(entry)

    def _on_store_opened(self, readings: list[StoredReading]) -> None:
        for stored in readings:
            self._last[(stored.record_sha256, stored.reader)] = stored
        if self._record is not None and self.undo_stack.count() == 0 and not self._state:
            self._show_last()

    def _on_stored(self, stored: StoredReading) -> None:
        key = (stored.record_sha256, stored.reader)
        self._last[key] = stored
        waiting = self._unsaved.get(key)
        if waiting is not None and (waiting.reading, waiting.kind) == (stored.reading, stored.kind):
            del self._unsaved[key]
        self.saved.emit(datetime.now())
        if self._record is not None and stored.record_sha256 == self._record.sha256:
            self._history = [*self._history, stored]
            self.history_changed.emit()
            self.changed.emit()

    def _on_history(self, record_sha256: str, readings: list[StoredReading]) -> None:
        if self._record is not None and record_sha256 == self._record.sha256:
            self._history = list(readings)
            self.history_changed.emit()

    def _on_problem(self, _sentence: str) -> None:
        self.changed.emit()
