"""The reader's wishes on the way to the desk: answers, signature, undo, and the name that they need."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ecgviewer.actions import BY_ID
from ecgviewer.commands import AnswerChange
from ecgviewer.dialogs.reader_dialog import ReaderQuestion
from ecgviewer.widgets.status_strip import StatusStrip
from ecgviewer.window_parts import WindowParts
from ecgviewer.workspace import Workspace
from inference.labels import Reading


class WindowReading(QObject):
    """Hands the panel's wishes to the ReadingDesk and asks for the reader's name where one is missing.

    A name is asked for when the cursor enters the comment, after an answer, and before a signature. The
    answers themselves never wait for it: the desk keeps them with their record.
    """

    open_wished = Signal(Path)
    step_wished = Signal(int)

    def __init__(
        self,
        workspace: Workspace,
        parts: WindowParts,
        status: StatusStrip,
        naming: ReaderQuestion,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._desk = workspace.desk
        self._parts = parts
        self._status = status
        self._naming = naming
        parts.reading.change_wished.connect(self._on_change_wished)
        parts.reading.sign_wished.connect(self.sign_and_next)
        parts.reading.comment.entered.connect(self._on_comment_entered)
        naming.declined.connect(self._on_naming_declined)

    def sign_and_next(self) -> None:
        """Sign the reading and open the next record that is not signed."""
        self._parts.reading.commit_comment()
        ecg, reading = self._desk.record_sha256, self._desk.reading
        if ecg is None:
            self.step_wished.emit(1)
        elif reading.omi is None:
            self._status.tell("Choose OMI, Not OMI or Uncertain first (1, 2, 3).")
        else:
            self._naming.ask_if_needed(lambda: self._sign(ecg, reading))

    def _sign(self, record_sha256: str, reading: Reading) -> None:
        """Sign what the reader saw when they wished it, and nothing else."""
        desk, path = self._desk, self._workspace.path
        if desk.record_sha256 != record_sha256:
            self._status.tell("Not signed: another ECG was opened meanwhile.")
            return
        if desk.reading != reading:
            self._status.tell(
                "Not signed yet: your earlier answers were added. Look at them, then press Enter."
            )
            return
        desk.sign()
        if self._workspace.long.recording is not None:
            self._status.tell(f"Signed these ten seconds. {BY_ID['next_window'].shown_key} shows the next.")
            return
        following = self._parts.library.next_unsigned(path)
        if following is None:
            self._status.tell("Signed. No unsigned record is left below this one.")
            return
        self.open_wished.emit(following)
        self._say_how_to_go_back(path, following)

    def _say_how_to_go_back(self, signed: Path | None, following: Path) -> None:
        entry = self._workspace.library.entry(signed) if signed is not None else None
        is_next_to_it = self._parts.library.neighbour(following, -1) == signed
        how = BY_ID["previous"].shown_key if is_next_to_it else "A click in the worklist"
        if entry is not None:
            undo = BY_ID["undo"].shown_key
            self._status.tell(f"Signed {entry.name}. {how} goes back to it, {undo} undoes there.")

    def undo(self) -> None:
        """Take the last step of this ECG back."""
        self._parts.reading.commit_comment()
        stacks = self._desk.undo_stacks
        if stacks.canUndo():
            stacks.undo()
        else:
            self._status.tell("There is nothing to undo for this ECG.")

    def redo(self) -> None:
        """Make it again."""
        self._parts.reading.commit_comment()
        self._desk.undo_stacks.redo()

    def _on_change_wished(self, change: AnswerChange) -> None:
        self._desk.wish(change)
        if self._parts.window().focusWidget() is not self._parts.reading.comment:
            # Never in the middle of typing: the next letters would fall into the dialog.
            self._naming.ask_if_needed()

    def _on_naming_declined(self) -> None:
        if self._desk.n_unnamed:
            self._status.tell("Not saved: no reader is named. The answers are kept here; Enter asks again.")

    def _on_comment_entered(self) -> None:
        self._naming.ask_if_needed()
