"""What a retraining would learn from, and what stands in its way, one plain sentence each. No Qt."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inference.teaching import answer_for
from inference.versions import is_judged_outside

if TYPE_CHECKING:
    from ecgviewer.store import StoredReading
    from inference.bundle_info import BundleInfo
    from inference.versions import Model

BASES: Final = ("omi-proxy", "mi-ptbxl", "site-ptbxl")
"""The models that can be retrained, by the tag of their bundle: the command line's `--base`."""
PTB_XL_TABLE: Final = "ptbxl_database.csv"
FREE_BYTES_FIRST: Final = 8_000_000_000
"""Prepared once: 21,799 records of 12 x (400 + 600 + 5000) float32 values are 6.3 GB."""
FREE_BYTES_AGAIN: Final = 500_000_000
"""When the prepared records are there already: networks in the making, a bundle, a log."""


@dataclass(frozen=True, slots=True)
class Base:
    """A model that can be retrained."""

    key: str
    info: BundleInfo

    @property
    def is_judged_outside(self) -> bool:
        """Whether a new version is switched on only by what it says of real acute ECGs."""
        return is_judged_outside(self.info.task)


@dataclass(frozen=True, slots=True)
class DataFolders:
    """Where the archives lie that a retraining reads; '' for one that was not named.

    PTB and LUDB are measured on, never learned from, and only for a model that is judged outside.
    """

    ptb_xl: str = ""
    ptb: str = ""
    ludb: str = ""


@dataclass(frozen=True, slots=True)
class LearnsFrom:
    """The readings of the store as one model's teachers, counted."""

    answers: tuple[tuple[str, int], ...]
    """ECGs by the class that the latest signed answer names, most frequent first."""
    n_silent: int
    """Signed readings that do not answer this model's question."""
    n_drafts: int
    n_synthetic: int

    @property
    def n_ecgs(self) -> int:
        return sum(count for _, count in self.answers)


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be learned from, and why it cannot begin (nothing when it can)."""

    learns_from: LearnsFrom
    problems: tuple[str, ...] = ()


def bases_of(models: Sequence[Model]) -> list[Base]:
    """The models that can be retrained, as the panel orders them."""
    found = {model.base.partition(".")[2]: model for model in models}
    return [Base(key, found[key].versions[0]) for key in BASES if key in found]


def make_plan(readings: Sequence[StoredReading], base: Base, data: DataFolders, home: Path) -> Plan:
    """Count what teaches the base model and check all that a retraining needs; `home` is where it works."""
    learns_from = count_answers(readings, base.info)
    outside = (_no_ptb(data.ptb), _no_ludb(data.ludb)) if base.is_judged_outside else ()
    checks = (
        _missing_parts(),
        _no_lesson(learns_from),
        _no_ptb_xl(data.ptb_xl),
        *outside,
        _no_room(home),
    )
    return Plan(learns_from, tuple(sentence for sentence in checks if sentence))


def count_answers(readings: Sequence[StoredReading], info: BundleInfo) -> LearnsFrom:
    """Each reader's last readings, counted as the export and the training treat them."""
    named = partial(answer_for, task=info.task, locations=info.classes)
    read = [each for each in readings if each.signed or not each.reading.is_empty]
    real = [each for each in read if not each.synthetic]
    recorded = [each for each in real if not (each.is_digitised or each.is_of_picture)]
    signed = [each for each in recorded if each.signed]
    teaching = [each for each in signed if named(each.reading) is not None]
    by_ecg = groupby(
        sorted(teaching, key=lambda each: (each.record_sha256, each.created_at)),
        key=lambda each: each.record_sha256,
    )
    answers = Counter(str(named(list(group)[-1].reading)) for _, group in by_ecg)
    return LearnsFrom(
        answers=tuple(answers.most_common()),
        n_silent=len(signed) - len(teaching),
        n_drafts=len(recorded) - len(signed),
        n_synthetic=len(read) - len(real),
    )


def _missing_parts() -> str:
    if find_spec("training") is None:
        return "Training is not part of this program: run it from the source code."
    if find_spec("sklearn") is not None:
        return ""
    return (
        "scikit-learn is not installed: run "
        'python -m pip install --editable ".[train]" in the source folder, then open this window again.'
    )


def _no_lesson(learns_from: LearnsFrom) -> str:
    if learns_from.n_ecgs:
        return ""
    return (
        "No signed reading answers this model's question yet: read ECGs, sign them with Enter, and come back."
    )


def _no_ptb_xl(folder: str) -> str:
    if not folder:
        return "Name the folder of PTB-XL, which the model is trained on together with your labels."
    if not (Path(folder) / PTB_XL_TABLE).is_file():
        return (
            f"This folder holds no {PTB_XL_TABLE}: choose the one of PTB-XL, "
            "or get it with the command: main.py download ptb-xl --to FOLDER."
        )
    return ""


def _no_ptb(folder: str) -> str:
    return _holds_none("PTB", folder, "patient*/*.hea")


def _no_ludb(folder: str) -> str:
    return _holds_none("LUDB", folder, "data/*.hea")


def _holds_none(archive: str, folder: str, records: str) -> str:
    """Why a folder that was named is not this archive's; one that was not named may stay so."""
    if not folder or any(Path(folder).glob(records)):
        return ""
    return (
        f"{folder} holds no {records}: choose the folder of {archive}, leave it out, "
        f"or get it with the command: main.py download {archive.lower()} --to FOLDER."
    )


def _no_room(home: Path) -> str:
    existing = next(folder for folder in (home, *home.parents) if folder.is_dir())
    is_prepared = any((home / "work").glob("cache/*"))
    needed = FREE_BYTES_AGAIN if is_prepared else FREE_BYTES_FIRST
    free = shutil.disk_usage(existing).free
    if free >= needed:
        return ""
    return (
        f"The disk of {existing} has {free / 1e9:.1f} GB left and about {needed / 1e9:.1f} GB are needed: "
        "make room first."
    )
