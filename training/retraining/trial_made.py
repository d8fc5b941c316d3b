"""The trial that a job asks for: base set and readings as one, folds frozen, the gold set apart."""

from __future__ import annotations

from dataclasses import replace

from inference.prepare import PrepareSpec
from training.data.folds import LeakageError
from training.data.frozen_folds import FrozenFolds
from training.data.inputs import PreparedSet, first_reasons, prepare_set, prepare_some
from training.retraining.before_after import Trial
from training.retraining.folds_found import folds_for
from training.retraining.gold import Gold, find_gold, gold_names
from training.retraining.job import Job, RetrainError
from training.retraining.judgement import FEWEST_REVIEWED
from training.retraining.merge import Merged, merge, unchanged
from training.retraining.networks import fine_tuning
from training.retraining.readings import Lessons
from training.retraining.retrain_words import left_out_text
from training.retraining.rotations import ROTATIONS, fold_of_rows
from training.retraining.stages import Stages
from training.systems.recipes import Recipe


def make_trial(job: Job, learned: Lessons, stages: Stages) -> tuple[Trial, FrozenFolds]:
    """Base set and readings as one, with the frozen folds and the gold set.

    Raises RetrainError without a usable record in the manifest, EmptySetError without one in the base set,
    GoldError for a gold list of no known record, LeakageError for a gold record that the start has seen.
    """
    names = frozenset() if job.gold is None else gold_names(job.gold, job.manifest)
    stages.at("Preparing the records that were read")
    added = _usable(job, learned)
    stages.at("Preparing the base set")
    base = prepare_some("the base set", job.base, PrepareSpec(), job.work / "cache")
    merged = merge(base, added, learned.said)
    gold = find_gold(merged.prepared, names)
    if job.start is not None:
        _refuse_seen_gold(gold, merged, base)
    frozen = folds_for(job, base)
    folds = fold_of_rows(merged, frozen)
    n_judged = int((merged.reviewed & (folds >= 0) & ~gold.kept_out).sum())
    trial = Trial(
        recipe=job.recipe if job.epochs is None else _with_epochs(job.recipe, job.epochs),
        base=base,
        merged=merged,
        folds=folds,
        gold=gold,
        n_rotations=ROTATIONS if n_judged >= FEWEST_REVIEWED else 1,
        fine_tuned=None if job.start is None else fine_tuning(job.recipe, job.epochs),
    )
    return trial, frozen


def _with_epochs(recipe: Recipe, epochs: int) -> Recipe:
    return replace(recipe, settings=replace(recipe.settings, epochs=epochs))  # type: ignore[type-var]


def _usable(job: Job, learned: Lessons) -> PreparedSet:
    """The manifest's records as prepared; raises RetrainError when there is none to learn from."""
    if not learned.records:
        reasons = " ".join(line.strip() for line in left_out_text(learned.left_out))
        raise RetrainError(f"{job.manifest} holds no reading that answers this model's question. {reasons}")
    added = unchanged(prepare_set(learned.records, PrepareSpec(), None))
    if not len(added):
        reasons = first_reasons(added.refused)
        raise RetrainError(f"No record of {job.manifest} could be used: {reasons}")
    return added


def _refuse_seen_gold(gold: Gold, merged: Merged, base: PreparedSet) -> None:
    """Raises LeakageError for a gold record whose ECG or patient is in the base set: the start learned it."""
    signals, patients = set(base.sha256), {record.patient for record in base.records}
    for row in gold.rows:
        record = merged.prepared.records[row]
        if merged.prepared.sha256[row] in signals or record.patient in patients:
            raise LeakageError(
                f"The gold record {record.record_id} is of a patient of the base set, from whom the "
                "weights to start from have learned: leave --from-base out, or choose other gold records."
            )
