"""Which frozen folds a retraining uses: those of earlier versions where there are any."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from inference.bundle_info import BundleError, read_bundle_info
from inference.resource_paths import resources_folder
from training.data.frozen_folds import FOLDS_FILE, FrozenFolds
from training.data.inputs import PreparedSet
from training.retraining.job import Job


def folds_for(job: Job, base: PreparedSet) -> FrozenFolds:
    """The folds of the run folder, else of an earlier version of the model, else made now; then kept.

    Raises FrozenFoldsError for a file that cannot be used: making new folds instead would train on
    patients whom an earlier version tested.
    """
    kept = job.work / FOLDS_FILE
    earlier = next((path for path in (kept, *_of_bundles(job)) if path.exists()), None)
    frozen = (
        FrozenFolds.freeze(base.records, job.recipe.strata(base))
        if earlier is None
        else FrozenFolds.load(earlier)
    )
    if not kept.exists():
        frozen.save(kept)
    return frozen


def _of_bundles(job: Job) -> Iterator[Path]:
    """Where versions of this model may keep their folds: the shipped one, the start, others by their age."""
    yield resources_folder() / "models" / job.recipe.name / FOLDS_FILE
    if job.start is not None:
        yield job.start / FOLDS_FILE
    found = []
    for path in job.models.glob(f"*/{FOLDS_FILE}"):
        try:
            info = read_bundle_info(path.parent)
        except BundleError:
            # Left by a run that was cut off, or spoilt: the registry says so where models are listed.
            continue
        if info.metrics.get("retraining", {}).get("base") == job.recipe.name:
            found.append((info.created, info.name, path))
    yield from (path for *_, path in sorted(found))
