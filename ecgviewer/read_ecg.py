"""What a reader answers about: a recording, ten seconds of one, or a page that stayed a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

from inference.records.place import Place

if TYPE_CHECKING:
    from ecgviewer.services.record_service import LoadedRecord
    from inference.pages.page import Page
    from inference.records.record import Record


@dataclass(frozen=True, slots=True)
class ReadEcg:
    """What readings of an open ECG are kept with.

    `sha256` is a record's, of its samples, or a page's, of its file.
    """

    sha256: str
    path: str
    """The file's `Place`: of a long recording the ten seconds, of a table what its reader said of it."""
    patient_key: str | None = None
    is_synthetic: bool = False
    import_report: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, loaded: LoadedRecord) -> Self | None:
        """What of a file can be answered about; None where it was refused."""
        start_s = None if loaded.long is None else loaded.start_s
        path = Place(str(loaded.path), start_s, loaded.given).text
        if loaded.record is not None:
            return cls._of_record(loaded.record, path)
        return None if loaded.page is None else cls._of_page(loaded.page, path)

    @classmethod
    def _of_record(cls, record: Record, path: str) -> Self:
        is_synthetic = record.synthetic is not None
        return cls(record.sha256, path, record.patient.patient_id, is_synthetic, asdict(record.report))

    @classmethod
    def _of_page(cls, page: Page, path: str) -> Self:
        from inference.records.record import ImportReport

        report = asdict(ImportReport("picture", read=page.sentences, failed=(page.reason,)))
        return cls(page.sha256, path, import_report=report | {"picture": True})
