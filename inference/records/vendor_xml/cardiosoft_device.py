"""What CardioSoft XML says of its device: interpretation, measurements and filters."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element

from inference.records.device import DeviceFilters, DeviceFindings, DeviceMeasurement, DeviceMedianBeat
from inference.records.xml_tree import number_of, text_of, texts_of

_MEASUREMENTS: Final = (
    ("VentricularRate", "Ventricular rate", "/min"),
    ("RRInterval", "RR interval", "ms"),
    ("PPInterval", "PP interval", "ms"),
    ("PDuration", "P duration", "ms"),
    ("PQInterval", "PR interval", "ms"),
    ("QRSDuration", "QRS duration", "ms"),
    ("QTInterval", "QT interval", "ms"),
    ("QTCInterval", "QTc", "ms"),
    ("PAxis", "P axis", "°"),
    ("RAxis", "QRS axis", "°"),
    ("TAxis", "T axis", "°"),
    ("POnset", "P onset", "ms"),
    ("POffset", "P offset", "ms"),
    ("QOnset", "QRS onset", "ms"),
    ("QOffset", "QRS offset", "ms"),
    ("TOffset", "T offset", "ms"),
)
"""With the unit for files that leave it out; the one in the file wins."""
_UNITS: Final = {"BPM": "/min", "BEATS/MIN": "/min", "MS": "ms", "DEGREES": "°", "DEG": "°"}
_STATEMENTS: Final = ("Interpretation/Diagnosis/DiagnosisText", "Interpretation/Diagnosis/Statement")
_CONCLUSION: Final = "Interpretation/Conclusion/ConclusionText"
_YES: Final = {"yes", "true", "on", "1"}


def device_findings(root: Element, median_beat: DeviceMedianBeat | None) -> DeviceFindings:
    """What the device of a file said; empty where the file does not say."""
    info = root.find("ClinicalInfo/DeviceInfo")
    statements = tuple(text for path in _STATEMENTS for text in texts_of(root.findall(path)))
    return DeviceFindings(
        maker="GE Healthcare",
        model=text_of(info, "Desc") or text_of(root, "Device-Type") or None,
        software=text_of(info, "SoftwareVer") or None,
        statements=statements,
        measurements=_measurements(root.find("RestingECGMeasurements")),
        filters=_filters(root.find("FilterSetting")),
        median_beat=median_beat,
    )


def conclusions(root: Element) -> tuple[str, ...]:
    """What was entered for the ECG as its conclusion: a reader's words, and not the device's."""
    return tuple(f"Conclusion entered for the ECG: {text}" for text in texts_of(root.findall(_CONCLUSION)))


def _measurements(resting: Element | None) -> tuple[DeviceMeasurement, ...]:
    found = []
    for tag, name, usual_unit in _MEASUREMENTS:
        element = None if resting is None else resting.find(tag)
        value = text_of(element)
        if element is not None and number_of(value) is not None:
            written = element.get("units", "").strip()
            found.append(DeviceMeasurement(name, value, _UNITS.get(written.upper(), written) or usual_unit))
    return tuple(found)


def _filters(setting: Element | None) -> DeviceFilters:
    mains_hz = [hz for hz in (50, 60) if text_of(setting, f"Filter{hz}Hz").lower() in _YES]
    spline = text_of(setting, "CubicSpline").lower() in _YES
    return DeviceFilters(
        high_pass_hz=number_of(text_of(setting, "HighPass")) or None,
        low_pass_hz=number_of(text_of(setting, "LowPass")) or None,
        notch_hz=float(mains_hz[0]) if mains_hz else None,
        notes=("Baseline corrected by cubic splines.",) if spline else (),
    )
