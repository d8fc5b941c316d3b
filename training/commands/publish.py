"""`publish`: make a bundle of one system of an experiment."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Final

from inference.bundle_info import BundleError
from inference.prepare import PrepareSpec
from training.commands import compare
from training.data.folds import N_FOLDS
from training.data.inputs import prepare_some
from training.data.ptb_xl import ptb_xl
from training.publishing.publish import External, publish
from training.publishing.shipped import SHIPPED, network_of
from training.retraining.command import external_records
from training.systems.recipes import Recipe
from training.trials.cross_validate import Surroundings

KNOWN_ERRORS: Final = (*compare.KNOWN_ERRORS, BundleError)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `publish`."""
    add = parser.add_argument
    add("bundle", choices=tuple(SHIPPED))
    add("--experiment", help="instead of the one that the bundle comes from")
    add("--system", help="instead of the one that the program comes with")
    add("--folds", type=int, choices=range(1, N_FOLDS + 1), help="only the first so many")
    add("--ptb-xl", type=Path, required=True, help="PTB-XL's folder")
    add("--work", type=Path, default=Path("runs"), help="cache and runs")
    add("--models", type=Path, help="folder to write the bundle into, otherwise into the run's")
    add("--epochs", type=int, help="instead of the recipe's own")
    add("--ptb", type=Path, help="PTB's folder, measured on, never trained on")
    add("--ludb", type=Path, help="LUDB's folder, measured on, never trained on")


def run(options: argparse.Namespace) -> int:
    """Publish and return 0. Raises the errors of KNOWN_ERRORS."""
    shipped = SHIPPED[options.bundle]
    options.experiment = options.experiment or shipped.experiment
    experiment = compare.asked_experiment(options)
    recipe = _with_epochs(network_of(experiment, options.system or shipped.system), options.epochs)
    externals = [
        External(name, prepare_some(name, records, PrepareSpec(), options.work / "cache"))
        for name, records in external_records(options).items()
    ]
    folder = options.work / experiment.name
    models = options.models or folder / "models"
    prepared = compare.prepared_for("PTB-XL", ptb_xl(options.ptb_xl), [recipe], options.work)
    info = publish(options.bundle, experiment, recipe, prepared, externals, folder, models, Surroundings())
    print(f"{info.name} written to {info.folder}; its figures are in {info.card_path}.")
    return 0


def _with_epochs(recipe: Recipe, epochs: int | None) -> Recipe:
    if epochs is None:
        return recipe
    return replace(recipe, settings=replace(recipe.settings, epochs=epochs))  # type: ignore[type-var]
