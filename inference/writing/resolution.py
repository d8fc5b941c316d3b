"""From mV to whole numbers without loss: the step that a recorder stored in is found again.

A Record holds float32 mV that came from whole numbers times a step (1 µV, 5 µV, 4.88 µV ...). Written in
that step, every sample comes back bit by bit. A signal without such a step is written in steps of
1 µV / 5^k: rounding to one of those and then to whole microvolts gives the same as rounding to whole
microvolts at once, so that the ECG keeps its identity (`signal_sha256`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from inference.records.record import FloatArray, Record

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

INT16_LARGEST: Final = 2**15 - 1
"""The smallest 16-bit number is left to mark what is no sample."""
INT32_LARGEST: Final = 2**31 - 1
_USUAL_STEPS_UV: Final = (5.0, 4.88, 2.5, 2.0, 1.25, 1.0, 0.5, 0.25, 0.1)
_ROUND_STEPS_UV: Final = (0.008, 0.04, 0.2, 1.0, 5.0, 25.0, 125.0, 625.0, 3125.0, 15625.0, 78125.0)
_SMALLEST_STEP_UV: Final = 0.008
_ROUNDING: Final = 2.0**-21
"""What float32 leaves of a lead that was computed from two others, as a share of its largest sample."""
_LOOKED_AT: Final = 20_000
"""Samples from which a lead's step is guessed; the guess is then checked on all."""
_OFFSET_STEPS: Final = 1000
"""Offsets are multiples of so many steps, which keeps them short as text."""

Accepts = Callable[[float, float], bool]
"""Whether a format can express a step and an offset, both in µV."""


@dataclass(frozen=True, slots=True)
class StoredLead:
    """One lead as whole numbers: value in µV = integers * step_uv + offset_uv."""

    name: str
    integers: IntArray = field(repr=False)
    """(n_samples,), 0 where there is no sample."""
    is_invalid: BoolArray = field(repr=False)
    step_uv: float
    offset_uv: float
    worst_uv: float
    """Largest difference to the Record in µV; 0 where every sample is kept bit by bit."""


def stored_leads(
    lead_names: tuple[str, ...],
    signals_mv: FloatArray,
    largest: int,
    accepts: Accepts = lambda _step_uv, _offset_uv: True,
) -> tuple[StoredLead, ...]:
    """Each row of `signals_mv` (n_leads, n_samples) in the coarsest step that keeps it whole.

    Integers lie within ±`largest`. Where a lead's range is too wide for its own step, an offset is taken off,
    and then the step is coarser: `worst_uv` says by how much. One step serves all leads where it can.
    """
    steps_uv = _one_step_where_it_serves(signals_mv, _steps_uv(signals_mv))
    rows = zip(lead_names, signals_mv, steps_uv, strict=True)
    return tuple(_stored(name, row, step, largest, accepts) for name, row, step in rows)


def coarse_notes(leads: tuple[StoredLead, ...]) -> tuple[str, ...]:
    """One sentence on each lead whose samples moved by more than half a microvolt."""
    return tuple(
        f"Lead {lead.name} is stored in steps of {lead.step_uv:g} µV: its range does not fit finer ones."
        for lead in leads
        if lead.worst_uv > 0.51
    )


def of_record(record: Record, largest: int, accepts: Accepts | None = None) -> tuple[StoredLead, ...]:
    """`stored_leads` of all leads of a Record, derived ones too."""
    if accepts is None:
        return stored_leads(record.lead_names, record.signals_mv, largest)
    return stored_leads(record.lead_names, record.signals_mv, largest, accepts)


def _steps_uv(signals_mv: FloatArray) -> list[float | None]:
    """Each row's step, None where it has none. A lead that was computed from others has half of theirs."""
    exact = [_first_fitting(row, _proposals(row), 0.0) for row in signals_mv]
    found = sorted({step for step in exact if step is not None})
    halves = [*found, *(step / 2 for step in found)]
    return [
        step if step is not None else _first_fitting(row, halves, _ROUNDING)
        for step, row in zip(exact, signals_mv, strict=True)
    ]


def _one_step_where_it_serves(signals_mv: FloatArray, steps_uv: list[float | None]) -> list[float | None]:
    finest = min((step for step in steps_uv if step is not None), default=None)
    if finest is None or None in steps_uv:
        return steps_uv
    serves = all(_fits(row, finest, _ROUNDING) for row in signals_mv)
    return [finest] * len(steps_uv) if serves else steps_uv


def _first_fitting(row: FloatArray, steps_uv: Iterable[float], tolerance: float) -> float | None:
    return next((step for step in steps_uv if _fits(row, step, tolerance)), None)


def _proposals(row: FloatArray) -> Iterator[float]:
    """Steps in which the row may have been stored, coarser ones first."""
    seen = row[np.isfinite(row)][:_LOOKED_AT].astype(np.float64) * 1000.0
    distances = np.diff(np.unique(seen))
    smallest = float(distances.min()) if distances.size else 0.0
    if smallest >= _SMALLEST_STEP_UV / 2:
        for part in (1, 2, 3, 4, 5, 10):
            for digits in range(2, 9):
                yield float(f"{smallest / part:.{digits}g}")
            yield 1000.0 / max(1, round(1000.0 * part / smallest))
    yield from _USUAL_STEPS_UV


def _fits(row: FloatArray, step_uv: float, tolerance: float) -> bool:
    """Whether every sample is a whole number of steps, but for `tolerance` as a share of the largest."""
    if step_uv < _SMALLEST_STEP_UV:
        return False
    valid = row[np.isfinite(row)]
    allowed = tolerance * float(np.abs(valid).max(initial=0.0))
    # A look at a few samples settles nearly all steps that do not fit.
    return all(
        bool(np.all(np.abs(_back_mv(np.round(_uv(part) / step_uv), step_uv, 0.0) - part) <= allowed))
        for part in (valid[:1000], valid)
    )


def _stored(name: str, row: FloatArray, own: float | None, largest: int, accepts: Accepts) -> StoredLead:
    steps_uv = (*(() if own is None else (own,)), *_ROUND_STEPS_UV)
    for step_uv in steps_uv:
        for offset_uv in (0.0, _middle_uv(row, step_uv)):
            numbers = np.round((_uv(row) - offset_uv) / step_uv)
            if _within(numbers, largest) and accepts(step_uv, offset_uv):
                return _lead(name, row, numbers, step_uv, offset_uv)
    raise AssertionError("samples beyond a kilovolt are not read")


def _within(numbers: npt.NDArray[np.float64], largest: int) -> bool:
    valid = numbers[np.isfinite(numbers)]
    return valid.size == 0 or float(np.abs(valid).max()) <= largest


def _lead(
    name: str, row: FloatArray, numbers: npt.NDArray[np.float64], step_uv: float, offset_uv: float
) -> StoredLead:
    is_invalid = ~np.isfinite(row)
    integers = np.where(is_invalid, 0.0, numbers).astype(np.int64)
    moved_uv = np.abs(_uv(_back_mv(integers, step_uv, offset_uv)) - _uv(row))[~is_invalid]
    return StoredLead(
        name, integers, is_invalid, step_uv, offset_uv, float(moved_uv.max()) if moved_uv.size else 0.0
    )


def _middle_uv(row: FloatArray, step_uv: float) -> float:
    """The middle of a lead's range in µV, as a whole number of `_OFFSET_STEPS` steps."""
    valid = _uv(row[np.isfinite(row)])
    if not valid.size:
        return 0.0
    unit_uv = step_uv * _OFFSET_STEPS
    return float(np.round((valid.min() + valid.max()) / 2 / unit_uv) * unit_uv)


def _uv(values_mv: FloatArray) -> npt.NDArray[np.float64]:
    return values_mv.astype(np.float64) * 1000.0


def _back_mv(numbers: npt.NDArray[Any], step_uv: float, offset_uv: float) -> FloatArray:
    return ((numbers * step_uv + offset_uv) / 1000.0).astype(np.float32)
