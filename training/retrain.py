"""Retraining on labels corrected in the app: the same split before and after, and every change listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from inference.bundle import save_bundle
from inference.bundle_info import BundleInfo
from inference.manifest import read_manifest
from inference.prepare import PrepareSpec
from training.card import model_card
from training.cross_validate import record_probabilities, train_on
from training.datasets import LabelledRecord, manifest, manifest_id
from training.evaluate import Interval, auc, best_f1_threshold, bootstrap
from training.facts import FACTS
from training.folds import make_splits
from training.inputs import PreparedSet, prepare_set
from training.publish import data_lines, golden_input, is_good_enough, saliency_scale
from training.recipes import Recipe, describe_settings

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]


class RetrainError(Exception):
    """A manifest that nothing can be learned from; one plain sentence."""


@dataclass(frozen=True, slots=True)
class LabelChange:
    """One label that the manifest changed or added; `old` is None for a record new to the base set."""

    record_id: str
    old: str | None
    new: str
    reader: str
    time: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The base set with the manifest's labels put in; `reviewed` marks rows labelled in the app."""

    prepared: PreparedSet
    reviewed: npt.NDArray[np.bool_] = field(repr=False)
    changes: tuple[LabelChange, ...]


def retrain(
    recipe_key: str,
    recipe: Recipe,
    base: Sequence[LabelledRecord],
    manifest_path: Path,
    work: Path,
    models: Path,
    tag: str,
) -> str:
    """Train `<arch>.<tag>` on base set plus manifest, write its bundle and return a report in words.

    Before and after are two networks trained on the same training rows of one patient-grouped split,
    without and with the manifest's labels, judged on the same test records with the base set's own
    labels. Records labelled in the app only train: nobody's correction is its own test. Raises
    ManifestError for a manifest that cannot be read, RetrainError for one that teaches nothing.
    """
    labelled = manifest(manifest_path, recipe.task)
    if not labelled:
        raise RetrainError(f"{manifest_path} holds no reading that answers this model's question.")
    original = prepare_set(base, PrepareSpec(), work / "cache")
    added = prepare_set(labelled, PrepareSpec(), None)
    merged = merge(original, added, manifest_path)
    if not merged.reviewed.any():
        reasons = "; ".join(merged.prepared.refused)
        raise RetrainError(f"No record of {manifest_path} could be used: {reasons}.")
    before, after = _before_and_after(recipe, original, merged)
    difference = bootstrap(
        lambda rows: (
            auc(after.targets[rows], after.scores[rows]) - auc(before.targets[rows], before.scores[rows])
        ),
        before.patients,
    )
    metrics = _metrics(before, after, difference, merged)
    info = _write_bundle(recipe_key, recipe, merged, metrics, after.threshold, models, tag)
    return _report(info, metrics, merged.changes)


def merge(base: PreparedSet, added: PreparedSet, manifest_path: Path) -> Merged:
    """The base set with labels replaced where the same ECG was read in the app, and new ECGs appended.

    A file that holds another ECG than the one that was read is left out and listed in `refused`.
    """
    said = {row.record_sha256: row for row in sorted(read_manifest(manifest_path), key=lambda row: row.time)}
    row_of = {sha256: row for row, sha256 in enumerate(base.sha256)}
    records = list(base.records)
    reviewed = np.zeros(len(base) + len(added), dtype=bool)
    changes: list[LabelChange] = []
    new_rows: list[int] = []
    refused = list(base.refused + added.refused)
    for index, (labelled, sha256) in enumerate(zip(added.records, added.sha256, strict=True)):
        if labelled.record_id != manifest_id(sha256):
            refused.append(f"{labelled.path.name}: the file has changed since it was read in the app")
            continue
        reader, time = said[sha256].reader, said[sha256].time.isoformat()
        if sha256 in row_of:
            row = row_of[sha256]
            old = records[row]
            records[row] = replace(old, is_mi=labelled.is_mi, site=labelled.site, source="manifest")
            reviewed[row] = True
            if old.is_mi != labelled.is_mi:
                changes.append(LabelChange(old.record_id, _word(old), _word(labelled), reader, time))
        else:
            reviewed[len(base) + len(new_rows)] = True
            new_rows.append(index)
            changes.append(LabelChange(labelled.record_id, None, _word(labelled), reader, time))
    together = _append(replace(base, records=tuple(records)), added.take(np.array(new_rows, dtype=np.int64)))
    together = replace(together, refused=tuple(refused))
    return Merged(together, reviewed[: len(together)], tuple(changes))


def _word(record: LabelledRecord) -> str:
    return "positive" if record.is_mi else "negative"


def _append(first: PreparedSet, second: PreparedSet) -> PreparedSet:
    return PreparedSet(
        first.records + second.records,
        first.sha256 + second.sha256,
        np.concatenate([first.inputs, second.inputs]),
        np.concatenate([first.beats_mv, second.beats_mv]),
        np.concatenate([first.fiducials, second.fiducials]),
        np.concatenate([first.leads_mv, second.leads_mv]),
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    scores: FloatArray = field(repr=False)
    targets: IntArray = field(repr=False)
    patients: list[str] = field(repr=False)
    threshold: float


def _before_and_after(recipe: Recipe, original: PreparedSet, merged: Merged) -> tuple[_Judged, _Judged]:
    """Two networks on one split: patients with a reviewed record, and all new records, only train."""
    together = merged.prepared
    reviewed_patients = {together.records[row].patient for row in np.flatnonzero(merged.reviewed)}
    frozen = [
        replace(r, patient_known=r.patient_known and r.patient not in reviewed_patients)
        for r in original.records
    ]
    split = make_splits(frozen, original.sha256, recipe.strata(original))[0]
    new_rows = np.arange(len(original), len(together))
    judged = []
    for name, prepared, train in (
        ("before", original, split.train),
        ("after", together, np.concatenate([split.train, new_rows])),
    ):
        net = train_on(recipe, prepared, train, f"{recipe.name} {name}")
        targets = recipe.targets(original)
        validation = record_probabilities(recipe, original, net, split.validation)[:, 1]
        scores = record_probabilities(recipe, original, net, split.test)[:, 1]
        patients = [original.records[row].patient for row in split.test]
        threshold = best_f1_threshold(targets[split.validation], validation)
        judged.append(_Judged(scores, targets[split.test], patients, threshold))
    return judged[0], judged[1]


def _metrics(before: _Judged, after: _Judged, difference: Interval, merged: Merged) -> dict[str, Any]:
    return {
        "retraining": {
            "test_records": int(before.targets.size),
            "auc_before": round(auc(before.targets, before.scores), 4),
            "auc_after": round(auc(after.targets, after.scores), 4),
            "auc_difference": difference.to_json(),
            "reviewed_records": int(merged.reviewed.sum()),
            "changed_labels": [
                {"record": c.record_id, "old": c.old, "new": c.new, "reader": c.reader, "time": c.time}
                for c in merged.changes
            ],
        }
    }


def _write_bundle(
    key: str,
    recipe: Recipe,
    merged: Merged,
    metrics: dict[str, Any],
    threshold: float,
    models: Path,
    tag: str,
) -> BundleInfo:
    rows = recipe.usable_rows(merged.prepared)
    net = train_on(recipe, merged.prepared, rows, f"{recipe.name} final")
    facts = FACTS[key]
    counts = data_lines(recipe, merged.prepared)
    reviewed = f"Labels of {int(merged.reviewed.sum())} records come from readings in the app."
    info = BundleInfo(
        name=f"{recipe.arch}.{tag}",
        arch=recipe.arch,
        task=recipe.task,
        title=f"{facts.title}, retrained",
        trained_on=f"{facts.trained_on} {reviewed}",
        classes=recipe.classes,
        prepare=recipe.spec,
        threshold=threshold,
        saliency_scale=saliency_scale(recipe, merged.prepared, net, rows),
        experimental=True,
        warnings=facts.warnings,
        enabled=is_good_enough(recipe, metrics),
        metrics=metrics,
        created=datetime.now(UTC).date().isoformat(),
    )
    card = model_card(info, describe_settings(recipe), (*counts, *facts.training_data, reviewed))
    return save_bundle(models / info.name, info, net, golden_input(recipe), card)


def _report(info: BundleInfo, metrics: dict[str, Any], changes: Sequence[LabelChange]) -> str:
    figures = metrics["retraining"]
    gap = figures["auc_difference"]
    lines = [
        f"{info.name} written to {info.folder}.",
        f"{figures['reviewed_records']} records were labelled in the app; {len(changes)} labels are new or "
        "changed:",
        *(f"  {c.record_id}: {c.old or 'new'} -> {c.new} ({c.reader}, {c.time})" for c in changes),
        f"On the same {figures['test_records']} test records: AUC {figures['auc_before']:.3f} before, "
        f"{figures['auc_after']:.3f} after, difference {gap['value']:+.3f} "
        f"[{gap['low']:+.3f} to {gap['high']:+.3f}] (95 %, whole patients drawn).",
    ]
    return "\n".join(lines)
