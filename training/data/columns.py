"""Columns of a prepared set: what is kept of a record, a pure function of record, analysis and input."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

import inference
from inference.prepare import ModelInput, PrepareError, PrepareSpec
from inference.records.record import Record
from inference.signal.analysis import EcgAnalysis
from inference.signal.beat import BEAT_SAMPLES, MedianBeat
from inference.signal.fingerprint import FINGERPRINT_BYTES
from training.data.duplicates import fingerprint_row

Row = npt.NDArray[Any]
Compute = Callable[[Record, EcgAnalysis, ModelInput], Row]
N_LEADS: Final = 12
N_FIDUCIALS: Final = 4
_MEASURING: Final = ("prepare.py", "signal/*.py", "measure/*.py")
RECORD_SAMPLES: Final = 5000
"""Filtered leads are kept for the first 10 s at 500 Hz."""


@dataclass(frozen=True, slots=True)
class Column:
    """One array of a prepared set: a row of `shape` and `dtype` for each record.

    `compute` is a function of a module (a worker process has to find it) or a partial of one, and depends
    on the signals alone: rows are kept by the record's hash, which knows nothing of age or sex. What it
    does not find is NaN or -1; it raises PrepareError only for a record that no model could answer.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    compute: Compute = field(repr=False)

    @property
    def row_bytes(self) -> int:
        """Size of one row in bytes."""
        return int(np.prod(self.shape, dtype=np.int64)) * np.dtype(self.dtype).itemsize

    def row(self, record: Record, analysis: EcgAnalysis, model_input: ModelInput) -> Row:
        """The row of one record. Raises ValueError when `compute` gives another shape than promised."""
        row = np.asarray(self.compute(record, analysis, model_input), dtype=self.dtype, order="C")
        if row.shape != self.shape:
            raise ValueError(f"Column {self.name} promises rows of {self.shape} and gave {row.shape}.")
        return row

    @property
    def version(self) -> str:
        """Changes with name, shape, dtype and the code that a row is computed with."""
        compute = self.compute.func if isinstance(self.compute, partial) else self.compute
        bound = self.compute.keywords | {"": self.compute.args} if isinstance(self.compute, partial) else {}
        code = f"{_module_text(compute.__module__)}|{measuring_code(Path(inference.__file__).parent)}"
        said = f"{self.name}|{self.shape}|{self.dtype}|{sorted(bound.items())}|{code}"
        return hashlib.sha256(said.encode()).hexdigest()[:8]


def beat_columns(spec: PrepareSpec) -> tuple[Column, ...]:
    """What models of the median beat need: `inputs`, `beats_mv`, `fiducials`, and `fingerprints`.

    Raises ValueError for a spec whose input is no beat: pictures are drawn from `leads_mv`.
    """
    if not spec.is_beat:
        raise ValueError(f"A prepared set keeps inputs of beat models, not of '{spec.profile}'.")
    return (
        Column("inputs", (len(spec.leads), spec.n_samples), "float32", model_input_row),
        Column("beats_mv", (N_LEADS, BEAT_SAMPLES), "float32", beat_mv_row),
        Column("fiducials", (N_FIDUCIALS,), "int64", fiducials_row),
        Column("fingerprints", (FINGERPRINT_BYTES,), "uint8", fingerprint_row),
    )


def all_columns(spec: PrepareSpec) -> tuple[Column, ...]:
    """`beat_columns` and, at five times their size, `leads_mv` for pictures of leads."""
    return (*beat_columns(spec), LEADS_MV)


def model_input_row(record: Record, analysis: EcgAnalysis, model_input: ModelInput) -> Row:  # noqa: ARG001
    """Exactly what prepare() gives a beat model, (n_leads, n_samples)."""
    row: Row = model_input.array[0, 0]
    return row


def beat_mv_row(record: Record, analysis: EcgAnalysis, model_input: ModelInput) -> Row:  # noqa: ARG001
    """The physical median beat, (12, 600) mV. Raises PrepareError where there is none."""
    return whole_beat(model_input).signals_mv


def fiducials_row(record: Record, analysis: EcgAnalysis, model_input: ModelInput) -> Row:  # noqa: ARG001
    """QRS onset, J point, T peak and T end as samples of the beat, -1 where not found; (4,)."""
    beat = whole_beat(model_input)
    found = (beat.qrs_onset, beat.j_point, beat.t_peak, beat.t_end)
    return np.array([-1 if sample is None else sample for sample in found], dtype=np.int64)


def leads_mv_row(record: Record, analysis: EcgAnalysis, model_input: ModelInput) -> Row:  # noqa: ARG001
    """The first 10 s of the filtered leads, (12, 5000) mV at 500 Hz, NaN beyond the record's end."""
    leads = np.full((N_LEADS, RECORD_SAMPLES), np.nan, dtype=np.float32)
    part = analysis.signals_mv[:, :RECORD_SAMPLES]
    leads[:, : part.shape[1]] = part
    return leads


LEADS_MV: Final = Column("leads_mv", (N_LEADS, RECORD_SAMPLES), "float32", leads_mv_row)


def whole_beat(model_input: ModelInput) -> MedianBeat:
    """The median beat behind an input. Raises PrepareError where there is none of full length."""
    beat = model_input.beat
    if beat is None or beat.signals_mv.shape[1] != BEAT_SAMPLES:
        raise PrepareError("Not run: there is no median beat.")
    return beat


def _module_text(name: str) -> str:
    """The source of a module; '' in the built program, which has none."""
    path = getattr(sys.modules[name], "__file__", None)
    return Path(path).read_text(encoding="utf-8") if path and Path(path).suffix == ".py" else ""


@cache
def measuring_code(folder: Path) -> str:
    """Changes with the source in the package `inference` that rows depend on.

    The built program has no source: there it changes with the program's own file.
    """
    sources = sorted(path for part in _MEASURING for path in folder.glob(part))
    if not sources:
        state = Path(sys.executable).stat()
        return f"{state.st_size}|{state.st_mtime_ns}"
    whole = hashlib.sha256()
    for path in sources:
        whole.update(path.read_bytes())
    return whole.hexdigest()
