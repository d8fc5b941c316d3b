"""`python -m training`: compare systems, publish the best one as a bundle, retrain it on corrected labels."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from inference.manifest import ManifestError
from inference.prepare import PrepareSpec
from training.data.class_folders import class_folder_set, read_class_folders
from training.data.columns import beat_columns
from training.data.duplicates import grouped_by_signal
from training.data.folds import N_FOLDS, LeakageError
from training.data.inputs import EmptySetError, prepare_some
from training.data.labelled_record import DataSetError, LabelledRecord
from training.data.ludb import ludb_stemi_against_others
from training.data.prepared_set import PreparedSet
from training.data.ptb import ptb_acute_against_healthy
from training.data.ptb_xl import ptb_xl
from training.data.sources import labelled_records
from training.fitting.memory import keep_freed_memory
from training.fitting.processes import joined
from training.publishing.publish import External, publish
from training.publishing.shipped import SHIPPED, network_of, shipped_recipe
from training.retraining.before_after import NothingToJudgeError
from training.retraining.manifest_records import loaders_for
from training.retraining.retrain import Job, RetrainError, retrain
from training.systems.questions import CLASS_FOLDERS
from training.systems.recipes import Recipe
from training.systems.registry import System
from training.trials.compare import compare
from training.trials.cross_validate import Surroundings
from training.trials.experiment import Experiment, ExperimentError, load_experiment
from training.trials.run_folder import OtherRunError

KNOWN_ERRORS: Final = (
    OSError,
    DataSetError,
    EmptySetError,
    ExperimentError,
    LeakageError,
    ManifestError,
    NothingToJudgeError,
    OtherRunError,
    RetrainError,
)


SOURCES: Final = {
    "ptb-xl": "PTB-XL's folder",
    "ptb": "PTB's folder",
    "ludb": "LUDB's folder",
    "cinc": "a folder of the CinC 2020 or 2021 challenge",
    "manifest": "labels exported by the app",
}


@dataclass(frozen=True, slots=True)
class Command:
    """What `python -m training <name>` does, and how its arguments are read."""

    text: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0, or 1 with one sentence on stderr for what a user can mend."""
    parser = argparse.ArgumentParser(prog="training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        command.add_arguments(commands.add_parser(name, help=command.text))
    options = parser.parse_args(argv)
    keep_freed_memory()
    try:
        return COMMANDS[options.command].run(options)
    except KNOWN_ERRORS as error:
        print(f"{error}", file=sys.stderr)
        return 1


def _source_arguments(parser: argparse.ArgumentParser) -> None:
    for name in SOURCES:
        parser.add_argument(f"--{name}", type=Path, help=SOURCES[name])
    parser.add_argument("--pictures", type=Path, help="a folder of class folders of pictures")
    parser.add_argument(
        "--group-copies", action="store_true", help="give copies of one ECG one patient instead of stopping"
    )
    _work_argument(parser)


def _base_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ptb-xl", type=Path, required=True, help="PTB-XL's folder")
    _work_argument(parser)


def _work_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--work", type=Path, default=Path("runs"), help="cache and runs")


def _external_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--models", type=Path, required=True, help="folder to write the bundle into")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's own")
    parser.add_argument("--ptb", type=Path, help="PTB's folder, measured on, never trained on")
    parser.add_argument("--ludb", type=Path, help="LUDB's folder, measured on, never trained on")


def _compare_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("experiment", help="a name in training/experiments, or a TOML file")
    parser.add_argument("--systems", nargs="+", default=(), help="only these of the experiment's systems")
    parser.add_argument("--folds", type=int, choices=range(1, N_FOLDS + 1), help="only the first so many")
    _source_arguments(parser)


def _publish_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", choices=tuple(SHIPPED))
    parser.add_argument("--system", help="instead of the one that the program comes with")
    parser.add_argument("--folds", type=int, choices=range(1, N_FOLDS + 1), help="only the first so many")
    _base_arguments(parser)
    _external_arguments(parser)


def _retrain_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--manifest", type=Path, required=True, help="labels exported by the app")
    parser.add_argument("--base", choices=tuple(SHIPPED), default="mi-ptbxl", help="the model to retrain")
    parser.add_argument("--tag", help="tag of the new bundle instead of one made from base and manifest")
    _base_arguments(parser)
    _external_arguments(parser)


def _asked_set(options: argparse.Namespace, experiment: Experiment) -> PreparedSet:
    """The records or pictures that an experiment's systems see."""
    if experiment.question is CLASS_FOLDERS:
        if options.pictures is None:
            raise DataSetError("This experiment reads pictures: name their folder with --pictures.")
        return class_folder_set(read_class_folders(options.pictures), options.work / "cache" / "pictures.npy")
    named = {name: getattr(options, name.replace("-", "_")) for name in SOURCES}
    sources = {name: path for name, path in named.items() if path is not None}
    records = labelled_records(sources, loaders_for(experiment.question.task))
    prepared = _prepared(", ".join(sources), records, experiment.systems, options.work)
    if not options.group_copies:
        return prepared
    return replace(prepared, records=tuple(grouped_by_signal(prepared.records, prepared.fingerprints)))


def _prepared(
    what: str, records: Sequence[LabelledRecord], systems: Sequence[System], work: Path
) -> PreparedSet:
    more = {column.name: column for system in systems for column in system.more_columns}
    columns = (*beat_columns(PrepareSpec()), *more.values())
    return prepare_some(what, records, PrepareSpec(), work / "cache", columns=columns)


def _external_records(options: argparse.Namespace) -> dict[str, list[LabelledRecord]]:
    """The sets to measure on, by the name that a card gives them."""
    sets = {}
    if options.ptb is not None:
        sets["PTB, acute infarct against healthy"] = ptb_acute_against_healthy(options.ptb)
    if options.ludb is not None:
        sets["LUDB, STEMI against all others"] = ludb_stemi_against_others(options.ludb)
    return sets


def _first_folds(experiment: Experiment, folds: int | None) -> Experiment:
    if folds is None:
        return experiment
    return replace(experiment, protocol=replace(experiment.protocol, folds=folds))


def _compare(options: argparse.Namespace) -> int:
    experiment = _first_folds(load_experiment(options.experiment), options.folds)
    if options.systems:
        experiment = experiment.chosen(tuple(options.systems))
    folder = options.work / experiment.name
    with joined() as processes:
        compare(experiment, _asked_set(options, experiment), folder, Surroundings(processes=processes))
    print(f"The run is in {folder}.")
    return 0


def _publish(options: argparse.Namespace) -> int:
    shipped = SHIPPED[options.bundle]
    experiment = _first_folds(load_experiment(shipped.experiment), options.folds)
    system = options.system or shipped.system
    recipe = _with_epochs(network_of(experiment, system), options.epochs)
    externals = [
        External(name, prepare_some(name, records, PrepareSpec(), options.work / "cache"))
        for name, records in _external_records(options).items()
    ]
    with joined() as processes:
        around = Surroundings(processes=processes)
        run = options.work / experiment.name
        prepared = _prepared("PTB-XL", ptb_xl(options.ptb_xl), [recipe], options.work)
        info = publish(options.bundle, experiment, recipe, prepared, externals, run, options.models, around)
    print(f"{info.name} written to {info.folder}; its figures are in {info.card_path}.")
    return 0


def _with_epochs(recipe: Recipe, epochs: int | None) -> Recipe:
    if epochs is None:
        return recipe
    return replace(recipe, settings=replace(recipe.settings, epochs=epochs))  # type: ignore[type-var]


def _retrain(options: argparse.Namespace) -> int:
    job = Job(
        base_name=options.base,
        recipe=_with_epochs(shipped_recipe(options.base), options.epochs),
        base=ptb_xl(options.ptb_xl),
        manifest=options.manifest,
        work=options.work,
        models=options.models,
        tag=options.tag,
        externals=_external_records(options),
    )
    print(retrain(job))
    return 0


COMMANDS: Final = {
    "compare": Command("fit and judge the systems of an experiment", _compare_arguments, _compare),
    "publish": Command("make a bundle of one of its systems", _publish_arguments, _publish),
    "retrain": Command("retrain on labels corrected in the app", _retrain_arguments, _retrain),
}
