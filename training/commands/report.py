"""`report`: tables, curves and predictions of a run, finished or not."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from training.figures.read_run import RunFolderError
from training.figures.report import report_run

KNOWN_ERRORS: Final = (OSError, RunFolderError)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `report`."""
    parser.add_argument("run", type=Path, help="the folder that `compare` made")


def run(options: argparse.Namespace) -> int:
    """Report and return 0. Raises the errors of KNOWN_ERRORS."""
    print(f"The report is {report_run(options.run)}.")
    return 0
