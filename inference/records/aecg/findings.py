"""What the device of an aECG is, had filtered and said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element

from inference.records.aecg.terms import in_words
from inference.records.device import DeviceFilters, DeviceMeasurement
from inference.records.leads import read_lead_name
from inference.records.xml_tree import number_of, text_of

_BEAT: Final = "MDC_ECG_BEAT"
_WAVE: Final = "MDC_ECG_WAVC"
_RHYTHM: Final = "MDC_ECG_RHY"
_INTERPRETATION: Final = "MDC_ECG_INTERPRETATION"
_LEAD: Final = "MDC_ECG_LEAD_"
_NO_UNIT: Final = "1"
"""UCUM's sign for a plain number."""
_FILTER: Final = "MDC_ECG_CTL_VBL_ATTR_FILTER_"


@dataclass(slots=True)
class Said:
    """Statements and measurements, gathered from several annotation sets in the order of the file."""

    statements: list[str] = field(default_factory=list)
    measurements: list[DeviceMeasurement] = field(default_factory=list)
    n_beats: int = 0
    n_by_people: int = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """One sentence on each kind of annotation that was left out."""
        counted = (
            (self.n_beats, "Annotations of {} single beats were left out."),
            (self.n_by_people, "What people annotated was left out as not the device's; sets of it: {}."),
        )
        return tuple(words.format(count) for count, words in counted if count)


def gather(series: Element, said: Said, *, of_beat: bool) -> None:
    """Add what the annotation sets of a series say; `of_beat` for the representative beat's own."""
    for annotation_set in series.findall("subjectOf/annotationSet"):
        author = annotation_set.find("author/assignedEntity/assignedAuthorType")
        if author is not None and author.find("assignedPerson") is not None:
            said.n_by_people += 1
            continue
        for annotation in _outside_beats(annotation_set, said):
            _add(annotation, said, of_beat)


def _outside_beats(annotation_set: Element, said: Said) -> Iterator[Element]:
    """Annotations at any depth but those within a beat, in the order of the file."""
    waiting = annotation_set.findall("component/annotation")[::-1]
    while waiting:
        annotation = waiting.pop()
        if _code(annotation) == _BEAT:
            said.n_beats += 1
            continue
        yield annotation
        waiting += annotation.findall("component/annotation")[::-1]


def _add(annotation: Element, said: Said, of_beat: bool) -> None:
    code, value = _code(annotation), annotation.find("value")
    if value is None:
        return
    if code.startswith(_INTERPRETATION) or code == _RHYTHM:
        words = text_of(value) or in_words(value.get("code", ""), value.get("displayName", ""))
        if words:
            said.statements.append(" ".join(words.split()))
    elif number_of(value.get("value", "")) is not None:
        name = in_words(code, _display_name(annotation)) + _lead_words(annotation)
        said.measurements.append(DeviceMeasurement(name, value.get("value", "").strip(), _unit(value)))
    elif code == _WAVE and of_beat:
        said.measurements += _limits(annotation, in_words(value.get("code", "")))


def _unit(value: Element) -> str:
    unit = value.get("unit", "")
    return "" if unit == _NO_UNIT else unit


def _limits(annotation: Element, wave: str) -> Iterator[DeviceMeasurement]:
    """Onset and end of a wave, counted from the beginning of the representative beat."""
    for end, words in (("low", "onset"), ("high", "end")):
        for limit in annotation.findall(f"support/supportingROI/component/boundary/value/{end}"):
            value = limit.get("value", "").strip()
            if number_of(value) is not None and limit.get("unit"):
                yield DeviceMeasurement(
                    f"{wave} {words}{_lead_words(annotation)}", value, limit.get("unit", "")
                )


def _code(element: Element) -> str:
    code = element.find("code")
    return "" if code is None else code.get("code", "").strip()


def _display_name(element: Element) -> str:
    code = element.find("code")
    return "" if code is None else code.get("displayName", "")


def _lead_words(annotation: Element) -> str:
    boundaries = annotation.findall("support/supportingROI/component/boundary/code")
    codes = (boundary.get("code", "") for boundary in boundaries)
    names = [read_lead_name(code).name for code in codes if code.startswith(_LEAD)]
    return f" in lead {', '.join(names)}" if names else ""


def filters_of(series: Element) -> DeviceFilters:
    """Filters in the control variables of a series (aECG implementation guide, 4.4.6)."""
    corners: dict[str, float | None] = {}
    notes: list[str] = []
    for variable in series.findall("controlVariable/controlVariable"):
        kind = _code(variable).upper()
        if not kind.startswith(_FILTER):
            continue
        corners.setdefault(kind.removeprefix(_FILTER), _corner_hz(variable))
        descriptions = (
            text_of(inner, "value")
            for inner in variable.iter("controlVariable")
            if "DESCRIPTION" in _code(inner)
        )
        name = kind.removeprefix(_FILTER).replace("_", "-").lower()
        notes += [f"The {name} filter is of type '{text[:40]}'." for text in descriptions if text]
    return DeviceFilters(
        corners.get("HIGH_PASS"), corners.get("LOW_PASS"), corners.get("NOTCH"), tuple(notes)
    )


def _corner_hz(variable: Element) -> float | None:
    for value in variable.iter("value"):
        if value.get("unit", "").strip().lower() == "hz":
            return number_of(value.get("value", "")) or None
    return None
