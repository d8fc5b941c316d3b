"""The app's manifest as one data set among others."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from inference.bundle_info import Task
from training.data.labelled_record import DataSetError, LabelledRecord
from training.data.sources import ARCHIVES, Loader
from training.retraining.readings import lessons


def manifest_records(path: Path, task: Task) -> list[LabelledRecord]:
    """The ECGs of a manifest with the latest signed reading that answers the task's question.

    Raises ManifestError for a file that is no manifest, DataSetError for one that teaches nothing.
    """
    records = list(lessons(path, task).records)
    if not records:
        raise DataSetError(
            f"{path} holds no signed reading that answers this question: read and sign some ECGs in the app, "
            "and export the labels again."
        )
    return records


def loaders_for(task: Task) -> dict[str, Loader]:
    """Every archive's loader, and 'manifest' for the app's labels of this task."""
    return {**ARCHIVES, "manifest": partial(manifest_records, task=task)}
