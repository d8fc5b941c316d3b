"""`python -m training`: compare systems, publish the best one as a bundle, retrain it on corrected labels."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from training.commands import compare, publish, report
from training.fitting.memory import keep_freed_memory
from training.retraining import command as retraining


@dataclass(frozen=True, slots=True)
class Command:
    """What `python -m training <name>` does, how its arguments are read, and what a user can mend."""

    text: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    known_errors: tuple[type[Exception], ...]


COMMANDS: Final = {
    "compare": Command(
        "fit and judge the systems of an experiment", compare.add_arguments, compare.run, compare.KNOWN_ERRORS
    ),
    "report": Command(
        "tables, curves and predictions of a run", report.add_arguments, report.run, report.KNOWN_ERRORS
    ),
    "publish": Command(
        "make a bundle of one of its systems", publish.add_arguments, publish.run, publish.KNOWN_ERRORS
    ),
    "retrain": Command(
        "retrain on labels corrected in the app",
        retraining.add_arguments,
        retraining.run,
        retraining.KNOWN_ERRORS,
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0, or 1 with one sentence on stderr for what a user can mend."""
    parser = argparse.ArgumentParser(prog="training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        command.add_arguments(commands.add_parser(name, help=command.text))
    options = parser.parse_args(argv)
    command = COMMANDS[options.command]
    keep_freed_memory()
    try:
        return command.run(options)
    except command.known_errors as error:
        print(f"{error}", file=sys.stderr)
        return 1
