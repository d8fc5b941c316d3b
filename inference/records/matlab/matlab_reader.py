"""An ECG as a matrix in a MATLAB file, described by its other variables, by a sidecar or by the caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from inference.records.array_reader import (
    leads_first,
    names_any_lead,
    undescribed,
    what_is_missing,
)
from inference.records.assemble import Found, assemble
from inference.records.errors import RecordError, UndescribedError
from inference.records.given import Given
from inference.records.lead_choice import pick_ecg_leads
from inference.records.matlab import version_4, version_5
from inference.records.matlab.values import BrokenMatFileError, MatValue, NumberArray
from inference.records.patient_text import parse_age, parse_sex
from inference.records.record import Patient, Record
from inference.records.safety import check_shape, file_size, path_exists
from inference.records.sidecar import Sidecar, read_sidecar, sidecar_path
from inference.records.units import mv_per_unit, scaled_mv

_MAX_BYTES: Final = 250_000_000
_HDF5: Final = b"\x89HDF\r\n\x1a\n"
_SIGNALS: Final = ("val", "ecg", "data", "signals_mv", "signals", "signal")
_RATES: Final = ("fs", "fs_hz", "sampling_rate", "samplingrate", "sampling_frequency", "sample_rate", "srate")
_UNITS: Final = ("unit", "units")
_NAMES: Final = ("leads", "lead_names", "leadnames", "labels", "channels", "channel_names")
_FEWEST_SAMPLES: Final = 100


@dataclass(frozen=True, slots=True)
class _Contents:
    """A file's variables by name in lower case, those of a struct beside the others."""

    signals: NumberArray = field(repr=False)
    fs_hz: float | None
    unit: str | None
    names: tuple[str, ...] | None
    patient: Patient
    notes: tuple[str, ...]


def read_matlab(path: Path, given: Given) -> Record:
    """Read a .mat file; what was given wins over its variables, and these over the sidecar `<name>.json`.

    Raises UndescribedError where rate, unit or lead names are nowhere said, since none is ever guessed, and
    RecordError for what cannot be read.
    """
    contents = _contents(path)
    beside = sidecar_path(path)
    sidecar = read_sidecar(beside) if path_exists(beside) else Sidecar()
    rate_hz = _first(given.fs_hz, contents.fs_hz, sidecar.fs_hz)
    unit = given.unit or contents.unit or sidecar.unit
    names = given.lead_order or contents.names or sidecar.leads
    if names is not None and given.lead_order is None and not names_any_lead(names):
        names = None
    if rate_hz is None or unit is None or names is None:
        table = undescribed(path, contents.signals, contents.names, rate_hz, unit, names)
        raise UndescribedError(what_is_missing(path, rate_hz, unit, names), table)
    rows = leads_first(contents.signals, names, is_table=False)
    check_shape(rows.shape[0], rows.shape[1], rate_hz)
    picked = pick_ecg_leads(names)
    scale = mv_per_unit(unit)
    return assemble(
        Found(
            path=path,
            format="MATLAB",
            fs_hz=rate_hz,
            leads=tuple(
                (name, picked.upright(name, scaled_mv(rows[row], 0.0, scale)))
                for row, name in picked.names.items()
            ),
            patient=contents.patient if contents.patient != Patient() else sidecar.patient,
            acquired_at=sidecar.acquired_at,
            synthetic=sidecar.synthetic,
            read=picked.notes,
            assumed=given.notes + contents.notes + sidecar.notes,
        )
    )


def _contents(path: Path) -> _Contents:
    variables = _flat(_variables(path))
    age_years, age_note = parse_age(_number_or_text(variables.get("age")))
    sex, sex_note = parse_sex(_number_or_text(variables.get("sex", variables.get("gender"))))
    unit = _found(variables, _UNITS, tuple)
    rate = _found(variables, _RATES, np.ndarray)
    return _Contents(
        signals=_signals(path, variables),
        fs_hz=float(rate.flat[0]) if rate is not None and rate.size == 1 else None,
        unit=unit[0] if unit else None,
        names=_found(variables, _NAMES, tuple) or None,
        patient=Patient(age_years=age_years, sex=sex),
        notes=tuple(note for note in (age_note, sex_note) if note),
    )


def _variables(path: Path) -> dict[str, MatValue]:
    if file_size(path) > _MAX_BYTES:
        raise RecordError(f"'{path.name[:80]}' is larger than 250 MB: cut out the part that matters.")
    try:
        content = path.read_bytes()
    except OSError:
        raise RecordError(f"'{path.name[:80]}' may not be read: check its permissions.") from None
    if content.startswith(_HDF5) or content[512:520] == _HDF5:
        raise RecordError(
            f"'{path.name[:80]}' is a MATLAB file of version 7.3, which is not read: "
            "save it with the option -v7."
        )
    try:
        if version_5.is_version_5(content[: version_5.HEADER_BYTES]):
            return dict(version_5.variables(content))
        if version_4.looks_like_version_4(content[:20]):
            return dict(version_4.variables(content))
    except BrokenMatFileError as error:
        raise RecordError(f"'{path.name[:80]}' is damaged ({error}): copy or save it again.") from None
    raise RecordError(f"'{path.name[:80]}' is neither a WFDB signal with its header nor a MATLAB file.")


def _flat(variables: Mapping[str, MatValue]) -> dict[str, Any]:
    """Variables by name in lower case; a struct's fields stand beside them, its own name for none."""
    flat: dict[str, Any] = {}
    for name, value in variables.items():
        inner = value.items() if isinstance(value, dict) else ((name, value),)
        for title, content in inner:
            flat.setdefault(title.lower(), content)
    return flat


def _signals(path: Path, variables: Mapping[str, Any]) -> NumberArray:
    matrices = {
        name: value
        for name, value in variables.items()
        if isinstance(value, np.ndarray) and value.ndim == 2 and max(value.shape) >= _FEWEST_SAMPLES
    }
    for name in _SIGNALS:
        if name in matrices:
            return matrices[name]
    if len(matrices) != 1:
        raise RecordError(
            f"'{path.name[:80]}' holds {len(matrices)} matrices that could be the ECG: "
            "name the right one 'val'."
        )
    return next(iter(matrices.values()))


def _found(variables: Mapping[str, Any], names: tuple[str, ...], kind: type) -> Any:
    return next((variables[name] for name in names if isinstance(variables.get(name), kind)), None)


def _number_or_text(value: object) -> object:
    if isinstance(value, tuple):
        return value[0] if value else None
    if isinstance(value, np.ndarray) and value.size == 1:
        return value.flat[0]
    return None


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)
