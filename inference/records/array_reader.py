"""ECGs as plain arrays (.npy, .npz, .csv, .tsv), described by a sidecar or by the caller."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from inference.records.array_files import read_npy, read_npz, read_table
from inference.records.assemble import Found, assemble
from inference.records.errors import RecordError, UndescribedError, UndescribedTable
from inference.records.given import Given
from inference.records.lead_choice import pick_ecg_leads
from inference.records.leads import KNOWN_LEADS, read_lead_name
from inference.records.record import Record
from inference.records.safety import check_shape, path_exists
from inference.records.sidecar import Sidecar, read_sidecar, sidecar_path
from inference.records.units import mv_per_unit, scaled_mv

Columns = tuple[npt.NDArray[Any], tuple[str, ...] | None]

_SHOWN_VALUES: Final = 8
"""Of an array that does not say what it is; enough to recognise a table's columns by."""
ARRAY_SUFFIXES: Final = (".npy", ".npz", ".csv", ".tsv")


def read_array(path: Path, given: Given) -> Record:
    """Read an array file; what was given wins over its sidecar `<name>.json`.

    Raises UndescribedError where rate, unit or lead names are nowhere said, and RecordError where the
    sidecar names other leads than a table's first row: nothing of it is ever guessed.
    """
    values, column_names = _READERS[path.suffix.lower()](path)
    beside = sidecar_path(path)
    sidecar = read_sidecar(beside) if path_exists(beside) else Sidecar()
    rate_hz = given.fs_hz if given.fs_hz is not None else sidecar.fs_hz
    unit_name = given.unit if given.unit is not None else sidecar.unit
    names = given.order or _named_by_file(path, sidecar, column_names)
    if names is not None and given.lead_order is None and not names_any_lead(names):
        names = None
    if rate_hz is None or unit_name is None or names is None:
        sentence = what_is_missing(path, rate_hz, unit_name, names)
        raise UndescribedError(sentence, undescribed(path, values, column_names, rate_hz, unit_name, names))
    rows = leads_first(values, names, column_names is not None)
    check_shape(rows.shape[0], rows.shape[1], rate_hz)
    picked = pick_ecg_leads(names)
    scale = mv_per_unit(unit_name)
    return assemble(
        Found(
            path=path,
            format=f"array ({path.suffix.lower()})",
            fs_hz=rate_hz,
            leads=tuple(
                (name, picked.upright(name, scaled_mv(rows[row], 0.0, scale)))
                for row, name in picked.names.items()
            ),
            patient=sidecar.patient,
            acquired_at=sidecar.acquired_at,
            comments=sidecar.comments,
            synthetic=sidecar.synthetic,
            read=picked.notes,
            assumed=given.notes + sidecar.notes,
        )
    )


def _named_by_file(
    path: Path, sidecar: Sidecar, column_names: tuple[str, ...] | None
) -> tuple[str, ...] | None:
    """The lead names that sidecar and first row agree on, or the ones of whichever has any."""
    if sidecar.leads is None or column_names is None:
        return sidecar.leads or column_names
    columns = [read_lead_name(name) for name in column_names]
    if not names_any_lead(column_names):
        # A row of `ch1,ch2` says nothing of leads, so there is nothing to contradict.
        return sidecar.leads
    pairs = zip(columns, map(read_lead_name, sidecar.leads), column_names, sidecar.leads, strict=False)
    for place, (column, lead, in_table, in_sidecar) in enumerate(pairs, 1):
        if column != lead:
            raise RecordError(
                f"Column {place} of '{path.name}' is called '{in_table[:40]}' in its first row and "
                f"'{in_sidecar[:40]}' in '{sidecar_path(path).name}': correct the one that is wrong."
            )
    return sidecar.leads


def names_any_lead(names: Sequence[str]) -> bool:
    """Whether one of these is a lead that is known: otherwise they say nothing of leads."""
    return any(read_lead_name(name).name in KNOWN_LEADS for name in names)


def undescribed(
    path: Path,
    values: npt.NDArray[Any],
    column_names: tuple[str, ...] | None,
    fs_hz: float | None,
    unit: str | None,
    names: tuple[str, ...] | None,
) -> UndescribedTable:
    """What is known of an array of `values`, (n_leads, n_samples) or turned, that does not say enough."""
    rows = values if column_names is not None or values.shape[0] <= values.shape[1] else values.T
    with np.errstate(all="ignore"):
        swings = np.fmax.reduce(rows, axis=1) - np.fmin.reduce(rows, axis=1)
    return UndescribedTable(
        path=path,
        n_signals=int(rows.shape[0]),
        n_samples=int(rows.shape[1]),
        column_names=column_names,
        fs_hz=fs_hz,
        unit=unit,
        lead_order=names,
        first_values=tuple(tuple(float(value) for value in row[:_SHOWN_VALUES]) for row in rows),
        swing=float(np.nan_to_num(np.median(swings))),
    )


def _numpy_columns(read: Callable[[Path], npt.NDArray[Any]]) -> Callable[[Path], Columns]:
    return lambda path: (np.atleast_2d(read(path)), None)


def _table_columns(path: Path) -> Columns:
    table = read_table(path)
    return table.values.T, table.names


_READERS: Final[Mapping[str, Callable[[Path], Columns]]] = {
    ".npy": _numpy_columns(read_npy),
    ".npz": _numpy_columns(read_npz),
    ".csv": _table_columns,
    ".tsv": _table_columns,
}


def leads_first(values: npt.NDArray[Any], names: Sequence[str], is_table: bool) -> npt.NDArray[Any]:
    """Shape (n_leads, n_samples), turned round where only the other axis has one entry per name."""
    if values.shape[0] == len(names):
        return values
    if values.shape[1] == len(names) and not is_table:
        return values.T
    raise RecordError(
        f"The file holds {values.shape[0]} by {values.shape[1]} values and {len(names)} leads are named: "
        "give one name per lead."
    )


def what_is_missing(path: Path, fs_hz: float | None, unit: str | None, names: object) -> str:
    """The sentence that asks for whatever of rate, unit and lead names is None."""
    parts = (("sampling rate", fs_hz), ("unit", unit), ("lead order", names))
    missing = " and ".join(what for what, value in parts if value is None)
    return (
        f"'{path.name}' does not say its {missing}: give them when opening it, or put "
        f"'{sidecar_path(path).name}' with fs_hz, unit and leads beside it."
    )
