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
from training.data.folds import N_ROTATIONS, LeakageError
from training.data.inputs import EmptySetError, prepare_some
from training.data.labelled_record import DataSetError, LabelledRecord
from training.data.ludb import ludb_stemi_against_others
from training.data.ptb import ptb_acute_against_healthy
from training.data.ptb_xl import ptb_xl
from training.publishing.publish import External, publish
from training.retraining.before_after import NothingToJudgeError
from training.retraining.retrain import Job, RetrainError, retrain
from training.systems.recipes import RECIPES, Recipe

KNOWN_ERRORS: Final = (
    OSError,
    DataSetError,
    EmptySetError,
    LeakageError,
    ManifestError,
    NothingToJudgeError,
    RetrainError,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0, or 1 with one sentence on stderr for what a user can mend."""
    options = _parser().parse_args(argv)
    try:
        return _fit(options) if options.command == "fit" else _retrain(options)
    except KNOWN_ERRORS as error:
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
        command.add_argument("--ptb", type=Path, help="PTB's folder, measured on, never trained on")
        command.add_argument("--ludb", type=Path, help="LUDB's folder, measured on, never trained on")
    fit = commands.choices["fit"]
    fit.add_argument("recipe", choices=tuple(RECIPES))
    fit.add_argument("--runs", type=int, default=N_ROTATIONS, choices=range(1, N_ROTATIONS + 1))
    again = commands.choices["retrain"]
    again.add_argument("--manifest", type=Path, required=True, help="labels exported by the app")
    again.add_argument("--base", choices=tuple(RECIPES), default="mi-ptbxl", help="the model to retrain")
    again.add_argument("--tag", help="tag of the new bundle instead of one made from base and manifest")
    return parser


def _recipe(name: str, epochs: int | None) -> Recipe:
    recipe = RECIPES[name]
    if epochs is None:
        return recipe
    return replace(recipe, settings=replace(recipe.settings, epochs=epochs))  # type: ignore[type-var]


def _external_records(options: argparse.Namespace) -> dict[str, list[LabelledRecord]]:
    """The sets to measure on, by the name that a card gives them."""
    sets = {}
    if options.ptb is not None:
        sets["PTB, acute infarct against healthy"] = ptb_acute_against_healthy(options.ptb)
    if options.ludb is not None:
        sets["LUDB, STEMI against all others"] = ludb_stemi_against_others(options.ludb)
    return sets


def _fit(options: argparse.Namespace) -> int:
    recipe = _recipe(options.recipe, options.epochs)
    cache = options.work / "cache"
    prepared = prepare_some(f"{options.ptb_xl}", ptb_xl(options.ptb_xl), PrepareSpec(), cache)
    externals = [
        External(name, prepare_some(name, records, PrepareSpec(), cache))
        for name, records in _external_records(options).items()
    ]
    info = publish(options.recipe, recipe, prepared, externals, options.work, options.models, options.runs)
    print(f"{info.name} written to {info.folder}; its figures are in {info.card_path}.")
    return 0


def _retrain(options: argparse.Namespace) -> int:
    job = Job(
        base_name=options.base,
        recipe=_recipe(options.base, options.epochs),
        base=ptb_xl(options.ptb_xl),
        manifest=options.manifest,
        work=options.work,
        models=options.models,
        tag=options.tag,
        externals=_external_records(options),
    )
    print(retrain(job))
    return 0
