"""What a retrained bundle says of itself: its figures, and its words."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from inference.bundle_info import read_bundle_info
from training.figures.evaluate import external_metrics
from training.figures.thresholds import operating_points
from training.publishing.facts import FACTS
from training.publishing.publish import Words
from training.retraining.before_after import BeforeAfter, Trial
from training.retraining.job import Job
from training.retraining.judgement import judge_all
from training.retraining.networks import Network
from training.retraining.provenance import MOST_IN_A_BUNDLE, changes_json, drift
from training.retraining.readings import Lessons
from training.systems.recipes import Recipe
from training.trials.cross_validate import record_probabilities


def retraining_figures(
    job: Job, trial: Trial, answers: BeforeAfter, network: Network, learned: Lessons
) -> dict[str, Any]:
    """metrics["retraining"]: what was compared and how it came out, thresholds, drift, every changed label.

    `network` is the bundle's own, which is measured on the gold set besides.
    """
    merged, changes = trial.merged, changes_json(trial)
    n_classes = len(trial.recipe.classes)
    return {
        "base": trial.recipe.name,
        "fine_tuned_from": None if job.start is None else read_bundle_info(job.start).name,
        "rotations": trial.n_rotations,
        "reviewed_records": int(merged.reviewed.sum()),
        "new_records": merged.n_new,
        "readings_left_out": len(learned.left_out),
        "judged": {each.name: each.to_json(n_classes) for each in judge_all(trial, answers)},
        **_bundle_on_gold(trial, network),
        "thresholds": _thresholds(trial.recipe, answers),
        "drift": drift(trial),
        "notes": _notes(trial, learned),
        "n_changed_labels": len(changes),
        "changed_labels": changes[:MOST_IN_A_BUNDLE],
    }


def _bundle_on_gold(trial: Trial, network: Network) -> dict[str, Any]:
    """The AUC of the bundle's own weights on the gold set, where it has both of two classes."""
    recipe, together = trial.recipe, trial.merged.prepared
    rows = np.intersect1d(trial.gold.rows, recipe.usable_rows(together))
    targets = recipe.targets(together)[rows]
    if len(recipe.classes) > 2 or len(np.unique(targets)) < 2:
        return {}
    scores = record_probabilities(recipe, together, network.net, rows)[:, 1]
    patients = [together.records[row].patient for row in rows]
    return {"bundle_on_gold": external_metrics(targets, scores, patients)}


def _thresholds(recipe: Recipe, answers: BeforeAfter) -> dict[str, Any]:
    """Best F1, rule-out and rule-in on the validation folds' records; nothing for a location model."""
    if len(recipe.classes) > 2:
        return {}
    targets, probabilities = answers.validation
    points = operating_points(targets, probabilities[:, 1])
    return {**asdict(points), "n_validation": int(targets.size)}


def _notes(trial: Trial, learned: Lessons) -> list[str]:
    """Sentences on what a reader of the figures has to know besides."""
    merged, gold, notes = trial.merged, trial.gold, []
    if merged.n_strangers:
        notes.append(
            f"New records that name no patient whom the base set knows: {merged.n_strangers}; they may "
            "overlap with test patients under another name."
        )
    if gold.rows.size:
        others = int(gold.kept_out.sum()) - gold.rows.size
        notes.append(
            f"Gold set: {gold.rows.size} records, never trained on, nor {others} others of their patients."
        )
    if gold.absent:
        notes.append(
            f"Named on the gold list and in no data: {len(gold.absent)} ({', '.join(gold.absent[:5])})."
        )
    shown = sum(bool(row.predictions) for row in learned.said.values())
    if shown:
        notes.append(
            f"Of {len(learned.said)} readings that count, {shown} were made with a model's answer on the "
            "screen: such labels lean towards that model."
        )
    return notes


def bundle_words(job: Job, name: str, trial: Trial) -> Words:
    """What the retrained bundle is called, and what is said of its data and its limits."""
    facts, merged = FACTS[job.base_name], trial.merged
    reviewed = (
        f"Labels of {int((merged.reviewed & ~trial.gold.kept_out).sum())} records, {merged.n_new} of them "
        "new to the base set, come from readings in the app."
    )
    return Words(
        name=name,
        title=f"{facts.title}, retrained",
        trained_on=f"{facts.trained_on} {reviewed}",
        data=(*facts.retrained_data, reviewed),
        warnings=facts.retrained_warnings,
        experimental=True,
    )
