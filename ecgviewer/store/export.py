"""From the store to a manifest: the labels that training may learn from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ecgviewer.store.entries import StoredReading
from ecgviewer.store.label_store import LabelStore
from inference.labels import Reading
from inference.manifest import ManifestRow, write_manifest


@dataclass(frozen=True, slots=True)
class ExportSummary:
    """What an export wrote and what it left out, counted in readings (one per record and reader)."""

    path: Path
    n_rows: int
    n_drafts: int
    """Left out because they are not signed."""
    n_synthetic: int
    """Left out because their record is synthetic."""
    n_digitised: int = 0
    """Left out because their record was measured from a picture or print."""
    n_pictures: int = 0
    """Left out because there is only a picture, and no samples to learn from."""

    @property
    def sentence(self) -> str:
        """One plain sentence for a status bar or a terminal."""
        left_out = [
            f"{count} {what} left out"
            for count, what in (
                (self.n_drafts, "unsigned"),
                (self.n_synthetic, "of synthetic records"),
                (self.n_digitised, "of digitised records"),
                (self.n_pictures, "of pictures without samples"),
            )
            if count
        ]
        readings = "1 reading" if self.n_rows == 1 else f"{self.n_rows} readings"
        return "; ".join([f"{readings} written to {self.path}", *left_out]) + "."


def export_manifest(
    store: LabelStore,
    target: Path,
    *,
    signed_only: bool = True,
    include_synthetic: bool = False,
    include_digitised: bool = False,
) -> ExportSummary:
    """Write each reader's last reading of each record to a manifest.

    What was measured from a picture or print of an ECG teaches a network the marks of that, so it stays out
    unless it is asked for; a reading of a mere picture has no samples to go with.

    A reading that was edited after it was signed is a draft until it is signed again. Answers that
    were all taken back are no reading. Raises StoreError or ManifestError; then `target` is as it was.
    """
    read = [stored for stored in store.all_latest() if stored.signed or not stored.reading.is_empty]
    sampled = [stored for stored in read if not stored.is_of_picture]
    real = [stored for stored in sampled if include_synthetic or not stored.synthetic]
    recorded = [stored for stored in real if include_digitised or not stored.is_digitised]
    kept = [stored for stored in recorded if stored.signed or not signed_only]
    n_rows = write_manifest(target, (_manifest_row(store, stored) for stored in kept))
    return ExportSummary(
        target,
        n_rows,
        n_drafts=len(recorded) - len(kept),
        n_synthetic=len(sampled) - len(real),
        n_digitised=len(real) - len(recorded),
        n_pictures=len(read) - len(sampled),
    )


def _manifest_row(store: LabelStore, stored: StoredReading) -> ManifestRow:
    return ManifestRow(
        path=stored.record_path,
        record_sha256=stored.record_sha256,
        reading=stored.reading,
        reader=stored.reader,
        time=stored.created_at,
        app_version=stored.app_version,
        signed=stored.signed,
        synthetic=stored.synthetic,
        patient_key=stored.patient_key,
        previous=_replaced_reading(store, stored),
        predictions=stored.predictions,
    )


def _replaced_reading(store: LabelStore, stored: StoredReading) -> Reading | None:
    """The last other answer that the same reader had signed for this record; None when there is none."""
    earlier = [
        other.reading
        for other in store.history(stored.record_sha256)
        if other.reader == stored.reader
        and other.signed
        and other.id < stored.id
        and other.reading != stored.reading
    ]
    return earlier[-1] if earlier else None
