"""The global measurements in a Philips Sierra XML file, as the device made them."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element

from inference.records.device import DeviceMeasurement
from inference.records.xml_tree import number_of, text_of

_MEASURED: Final = (
    ("Ventricular rate", "/min", ("heartrate", "meanventrate")),
    ("Atrial rate", "/min", ("atrialrate",)),
    ("RR interval", "ms", ("rrint",)),
    ("P duration", "ms", ("pdur",)),
    ("PR interval", "ms", ("print", "meanprint")),
    ("QRS duration", "ms", ("qrsdur", "meanqrsdur")),
    ("QT interval", "ms", ("qtint", "meanqtint")),
    ("QTc (Bazett)", "ms", ("qtcb",)),
    ("QTc (Fridericia)", "ms", ("qtcf",)),
    ("P axis", "°", ("pfrontaxis",)),
    ("QRS axis", "°", ("qrsfrontaxis",)),
    ("ST axis", "°", ("stfrontaxis",)),
    ("T axis", "°", ("tfrontaxis",)),
    ("QRS onset in the median beat", "ms", ("qonset",)),
    ("T onset in the median beat", "ms", ("tonset",)),
)
_MEASURED_IN: Final = (
    ".//interpretation/globalmeasurements",
    ".//interpretation/interpretationmeasurements",
    ".//internalmeasurements/crossleadmeasurements",
    ".//measurements/globalmeasurements",
)
"""1.04 before 1.03, the finished report before what it was made from."""
_EMPTY: Final = {"", "-", "--", "---"}


def read_measurements(root: Element) -> tuple[DeviceMeasurement, ...]:
    """The device's global measurements as it wrote them; what it left empty is left out."""
    places = [place for path in _MEASURED_IN if (place := root.find(path)) is not None]
    found = []
    for name, unit, tags in _MEASURED:
        texts = (text_of(place, tag) for place in places for tag in tags)
        value = next((text for text in texts if text not in _EMPTY), "")
        if value:
            found.append(DeviceMeasurement(name, value, unit if number_of(value) is not None else ""))
    return tuple(found) + _further_qtc(places, "qtc" in {each.name[:3].lower() for each in found})


def _further_qtc(places: list[Element], has_named_one: bool) -> tuple[DeviceMeasurement, ...]:
    """QTc by methods that the file names, or 1.03's `meanqtc`, whose method it does not name."""
    others = [
        DeviceMeasurement(f"QTc ({method})", text_of(other), "ms")
        for place in places
        for other in place.iterfind("qtco")
        if (method := other.get("methodname", "").strip()) and number_of(text_of(other)) is not None
    ]
    unnamed = next((text for place in places if (text := text_of(place, "meanqtc"))), "")
    if unnamed and not has_named_one:
        others.append(DeviceMeasurement("QTc", unnamed, "ms"))
    return tuple(others)
