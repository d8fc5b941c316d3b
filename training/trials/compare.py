"""All systems of an experiment on the same folds of the same records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from inference.nets import build_net
from training.data.folds import Split, make_splits
from training.data.prepared_set import PreparedSet
from training.data.windows import as_windows
from training.figures.aggregate_saliency import combined
from training.figures.out_of_fold import OutOfFold
from training.figures.read_run import write_saliency
from training.systems.forest_recipe import ForestRecipe
from training.systems.registry import SYSTEMS, System
from training.trials.cross_validate import Surroundings, fold_results
from training.trials.experiment import Experiment
from training.trials.fold_files import read_history, read_saliencies, validation_rows
from training.trials.run_folder import claim, fingerprint, settings_in_words, write_json

LEAKING: Final = " (random windows: patients leak)"
"""Said wherever such a system is named: its figures say nothing about new patients."""


def compare(experiment: Experiment, prepared: PreparedSet, folder: Path, around: Surroundings) -> None:
    """Fit and test every system on every fold; `folder` is read by `training.figures` afterwards.

    What is finished is not done again, and what was cut off goes on. Raises OtherRunError when the folder
    holds a run of other records or settings, LeakageError when the folds leak.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if around.processes.is_first:
        (folder / "experiment.toml").write_text(experiment.text, encoding="utf-8")
    if experiment.protocol.split == "random-windows":
        prepared = as_windows(prepared, experiment.systems[0].spec)
    if around.processes.is_first:
        write_records(prepared, folder / "records.jsonl")
    for recipe in experiment.systems:
        run_system(experiment, recipe, prepared, folder / recipe.name, around)


def run_system(
    experiment: Experiment, recipe: System, prepared: PreparedSet, folder: Path, around: Surroundings
) -> OutOfFold:
    """One system on the experiment's folds."""
    splits = make_splits(
        prepared.records, prepared.signals, recipe.strata(prepared), experiment.protocol.split
    )
    chosen = splits[: experiment.protocol.folds]
    facts = _facts(experiment, recipe, prepared, chosen, len(splits))
    if around.processes.is_first:
        claim(folder, facts)
    result = fold_results(recipe, prepared, chosen, around, folder)
    if around.processes.is_first:
        _write_whole(folder, facts, result, chosen)
    return result


def kept_epochs(folder: Path) -> list[int]:
    """The epoch that each finished fold of a system's folder kept."""
    runs = [int(path.stem.removeprefix("fold")) for path in folder.glob("fold*.npz")]
    return [read_history(folder, run).kept_epoch for run in sorted(runs)]


def write_records(prepared: PreparedSet, path: Path) -> None:
    """One line per row, in the order of the rows that predictions name."""
    lines = [
        json.dumps(
            {
                "row": row,
                "record_id": record.record_id,
                "patient": record.patient,
                "source": record.source,
                "sha256": sha256,
                "label": record.site if record.site is not None else ("MI" if record.is_mi else "none"),
                "codes": list(record.codes),
            }
        )
        for row, (record, sha256) in enumerate(zip(prepared.records, prepared.sha256, strict=True))
    ]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")


def _facts(
    experiment: Experiment, recipe: System, prepared: PreparedSet, splits: list[Split], n_splits: int
) -> dict[str, Any]:
    title = SYSTEMS[recipe.arch].title + (LEAKING if experiment.protocol.split == "random-windows" else "")
    return {
        "name": recipe.name,
        "title": title if recipe.name == recipe.arch else f"{title}, {recipe.name}",
        "source": SYSTEMS[recipe.arch].source,
        "task": recipe.task,
        "question": recipe.question.title,
        "classes": list(recipe.classes),
        "n_parameters": _n_parameters(recipe),
        "settings": settings_in_words(recipe.settings),
        "protocol": experiment.protocol.split,
        "folds_run": [split.run for split in splits],
        "folds_total": n_splits,
        "fingerprint": fingerprint(recipe, prepared, experiment.protocol.split),
    }


def _n_parameters(recipe: System) -> int | None:
    """None for a forest, whose size depends on what it is fitted to."""
    if isinstance(recipe, ForestRecipe):
        return None
    net = build_net(recipe.arch, len(recipe.classes))
    return sum(parameter.numel() for parameter in net.parameters())


def _write_whole(folder: Path, facts: dict[str, Any], result: OutOfFold, splits: list[Split]) -> None:
    """What the figures are made of: predictions.npz, history.json, saliency, and the seconds of all folds."""
    arrays: dict[str, npt.NDArray[Any]] = {"rows": result.rows, "run": result.run, "targets": result.targets}
    arrays["probabilities"] = result.probabilities
    for k, split in enumerate(splits):
        arrays[f"validation_rows_{k}"] = validation_rows(folder, split.run)
        arrays[f"validation_probabilities_{k}"], arrays[f"validation_targets_{k}"] = result.validation[k]
    np.savez(folder / "predictions.npz", allow_pickle=False, **arrays)
    histories = [read_history(folder, split.run) for split in splits]
    write_json(folder / "history.json", [history.epochs for history in histories])
    saliencies = read_saliencies(folder, [split.run for split in splits])
    if saliencies:
        write_saliency(folder, combined(saliencies))
    write_json(folder / "system.json", facts | {"seconds": sum(each.seconds for each in histories)})
