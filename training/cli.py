"""`python -m training`: compare systems, report, publish the best one as a bundle, retrain it on readings."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from training.fitting.memory import keep_freed_memory

INSTALL: Final = '.venv/bin/python -m pip install --editable ".[train]"'


@dataclass(frozen=True, slots=True)
class Command:
    """What `python -m training <name>` does, its module, and the packages without which it cannot.

    The module has `add_arguments(parser)`, `run(options) -> exit status` and KNOWN_ERRORS, what a user can
    mend. It is imported only for its own command: another may need packages that are not there.
    """

    text: str
    module: str
    needs: tuple[str, ...] = ("sklearn", "filelock")


COMMANDS: Final = {
    "compare": Command(
        "fit and judge the systems of an experiment",
        "training.commands.compare",
        ("sklearn", "filelock", "PIL"),
    ),
    "report": Command(
        "tables, curves and predictions of a run",
        "training.commands.report",
        ("sklearn", "jinja2", "matplotlib", "pyarrow"),
    ),
    "publish": Command("make a bundle of one of its systems", "training.commands.publish"),
    "retrain": Command("retrain on labels corrected in the app", "training.retraining.command"),
}
IN_THE_BUILT_PROGRAM: Final = ("retrain",)
"""Research is done from the source code: the built program leaves out what only that needs."""


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0, or 1 with one sentence on stderr for what a user can mend."""
    words = list(sys.argv[1:] if argv is None else argv)
    named = words[0] if words and words[0] in COMMANDS else None
    if named is not None:
        sentence = why_not(named)
        if sentence is not None:
            print(sentence, file=sys.stderr)
            return 1
    module: Any = None if named is None else import_module(COMMANDS[named].module)
    options = _parser(named, module).parse_args(words)
    keep_freed_memory()
    try:
        return int(module.run(options))
    except module.KNOWN_ERRORS as error:
        print(f"{error}", file=sys.stderr)
        return 1


def why_not(command: str) -> str | None:
    """Why a command cannot run here, with what to do; None where it can."""
    if getattr(sys, "frozen", False) and command not in IN_THE_BUILT_PROGRAM:
        return f"'train {command}' is not part of the built program: run it from the source code."
    missing = [name for name in COMMANDS[command].needs if find_spec(name) is None]
    if missing:
        absent = ", ".join(missing)
        return f"'train {command}' needs packages that are not here ({absent}): run {INSTALL} first."
    return None


def _parser(named: str | None, module: Any) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        added = commands.add_parser(name, help=command.text)
        if name == named:
            module.add_arguments(added)
    return parser
