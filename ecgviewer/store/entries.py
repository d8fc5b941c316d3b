"""What goes into the store and what comes out of it, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from inference.labels import Reading
from inference.manifest import ShownPrediction

ReadingKind = Literal["edit", "undo", "redo", "sign"]
RecordState = Literal["draft", "signed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingEntry:
    """A reading that waits to be stored, with what its reader had in front of them."""

    record_sha256: str
    record_path: str
    reading: Reading
    reader: str
    app_version: str
    kind: ReadingKind = "edit"
    patient_key: str | None = None
    synthetic: bool = False
    predictions: tuple[ShownPrediction, ...] = ()
    """Every prediction that was on screen, or nothing when none was."""
    import_report: Mapping[str, Any] | None = field(default=None, repr=False)
    """How the file was read, as plain values; None when it was not kept."""

    @property
    def signed(self) -> bool:
        """A signature is an act of its own: an edit, an undo or a redo after it is a draft again."""
        return self.kind == "sign"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReading(ReadingEntry):
    """A reading as the store keeps it."""

    id: int
    created_at: datetime
    """When it was stored, in UTC."""
    supersedes: int | None
    """The id of the same reader's reading of the same record before it; None for the first."""

    @property
    def is_digitised(self) -> bool:
        """Whether its ECG was measured from a picture or print."""
        return self.import_report is not None and self.import_report.get("digitised") is True

    @property
    def is_of_picture(self) -> bool:
        """Whether its reader saw the picture of an ECG that no samples could be read from."""
        return self.import_report is not None and self.import_report.get("picture") is True
