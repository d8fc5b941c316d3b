"""Undo and redo of readings, on top of a store that never forgets.

1. The reading panel asks for an `AnswerChange`; the desk pushes an `EditReading` on the record's QUndoStack.
2. The stack calls `redo`: the new answers are written as an 'edit'.
3. Undo writes the answers of before as a reading of its own kind, 'undo'; redo writes 'redo'. Nothing
   is erased, so the history also shows what a reader took back.
4. A signature is not undone: it is written beside the stack. Call `stack.setClean()` then, so that
   typing after it starts a step of its own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, cast

from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoCommand, QUndoGroup, QUndoStack

from inference.labels import MI_LOCATIONS, Reading

WriteReading = Callable[[Reading, Literal["edit", "undo", "redo"]], None]
"""Takes the answers that now hold; must not raise, since Qt calls it (report a failure elsewhere)."""

COMMENT_ID: Final = 1
"""Qt offers commands of one id to each other for merging; -1 would mean never."""

KEPT_STACKS: Final = 64
"""Records whose steps can still be undone; the longest left one is forgotten first, in memory only."""

_COMMENT_CHANGED: Final = "edit comment"


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """One answer as the reader wants it: the other answers stay what they are."""

    field: Literal["omi", "location", "culprit", "confidence", "comment"]
    value: Any

    def applied_to(self, reading: Reading) -> Reading:
        """The reading with this answer changed."""
        return replace(reading, **{self.field: self.value})


class EditReading(QUndoCommand):
    """One change of a reading, from `before` to `after`."""

    def __init__(
        self, before: Reading, after: Reading, write: WriteReading, parent: QUndoCommand | None = None
    ) -> None:
        super().__init__(describe_change(before, after), parent)
        self._before = before
        self._after = after
        self._write = write
        self._is_done_once = False

    @property
    def _is_typing(self) -> bool:
        return describe_change(self._before, self._after) == _COMMENT_CHANGED

    def id(self) -> int:
        """Offer only changes of the comment for merging."""
        return COMMENT_ID if self._is_typing else -1

    def redo(self) -> None:
        """Called by the stack, the first time when the command is pushed."""
        self._write(self._after, "redo" if self._is_done_once else "edit")
        self._is_done_once = True

    def undo(self) -> None:
        """Called by the stack."""
        self._write(self._before, "undo")

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take in the typing that follows, so that one undo takes back the whole comment."""
        later = cast("EditReading", other)
        if not (self._is_typing and later._is_typing and later._before == self._after):
            return False
        self._after = later._after
        self.setObsolete(self._after == self._before)
        return True


class UndoStacks(QUndoGroup):
    """One undo stack for each record and reader, so that going on to another ECG loses no step."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._by_key: OrderedDict[tuple[str, str], QUndoStack] = OrderedDict()

    def of(self, record_sha256: str, reader: str) -> QUndoStack:
        """The stack of one reader's answers for one record, made if it is not there."""
        key = (record_sha256, reader)
        if key not in self._by_key:
            self._by_key[key] = QUndoStack(self)
        self._by_key.move_to_end(key)
        if len(self._by_key) > KEPT_STACKS:
            _key, oldest = self._by_key.popitem(last=False)
            self.removeStack(oldest)
            oldest.deleteLater()
        return self._by_key[key]

    def show(self, record_sha256: str | None, reader: str) -> None:
        """Undo and redo belong to this record from now on; None: to nothing."""
        if record_sha256 is None:
            # PySide's stub forgets that Qt takes a null pointer here.
            self.setActiveStack(None)  # type: ignore[arg-type]
        else:
            self.of(record_sha256, reader).setActive()

    def silence(self) -> None:
        """Stop telling: a stack that is destroyed would announce its last change to closed views."""
        for talker in (self, *self.stacks()):
            talker.blockSignals(True)


def describe_change(before: Reading, after: Reading) -> str:
    """What to call a change in the Edit menu, after 'Undo': 'OMI: yes', 'edit comment', 'edit reading'."""
    changes = []
    if before.omi != after.omi:
        changes.append(f"OMI: {after.omi or 'not answered'}")
    if before.location != after.location:
        changes.append(f"location: {MI_LOCATIONS[after.location] if after.location else 'not answered'}")
    if before.culprit != after.culprit:
        changes.append(f"culprit: {after.culprit or 'not answered'}")
    if before.confidence != after.confidence:
        changes.append(f"confidence: {after.confidence or 'not answered'}")
    if before.comment != after.comment:
        changes.append(_COMMENT_CHANGED)
    return changes[0] if len(changes) == 1 else "edit reading"
