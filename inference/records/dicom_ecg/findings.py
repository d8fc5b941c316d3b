"""What the device said of an ECG: statements and measurements in a DICOM file's annotations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from inference.records.device import DeviceMeasurement
from inference.records.dicom_ecg.elements import Elements
from inference.records.errors import RecordError

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


def annotations_of(dataset: Elements) -> Annotations:
    """The waveform annotation sequence (PS3.3 C.10.10).

    Marks (P onset, T offset …) are measurements whose unit says what they count. Of marks only those of
    the first annotation group are kept: devices write the median beat's first and then every beat's.
    """
    try:
        return _sorted(dataset.items("WaveformAnnotationSequence"))
    except RecordError:
        return Annotations(notes=("The device's annotations are too many to be read and were left out.",))


def _sorted(items: Sequence[Elements]) -> Annotations:
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
            measurements.append(DeviceMeasurement(name, value, _unit(item)))
        elif name and item.text("TemporalRangeType"):
            marks += [(item.text("AnnotationGroupNumber"), mark) for mark in _marks(item, name)]
    kept, mark_notes = _first_group(marks)
    more = len(items) - MAX_ANNOTATIONS
    notes = (f"{more} further annotations were left out.",) if more > 0 else ()
    return Annotations(tuple(statements), (*measurements, *kept), mark_notes + notes)


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
