"""The gold set: records that are always judged and never learned from, nor any other of their patients'."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.manifest import read_manifest
from training.data.folds import IntArray, LeakageError
from training.data.inputs import PreparedSet

BoolArray = npt.NDArray[np.bool_]
WORD_SIGN: Final = "#"
_COLUMNS: Final = ("record_sha256", "sha256", "record_id", "record", "ecg_id")
"""Where a table has one of these headings, the records are named in that column, else in the first."""


class GoldError(Exception):
    """A gold list that names no record; one plain sentence."""


@dataclass(frozen=True, slots=True)
class Gold:
    """`rows` are the gold records, `kept_out` (n,) marks every record of a gold record's patient.

    `absent` are the names on the list that no record of the data has.
    """

    rows: IntArray = field(repr=False)
    kept_out: BoolArray = field(repr=False)
    absent: tuple[str, ...] = ()

    def refuse_leak(self, prepared: PreparedSet, rows: IntArray) -> None:
        """Raises LeakageError when one of these training rows holds a gold record's signal or patient."""
        names = prepared.signals
        signals = {names[row] for row in self.rows}
        patients = {prepared.records[row].patient for row in self.rows}
        for row in rows:
            if names[row] in signals or prepared.records[row].patient in patients:
                raise LeakageError(
                    f"The gold set's ECG or patient of {prepared.records[row].record_id} is among the "
                    "training data under another name: remove the duplicate or give both copies one patient."
                )


def gold_names(gold: str, manifest: Path) -> frozenset[str]:
    """The ids or SHA-256 of the gold records.

    `gold` is a text or CSV file that names one record in each line, or a word such as '#gold' that the
    readers wrote into the comment of their readings. Raises GoldError for a list without a name, OSError
    and ManifestError for a file that cannot be read.
    """
    names = _with_word(gold, manifest) if gold.startswith(WORD_SIGN) else _listed(Path(gold))
    if not names:
        where = (
            f"No reading of {manifest} has {gold} in its comment"
            if gold[:1] == WORD_SIGN
            else f"{gold} is empty"
        )
        raise GoldError(f"{where}: name the gold records by id or SHA-256, one in each line of a file.")
    return names


def find_gold(prepared: PreparedSet, names: Iterable[str]) -> Gold:
    """The records named by id or by SHA-256. Raises GoldError where none of the names is of a record."""
    wanted = {name.lower() for name in names}
    ids = [
        (record.record_id.lower(), sha256.lower())
        for record, sha256 in zip(prepared.records, prepared.sha256, strict=True)
    ]
    rows = np.array([row for row, own in enumerate(ids) if wanted & set(own)], dtype=np.int64)
    absent = tuple(sorted(wanted - {name for own in ids for name in own}))
    if wanted and not rows.size:
        raise GoldError(
            f"None of the {len(wanted)} names of the gold set is a record of the base set or of the "
            "manifest: use record ids as in 'ptb-xl/123', or SHA-256 hashes of records."
        )
    patients = {prepared.records[row].patient for row in rows}
    return Gold(
        rows, np.array([record.patient in patients for record in prepared.records], dtype=bool), absent
    )


def _with_word(word: str, manifest: Path) -> frozenset[str]:
    """Hashes of the records with the word, as a word of its own, in a reading's comment."""
    rows = read_manifest(manifest)
    return frozenset(
        row.record_sha256
        for row in rows
        if word.lower() in row.reading.comment.lower().replace(",", " ").split()
    )


def _listed(path: Path) -> frozenset[str]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = [[cell.strip() for cell in row] for row in csv.reader(file) if "".join(row).strip()]
    if not rows:
        return frozenset()
    heading = [cell.lower() for cell in rows[0]]
    column = next((heading.index(name) for name in _COLUMNS if name in heading), None)
    named = rows if column is None else rows[1:]
    return frozenset(row[column or 0] for row in named if len(row) > (column or 0) and row[column or 0])
