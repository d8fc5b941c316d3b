"""Many records to files, one after the other: the work behind `main.py convert` and the window's Export."""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inference.records.errors import RecordError
from inference.records.reader import read_record
from inference.records.record import Record
from inference.whole_file import replace_file
from inference.writing.de_identify import de_identified, shuffle_key
from inference.writing.errors import WriteError
from inference.writing.targets import Target
from inference.writing.write import write_record

REMOVED_FILE: Final = "removed.json"
KEPT_NAME: Final = (
    "The file has the name of its source, as was asked for: make sure that it is not the patient's."
)
_UNUSUAL: Final = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Job:
    """One ECG and the file that it becomes."""

    source: Path
    output: Path


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written; `key` is there for a de-identified export and None for a plain one."""

    jobs: tuple[Job, ...]
    target: Target
    key: bytes | None = None
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one job: `problem` is '' where it was written."""

    job: Job
    problem: str = ""
    notes: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


def planned(
    sources: Sequence[Path],
    top: Path | None,
    folder: Path,
    target: Target,
    *,
    key: bytes | None = None,
    overwrite: bool = False,
) -> Plan:
    """One job per source into `folder`: names as below `top`, or numbers where nothing may tell of a name.

    Without `top` the names start at the folder that all sources share. WriteError where `folder` and the
    sources lie inside one another.
    """
    _check_apart(sources, top, folder)
    if key is not None:
        ordered = sorted(sources, key=lambda source: shuffle_key(key, source))
        width = max(4, len(str(len(ordered))))
        names = [Path(f"ecg-{number:0{width}d}") for number in range(1, len(ordered) + 1)]
        jobs = zip(ordered, names, strict=True)
    else:
        jobs = zip(sources, _names(sources, _shared_folder(sources) if top is None else top), strict=True)
    made = tuple(Job(source, folder / f"{name}{target.suffix}") for source, name in jobs)
    return Plan(made, target, key, overwrite)


def planned_one(source: Path, folder: Path, target: Target, *, key: bytes | None = None) -> Plan:
    """One ECG into `folder`, which may be its own: under its name, or a number where a name would tell."""
    name = next(_names([source], None)) if key is None else _free_number(folder)
    return Plan((Job(source, folder / f"{name}{target.suffix}"),), target, key)


def carry_out(
    plan: Plan, job: Job, record: Record | None = None, read: Callable[[Path], Record] = read_record
) -> Done:
    """Read (unless `record` is given), clean where the plan says so, and write one ECG."""
    own_name: tuple[str, ...] = ()
    try:
        if record is None:
            record = read(job.source)
        removed: tuple[str, ...] = ()
        changed: tuple[str, ...] = ()
        if plan.key is not None:
            cleaned = de_identified(record, plan.key)
            record, removed, changed = cleaned.record, cleaned.removed, cleaned.changed
            if job.output.stem != job.source.stem:
                removed += ("file name",)
            else:
                own_name = (KEPT_NAME,)
        job.output.parent.mkdir(parents=True, exist_ok=True)
        notes = write_record(record, job.output, target=plan.target, overwrite=plan.overwrite)
    except (RecordError, WriteError) as error:
        return Done(job, problem=str(error))
    except OSError as error:
        return Done(job, problem=f"The folder cannot be made ({error.strerror}): choose another place.")
    derived = _derived_note(record)
    return Done(job, notes=(*own_name, *derived, *notes), removed=removed, changed=changed)


def write_removed(path: Path, done: Sequence[Done]) -> None:
    """A list at `path`: for each file what was removed and changed, without any of the values.

    Raises WriteError where it cannot be written.
    """
    entries = [
        {"file": each.job.output.name, "removed": list(each.removed), "changed": list(each.changed)}
        for each in done
        if not each.problem
    ]
    try:
        replace_file(path, json.dumps(entries, indent=2) + "\n")
    except OSError as error:
        raise WriteError(
            f"'{path.name[:80]}', the list of what was removed, cannot be written ({error.strerror})."
        ) from None


def check_removed_free(path: Path, overwrite: bool) -> None:
    """WriteError where the list of an earlier export would be lost."""
    if path.exists() and not overwrite:
        raise WriteError(f"'{path.name[:80]}' of an earlier export is there: choose another folder.")


def summary(done: Sequence[Done], n_planned: int) -> str:
    """One sentence on the whole."""
    n_written = sum(not each.problem for each in done)
    n_refused = len(done) - n_written
    left = n_planned - len(done)
    ecgs = "1 ECG" if n_written == 1 else f"{n_written} ECGs"
    stopped = f", {left} left when it was stopped" if left else ""
    return f"{ecgs} written, {n_refused} not written{stopped}."


def _derived_note(record: Record) -> tuple[str, ...]:
    derived = record.report.derived_leads
    return (f"Derived leads are marked as such: {', '.join(derived)}.",) if derived else ()


def _check_apart(sources: Sequence[Path], top: Path | None, folder: Path) -> None:
    inside = folder.resolve()
    roots = {top.resolve()} if top is not None else {source.resolve().parent for source in sources}
    for root in roots:
        if inside == root or inside.is_relative_to(root) or (top is not None and root.is_relative_to(inside)):
            raise WriteError(
                f"'{folder}' and the folder of the ECGs lie inside one another: choose one apart from them."
            )


def _shared_folder(sources: Sequence[Path]) -> Path | None:
    try:
        return Path(os.path.commonpath([source.parent for source in sources]))
    except ValueError:
        # On different disks, or none at all: the names alone remain.
        return None


def _free_number(folder: Path) -> str:
    """The first number that no earlier export into this folder took, in whatever format.

    Two patients under one number, as `.dcm` and as `.edf`, would be taken for one.
    """
    try:
        taken = {path.name.partition(".")[0].lower() for path in folder.iterdir()}
    except OSError:
        taken = set()
    names = (f"ecg-{number:04d}" for number in itertools.count(1))
    return next(name for name in names if name not in taken)


def _names(sources: Sequence[Path], top: Path | None) -> Iterator[Path]:
    """Where each source lies below `top`, in letters that every format and disk allows, each name once."""
    taken: set[str] = set()
    for source in sources:
        relative = Path(source.name) if top is None else source.relative_to(top)
        plain = Path(*(_UNUSUAL.sub("_", part) or "_" for part in relative.with_suffix("").parts))
        name, number = plain, 1
        while str(name).lower() in taken:
            number += 1
            name = plain.with_name(f"{plain.name}-{number}")
        taken.add(str(name).lower())
        yield name
