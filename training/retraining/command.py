"""`main.py train retrain`: its options, and the news that it writes for whoever started it."""

from __future__ import annotations

import argparse
from contextlib import nullcontext
from pathlib import Path
from typing import Final

from inference.bundle_info import BundleError
from inference.manifest import ManifestError
from inference.resource_paths import resources_folder
from inference.run_progress import ProgressWriter, RunProgressError
from training.data.folds import LeakageError, TooFewPatientsError
from training.data.frozen_folds import FrozenFoldsError
from training.data.inputs import EmptySetError
from training.data.labelled_record import DataSetError, LabelledRecord
from training.data.ludb import ludb_stemi_against_others
from training.data.ptb import ptb_acute_against_healthy
from training.data.ptb_xl import ptb_xl
from training.publishing.shipped import SHIPPED as SHIPPED_BUNDLES
from training.publishing.shipped import shipped_recipe
from training.retraining.before_after import NothingToJudgeError
from training.retraining.gold import GoldError
from training.retraining.job import Job, RetrainError
from training.retraining.retrain import retrain

KNOWN_ERRORS: Final = (
    OSError,
    BundleError,
    DataSetError,
    EmptySetError,
    FrozenFoldsError,
    GoldError,
    LeakageError,
    ManifestError,
    NothingToJudgeError,
    RetrainError,
    RunProgressError,
    TooFewPatientsError,
)
"""What a user can mend: each says how in one sentence."""
SHIPPED: Final = "shipped"
_BASES: Final = tuple(name for name, each in SHIPPED_BUNDLES.items() if each.is_retrained)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `retrain`."""
    add = parser.add_argument
    add("--manifest", type=Path, required=True, help="labels exported by the app")
    add(
        "--base",
        choices=_BASES,
        default="mi-ptbxl",
        help="the model to retrain",
    )
    add("--ptb-xl", type=Path, required=True, help="PTB-XL's folder, the base set")
    gold = "never trained on: file of record ids or SHA-256, or a word as '#gold' in readings' comments"
    add("--gold", metavar="LIST", help=gold)
    start = "fine-tune the shipped bundle, or this one's folder, instead of training from scratch"
    add("--from-base", metavar="BUNDLE", nargs="?", const=SHIPPED, help=start)
    add("--work", type=Path, default=Path("runs"), help="cache, frozen folds and finished parts")
    add("--models", type=Path, required=True, help="folder to write the bundle into")
    add("--progress", type=Path, help="file to write the run's progress into")
    add("--tag", help="tag of the new bundle instead of one made from base and manifest")
    add("--epochs", type=int, help="instead of the recipe's own")
    add("--ptb", type=Path, help="PTB's folder, measured on, never trained on")
    add("--ludb", type=Path, help="LUDB's folder, measured on, never trained on")


def run(options: argparse.Namespace) -> int:
    """Retrain, print the report and return 0; whatever stops it is said in the progress file and raised.

    Raises the errors of KNOWN_ERRORS.
    """
    with nullcontext() if options.progress is None else ProgressWriter(options.progress) as writer:
        try:
            done = retrain(_job(options), writer)
        except Exception as error:
            if writer is not None:
                writer.failed(_why(error))
            raise
        if writer is not None:
            writer.finished(done.headline, done.info.name)
    print(done.report)
    return 0


def _why(error: Exception) -> str:
    """What is said of a run that stopped: the sentence of a known error, or that it is a bug."""
    if isinstance(error, KNOWN_ERRORS):
        return str(error)
    return f"The run stopped by a fault of the program ({type(error).__name__}): look into its log."


def _job(options: argparse.Namespace) -> Job:
    recipe = shipped_recipe(options.base)
    return Job(
        base_name=options.base,
        recipe=recipe,
        base=ptb_xl(options.ptb_xl),
        manifest=options.manifest,
        work=options.work,
        models=options.models,
        tag=options.tag,
        externals=external_records(options),
        gold=options.gold,
        start=_start(options.from_base, recipe.name),
        epochs=options.epochs,
    )


def _start(asked: str | None, name: str) -> Path | None:
    if asked is None:
        return None
    return resources_folder() / "models" / name if asked == SHIPPED else Path(asked)


def external_records(options: argparse.Namespace) -> dict[str, list[LabelledRecord]]:
    """The sets to measure on, by the name that a card gives them."""
    sets = {}
    if options.ptb is not None:
        sets["PTB, acute infarct against healthy"] = ptb_acute_against_healthy(options.ptb)
    if options.ludb is not None:
        sets["LUDB, STEMI against all others"] = ludb_stemi_against_others(options.ludb)
    return sets
