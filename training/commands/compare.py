"""`compare`: fit and judge the systems of an experiment, on any combination of archives."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from inference.manifest import ManifestError
from inference.nets import UnknownArchitectureError
from inference.prepare import PrepareSpec
from training.data.class_folders import class_folder_set, read_class_folders
from training.data.columns import beat_columns
from training.data.duplicates import grouped_by_signal
from training.data.folds import N_FOLDS, LeakageError, TooFewPatientsError
from training.data.inputs import EmptySetError, prepare_some
from training.data.labelled_record import DataSetError, LabelledRecord
from training.data.prepared_set import MissingColumnError, PreparedSet
from training.data.sources import labelled_records
from training.fitting.processes import Processes, joined, wait_for_all
from training.fitting.score import DivergedError
from training.retraining.manifest_records import loaders_for
from training.systems.questions import CLASS_FOLDERS
from training.systems.registry import System
from training.trials.compare import compare
from training.trials.cross_validate import NothingToLearnError, Surroundings
from training.trials.experiment import Experiment, ExperimentError, load_experiment
from training.trials.run_folder import OtherRunError

SOURCES: Final = {
    "ptb-xl": "PTB-XL's folder",
    "ptb": "PTB's folder",
    "ludb": "LUDB's folder",
    "cinc": "a folder of the CinC 2020 or 2021 challenge",
    "manifest": "labels exported by the app",
}
KNOWN_ERRORS: Final = (
    OSError,
    DataSetError,
    EmptySetError,
    ExperimentError,
    LeakageError,
    ManifestError,
    DivergedError,
    MissingColumnError,
    NothingToLearnError,
    OtherRunError,
    TooFewPatientsError,
    UnknownArchitectureError,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `compare`."""
    add_experiment_arguments(parser)
    parser.add_argument("--systems", nargs="+", default=(), help="only these of the experiment's systems")
    for name, what in SOURCES.items():
        parser.add_argument(f"--{name}", type=Path, help=what)
    parser.add_argument("--pictures", type=Path, help="a folder of class folders of pictures")
    copies = "give copies of one ECG one patient instead of stopping"
    parser.add_argument("--group-copies", action="store_true", help=copies)


def add_experiment_arguments(parser: argparse.ArgumentParser) -> None:
    """Which experiment, how much of it, and where its run is."""
    parser.add_argument("experiment", help="a name in training/experiments, or a TOML file")
    parser.add_argument("--folds", type=int, choices=range(1, N_FOLDS + 1), help="only the first so many")
    parser.add_argument("--work", type=Path, default=Path("runs"), help="cache and runs")


def run(options: argparse.Namespace) -> int:
    """Compare and return 0. Raises the errors of KNOWN_ERRORS."""
    experiment = asked_experiment(options)
    if options.systems:
        experiment = experiment.chosen(tuple(options.systems))
    folder = options.work / experiment.name
    with joined() as processes:
        prepared = _in_turn(processes, options, experiment)
        compare(experiment, prepared, folder, Surroundings(processes=processes))
        if processes.is_first:
            print(f"The run is in {folder}: `train report {folder}` makes its tables and curves.")
    return 0


def asked_experiment(options: argparse.Namespace) -> Experiment:
    """The experiment, with as many of its folds as are asked for."""
    experiment = load_experiment(options.experiment)
    if options.folds is None:
        return experiment
    return replace(experiment, protocol=replace(experiment.protocol, folds=options.folds))


def prepared_for(
    what: str, records: Sequence[LabelledRecord], systems: Sequence[System], work: Path
) -> PreparedSet:
    """The records with the columns that these systems see, from the cache of `work`."""
    more = {column.name: column for system in systems for column in system.more_columns}
    columns = (*beat_columns(PrepareSpec()), *more.values())
    return prepare_some(what, records, PrepareSpec(), work / "cache", columns=columns)


def _in_turn(processes: Processes, options: argparse.Namespace, experiment: Experiment) -> PreparedSet:
    """Of several processes the first prepares, and the others find it done."""
    if processes.is_first:
        prepared = _asked_set(options, experiment)
    wait_for_all(processes)
    return prepared if processes.is_first else _asked_set(options, experiment)


def _asked_set(options: argparse.Namespace, experiment: Experiment) -> PreparedSet:
    """The records or pictures that an experiment's systems see."""
    if experiment.question is CLASS_FOLDERS:
        if options.pictures is None:
            raise DataSetError("This experiment reads pictures: name their folder with --pictures.")
        return class_folder_set(read_class_folders(options.pictures), options.work / "cache" / "pictures.npy")
    named = {name: getattr(options, name.replace("-", "_")) for name in SOURCES}
    sources = {name: path for name, path in named.items() if path is not None}
    records = labelled_records(sources, loaders_for(experiment.question.task))
    prepared = prepared_for(", ".join(sources), records, experiment.systems, options.work)
    if not options.group_copies:
        return prepared
    return replace(prepared, records=tuple(grouped_by_signal(prepared.records, prepared.fingerprints)))
