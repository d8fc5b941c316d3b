"""`main.py convert`: one ECG or a folder of them into another format, told line by line."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from inference.records.files import find_records
from inference.records.safety import is_file
from inference.records.zip_members import ZIP_SUFFIX
from inference.writing.de_identify import load_key
from inference.writing.errors import WriteError
from inference.writing.export import (
    REMOVED_FILE,
    Done,
    Job,
    Plan,
    carry_out,
    check_removed_free,
    planned,
    summary,
    write_removed,
)
from inference.writing.targets import TARGETS, Target, target_called

EXIT_DONE: Final = 0
EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for; `key_file` is there where the files are to be de-identified."""

    source: Path
    target: Path
    format_name: str | None = None
    key_file: Path | None = None
    overwrite: bool = False


def run(wish: Wish, messages: TextIO | None = None) -> int:
    """Convert and say so, one line per ECG, on stdout.

    Returns 0 where every ECG was written, 1 where one could not be read or written, 2 where the wish itself
    cannot be fulfilled: no such format, a target inside the source, nothing to convert.
    """
    told = messages or sys.stdout
    try:
        plan = _plan(wish)
        list_path = _list_path(wish)
        if plan.key is not None:
            check_removed_free(list_path, wish.overwrite)
    except WriteError as error:
        print(error, file=told)
        return EXIT_USAGE
    done = []
    for number, job in enumerate(plan.jobs, start=1):
        done.append(carry_out(plan, job))
        for line in _lines(number, done[-1]):
            print(line, file=told)
    print(summary(done, len(plan.jobs)), file=told)
    has_problem = any(each.problem for each in done)
    if plan.key is not None and not all(each.problem for each in done):
        try:
            write_removed(list_path, done)
        except WriteError as error:
            print(error, file=told)
            return EXIT_FAILED
        print(f"What was removed is listed in {list_path}.", file=told)
    return EXIT_FAILED if has_problem else EXIT_DONE


def _plan(wish: Wish) -> Plan:
    target = _target(wish)
    key = None if wish.key_file is None else load_key(wish.key_file)
    if _is_many(wish):
        sources = list(find_records([wish.source]))
        if not sources:
            raise WriteError(f"No ECG was found in '{wish.source}': check the folder.")
        if is_file(wish.target):
            raise WriteError(f"'{wish.target}' is a file, and a folder of ECGs needs a folder: name one.")
        return planned(sources, wish.source, wish.target, target, key=key, overwrite=wish.overwrite)
    return Plan((Job(wish.source, _single_output(wish, target)),), target, key, wish.overwrite)


def _is_many(wish: Wish) -> bool:
    """Whether the source holds ECGs of any number: a folder, or a ZIP file, which looks like one."""
    return wish.source.is_dir() or wish.source.suffix.lower() == ZIP_SUFFIX


def _target(wish: Wish) -> Target:
    if wish.format_name is not None:
        return target_called(wish.format_name)
    if _is_many(wish) or wish.target.is_dir() or not wish.target.suffix:
        names = ", ".join(target.name for target in TARGETS)
        raise WriteError(f"Say in which format to write, with --to: one of {names}.")
    return target_called(wish.target.suffix)


def _single_output(wish: Wish, target: Target) -> Path:
    if wish.target.is_dir():
        name = "ecg" if wish.key_file is not None else wish.source.stem
        return wish.target / f"{name}{target.suffix}"
    if wish.target.suffix.lower() == target.suffix:
        return wish.target
    return wish.target.with_name(wish.target.name + target.suffix)


def _list_path(wish: Wish) -> Path:
    """Where the list of what was removed goes: into the folder, or beside the one file."""
    if _is_many(wish):
        return wish.target / REMOVED_FILE
    output = _single_output(wish, _target(wish))
    return output.with_name(f"{output.stem}.{REMOVED_FILE}")


def _lines(number: int, done: Done) -> list[str]:
    """The result of one ECG, and what is to be known of it."""
    if done.problem:
        return [f"{number}  {done.job.source}  {done.problem}"]
    lines = [f"{number}  {done.job.source} -> {done.job.output}"]
    lines += [f"     {note}" for note in done.notes]
    if done.removed:
        lines.append(f"     Removed: {', '.join(done.removed)}.")
    if done.changed:
        lines.append(f"     Changed: {'; '.join(done.changed)}.")
    return lines
