"""From a recipe to a bundle: cross-validate, train on everything, measure, write weights and card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from inference.bundle import save_bundle
from inference.bundle_info import BundleInfo
from inference.explain import raw_window_saliency
from inference.prepare import prepare
from inference.records import read_record
from inference.resource_paths import resources_folder
from inference.versions import POOLED, is_good_enough
from training.data.prepared_set import PreparedSet
from training.figures.class_figures import class_metrics
from training.figures.evaluate import binary_metrics, by_negatives, external_metrics, share
from training.figures.operating_figures import operating_figures
from training.figures.out_of_fold import OutOfFold
from training.figures.site_figures import site_metrics
from training.figures.system_metrics import SITE_TASK
from training.fitting.settings import FitSettings
from training.publishing.card import model_card
from training.publishing.facts import FACTS
from training.systems.recipes import Recipe, describe_settings
from training.trials.compare import kept_epochs, planned, run_system
from training.trials.cross_validate import Surroundings, fitted_network, record_probabilities
from training.trials.experiment import Experiment

FloatArray = npt.NDArray[np.float32]
SALIENCY_PERCENTILE: Final = 99.0
GOLDEN_RECORD: Final = "02_synthetic_lad_clear.hea"
GOLDEN_ROWS: Final = 3
"""Windows of the golden record that a bundle keeps: it may not be larger than 20 MB."""
_SALIENCY_BATCH: Final = 32


@dataclass(frozen=True, slots=True)
class External:
    """A labelled set that no network was trained or tuned on."""

    name: str
    prepared: PreparedSet = field(repr=False)


@dataclass(frozen=True, slots=True)
class Words:
    """What a bundle is called and what is said of it; `data` follows the counts in its card."""

    name: str
    title: str
    trained_on: str
    data: tuple[str, ...]
    warnings: tuple[str, ...]
    experimental: bool


def publish(
    shipped: str,
    experiment: Experiment,
    recipe: Recipe,
    prepared: PreparedSet,
    externals: Sequence[External],
    run: Path,
    models: Path,
    around: Surroundings,
) -> BundleInfo:
    """Make the bundle `models/<arch>.<shipped>` of one system of an experiment.

    Its figures are those of the experiment's folds in the folder `run`, where finished folds are taken
    from; the weights are fitted afterwards, on every usable record.
    """
    folder = run / recipe.name
    (plan,), prepared = planned(replace(experiment, systems=(recipe,)), prepared, run, around)
    result = run_system(plan, prepared, folder, around)
    final = replace(recipe, settings=final_settings(recipe.settings, kept_epochs(folder)))  # type: ignore[type-var]
    net = _final_net(final, prepared, folder, around)
    metrics = measure(recipe, prepared, result, net, externals)
    facts = FACTS[shipped]
    words = Words(
        f"{recipe.arch}.{shipped}",
        facts.title,
        facts.trained_on,
        facts.training_data,
        facts.warnings,
        facts.experimental,
    )
    threshold = metrics["cross_validation"].get("shipped_threshold")
    return write_bundle(words, final, prepared, net, metrics, threshold, models)


def final_settings(settings: FitSettings, kept: Sequence[int]) -> FitSettings:
    """Of the fit on every record, which has no validation rows to choose an epoch by.

    A learning-rate cycle is followed to its end; otherwise the fit ends after the folds' median epoch.
    """
    epochs = settings.epochs if settings.schedule == "one-cycle" else round(median(kept))
    schedule = "constant" if settings.schedule == "plateau" else settings.schedule
    return replace(settings, epochs=epochs, schedule=schedule, keep="last", patience=None)


def write_bundle(
    words: Words,
    recipe: Recipe,
    prepared: PreparedSet,
    net: nn.Module,
    metrics: dict[str, Any],
    threshold: float | None,
    models: Path,
) -> BundleInfo:
    """Write `models/<words.name>`: weights, card, golden pair, of a network trained on `prepared`."""
    info = BundleInfo(
        name=words.name,
        arch=recipe.arch,
        task=recipe.task,
        title=words.title,
        trained_on=words.trained_on,
        classes=recipe.classes,
        prepare=recipe.spec,
        threshold=threshold,
        saliency_scale=saliency_scale(recipe, prepared, net, recipe.training_rows(prepared)),
        experimental=words.experimental,
        enabled=is_good_enough(recipe.task, metrics),
        warnings=words.warnings,
        metrics=metrics,
        created=datetime.now(UTC).date().isoformat(),
    )
    card = model_card(info, describe_settings(recipe), (*data_lines(recipe, prepared), *words.data))
    return save_bundle(models / words.name, info, net, golden_input(recipe), card)


def golden_input(recipe: Recipe) -> FloatArray:
    """The input of a synthetic demo record: no patient's signal is shipped, and the app can make it again."""
    record = read_record(resources_folder() / "demo" / GOLDEN_RECORD)
    return prepare(record, recipe.spec).array[:GOLDEN_ROWS]


def data_lines(recipe: Recipe, prepared: PreparedSet) -> list[str]:
    """How many records trained and which were left out, counted."""
    rows, targets = recipe.training_rows(prepared), recipe.targets(prepared)
    counts = ", ".join(f"{name} {int((targets[rows] == k).sum())}" for k, name in enumerate(recipe.classes))
    known = sum(prepared.records[row].patient_known for row in rows)
    sources = Counter(prepared.records[row].source for row in rows)
    return [
        f"{rows.size} of {len(prepared)} records ({counts}); the patient is known in {known}.",
        f"Sources: {', '.join(f'{name} {n}' for name, n in sorted(sources.items()))}. PTB-XL: Wagner et al. "
        "2020, CC BY 4.0.",
        f"Records that could not be read or prepared: {len(prepared.refused)}.",
    ]


def _final_net(recipe: Recipe, prepared: PreparedSet, folder: Path, around: Surroundings) -> nn.Module:
    """The network fitted on every usable record; one that was fitted already is taken from its checkpoint."""
    rows, nothing = recipe.training_rows(prepared), np.array([], dtype=np.int64)
    checkpoint = folder / "final.checkpoint"
    label = f"{recipe.name} on all records"
    return fitted_network(recipe, prepared, rows, nothing, label, around, checkpoint).fitted.net


def measure(
    recipe: Recipe, prepared: PreparedSet, result: OutOfFold, net: nn.Module, externals: Sequence[External]
) -> dict[str, Any]:
    """All figures of a model: cross-validated ones, and those on external sets for two-class models."""
    patients = [prepared.records[row].patient for row in result.rows]
    if len(recipe.classes) > 2:
        figures = site_metrics if recipe.task == SITE_TASK else class_metrics
        return {"cross_validation": figures(result, patients, recipe.classes)}
    normal = np.array(["NORM" in record.codes for record in prepared.records])
    negative = recipe.targets(prepared) == 0
    tested = np.zeros(len(prepared), dtype=bool)
    tested[result.rows] = True
    metrics: dict[str, Any] = {"cross_validation": binary_metrics(result, patients)}
    metrics["cross_validation"] |= operating_figures(result, patients)
    metrics["cross_validation"] |= {
        "by_negatives": by_negatives(result, patients, normal[result.rows]),
        "normal_share_of_tested_negatives": share(normal, negative & tested),
        "normal_share_of_untested_negatives": share(normal, negative & ~tested),
        "positive_share_of_training": share(
            ~negative, np.isin(np.arange(len(prepared)), recipe.training_rows(prepared))
        ),
    }
    if externals:
        metrics["external"] = external_figures(recipe, net, externals)
    return metrics


def external_figures(recipe: Recipe, net: nn.Module, externals: Sequence[External]) -> dict[str, Any]:
    """AUC with interval and counts of a network on each external set and on all of them together."""
    figures: dict[str, Any] = {}
    targets, scores, patients = [], [], []
    for each in externals:
        rows = np.arange(len(each.prepared))
        targets.append(np.array([int(record.is_mi) for record in each.prepared.records]))
        scores.append(record_probabilities(recipe, each.prepared, net, rows)[:, 1])
        patients.append([record.patient for record in each.prepared.records])
        figures[each.name] = external_metrics(targets[-1], scores[-1], patients[-1])
    everyone = [name for names in patients for name in names]
    pooled = external_metrics(np.concatenate(targets), np.concatenate(scores), everyone)
    return figures | {POOLED: pooled}


def saliency_scale(
    recipe: Recipe, prepared: PreparedSet, net: nn.Module, rows: npt.NDArray[np.int64]
) -> float | None:
    """99th percentile of raw 40-ms window saliency over the training records; None for lead images."""
    if not recipe.spec.is_beat:
        return None
    net.requires_grad_(False)
    windows = []
    for start in range(0, rows.size, _SALIENCY_BATCH):
        some = rows[start : start + _SALIENCY_BATCH]
        batch = np.concatenate([recipe.test_inputs(prepared, int(row)) for row in some])
        windows.append(raw_window_saliency(net, torch.from_numpy(batch)))
    return float(np.percentile(np.concatenate([np.asarray(part) for part in windows]), SALIENCY_PERCENTILE))
