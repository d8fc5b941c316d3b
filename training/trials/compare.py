"""All systems of an experiment on the same folds of the same records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from inference.nets import build_net
from training.data.folds import Split, make_splits, number_of_runs
from training.data.prepared_set import PreparedSet
from training.data.windows import apart, as_windows
from training.figures.aggregate_saliency import combined
from training.figures.out_of_fold import OutOfFold
from training.figures.read_run import write_saliency
from training.systems.forest_recipe import ForestRecipe
from training.systems.registry import SYSTEMS, System
from training.trials.cross_validate import Surroundings, finished_folds
from training.trials.experiment import Experiment
from training.trials.fold_files import read_folds, read_history, read_saliencies, validation_rows
from training.trials.run_folder import begin, claim, fingerprint, write_arrays, write_json

IntArray = npt.NDArray[np.int64]
LEAKING: Final = " (random windows: patients leak)"
"""Said wherever such a system is named: its figures say nothing about new patients."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One system, the splits it is to be fitted on, and what its folder says of itself."""

    recipe: System
    splits: tuple[Split, ...] = field(repr=False)
    facts: dict[str, Any] = field(repr=False)


def compare(experiment: Experiment, prepared: PreparedSet, folder: Path, around: Surroundings) -> None:
    """Fit and test every system on every fold; `folder` is read by `training.figures` afterwards.

    What is finished is not done again, and what was cut off goes on. Raises OtherRunError when the folder
    holds a run of other records or settings, LeakageError when the folds leak; then nothing is written.
    """
    plans, rows = planned(experiment, prepared, folder, around)
    for plan in plans:
        run_system(plan, rows, folder / plan.recipe.name, around)


def planned(
    experiment: Experiment, prepared: PreparedSet, folder: Path, around: Surroundings
) -> tuple[list[Plan], PreparedSet]:
    """Each system's plan, and the rows: the records, or their windows where the experiment splits by windows.

    Before hours are spent on the first system, every one of them is made once and its folds are looked at.
    """
    if experiment.protocol.split == "random-windows":
        prepared = as_windows(prepared, experiment.systems[0].spec)
    signals = prepared.signals
    plans = [_plan(experiment, recipe, prepared, signals) for recipe in experiment.systems]
    if around.processes.is_first:
        begin(folder, experiment.text, prepared, experiment.question.label_of)
    return plans, prepared


def run_system(plan: Plan, prepared: PreparedSet, folder: Path, around: Surroundings) -> OutOfFold:
    """One system on its splits; what the figures are made of is written after each."""
    targets = plan.recipe.targets(prepared)
    if around.processes.is_first:
        claim(folder, plan.facts)
    for done in finished_folds(plan.recipe, prepared, plan.splits, around, folder):
        if around.processes.is_first:
            _write_whole(folder, plan.facts, done, targets)
    return read_folds(folder, [split.run for split in plan.splits], targets)


def _plan(experiment: Experiment, recipe: System, prepared: PreparedSet, signals: Sequence[str]) -> Plan:
    scheme = experiment.protocol.split
    records = apart(prepared.records) if scheme == "random-windows" else prepared.records
    strata, tested = recipe.strata(prepared), recipe.targets(prepared) >= 0
    first = experiment.protocol.folds
    splits = make_splits(records, signals, strata, scheme, tested=tested, first=first)
    title = SYSTEMS[recipe.arch].title if recipe.name == recipe.arch else recipe.name
    facts = {
        "name": recipe.name,
        "title": title + (LEAKING if scheme == "random-windows" else ""),
        "source": SYSTEMS[recipe.arch].source,
        "task": recipe.task,
        "question": recipe.question.title,
        "classes": list(recipe.classes),
        "n_parameters": _n_parameters(recipe),
        "settings": _settings_in_words(recipe),
        "protocol": scheme,
        "folds_run": [],
        "folds_total": number_of_runs(records, strata, scheme, tested),
        "fingerprint": fingerprint(recipe, prepared, scheme),
    }
    return Plan(recipe, tuple(splits), facts)


def kept_epochs(folder: Path) -> list[int]:
    """The epoch that each finished fold of a system's folder kept."""
    runs = [int(path.stem.removeprefix("fold")) for path in folder.glob("fold*.npz")]
    return [read_history(folder, run).kept_epoch for run in sorted(runs)]


def _settings_in_words(recipe: System) -> dict[str, Any]:
    """The settings under their names, as a report prints them."""
    settings = recipe.forest if isinstance(recipe, ForestRecipe) else recipe.settings
    return asdict(settings)


def _n_parameters(recipe: System) -> int | None:
    """None for a forest, whose size depends on what it is fitted to."""
    if isinstance(recipe, ForestRecipe):
        return None
    net = build_net(recipe.arch, len(recipe.classes))
    return sum(parameter.numel() for parameter in net.parameters())


def _write_whole(folder: Path, facts: dict[str, Any], runs: Sequence[int], targets: IntArray) -> None:
    """What the figures are made of: predictions.npz, history.json, saliency, and the seconds of all folds."""
    result = read_folds(folder, runs, targets)
    arrays: dict[str, npt.NDArray[Any]] = {"rows": result.rows, "run": result.run, "targets": result.targets}
    arrays["probabilities"] = result.probabilities
    for k, run in enumerate(runs):
        arrays[f"validation_rows_{k}"] = validation_rows(folder, run)
        arrays[f"validation_probabilities_{k}"], arrays[f"validation_targets_{k}"] = result.validation[k]
    write_arrays(folder / "predictions.npz", arrays)
    histories = [read_history(folder, run) for run in runs]
    write_json(folder / "history.json", [history.epochs for history in histories])
    saliencies = read_saliencies(folder, runs)
    if saliencies:
        write_saliency(folder, combined(saliencies))
    seconds = sum(each.seconds for each in histories)
    write_json(folder / "system.json", {**facts, "folds_run": list(runs), "seconds": seconds})
