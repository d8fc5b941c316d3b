"""`python -m training`: make the shipped bundles, or retrain one on labels corrected in the app."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from inference.manifest import ManifestError
from inference.prepare import PrepareSpec
from training.datasets import ludb_stemi_against_others, ptb_acute_against_healthy, ptb_xl
from training.folds import N_ROTATIONS, LeakageError
from training.inputs import prepare_set
from training.publish import External, publish
from training.recipes import RECIPES, Recipe
from training.retrain import RetrainError, retrain

TWO_CLASS: Final = tuple(name for name, recipe in RECIPES.items() if len(recipe.classes) == 2)


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0, or 1 with one sentence on stderr for what a user can mend."""
    options = _parser().parse_args(argv)
    try:
        return _fit(options) if options.command == "fit" else _retrain(options)
    except (OSError, LeakageError, ManifestError, RetrainError) as error:
        print(f"{error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="training", description="Train and retrain model bundles.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("fit", "make a shipped bundle"),
        ("retrain", "retrain on labels corrected in the app"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--ptb-xl", type=Path, required=True, help="PTB-XL's folder")
        command.add_argument("--work", type=Path, default=Path("runs"), help="cache and finished parts")
        command.add_argument("--models", type=Path, required=True, help="folder to write the bundle into")
        command.add_argument("--epochs", type=int, help="instead of the recipe's own")
    fit = commands.choices["fit"]
    fit.add_argument("recipe", choices=tuple(RECIPES))
    fit.add_argument("--runs", type=int, default=N_ROTATIONS, choices=range(1, N_ROTATIONS + 1))
    fit.add_argument("--ptb", type=Path, help="PTB's folder, measured on, never trained on")
    fit.add_argument("--ludb", type=Path, help="LUDB's folder, measured on, never trained on")
    again = commands.choices["retrain"]
    again.add_argument("--manifest", type=Path, required=True, help="labels exported by the app")
    again.add_argument("--base", choices=TWO_CLASS, default="mi-ptbxl", help="recipe and base set")
    again.add_argument("--tag", default="corrected", help="tag of the new bundle")
    return parser


def _recipe(name: str, epochs: int | None) -> Recipe:
    recipe = RECIPES[name]
    if epochs is None:
        return recipe
    return replace(recipe, settings=replace(recipe.settings, epochs=epochs))  # type: ignore[type-var]


def _fit(options: argparse.Namespace) -> int:
    recipe = _recipe(options.recipe, options.epochs)
    cache = options.work / "cache"
    prepared = prepare_set(ptb_xl(options.ptb_xl), PrepareSpec(), cache)
    externals = []
    if options.ptb is not None:
        records = ptb_acute_against_healthy(options.ptb)
        externals.append(
            External("PTB, acute infarct against healthy", prepare_set(records, PrepareSpec(), cache))
        )
    if options.ludb is not None:
        records = ludb_stemi_against_others(options.ludb)
        externals.append(
            External("LUDB, STEMI against all others", prepare_set(records, PrepareSpec(), cache))
        )
    info = publish(options.recipe, recipe, prepared, externals, options.work, options.models, options.runs)
    print(f"{info.name} written to {info.folder}; its figures are in {info.card_path}.")
    return 0


def _retrain(options: argparse.Namespace) -> int:
    recipe = _recipe(options.base, options.epochs)
    report = retrain(
        recipe_key=options.base,
        recipe=recipe,
        base=ptb_xl(options.ptb_xl),
        manifest_path=options.manifest,
        work=options.work,
        models=options.models,
        tag=options.tag,
    )
    print(report)
    return 0
