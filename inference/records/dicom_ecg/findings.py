"""What the device said of an ECG: statements and measurements in a DICOM file's annotations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from inference.records.device import DeviceMeasurement
from inference.records.dicom_ecg.elements import Elements
from inference.records.errors import RecordError
from inference.records.safety import MAX_SIGNALS
from inference.records.xml_tree import number_of

ChannelNames = Mapping[int, tuple[str, ...]]
"""The leads of each multiplex group, by its number from 1."""
MAX_ANNOTATIONS: Final = 5_000
"""More than any resting ECG has; what a Holter adds are marks of single beats, which are not kept."""
_COMMENT_OF_UNIT: Final = re.compile(r"\{[^{}]*\}")
"""UCUM's `{H.B.}/min`: what stands in braces is a remark without meaning."""

_NO_UNIT: Final = "1"
"""UCUM's sign for a plain number."""


@dataclass(frozen=True, slots=True)
class Annotations:
    """Statements, measurements and marks, in the order of the file."""

    statements: tuple[str, ...] = ()
    measurements: tuple[DeviceMeasurement, ...] = ()
    notes: tuple[str, ...] = ()


def annotations_of(dataset: Elements, channels: ChannelNames) -> Annotations:
    """The waveform annotation sequence (PS3.3 C.10.10).

    Marks (P onset, T offset …) are measurements whose unit says what they count. Of marks only those of
    the first annotation group are kept: devices write the median beat's first and then every beat's.
    `channels` names the leads that a measurement is of, where it is not of the whole ECG.
    """
    try:
        return _sorted(dataset.items("WaveformAnnotationSequence"), channels)
    except RecordError:
        return Annotations(notes=("The device's annotations are too many to be read and were left out.",))


def _sorted(items: Sequence[Elements], channels: ChannelNames) -> Annotations:
    statements: list[str] = []
    measurements: list[DeviceMeasurement] = []
    marks: list[tuple[str, DeviceMeasurement]] = []
    for item in items[:MAX_ANNOTATIONS]:
        name = item.code("ConceptNameCodeSequence").meaning
        text = item.text("UnformattedTextValue") or item.text("TextValue")
        coded = item.code("ConceptCodeSequence").meaning
        value = item.text("NumericValue")
        if text or coded:
            statements.append(_statement(name if not text else "", text or coded))
        elif name and value:
            unit = _unit(item)
            # An interval of 0 is one that was not measured.
            if not (unit == "ms" and number_of(value) == 0.0):
                measurements.append(DeviceMeasurement(name + _lead_words(item, channels), value, unit))
        elif name and item.text("TemporalRangeType"):
            marks += [
                (item.text("AnnotationGroupNumber"), mark)
                for mark in _marks(item, name + _lead_words(item, channels))
            ]
    kept, mark_notes = _first_group(marks)
    more = len(items) - MAX_ANNOTATIONS
    notes = (f"{more} further annotations were left out.",) if more > 0 else ()
    return Annotations(tuple(statements), (*measurements, *kept), mark_notes + notes)


def _lead_words(item: Elements, channels: ChannelNames) -> str:
    """Of which leads a finding is: pairs of group and channel from 1; channel 0 stands for all of a group."""
    numbers = [int(number) for number in item.numbers("ReferencedWaveformChannels")][: 2 * MAX_SIGNALS]
    pairs = list(zip(numbers[::2], numbers[1::2], strict=False))
    if any(channel == 0 for _, channel in pairs):
        return ""
    names = [
        channels[group][channel - 1]
        if 1 <= channel <= len(channels.get(group, ()))
        else f"of channel {channel} of group {group}"
        for group, channel in pairs
    ]
    is_whole = any(names == list(every) for every in channels.values())
    return f" in lead {', '.join(dict.fromkeys(names))}" if names and not is_whole else ""


def _statement(name: str, words: str) -> str:
    return f"{name}: {words}" if name else words


def _unit(item: Elements) -> str:
    unit = _COMMENT_OF_UNIT.sub("", item.code("MeasurementUnitsCodeSequence").value)
    return "" if unit == _NO_UNIT else unit


def _marks(item: Elements, name: str) -> list[DeviceMeasurement]:
    samples = item.texts("ReferencedSamplePositions")
    offsets_ms = item.texts("ReferencedTimeOffsets")
    if samples:
        return [DeviceMeasurement(name, ", ".join(samples), "sample")]
    return [DeviceMeasurement(name, ", ".join(offsets_ms), "ms")] if offsets_ms else []


def _first_group(
    marks: Sequence[tuple[str, DeviceMeasurement]],
) -> tuple[tuple[DeviceMeasurement, ...], tuple[str, ...]]:
    kept = tuple(mark for group, mark in marks if group == marks[0][0])
    left_out = len(marks) - len(kept)
    note = f"{left_out} marks of single beats were left out." if left_out else ""
    return kept, (note,) if note else ()
