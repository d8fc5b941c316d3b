"""The label store: every reading ever made, appended and never changed. No Qt here."""

from ecgviewer.store.entries import ReadingEntry, ReadingKind, RecordState, StoredReading
from ecgviewer.store.errors import NoStoreError, StoreError
from ecgviewer.store.export import ExportSummary, export_manifest
from ecgviewer.store.label_store import LabelStore
from inference.manifest import ShownPrediction

__all__ = [
    "ExportSummary",
    "LabelStore",
    "NoStoreError",
    "ReadingEntry",
    "ReadingKind",
    "RecordState",
    "ShownPrediction",
    "StoreError",
    "StoredReading",
    "export_manifest",
]
