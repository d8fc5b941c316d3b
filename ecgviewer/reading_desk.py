"""ReadingDesk: the reader's answers for the open record, with undo, signature and history.

How an answer travels:
1. The reading panel announces `change_wished`; the window hands it to `ReadingDesk.wish`.
2. `wish` pushes an `EditReading` on the undo stack of this record and reader, which calls `_write`.
3. `_write` shows the answers as a draft and gives an entry to the StoreService, which never drops it.
4. The store's answer comes back by `_on_stored`: the draft or signature is on the disk, the time is shown.

Answers without a reader's name stay here with their record, as 'not saved', until `set_reader` names one:
then they are laid over what this reader had answered before, and go on at 2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

from ecgviewer import __version__
from ecgviewer.commands import AnswerChange, EditReading, UndoStacks
from ecgviewer.services.store_service import StoreService
from inference.labels import Reading
from inference.manifest import ShownPrediction

if TYPE_CHECKING:
    from ecgviewer.read_ecg import ReadEcg
    from ecgviewer.store import ReadingEntry, StoredReading

DeskState = Literal["", "draft", "signed", "not saved", "not saved: no reader named"]


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
        self.undo_stacks = UndoStacks(self)
        self._store = store
        self._shown_predictions = shown_predictions
        self._ecg: ReadEcg | None = None
        self._reader = ""
        self._reading = Reading()
        self._state: DeskState = ""
        self._history: list[StoredReading] = []
        self._last: dict[tuple[str, str], StoredReading] = {}
        self._unsaved: dict[tuple[str, str], ReadingEntry] = {}
        """The last entry of each record and reader that is still on its way to the disk. What was
        answered before a reader was named waits here under the name ''."""
        self._is_past_known = False
        store.opened.connect(self._on_store_opened)
        store.stored.connect(self._on_stored)
        store.history_ready.connect(self._on_history)
        store.problem_changed.connect(self._on_problem)

    @property
    def record_sha256(self) -> str | None:
        """Whose answers are shown; None while nothing is open that can be answered about."""
        return None if self._ecg is None else self._ecg.sha256

    @property
    def reading(self) -> Reading:
        return self._reading

    @property
    def reader(self) -> str:
        return self._reader

    @property
    def state(self) -> DeskState:
        """What is known of the shown answers: nothing, a draft, signed, or not yet on the disk."""
        if not self._state:
            return ""
        if not self._reader:
            return "not saved: no reader named"
        return "not saved" if self._store.problem and self._store.n_unsaved > 0 else self._state

    @property
    def n_unnamed(self) -> int:
        """How many records have answers that wait for a reader's name."""
        return sum(not reader for _record, reader in self._unsaved)

    @property
    def history(self) -> list[StoredReading]:
        """Every stored reading of the open record, first one first."""
        return self._history

    def close(self) -> None:
        """The views are gone: tell nobody of what is taken down now."""
        self.undo_stacks.silence()

    def set_reader(self, reader: str) -> None:
        """Whose readings are shown and written from now on; takes over what was answered without a name."""
        if reader == self._reader:
            return
        self._reader = reader
        for record_sha256, name in list(self._unsaved):
            if not name:
                unnamed = self._unsaved.pop((record_sha256, name))
                self.undo_stacks.of(record_sha256, name).clear()
                earlier = self._last_answers(record_sha256, reader)[0]
                self._lay_over(earlier, replace(unnamed, reader=reader))
        self.open(self._ecg)

    def open(self, ecg: ReadEcg | None) -> None:
        """Show the reader's last answers for an ECG; its earlier steps can be undone again."""
        self._ecg = ecg
        self.undo_stacks.show(self.record_sha256, self._reader)
        self._history = []
        self._show_last()
        self.history_changed.emit()
        if ecg is not None:
            self._store.ask_history(ecg.sha256)

    def wish(self, change: AnswerChange) -> None:
        """Make a change of one answer an undoable step and save it."""
        wished = change.applied_to(self._reading)
        if self._ecg is not None and wished != self._reading:
            self._push(self._reading, self._entry(wished, "edit"))

    def sign(self) -> bool:
        """Sign the answers as they stand; False without a reader, an open ECG, or an answer on OMI."""
        if self._ecg is None or not self._reader or self._reading.omi is None:
            return False
        if self._state != "signed":
            self._keep(self._entry(self._reading, "sign"))
            self.undo_stacks.of(self._ecg.sha256, self._reader).setClean()
            self._show_last()
        return True

    def _last_answers(self, record_sha256: str, reader: str) -> tuple[Reading, bool]:
        """A reader's last answers and whether they are signed; also those that the disk has not taken yet."""
        key = (record_sha256, reader)
        last = self._unsaved.get(key) or self._last.get(key)
        return (Reading(), False) if last is None else (last.reading, last.signed)

    def _show_last(self) -> None:
        self._reading, is_signed = Reading(), False
        if self._ecg is not None:
            self._reading, is_signed = self._last_answers(self._ecg.sha256, self._reader)
        self._state = "signed" if is_signed else "" if self._reading.is_empty else "draft"
        self.changed.emit()

    def _lay_over(self, earlier: Reading, given: ReadingEntry) -> None:
        """Answers from a panel that did not know the earlier ones: they replace only what they answer."""
        wished = laid_over(earlier, given.reading)
        if wished != earlier:
            self._push(earlier, replace(given, reading=wished))

    def _push(self, before: Reading, entry: ReadingEntry) -> None:
        """One undoable step, bound to the record and reader of its entry."""
        stack = self.undo_stacks.of(entry.record_sha256, entry.reader)
        stack.push(EditReading(before, entry.reading, partial(self._write, entry)))

    def _write(self, given: ReadingEntry, reading: Reading, kind: Literal["edit", "undo", "redo"]) -> None:
        # A step is undone on the open record: what is on screen then was seen then.
        shown = given.predictions if kind == "edit" else self._shown_predictions()
        self._keep(replace(given, reading=reading, kind=kind, predictions=shown))
        if given.record_sha256 == self.record_sha256:
            self._show_last()

    def _entry(self, reading: Reading, kind: Literal["edit", "sign"]) -> ReadingEntry:
        from ecgviewer.store import ReadingEntry

        ecg = self._ecg
        assert ecg is not None, "answers are only given for an open ECG"
        return ReadingEntry(
            record_sha256=ecg.sha256,
            record_path=ecg.path,
            reading=reading,
            reader=self._reader,
            app_version=__version__,
            kind=kind,
            patient_key=ecg.patient_key,
            synthetic=ecg.is_synthetic,
            predictions=self._shown_predictions(),
            import_report=ecg.import_report,
        )

    def _keep(self, entry: ReadingEntry) -> None:
        """Hand an entry to the store; without a reader's name it waits here, as long as it says anything."""
        key = (entry.record_sha256, entry.reader)
        self._unsaved[key] = entry
        if entry.reader:
            self._store.append(entry)
        elif entry.reading.is_empty:
            del self._unsaved[key]

    def _on_store_opened(self, readings: list[StoredReading]) -> None:
        earlier = {(stored.record_sha256, stored.reader): stored for stored in readings}
        self._last |= earlier
        hasty = {} if self._is_past_known else dict(self._unsaved)
        self._is_past_known = True
        for key, entry in hasty.items():
            # Answered while the store was still being opened, on a panel that looked empty. A signature
            # stays as it was given.
            if key in earlier and not entry.signed:
                self.undo_stacks.of(*key).clear()
                self._lay_over(earlier[key].reading, entry)
        self._show_last()

    def _on_stored(self, stored: StoredReading) -> None:
        key = (stored.record_sha256, stored.reader)
        self._last[key] = stored
        waiting = self._unsaved.get(key)
        if waiting is not None and (waiting.reading, waiting.kind) == (stored.reading, stored.kind):
            del self._unsaved[key]
        self.saved.emit(datetime.now())
        if stored.record_sha256 == self.record_sha256:
            self._history = [*self._history, stored]
            self.history_changed.emit()
            self.changed.emit()

    def _on_history(self, record_sha256: str, readings: list[StoredReading]) -> None:
        if record_sha256 == self.record_sha256:
            self._history = list(readings)
            self.history_changed.emit()

    def _on_problem(self, _sentence: str) -> None:
        self.changed.emit()


def laid_over(earlier: Reading, given: Reading) -> Reading:
    """The earlier answers with every answer that `given` has in the place of theirs."""
    nothing = Reading()
    answers = {field.name: getattr(given, field.name) for field in fields(Reading)}
    said = {name: value for name, value in answers.items() if value != getattr(nothing, name)}
    return replace(earlier, **said)
