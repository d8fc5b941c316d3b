"""An experiment in a TOML file: which question, which folds, which systems with which settings.

The files are in `training/experiments/`; a researcher's own may lie anywhere. `[fit]` holds for all systems,
a system's own `fit` over it. The names are those of FitSettings and PrepareSpec.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final, get_args

from training.data.folds import SplitScheme
from training.fitting.settings import FitSettings
from training.systems.questions import CLASS_FOLDERS, OMI_PROXY, QUESTIONS, Question
from training.systems.registry import SYSTEMS, System, system_named

EXPERIMENTS: Final = Path(__file__).parent.parent / "experiments"
_KNOWN: Final = {"title", "question", "protocol", "fit", "systems", "notes"}
_KNOWN_OF_SYSTEM: Final = {"name", "title", "fit", "prepare"}


class ExperimentError(Exception):
    """An experiment that cannot be run as it is written; one plain sentence."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """How records are split; `folds`: the first so many runs only, all of them where None."""

    split: SplitScheme = "patient-folds"
    folds: int | None = None


@dataclass(frozen=True, slots=True)
class Experiment:
    """A question and the systems that answer it on the same folds, in the order of the file."""

    name: str
    title: str
    question: Question
    protocol: Protocol
    systems: tuple[System, ...]
    text: str
    notes: str = ""

    def chosen(self, names: tuple[str, ...]) -> Experiment:
        """Only these systems. Raises ExperimentError for one that it does not have."""
        known = [system.name for system in self.systems]
        unknown = sorted(set(names) - set(known))
        if unknown:
            raise ExperimentError(f"{self.name} has no system {unknown[0]!r}; it has {', '.join(known)}.")
        return replace(self, systems=tuple(each for each in self.systems if each.name in names))


def load_experiment(which: str) -> Experiment:
    """By its name in `training/experiments/`, or by a file's path.

    Raises ExperimentError for a file that is missing, no TOML, or says something that is not understood.
    """
    path = EXPERIMENTS / f"{which}.toml" if "/" not in which and not which.endswith(".toml") else Path(which)
    if not path.is_file():
        names = ", ".join(sorted(each.stem for each in EXPERIMENTS.glob("*.toml")))
        raise ExperimentError(f"There is no experiment {which!r}: give a TOML file or one of {names}.")
    text = path.read_text(encoding="utf-8")
    try:
        return _experiment(path.stem, tomllib.loads(text), text)
    except (tomllib.TOMLDecodeError, TypeError, ValueError, KeyError) as error:
        raise ExperimentError(f"{path.name} is not understood: {error}.") from error


def _experiment(name: str, said: Mapping[str, Any], text: str) -> Experiment:
    _refuse_unknown(said, _KNOWN, name)
    question = _one_of(said["question"], QUESTIONS, "question")
    systems = tuple(_system(each, question, said.get("fit", {})) for each in said["systems"])
    names = [system.name for system in systems]
    if len(set(names)) < len(names):
        raise ExperimentError(f"{name} names a system twice: give one of them a title of its own.")
    protocol = Protocol(**said.get("protocol", {}))
    if protocol.split not in get_args(SplitScheme):
        raise ExperimentError(f"{name} wants a split {protocol.split!r}, which there is not.")
    if protocol.folds is not None and (not isinstance(protocol.folds, int) or protocol.folds < 1):
        raise ExperimentError(f"{name} wants folds = {protocol.folds!r}: a number from 1 on is needed.")
    for system in systems:
        _refuse_misfit(system, protocol)
    return Experiment(name, said["title"], question, protocol, systems, text, said.get("notes", ""))


def _system(said: Mapping[str, Any], question: Question, fit: Mapping[str, Any]) -> System:
    _refuse_unknown(said, _KNOWN_OF_SYSTEM, said["name"])
    values = {**fit, **said.get("fit", {})}
    _refuse_unknown(values, {field.name for field in fields(FitSettings)}, f"fit of {said['name']}")
    settings, title = FitSettings(**values), said.get("title")
    return system_named(said["name"], question, settings, said.get("prepare", {}), title)


def _refuse_misfit(system: System, protocol: Protocol) -> None:
    """Raises ExperimentError where a system cannot answer the question or be split so."""
    sees, question = SYSTEMS[system.arch].sees, system.question
    if question is CLASS_FOLDERS and sees != "picture":
        raise ExperimentError(f"{system.name} sees no pictures, and class folders hold nothing else.")
    if question is OMI_PROXY and sees != "beat":
        raise ExperimentError(f"Occlusions are simulated on median beats, which {system.name} does not see.")
    if protocol.split == "random-windows" and (sees != "lead-images" or system.spec.wide_windows_s):
        raise ExperimentError(f"{system.name} does not see windows of one width, which this split deals out.")
    if system.settings.sampling == "undersample-in-batch" and len(system.classes) > 2:
        raise ExperimentError(f'{system.name} has more than two classes: use sampling = "by-class".')
    if "/" in system.name or "\\" in system.name or system.name.startswith("."):
        raise ExperimentError(f"The title {system.name!r} cannot name a folder: use letters, digits and '-'.")


def _one_of(name: str, known: Mapping[str, Any], what: str) -> Any:
    if name not in known:
        raise ExperimentError(f"There is no {what} {name!r}; there is {', '.join(known)}.")
    return known[name]


def _refuse_unknown(said: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(said) - known)
    if unknown:
        raise ExperimentError(f"{where} says {unknown[0]!r}, which is not understood.")
