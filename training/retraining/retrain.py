"""Retraining on labels corrected in the app: a bundle with a name of its own, and what changed in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from inference.bundle import load_net
from inference.bundle_info import BundleInfo, read_bundle_info
from inference.run_progress import ProgressWriter
from training.data.folds import IntArray
from training.data.frozen_folds import FOLDS_FILE, FrozenFolds
from training.data.prepared_set import PreparedSet
from training.publishing.publish import external_figures, write_bundle
from training.retraining.before_after import Trial, compare
from training.retraining.bundle_words import bundle_words, retraining_figures
from training.retraining.externals import untouched_externals
from training.retraining.job import Job, RetrainError, bundle_name
from training.retraining.networks import Network, Workshop
from training.retraining.provenance import CHANGES_FILE, changes_json, write_changes
from training.retraining.readings import lessons
from training.retraining.retrain_words import headline, report
from training.retraining.stages import Stages
from training.retraining.trial_made import make_trial

_NETWORKS: Final = "networks"


@dataclass(frozen=True, slots=True)
class Retrained:
    """The new bundle, one sentence on whether it is better, and the whole report."""

    info: BundleInfo
    headline: str
    report: str = field(repr=False)


def retrain(job: Job, writer: ProgressWriter | None = None) -> Retrained:
    """Train a bundle on base set plus manifest, write it, and say what changed and whether it is better.

    1. Readings are put into the base set; each patient has a frozen fold; the gold set is set apart.
    2. In each rotation two networks, without and with the readings, score the records of the test folds.
    3. The bundle's network is trained on everything but the gold set's patients.

    An interrupted run takes up every network that it finished. Raises ManifestError for a manifest that
    cannot be read, EmptySetError for a set without a usable record, GoldError, FrozenFoldsError,
    NothingToJudgeError and LeakageError for a comparison that cannot be made, BundleError for a start
    that cannot be used, RetrainError for anything else that cannot be done.
    """
    learned = lessons(job.manifest, job.recipe.task, job.recipe.classes)
    name = bundle_name(job)
    start = None if job.start is None else _start(job)
    trial, frozen = make_trial(job, learned, Stages(writer, 0))
    stages = Stages(writer, 2 * trial.n_rotations + 1)
    workshop = Workshop(job.work / _NETWORKS, stages)
    answers = compare(trial, workshop)
    recipe = trial.fine_tuned or trial.recipe
    network = workshop.trained("Training the new model", recipe, *_to_learn_from(trial), start)
    stages.at("Measuring the new model")
    figures = retraining_figures(job, trial, answers, network, learned)
    info = _write(job, name, trial, network, figures, frozen)
    text = report(info, trial.merged, learned, changes_json(trial))
    return Retrained(info, headline(figures), text)


def _start(job: Job) -> Network:
    """The bundle to fine-tune; raises RetrainError for one of another kind, BundleError for a broken one."""
    assert job.start is not None
    info, recipe = read_bundle_info(job.start), job.recipe
    of_bundle = (info.arch, info.task, info.classes, info.prepare)
    if of_bundle != (recipe.arch, recipe.task, recipe.classes, recipe.spec):
        raise RetrainError(
            f"{info.name} is no version of {recipe.name}: name one of them, or leave --from-base out."
        )
    return Network(load_net(info), info.weights_sha256)


def _to_learn_from(trial: Trial) -> tuple[PreparedSet, IntArray]:
    """The set without the gold set's patients, and its rows that the bundle's network learns from.

    Raises LeakageError where a gold record is among them under another name.
    """
    together = trial.merged.prepared
    kept = np.flatnonzero(~trial.gold.kept_out)
    trial.gold.refuse_leak(together, kept)
    learned = together.take(kept) if kept.size < len(together) else together
    return learned, trial.recipe.training_rows(learned)


def _write(
    job: Job, name: str, trial: Trial, network: Network, figures: dict[str, Any], frozen: FrozenFolds
) -> BundleInfo:
    """The bundle with its folds and its changed labels, before bundle.json says that it is whole."""
    folder, changes = job.models / name, changes_json(trial)
    frozen.save(folder / FOLDS_FILE)
    write_changes(folder / CHANGES_FILE, changes)
    files = [change.record.path.name for change in trial.merged.changes]
    write_changes(job.work / f"{name}-{CHANGES_FILE}", changes, files)
    externals, notes = untouched_externals(job.externals, trial.merged, job.work / "cache")
    figures["notes"] += notes
    metrics: dict[str, Any] = {"retraining": figures}
    if externals:
        metrics["external"] = external_figures(trial.recipe, network.net, externals)
    return write_bundle(
        bundle_words(job, name, trial),
        trial.fine_tuned or trial.recipe,
        _to_learn_from(trial)[0],
        network.net,
        metrics,
        figures["thresholds"].get("best_f1", {}).get("value"),
        job.models,
    )
