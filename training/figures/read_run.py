"""A run folder, finished or not, read back into results."""

from __future__ import annotations

import json
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from training.figures.aggregate_saliency import AggregateSaliency
from training.figures.out_of_fold import OutOfFold
from training.figures.system_result import Epoch, SystemResult, TestedRecord

SALIENCY_FILE: Final = "saliency.npz"
_SALIENCY_ARRAYS: Final = ("within_lead", "raw", "beat_mv")


class RunFolderError(Exception):
    """A folder that is no run of an experiment, or a damaged one; one plain sentence."""


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """A line of records.jsonl."""

    record: TestedRecord
    label: str


@dataclass(frozen=True, slots=True)
class Run:
    """What a run folder holds: the systems with a tested fold in the experiment's order, and the others.

    `absent` are the names of systems that the experiment asks for and that have no tested fold yet.
    `experiment` is experiment.toml, `experiment_text` the same as it was written.
    """

    folder: Path
    experiment: Mapping[str, Any] = field(repr=False)
    experiment_text: str = field(repr=False)
    rows: Mapping[int, LabelledRow] = field(repr=False)
    systems: tuple[SystemResult, ...]
    absent: tuple[str, ...]


def read_run(folder: Path) -> Run:
    """The run in this folder. Raises RunFolderError when a part of it is missing or damaged.

    Wanted systems are what experiment.toml calls `systems`: names, tables with a `name`, or tables by name.
    """
    text = _text(folder / "experiment.toml")
    try:
        experiment = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RunFolderError(f"{folder / 'experiment.toml'} is damaged ({error}): repeat the run.") from error
    rows = _rows(folder / "records.jsonl")
    begun = sorted(path.parent.name for path in folder.glob("*/system.json"))
    wanted = wanted_systems(experiment)
    names = [name for name in wanted if name in begun] + [name for name in begun if name not in wanted]
    tested = [name for name in names if (folder / name / "predictions.npz").exists()]
    return Run(
        folder=folder,
        experiment=experiment,
        experiment_text=text,
        rows=rows,
        systems=tuple(read_system(folder / name, rows) for name in tested),
        absent=tuple(name for name in dict.fromkeys([*wanted, *begun]) if name not in tested),
    )


def wanted_systems(experiment: Mapping[str, Any]) -> list[str]:
    """The names of the systems that an experiment asks for; empty where it names none."""
    systems = experiment.get("systems", [])
    if isinstance(systems, Mapping):
        return list(systems)
    named = [each.get("title") or each["name"] if isinstance(each, Mapping) else each for each in systems]
    return [str(name) for name in named]


def read_system(folder: Path, rows: Mapping[int, LabelledRow]) -> SystemResult:
    """One system's folder of a run. Raises RunFolderError when it is damaged."""
    facts = _json(folder / "system.json")
    arrays = _arrays(folder / "predictions.npz")
    try:
        return _system(facts, arrays, rows, _history(folder / "history.json"), read_saliency(folder))
    except (KeyError, TypeError, ValueError) as error:
        raise RunFolderError(
            f"The results in {folder} are incomplete ({error}): repeat this system."
        ) from error


def _system(
    facts: Mapping[str, Any],
    arrays: Mapping[str, npt.NDArray[Any]],
    rows: Mapping[int, LabelledRow],
    history: tuple[tuple[Epoch, ...], ...],
    saliency: AggregateSaliency | None,
) -> SystemResult:
    folds = tuple(int(fold) for fold in np.unique(arrays["run"]))
    validation_rows = [arrays[f"validation_rows_{fold}"] for fold in folds]
    return SystemResult(
        name=facts["name"],
        title=facts["title"],
        task=facts["task"],
        classes=tuple(facts["classes"]),
        predictions=OutOfFold(
            rows=arrays["rows"].astype(np.int64),
            probabilities=arrays["probabilities"].astype(np.float32),
            targets=arrays["targets"].astype(np.int64),
            run=np.searchsorted(folds, arrays["run"]),
            validation=tuple(
                (
                    arrays[f"validation_probabilities_{fold}"].astype(np.float32),
                    arrays[f"validation_targets_{fold}"].astype(np.int64),
                )
                for fold in folds
            ),
        ),
        folds=folds,
        folds_total=int(facts["folds_total"]),
        records=tuple(rows[int(row)].record for row in arrays["rows"]),
        validation_patients=tuple(
            tuple(rows[int(row)].record.patient for row in each) for each in validation_rows
        ),
        n_parameters=facts.get("n_parameters"),
        seconds=facts.get("seconds"),
        settings=facts.get("settings", {}),
        history=history,
        saliency=saliency,
    )


def write_saliency(folder: Path, saliency: AggregateSaliency) -> Path:
    """Keep a system's aggregate saliency in its folder of the run, where `read_system` finds it."""
    path = folder / SALIENCY_FILE
    arrays = {name: getattr(saliency, name) for name in _SALIENCY_ARRAYS}
    np.savez(path, **arrays, counts=np.array([saliency.n_records, saliency.r_sample]))
    return path


def read_saliency(folder: Path) -> AggregateSaliency | None:
    """What `write_saliency` kept in this folder; None where it kept nothing."""
    if not (folder / SALIENCY_FILE).exists():
        return None
    arrays = _arrays(folder / SALIENCY_FILE)
    n_records, r_sample = (int(count) for count in arrays["counts"])
    return AggregateSaliency(
        arrays["within_lead"], arrays["raw"], arrays["beat_mv"], n_records=n_records, r_sample=r_sample
    )


def _history(path: Path) -> tuple[tuple[Epoch, ...], ...]:
    """One learning curve per fold; a system that is not trained in epochs has none."""
    if not path.exists():
        return ()
    folds: Sequence[Sequence[Mapping[str, Any]]] = _json(path)
    return tuple(tuple(Epoch.from_json(each) for each in epochs) for epochs in folds if epochs)


def _rows(path: Path) -> dict[int, LabelledRow]:
    rows = {}
    for number, line in enumerate(_text(path).splitlines(), start=1):
        try:
            values = json.loads(line)
            record = TestedRecord(
                values["record_id"], values["patient"], values["source"], values.get("sha256", "")
            )
            rows[int(values["row"])] = LabelledRow(record, str(values["label"]))
        except (ValueError, KeyError, TypeError) as error:
            raise RunFolderError(f"Line {number} of {path} is damaged ({error}): repeat the run.") from error
    return rows


def _json(path: Path) -> Any:
    try:
        return json.loads(_text(path))
    except ValueError as error:
        raise RunFolderError(f"{path} is damaged ({error}): repeat this system.") from error


def _arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            return dict(archive)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise RunFolderError(f"{path} cannot be read ({error}): repeat this system.") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RunFolderError(
            f"{path} cannot be read ({error}): name the folder of a run that was started."
        ) from error
