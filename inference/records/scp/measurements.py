"""Sections 7 and 10: what the device measured, on its reference beat and lead by lead."""

from __future__ import annotations

from typing import Final

from inference.records.device import DeviceMeasurement
from inference.records.errors import RecordError
from inference.records.safety import MAX_SIGNALS
from inference.records.scp.cursor import DAMAGED, Cursor
from inference.records.scp.lead_definition import lead_name

_NO_VALUE: Final = frozenset({29999, 29998, 19999, 0xFFFF, -1, -32768})
"""Not computed, rejected, wave not there (clause 5.10.2), and two that are no value anywhere."""
_NO_AXIS: Final = frozenset({999, 29999, 29998, 19999, -32768})
_MARKS: Final = ("P onset", "P offset", "QRS onset", "QRS offset", "T offset")
_AXES: Final = ("P axis", "QRS axis", "T axis")
_INTERVALS: Final = (
    ("P duration", "P onset", "P offset"),
    ("PR interval", "P onset", "QRS onset"),
    ("QRS duration", "QRS onset", "QRS offset"),
    ("QT interval", "QRS onset", "T offset"),
)
_QTC_FORMULAS: Final = {1: "QTc (Bazett)", 2: "QTc (Hodges)"}
_OF_A_LEAD: Final = (
    ("P duration", "ms"),
    ("PR interval", "ms"),
    ("QRS duration", "ms"),
    ("QT interval", "ms"),
    ("Q duration", "ms"),
    ("R duration", "ms"),
    ("S duration", "ms"),
    ("R' duration", "ms"),
    ("S' duration", "ms"),
    ("Q amplitude", "µV"),
    ("R amplitude", "µV"),
    ("S amplitude", "µV"),
    ("R' amplitude", "µV"),
    ("S' amplitude", "µV"),
    ("J point amplitude", "µV"),
    ("P+ amplitude", "µV"),
    ("P- amplitude", "µV"),
    ("T+ amplitude", "µV"),
    ("T- amplitude", "µV"),
    ("ST slope", "µV/s"),
    ("P morphology", ""),
    ("T morphology", ""),
    ("isoelectric segment at QRS onset", "ms"),
    ("isoelectric segment at QRS end", "ms"),
    ("intrinsicoid deflection", "ms"),
    ("quality", ""),
    ("ST amplitude at J+20 ms", "µV"),
    ("ST amplitude at J+60 ms", "µV"),
    ("ST amplitude at J+80 ms", "µV"),
    ("ST amplitude at J+RR/16", "µV"),
    ("ST amplitude at J+RR/8", "µV"),
)
"""Clause 5.13.5, in this order; those without a unit are codes and not taken."""


def read_global_measurements(section_7: bytes) -> tuple[DeviceMeasurement, ...]:
    """Intervals and axes of the reference beat, marks from its beginning, rates; undefined ones left out."""
    cursor = Cursor(section_7)
    n_blocks, n_spikes, rr_ms, pp_ms = cursor.numbers("BBHH")
    found = _measured((("RR interval", rr_ms, "ms"), ("PP interval", pp_ms, "ms")))
    for block in range(n_blocks):
        values = cursor.numbers("5H3h")
        # The first block is of the reference beat; others are of further types, or of single beats.
        found += _of_a_beat(values) if block == 0 else ()
    cursor.take(10 * n_spikes)
    if n_spikes:
        found += (DeviceMeasurement("Pacemaker spikes", str(n_spikes)),)
    return found + _rates(cursor)


def _of_a_beat(values: tuple[int, ...]) -> tuple[DeviceMeasurement, ...]:
    marks = {name: value for name, value in zip(_MARKS, values, strict=False) if value not in _NO_VALUE}
    intervals = tuple(
        (name, marks[end] - marks[start], "ms")
        for name, start, end in _INTERVALS
        if start in marks and end in marks and marks[end] > marks[start]
    )
    axes = tuple(
        (name, value, "°")
        for name, value in zip(_AXES, values[len(_MARKS) :], strict=True)
        if value not in _NO_AXIS
    )
    return _measured((*intervals, *axes, *((name, value, "ms") for name, value in marks.items())))


def _rates(cursor: Cursor) -> tuple[DeviceMeasurement, ...]:
    """Behind the types of the beats, since version 1.3: rates, QTc and the formula that corrected it."""
    if cursor.left < 2:
        return ()
    n_beats = cursor.number("H")
    if n_beats in _NO_VALUE or cursor.left < n_beats + 7:
        return ()
    cursor.take(n_beats)
    ventricular, atrial, qtc_ms, formula = cursor.numbers("HHHB")
    qtc = _QTC_FORMULAS.get(formula, "QTc")
    return _measured(
        (("Ventricular rate", ventricular, "/min"), ("Atrial rate", atrial, "/min"), (qtc, qtc_ms, "ms"))
    )


def read_lead_measurements(section_10: bytes) -> tuple[DeviceMeasurement, ...]:
    """Durations and amplitudes lead by lead, named "V2 J point amplitude"; undefined ones left out."""
    cursor = Cursor(section_10)
    n_leads, _of_the_maker = cursor.numbers("HH")
    if n_leads > MAX_SIGNALS:
        raise RecordError(DAMAGED)
    found: tuple[DeviceMeasurement, ...] = ()
    for _ in range(n_leads):
        code, length = cursor.numbers("HH")
        of_lead = Cursor(cursor.take(length))
        values = of_lead.numbers(f"{length // 2}h")
        found += tuple(
            DeviceMeasurement(f"{lead_name(code)} {name}", str(value), unit)
            for (name, unit), value in zip(_OF_A_LEAD, values, strict=False)
            if unit and value not in _NO_VALUE
        )
    return found


def _measured(values: tuple[tuple[str, int, str], ...]) -> tuple[DeviceMeasurement, ...]:
    """Those that are there: 0 stands for undefined in everything but an axis or a mark."""
    return tuple(
        DeviceMeasurement(name, str(value), unit)
        for name, value, unit in values
        if value not in _NO_VALUE and (value or unit == "°" or name in _MARKS)
    )
