"""The leads of an aECG series in mV."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element

import numpy as np

from inference.records.aecg.time_base import read_time_base
from inference.records.errors import RecordError
from inference.records.given import Given
from inference.records.lead_choice import pick_ecg_leads
from inference.records.number_lists import parse_numbers
from inference.records.record import FloatArray
from inference.records.safety import MAX_SIGNALS, check_shape
from inference.records.strips import Strip
from inference.records.units import mv_per_unit, scaled_mv
from inference.records.xml_tree import number_of, text_of

_TIME: Final = "TIME_"
_INVERTED_AVR: Final = "MDC_ECG_LEAD_AVRNEG"
_SHORTEST_SHARE: Final = 0.5
"""A lead that lacks more than half of the samples is left out, one that lacks fewer is filled up with NaN."""


@dataclass(frozen=True, slots=True)
class LeadSet:
    """The leads of one sequence set, when they were recorded, and what is to be said of them."""

    strip: Strip
    began_at: datetime | None
    scale: str
    notes: tuple[str, ...] = field(default=())


def read_lead_sets(series: Element, given: Given) -> list[LeadSet]:
    """Every sequence set of a series. RecordError where one cannot be read."""
    sets = series.findall("component/sequenceSet")
    if len(sets) > MAX_SIGNALS:
        raise RecordError(f"The file holds {len(sets)} sets of leads, far more than an ECG has.")
    return [
        _read_set(found, given) for found in sets if found.find("component/sequence/value/digits") is not None
    ]


def _read_set(found: Element, given: Given) -> LeadSet:
    sequences = found.findall("component/sequence")
    times = [sequence for sequence in sequences if _is_time(sequence)]
    time_base = read_time_base(times[0] if times else Element("sequence"), given.fs_hz)
    columns = [sequence for sequence in sequences if not _is_time(sequence)]
    check_shape(len(columns), 1, time_base.fs_hz)
    picked = pick_ecg_leads(_names(columns, given))
    leads: dict[str, FloatArray] = {}
    for column, name in picked.names.items():
        leads[name] = picked.upright(name, _in_mv(columns[column], name, given))
    kept, notes = _of_one_length(leads)
    check_shape(len(kept), len(next(iter(kept.values()))), time_base.fs_hz)
    strip = Strip(kept, time_base.fs_hz, time_base.start_s)
    return LeadSet(
        strip, time_base.began_at, _scale_words(columns[next(iter(picked.names))]), picked.notes + notes
    )


def _names(columns: list[Element], given: Given) -> tuple[str, ...]:
    codes = [_code(column) for column in columns]
    return given.names(["-aVR" if code.upper() == _INVERTED_AVR else code for code in codes], "sequence")


def _is_time(sequence: Element) -> bool:
    return _code(sequence).startswith(_TIME)


def _code(sequence: Element) -> str:
    code = sequence.find("code")
    return "" if code is None else code.get("code", "").strip()


def _in_mv(sequence: Element, name: str, given: Given) -> FloatArray:
    """origin + digit * scale (HL7 data type SLIST_PQ) in mV, shape (n_samples,)."""
    scale_mv = _voltage_mv(sequence.find("value/scale"), name, given)
    if scale_mv is None:
        raise RecordError(f"The file does not say what one digit of lead {name} is worth: export it again.")
    origin_mv = _voltage_mv(sequence.find("value/origin"), name, given) or 0.0
    digits = parse_numbers(text_of(sequence, "value/digits"))
    values = scaled_mv(digits, 0.0, scale_mv)
    return values if origin_mv == 0.0 else scaled_mv(values, -origin_mv, 1.0)


def _voltage_mv(element: Element | None, name: str, given: Given) -> float | None:
    value = None if element is None else number_of(element.get("value", ""))
    if element is None or value is None:
        return None
    unit = given.unit if given.unit is not None else element.get("unit", "")
    if not unit and value != 0.0:
        raise RecordError(f"Lead {name} has no unit: give it (mV, uV or V) when opening the file.")
    return value * mv_per_unit(unit) if unit else 0.0


def _of_one_length(leads: dict[str, FloatArray]) -> tuple[dict[str, FloatArray], tuple[str, ...]]:
    longest = max(len(values) for values in leads.values())
    kept: dict[str, FloatArray] = {}
    notes: list[str] = []
    for name, values in leads.items():
        lacks = longest - len(values)
        if lacks == 0:
            kept[name] = values
        elif len(values) < _SHORTEST_SHARE * longest:
            notes.append(f"Lead {name} was left out: it holds only {len(values)} of {longest} samples.")
        else:
            kept[name] = np.pad(values, (0, lacks), constant_values=np.nan)
            notes.append(f"Lead {name} ends {lacks} samples before the others.")
    return kept, tuple(notes)


def _scale_words(sequence: Element) -> str:
    scale = sequence.find("value/scale")
    return "" if scale is None else f"{scale.get('value', '')[:20]} {scale.get('unit', '')[:10]}"
