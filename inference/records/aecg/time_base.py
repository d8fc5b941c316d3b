"""When the samples of an aECG sequence set were taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element

from inference.records.errors import RecordError
from inference.records.timestamps import parse_timestamp
from inference.records.xml_tree import number_of

SECONDS: Final = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "min": 60.0, "h": 3600.0}
"""UCUM units of time."""
_EPOCH: Final = datetime(1970, 1, 1)
_RATE_DECIMALS: Final = 6


@dataclass(frozen=True, slots=True)
class TimeBase:
    """Rate in Hz, and where the first sample lies: at a time of day or so many seconds from some zero."""

    fs_hz: float
    began_at: datetime | None = None
    start_s: float | None = None


def read_time_base(sequence: Element, given_fs_hz: float | None) -> TimeBase:
    """A sequence of times that is told by its head and a constant increment (GLIST_TS, GLIST_PQ).

    RecordError where there is no increment, as in a list of single times, and no rate was given.
    """
    increment = sequence.find("value/increment")
    step = quantity(increment, SECONDS)
    if given_fs_hz is None and (step is None or step <= 0.0):
        raise RecordError("The file does not say its sampling rate: give it when opening the file.")
    fs_hz = given_fs_hz if given_fs_hz is not None else round(1.0 / (step or 1.0), _RATE_DECIMALS)
    head = sequence.find("value/head")
    if head is None:
        return TimeBase(fs_hz)
    began_at = parse_timestamp(head.get("value", "")) if head.get("unit") is None else None
    if began_at is not None:
        return TimeBase(fs_hz, began_at, (began_at - _EPOCH).total_seconds())
    return TimeBase(fs_hz, None, quantity(head, SECONDS))


def quantity(element: Element | None, units: dict[str, float]) -> float | None:
    """`<x value="2" unit="ms"/>` in the unit whose factor is 1, None where value or unit is not known."""
    if element is None:
        return None
    value = number_of(element.get("value", ""))
    factor = units.get(element.get("unit", ""))
    return None if value is None or factor is None else value * factor
