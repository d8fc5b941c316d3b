"""The device's findings in words, and which of its measurements are also made here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from inference.records.device import DeviceFilters, DeviceFindings, DeviceMeasurement
from inference.signal.device_beat import OverlaidBeat

_SAME: Final = (
    (
        "Rate",
        re.compile(r"^(mean |average )?(heart|ventricular( heart)?|vent\.?) ?rate$|^rate$", re.IGNORECASE),
    ),
    ("PR", re.compile(r"^p-?[rq]( ?(int|interval|duration))?$", re.IGNORECASE)),
    ("QRS", re.compile(r"^qrs( ?(dur|duration|interval)|d)?$", re.IGNORECASE)),
    ("QTcF", re.compile(r"^qtc?f\b|^qtc?.*frid", re.IGNORECASE)),
    ("QTcB", re.compile(r"^qtc?b\b|^qtc?.*bazett", re.IGNORECASE)),
    ("QT", re.compile(r"^qt( ?(int|interval|duration))?$", re.IGNORECASE)),
    ("QRS axis", re.compile(r"^(frontal )?(qrs|r)[ -]?(frontal )?axis$", re.IGNORECASE)),
)
"""Our name of a measurement, and what devices call it. A plain QTc is not ours: its formula is not said."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One measurement, the device's and ours; ours is '' where it is not made here."""

    name: str
    device: str
    ours: str


def compare(measurements: Sequence[DeviceMeasurement], ours: dict[str, str]) -> list[Comparison]:
    """The device's measurements that are made here too, in our order, each once."""
    rows = []
    for name, pattern in _SAME:
        theirs = next((each for each in measurements if pattern.search(each.name)), None)
        if theirs is not None:
            rows.append(Comparison(name, _value(theirs), ours.get(name, "")))
    return rows


def rest_of(measurements: Sequence[DeviceMeasurement]) -> str:
    """The other measurements in one paragraph, '' for none."""
    shown = {
        id(next((each for each in measurements if pattern.search(each.name)), None)) for _, pattern in _SAME
    }
    others = [f"{each.name} {_value(each)}" for each in measurements if id(each) not in shown]
    more = f" · and {len(others) - _MOST_OTHERS} more" if len(others) > _MOST_OTHERS else ""
    return " · ".join(others[:_MOST_OTHERS]) + more


_MOST_OTHERS: Final = 24


def maker_text(device: DeviceFindings) -> str:
    """Who made the device, its model and its software."""
    software = f"software {device.software}" if device.software else None
    return " · ".join(part for part in (device.maker, device.model, software) if part)


def filter_text(filters: DeviceFilters) -> str:
    """What had been filtered before the samples were stored, '' where the file does not say."""
    low, high = filters.high_pass_hz, filters.low_pass_hz
    parts = [
        f"high-pass {low:g} Hz" if low is not None else "",
        f"low-pass {high:g} Hz" if high is not None else "",
        f"notch {filters.notch_hz:g} Hz" if filters.notch_hz is not None else "",
    ]
    said = ", ".join(part for part in parts if part)
    return " ".join([*([f"Filtered by the device: {said}."] if said else []), *filters.notes])


def beat_text(overlaid: OverlaidBeat | None) -> str:
    """How alike the device's median beat is to ours, '' where it has none."""
    if overlaid is None or overlaid.median_correlation is None:
        return ""
    worst, r = min(overlaid.correlations.items(), key=lambda pair: pair[1])
    return (
        f"Its median beat is stored in the file: correlation with ours {overlaid.median_correlation:.3f} "
        f"(median of {len(overlaid.correlations)} leads; least {r:.3f} in {worst})."
    )


def _value(measurement: DeviceMeasurement) -> str:
    unit = "°" if measurement.unit in ("deg", "degrees") else measurement.unit
    return f"{measurement.value}{'' if unit in ('', '°') else ' '}{unit}"
