"""The formats that are written: each is chosen by its ending and written by one function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inference.records.record import Record
from inference.writing.aecg import write_aecg
from inference.writing.csv import write_csv
from inference.writing.dicom.writer import write_dicom
from inference.writing.edf import write_edf
from inference.writing.errors import WriteError
from inference.writing.numpy_files import write_numpy
from inference.writing.wfdb import write_wfdb


@dataclass(frozen=True, slots=True)
class Target:
    """One format behind `write_record`; `companions` are the endings of the files written beside it."""

    name: str
    """As it is given on the command line and shown in the window."""
    suffix: str
    write: Callable[[Record, Path], tuple[str, ...]]
    """Writes into a folder that is its own; the notes say what could not be kept. Raises WriteError."""
    companions: tuple[str, ...] = ()


TARGETS: Final = (
    Target("WFDB", ".hea", write_wfdb, (".dat",)),
    Target("DICOM", ".dcm", write_dicom),
    Target("EDF", ".edf", write_edf),
    Target("aECG", ".xml", write_aecg),
    Target("CSV", ".csv", write_csv, (".json",)),
    Target("NumPy", ".npy", write_numpy, (".json",)),
)


def target_called(name: str) -> Target:
    """The format of a name or an ending (`DICOM`, `dcm`, `.dcm`), in any case. WriteError for another."""
    wanted = name.strip().lower()
    for target in TARGETS:
        if wanted in (target.name.lower(), target.suffix, target.suffix[1:]):
            return target
    known = ", ".join(f"{target.name} ({target.suffix})" for target in TARGETS)
    raise WriteError(f"'{name[:40]}' is not a format that is written: choose one of {known}.")
