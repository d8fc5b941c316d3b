"""`python -m training`: make the shipped bundles, or retrain one on labels corrected in the app."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from inference.prepare import PrepareSpec
from training.data.datasets import ptb_xl
from training.data.folds import N_ROTATIONS
from training.data.inputs import prepare_some
from training.publishing.publish import External, publish
from training.retraining import command as retraining
from training.systems.recipes import RECIPES, Recipe


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0, or 1 with one sentence on stderr for what a user can mend."""
    options = _parser().parse_args(argv)
    try:
        return _fit(options) if options.command == "fit" else retraining.run(options)
    except retraining.KNOWN_ERRORS as error:
        print(f"{error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="training", description="Train and retrain model bundles.")
    commands = parser.add_subparsers(dest="command", required=True)
    fit = commands.add_parser("fit", help="make a shipped bundle")
    fit.add_argument("recipe", choices=tuple(RECIPES))
    fit.add_argument("--ptb-xl", type=Path, required=True, help="PTB-XL's folder")
    fit.add_argument("--work", type=Path, default=Path("runs"), help="cache and finished parts")
    fit.add_argument("--models", type=Path, required=True, help="folder to write the bundle into")
    fit.add_argument("--epochs", type=int, help="instead of the recipe's own")
    fit.add_argument("--ptb", type=Path, help="PTB's folder, measured on, never trained on")
    fit.add_argument("--ludb", type=Path, help="LUDB's folder, measured on, never trained on")
    fit.add_argument("--runs", type=int, default=N_ROTATIONS, choices=range(1, N_ROTATIONS + 1))
    retraining.add_arguments(commands.add_parser("retrain", help="retrain on labels corrected in the app"))
    return parser


def _recipe(name: str, epochs: int | None) -> Recipe:
    recipe = RECIPES[name]
    if epochs is None:
        return recipe
    return replace(recipe, settings=replace(recipe.settings, epochs=epochs))  # type: ignore[type-var]


def _fit(options: argparse.Namespace) -> int:
    recipe = _recipe(options.recipe, options.epochs)
    cache = options.work / "cache"
    prepared = prepare_some(f"{options.ptb_xl}", ptb_xl(options.ptb_xl), PrepareSpec(), cache)
    externals = [
        External(name, prepare_some(name, records, PrepareSpec(), cache))
        for name, records in retraining.external_records(options).items()
    ]
    info = publish(options.recipe, recipe, prepared, externals, options.work, options.models, options.runs)
    print(f"{info.name} written to {info.folder}; its figures are in {info.card_path}.")
    return 0
