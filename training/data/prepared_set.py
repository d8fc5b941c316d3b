"""PreparedSet: labelled records with everything the trainers draw from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from inference.signal.same_signal import same_signals
from training.data.labelled_record import LabelledRecord
from training.data.row_view import RowView, rows_of

IntArray = npt.NDArray[np.int64]
Rows = npt.NDArray[Any] | RowView


class MissingColumnError(Exception):
    """A column that a prepared set was not asked to keep; one plain sentence."""


@dataclass(frozen=True, slots=True)
class PreparedSet:
    """Labelled records with columns of which row i belongs to records[i]; see training.data.columns.

    Columns are memory maps, or views of some of their rows: index them, and only these rows are read.
    """

    records: tuple[LabelledRecord, ...]
    sha256: tuple[str, ...]
    columns: Mapping[str, Rows] = field(repr=False)
    refused: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.records)

    @property
    def inputs(self) -> Rows:
        """(n, 12, 400) float32: exactly what prepare() gives a beat model."""
        return self.column("inputs")

    @property
    def beats_mv(self) -> Rows:
        """(n, 12, 600) float32: the physical median beat, for augmentation."""
        return self.column("beats_mv")

    @property
    def fiducials(self) -> Rows:
        """(n, 4) int64: QRS onset, J point, T peak and T end on the beat, -1 where not found."""
        return self.column("fiducials")

    @property
    def leads_mv(self) -> Rows:
        """(n, 12, 5000) float32: filtered leads, NaN beyond the record's end, for lead images."""
        return self.column("leads_mv")

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Each record's signal fingerprint, see training.data.duplicates."""
        return tuple(bytes(row).hex() for row in np.asarray(self.column("fingerprints")))

    @property
    def signals(self) -> tuple[str, ...]:
        """A name for each record's signal, the same for copies of it in other files, gains and formats.

        Where no fingerprints were kept, as of pictures, it is the hash.
        """
        return same_signals(self.fingerprints) if "fingerprints" in self.columns else self.sha256

    def column(self, name: str) -> Rows:
        """A column, shape (n, …). Raises MissingColumnError for one that was not asked for."""
        if name not in self.columns:
            raise MissingColumnError(
                f"This prepared set has no column '{name}', only {', '.join(self.columns)}: name it in the "
                "columns when preparing the records."
            )
        return self.columns[name]

    def take(self, rows: IntArray) -> PreparedSet:
        """The same set with only these rows, in this order, without copying what the columns hold."""
        return replace(
            self,
            records=tuple(self.records[row] for row in rows),
            sha256=tuple(self.sha256[row] for row in rows),
            columns={name: rows_of(column, np.asarray(rows)) for name, column in self.columns.items()},
        )

    def with_column(self, name: str, column: Rows) -> PreparedSet:
        """The same set with a further column, or another one in its place; it has a row for each record."""
        if len(column) != len(self):
            raise ValueError(f"Column {name} has {len(column)} rows for {len(self)} records.")
        return replace(self, columns={**self.columns, name: column})


def joined(
    first: PreparedSet, second: PreparedSet, records: Sequence[LabelledRecord] | None = None
) -> PreparedSet:
    """The rows of two sets one after the other, with the columns that both have.

    `records` are put in place of the sets' own. The columns are copied into memory.
    """
    common = [name for name in first.columns if name in second.columns]
    return PreparedSet(
        tuple(records) if records is not None else first.records + second.records,
        first.sha256 + second.sha256,
        {
            name: np.concatenate([np.asarray(first.columns[name]), np.asarray(second.columns[name])])
            for name in common
        },
        first.refused + second.refused,
    )
