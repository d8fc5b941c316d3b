"""What a Schiller device is, had filtered, measured and said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from inference.records.device import DeviceFilters, DeviceFindings, DeviceMeasurement, DeviceMedianBeat
from inference.records.leads import normalise_lead_name
from inference.records.xml_tree import number_of, text_of, texts_of

MAX_VALUES: Final = 2_000
"""Sixteen values of each of twelve leads, and some twenty of the whole, in the files known."""
_NOT_MEASURED: Final = ("", "-")
_OFF: Final = ("", "-", "OFF", "0")
_GLOBAL: Final = {
    "HR": ("Heart rate", "/min"),
    "RR": ("RR interval", "ms"),
    "P": ("P duration", "ms"),
    "PQ": ("PQ interval", "ms"),
    "QRS": ("QRS duration", "ms"),
    "QT": ("QT interval", "ms"),
    "QTC": ("QTc interval", "ms"),
    "P_ON": ("P onset", "sample"),
    "P_OFF": ("P end", "sample"),
    "QRS_ON": ("QRS onset", "sample"),
    "QRS_OFF": ("QRS end", "sample"),
    "T_OFF": ("T end", "sample"),
    "AXIS_P": ("P axis", "deg"),
    "AXIS_QRS": ("QRS axis", "deg"),
    "AXIS_T": ("T axis", "deg"),
    "BP_S": ("Systolic blood pressure", "mmHg"),
    "BP_D": ("Diastolic blood pressure", "mmHg"),
}
"""Marks are samples of the averaged beat: QRS onset to end, counted so, is the QRS duration."""
_WAVE_PARTS: Final = {"AMPL": ("amplitude", "mV"), "DUR": ("duration", "ms")}
_FILTERS: Final = ("HIGHPASS_CUTOFF_FREQ", "LOWPASS_CUTOFF_FREQ", "MAINS")


def findings_of(root: Element, averages: Element | None, beat: DeviceMedianBeat | None) -> DeviceFindings:
    """Device, filters, measurements and statements; empty where the file does not say."""
    hardware = root.find("examdescript/aquiringdevice/hardware")
    events = root.findall("eventdata/event")
    measured = [value for event in events for value in _global_values(event)]
    if averages is not None:
        measured += _lead_values(averages)
    return DeviceFindings(
        maker=text_of(hardware, "vendor") or None,
        model=text_of(hardware, "model") or None,
        software=text_of(root, "examdescript/aquiringdevice/software/version") or None,
        statements=tuple(line for event in events for line in _statements(event)),
        measurements=tuple(measured[:MAX_VALUES]),
        filters=_filters(events),
        median_beat=beat,
    )


def _pairs(element: Element) -> Iterator[tuple[str, str]]:
    """Names and values of an annotation; some writers put several of each into one."""
    names = [text_of(name) for name in element.findall("name")]
    yield from zip(names, (text_of(value) for value in element.findall("value")), strict=False)


def _global_values(event: Element) -> Iterator[DeviceMeasurement]:
    for annotation in event.findall("annotation_global"):
        for name, value in _pairs(annotation):
            if value not in _NOT_MEASURED:
                words, unit = _GLOBAL.get(name.upper(), (name, ""))
                yield DeviceMeasurement(words, value, unit)


def _lead_values(averages: Element) -> Iterator[DeviceMeasurement]:
    """`R_AMPL` of lead V2 is `R amplitude in lead V2`; a hyphen (`R-_AMPL`) marks a second such wave."""
    for channel in averages.findall("channel"):
        lead = normalise_lead_name(text_of(channel, "name"))
        for annotation in channel.findall("annotation_lead"):
            for name, value in _pairs(annotation):
                if value not in _NOT_MEASURED:
                    wave, _, part = name.rpartition("_")
                    words, unit = _WAVE_PARTS.get(part, (part, ""))
                    wave = wave.replace("-", "'").replace("_", " ")
                    yield DeviceMeasurement(f"{wave} {words} in lead {lead}".strip(), value, unit)


def _statements(event: Element) -> Iterator[str]:
    for text in event.findall("textdata"):
        for block in texts_of(text.findall("textdata")):
            yield from (line.strip() for line in block.splitlines() if line.strip())


def _filters(events: list[Element]) -> DeviceFilters:
    """Filters of the stored samples; those of the print (`filters_display`) do not count."""
    settings = {
        text_of(found, "name").upper(): text_of(found, "value")
        for event in events
        for found in event.findall("filters_data/filter")
    }
    high_pass_hz, low_pass_hz, notch_hz = (number_of(settings.get(name, "")) or None for name in _FILTERS)
    notes = tuple(
        f"{name.replace('_', ' ').capitalize()[:60]}: {value[:20]}."
        for name, value in settings.items()
        if name not in _FILTERS and value.upper() not in _OFF
    )
    return DeviceFilters(high_pass_hz, low_pass_hz, notch_hz, notes)
