"""Retraining on labels corrected in the app: a bundle with a name of its own, and what changed in words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from inference.bundle_info import BundleInfo
from inference.prepare import PrepareSpec
from training.data.inputs import PreparedSet, first_reasons, prepare_set, prepare_some
from training.data.labelled_record import LabelledRecord
from training.publishing.facts import FACTS
from training.publishing.publish import (
    LOWEST_PROXY_AUC,
    External,
    Words,
    external_figures,
    write_bundle,
)
from training.retraining.before_after import compare
from training.retraining.merge import Merged, merge, unchanged
from training.retraining.readings import Lessons, lessons
from training.retraining.retrain_words import NO_SITE_MODEL, changes_json, left_out_text, report
from training.systems.recipes import RECIPES, Recipe
from training.trials.cross_validate import train_on

_TAG: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_HASH_LETTERS: Final = 8


class RetrainError(Exception):
    """A retraining that cannot be done as asked; one plain sentence."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to retrain, on what, and where to.

    `externals` are sets that the bundle is measured on and never trained on, by name. Without a `tag`
    the bundle is called after its base and the manifest's hash.
    """

    base_name: str
    recipe: Recipe
    base: Sequence[LabelledRecord] = field(repr=False)
    manifest: Path
    work: Path
    models: Path
    tag: str | None = None
    externals: Mapping[str, Sequence[LabelledRecord]] = field(default_factory=dict, repr=False)


def retrain(job: Job) -> str:
    """Train a bundle on base set plus manifest, write it and return a report in words.

    Before and after are two networks on one patient-grouped split of the untouched base set, without and
    with the manifest's labels, judged on the same test records with the base set's own labels. Records of
    reviewed patients only train: nobody's correction is its own test. Raises ManifestError for a manifest
    that cannot be read, EmptySetError for a set without a usable record, NothingToJudgeError and
    LeakageError for a split that cannot be judged, RetrainError for anything else that cannot be done.
    """
    if len(job.recipe.classes) > 2:
        raise RetrainError(NO_SITE_MODEL)
    learned = lessons(job.manifest, job.recipe.task)
    name = bundle_name(job)
    added = _usable(job, learned)
    cache = job.work / "cache"
    base = prepare_some("the base set", job.base, PrepareSpec(), cache)
    merged = merge(base, added, learned.said)
    externals, notes = _untouched(job, merged, cache)
    comparison = compare(job.recipe, base, merged)
    figures: dict[str, Any] = comparison.figures() | {
        "reviewed_records": int(merged.reviewed.sum()),
        "new_records": merged.n_new,
        "readings_left_out": len(learned.left_out),
        "notes": [*_stranger_note(merged), *notes],
        "changed_labels": changes_json(merged.changes),
    }
    info = _write_bundle(job, name, merged, {"retraining": figures}, comparison.threshold, externals)
    return report(info, merged, learned, LOWEST_PROXY_AUC)


def bundle_name(job: Job) -> str:
    """`<base bundle>-corrected-<8 hex of the manifest's SHA-256>`, or `<arch>.<tag>`.

    Raises RetrainError for a tag that is no plain name, is a shipped model's or hides that a model is a
    proxy, and for a folder that exists: no bundle is ever replaced.
    """
    if job.tag is None:
        digest = hashlib.sha256(job.manifest.read_bytes()).hexdigest()[:_HASH_LETTERS]
        name = f"{job.recipe.name}-corrected-{digest}"
    else:
        name = f"{job.recipe.arch}.{_checked_tag(job.tag, job.base_name)}"
    if (job.models / name).exists():
        raise RetrainError(f"{job.models / name} exists already: choose another --tag or --models.")
    return name


def _checked_tag(tag: str, base_name: str) -> str:
    if not _TAG.fullmatch(tag):
        raise RetrainError(
            f"The tag {tag!r} cannot name a bundle: use letters, digits, '-', '_' and '.', a letter or digit "
            "first."
        )
    if tag in RECIPES:
        raise RetrainError(f"The tag {tag!r} is that of a model that comes with the program: choose another.")
    if "proxy" in base_name and "proxy" not in tag:
        raise RetrainError(f"The tag {tag!r} of a model made from {base_name} has to hold the word 'proxy'.")
    return tag


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


def _untouched(job: Job, merged: Merged, cache: Path) -> tuple[list[External], list[str]]:
    """The external sets without patients that the bundle learns from, and sentences on who is left out."""
    externals, notes = [], []
    trained = set(merged.prepared.sha256)
    for name, records in job.externals.items():
        prepared = prepare_some(name, records, PrepareSpec(), cache)
        seen = {
            record.patient
            for record, sha256 in zip(prepared.records, prepared.sha256, strict=True)
            if sha256 in trained or {record.patient, record.patient.rpartition("/")[2]} & merged.patients
        }
        rows = np.flatnonzero([record.patient not in seen for record in prepared.records])
        if rows.size < len(prepared):
            left_out = len(prepared) - rows.size
            notes.append(f"{name}: {left_out} left out of the measurement, as ECGs of their patients train.")
        if len({prepared.records[row].is_mi for row in rows}) == 2:
            externals.append(External(name, prepared.take(rows)))
        else:
            notes.append(f"{name} is not measured on: it has no positive or no negative record to judge.")
    return externals, notes


def _stranger_note(merged: Merged) -> list[str]:
    if not merged.n_strangers:
        return []
    return [
        f"New records that name no patient whom the base set knows: {merged.n_strangers}; they only train, "
        "but may overlap with test patients."
    ]


def _write_bundle(
    job: Job,
    name: str,
    merged: Merged,
    metrics: dict[str, Any],
    threshold: float,
    externals: Sequence[External],
) -> BundleInfo:
    recipe, facts = job.recipe, FACTS[job.base_name]
    rows = recipe.training_rows(merged.prepared)
    net = train_on(recipe, merged.prepared, rows, f"{recipe.name} final")
    if externals:
        metrics = metrics | {"external": external_figures(recipe, net, externals)}
    reviewed = (
        f"Labels of {int(merged.reviewed.sum())} records, {merged.n_new} of them new to the base set, come "
        "from readings in the app."
    )
    words = Words(
        name=name,
        title=f"{facts.title}, retrained",
        trained_on=f"{facts.trained_on} {reviewed}",
        data=(*facts.retrained_data, reviewed),
        warnings=facts.retrained_warnings,
        experimental=True,
    )
    return write_bundle(words, recipe, merged.prepared, net, metrics, threshold, job.models)
