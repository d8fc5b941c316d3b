"""The errors that a record's reader may raise for a file it cannot use."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


class RecordError(Exception):
    """A file that cannot be read as an ECG.

    The message is one plain sentence for the reader of the ECG: what is wrong and what to do next.
    """


class UnreadableFileError(RecordError):
    """The disk does not give the file any more: nothing is known of what it holds there."""


@dataclass(frozen=True, slots=True)
class UndescribedTable:
    """An array or table whose numbers can be read, but which does not say what they are.

    `n_signals` and `n_samples` are taken from the shorter and the longer side. None for what nothing says.
    """

    path: Path
    n_signals: int
    n_samples: int
    column_names: tuple[str, ...] | None
    fs_hz: float | None
    unit: str | None
    lead_order: tuple[str, ...] | None
    first_values: tuple[tuple[float, ...], ...] = field(repr=False)
    """The beginning of each signal, as the numbers stand in the file."""
    swing: float = 0.0
    """Median over the signals of their largest minus their smallest number."""

    @property
    def form(self) -> str:
        """What tables of one origin have in common: kind of file, number and names of columns."""
        return f"{self.path.suffix.lower()}|{self.n_signals}|{','.join(self.column_names or ())}"


class UndescribedError(RecordError):
    """Rate, unit or lead names are nowhere said: whoever knows them can give them and read again."""

    def __init__(self, sentence: str, table: UndescribedTable) -> None:
        super().__init__(sentence)
        self.table = table
