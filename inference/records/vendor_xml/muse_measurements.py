"""The measurements in a GE MUSE file, as the device made them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element

from inference.records.device import DeviceMeasurement
from inference.records.vendor_xml.muse_waveform import sample_rate_hz
from inference.records.xml_tree import number_of, text_of

_INTERVALS: Final = (
    ("PRInterval", "PR interval"),
    ("QRSDuration", "QRS duration"),
    ("QTInterval", "QT interval"),
    ("QTCorrected", "QTc"),
    ("QTcFrederica", "QTc (Fridericia)"),
)
_OTHERS: Final = (
    ("VentricularRate", "Ventricular rate", "/min"),
    ("AtrialRate", "Atrial rate", "/min"),
    ("PAxis", "P axis", "°"),
    ("RAxis", "QRS axis", "°"),
    ("TAxis", "T axis", "°"),
    ("QRSCount", "Number of QRS complexes", ""),
)
_FIDUCIALS: Final = (
    ("POnset", "P onset in the median beat"),
    ("POffset", "P offset in the median beat"),
    ("QOnset", "QRS onset in the median beat"),
    ("QOffset", "QRS offset in the median beat"),
    ("TOffset", "T offset in the median beat"),
)
_LONGEST_BEAT_MS: Final = 5000.0
"""A fiducial beyond it is no place in a beat: MUSE writes 65535 and the like for one that it did not find."""


def read_measurements(root: Element) -> tuple[tuple[DeviceMeasurement, ...], tuple[str, ...]]:
    """The device's own values where readers edited them, and sentences on what was converted or changed."""
    original = root.find("OriginalRestingECGMeasurements")
    current = root.find("RestingECGMeasurements")
    sources = [source for source in (original, current) if source is not None]
    found = [
        DeviceMeasurement(name, text, unit) for tag, name, unit in _OTHERS if (text := _first(sources, tag))
    ]
    # An interval of 0 is one that was not measured (no P wave in atrial fibrillation).
    found += [
        DeviceMeasurement(name, text, "ms")
        for tag, name in _INTERVALS
        if (text := _first(sources, tag)) and number_of(text) != 0
    ]
    fiducials, note = next((each for each in map(_fiducials, sources) if each[0]), ((), ()))
    return (*found, *fiducials), note + _edited(original, current)


def _first(sources: Sequence[Element], tag: str) -> str:
    return next((text for source in sources if (text := text_of(source, tag))), "")


def _fiducials(source: Element) -> tuple[tuple[DeviceMeasurement, ...], tuple[str, ...]]:
    rate_hz = sample_rate_hz(source, "ECGSample")
    if rate_hz is None:
        return (), ()
    times_ms = ((name, number_of(text_of(source, tag))) for tag, name in _FIDUCIALS)
    found = tuple(
        DeviceMeasurement(name, f"{samples * 1000.0 / rate_hz:g}", "ms")
        for name, samples in times_ms
        if samples is not None and 0 < samples * 1000.0 / rate_hz < _LONGEST_BEAT_MS
    )
    note = f"The device's fiducials are given in samples of {rate_hz:g} Hz and were turned into ms."
    return found, (note,) if found else ()


def _edited(original: Element | None, current: Element | None) -> tuple[str, ...]:
    if original is None or current is None:
        return ()
    tags = [(tag, name) for tag, name, _ in _OTHERS] + list(_INTERVALS)
    return tuple(
        f"{name} was edited from {before} to {after} after the recording; the device's own value is kept."
        for tag, name in tags
        if (before := text_of(original, tag)) and (after := text_of(current, tag)) and before != after
    )
