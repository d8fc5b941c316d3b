"""Earlier readings of the open record, newest first: who said what and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QWidget

from ecgviewer.widgets.parts import Card, label
from inference.labels import MI_LOCATIONS, Omi, Reading

if TYPE_CHECKING:
    from ecgviewer.store import StoredReading

SHOWN: Final = 12
_OMI_WORDS: Final = {Omi.YES: "OMI", Omi.NO: "not OMI", Omi.UNCERTAIN: "uncertain"}
_KIND_WORDS: Final = {"edit": "", "undo": "taken back", "redo": "made again", "sign": "signed"}


def reading_words(reading: Reading) -> str:
    """A reading in one line: 'OMI · RCA · Inferior · confidence 4 · “comment”'."""
    parts = [
        _OMI_WORDS[reading.omi] if reading.omi is not None else "",
        str(reading.culprit) if reading.culprit is not None else "",
        MI_LOCATIONS[reading.location] if reading.location is not None else "",
        f"confidence {reading.confidence}" if reading.confidence is not None else "",
        f"“{reading.comment}”" if reading.comment else "",
    ]
    return " · ".join(part for part in parts if part) or "nothing answered"


class HistoryPanel(Card):
    """Opens and closes in place; hidden until it is asked for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Earlier readings", parent)
        self.text = label("", "caption", wrap=True, selectable=True)
        self.body.addWidget(self.text)
        self.hide()

    def set_history(self, readings: Sequence[StoredReading]) -> None:
        """Show the newest readings; the rest are counted."""
        lines = []
        for stored in list(reversed(readings))[:SHOWN]:
            when = stored.created_at.astimezone()
            kind = f", {_KIND_WORDS[stored.kind]}" if _KIND_WORDS[stored.kind] else ""
            lines.append(f"{when:%Y-%m-%d %H:%M:%S} {stored.reader}{kind}: {reading_words(stored.reading)}")
        if len(readings) > SHOWN:
            lines.append(f"and {len(readings) - SHOWN} before these")
        self.text.setText("\n".join(lines) or "No earlier reading of this ECG.")
