"""Mortara ELI XML (ELI 250, ELI 280, ELI Link): root `ECG`, everything in attributes.

No description of it is published. The structure is taken from programs that read it: BRAVEHEART
(`load_elixml.m`), EDFbrowser (`mortara2edf.cpp`), ecg2dcm and ECGDataKit, which agree on all that is read
here. What they do not agree on (a channel's OFFSET) is refused where it would matter.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element

from inference.records.age import age_between, age_in_years
from inference.records.assemble import Found, assemble
from inference.records.device import DeviceFilters, DeviceFindings, DeviceMeasurement, DeviceMedianBeat
from inference.records.errors import RecordError
from inference.records.file_head import FileHead
from inference.records.given import Given
from inference.records.lead_choice import pick_ecg_leads
from inference.records.patient_text import parse_sex
from inference.records.record import Patient, Record
from inference.records.safety import MAX_SIGNALS, check_shape
from inference.records.timestamps import believed_clock
from inference.records.vendor_xml.equal_leads import equal_leads
from inference.records.vendor_xml.mortara_samples import channel_mv, median_beat, sampling_rate_hz
from inference.records.xml_tree import number_of, read_xml

_MARKS: Final = ("ACQUISITION_TIME", "<CHANNEL", "<TYPICAL_CYCLE", "<SUBJECT", "<DEMOGRAPHIC_FIELDS")
"""Of which one at least is in the head: `ECG` alone is a name that others may choose as well."""
_AGE_UNITS: Final = {"Y": "years", "M": "months", "W": "weeks", "D": "days", "H": "hours"}
_OF_THE_RECORD: Final = (
    ("VENT_RATE", "Ventricular rate", "/min"),
    ("AVERAGE_RR", "RR interval", "ms"),
)
_OF_THE_CYCLE: Final = (
    ("P_DURATION", "P duration", "ms"),
    ("PR_DURATION", "PR interval", "ms"),
    ("QRS_DURATION", "QRS duration", "ms"),
    ("QT", "QT interval", "ms"),
    ("QTC", "QTc", "ms"),
    ("QTB", "QTc (Bazett)", "ms"),
    ("QTF", "QTc (Fridericia)", "ms"),
    ("P_AXIS", "P axis", "°"),
    ("QRS_AXIS", "QRS axis", "°"),
    ("T_AXIS", "T axis", "°"),
)
_FILTERS_AS_WRITTEN: Final = ("BASELINE_ROLL_FILTER", "FILTER_BITMAP")


def is_mortara(head: FileHead) -> bool:
    """Whether an XML file is Mortara's, by its root and one of its own names."""
    return head.xml_root == "ECG" and any(mark in head.xml_text for mark in _MARKS)


def read_mortara(path: Path, given: Given) -> Record:
    """Read one Mortara ELI XML file. RecordError for what is damaged, or stored in a way not known."""
    root = read_xml(path)
    channels = root.findall("CHANNEL")
    if not 1 <= len(channels) <= MAX_SIGNALS:
        raise RecordError(f"The file holds {len(channels)} ECG channels: export the ECG with its rhythm.")
    fs_hz = equal_leads([sampling_rate_hz(channel) for channel in channels], "sampling rates")
    names = [channel.get("NAME", "") for channel in channels]
    picked = pick_ecg_leads(names)
    rows = [channel_mv(channel, fs_hz) for channel in channels]
    check_shape(len(rows), equal_leads([row.size for row in rows], "lengths"), fs_hz)
    day, clock_notes = believed_clock(_acquired_at(root))
    patient, notes = _patient(root, day)
    cycle = root.find("TYPICAL_CYCLE")
    beat, beat_notes = median_beat(cycle)
    return assemble(
        Found(
            path=path,
            format="Mortara ELI XML",
            fs_hz=fs_hz,
            leads=tuple((name, picked.upright(name, rows[at])) for at, name in picked.names.items()),
            patient=patient,
            acquired_at=day,
            comments=tuple(text for text in [root.get("COMMENT", "").strip()] if text),
            device=_device(root, cycle, beat),
            read=picked.notes,
            assumed=(*given.unused_notes, *clock_notes, *notes),
            scaled=(_scale_note(channels),),
            checks=beat_notes,
        )
    )


def _scale_note(channels: list[Element]) -> str:
    scales = dict.fromkeys(channel.get("UNITS_PER_MV", "")[:20] for channel in channels)
    return f"1 mV is {' or '.join(scales)} steps, as the file says of each lead."


def _acquired_at(root: Element) -> datetime | None:
    for text, pattern in (
        (root.get("ACQUISITION_TIME_XML", "").strip()[:19], "%Y-%m-%dT%H:%M:%S"),
        (root.get("ACQUISITION_TIME", "").strip()[:14], "%Y%m%d%H%M%S"),
    ):
        try:
            return datetime.strptime(text, pattern)
        except ValueError:
            continue
    return None


def _patient(root: Element, acquired_at: datetime | None) -> tuple[Patient, tuple[str, ...]]:
    found = root.find("SUBJECT")
    subject = Element("SUBJECT") if found is None else found
    names = [subject.get(name, "").strip() for name in ("FIRST_NAME", "MIDDLE_NAME", "LAST_NAME")]
    birth_date = _birth_date(subject)
    age_years, age_note = _age(root, birth_date, acquired_at)
    sex, sex_note = parse_sex(subject.get("GENDER", ""))
    patient = Patient(
        age_years=age_years,
        sex=sex,
        patient_id=(subject.get("ID", "").strip() or subject.get("LOCAL_ID", "").strip()) or None,
        name=" ".join(name for name in names if name) or None,
        birth_date=birth_date,
    )
    return patient, tuple(note for note in (age_note, sex_note) if note)


def _birth_date(subject: Element) -> date | None:
    for text, pattern in ((subject.get("DOB_XML", ""), "%Y-%m-%d"), (subject.get("DOB", ""), "%Y%m%d")):
        try:
            return datetime.strptime(text.strip(), pattern).date()
        except ValueError:
            continue
    return None


def _age(root: Element, birth_date: date | None, acquired_at: datetime | None) -> tuple[float | None, str]:
    value = number_of(root.get("AGE", ""))
    if value is not None:
        unit = root.get("AGE_UNITS", "").strip().upper()[:1]
        return age_in_years(value, _AGE_UNITS.get(unit, ""))
    if birth_date is not None and acquired_at is not None:
        return age_between(birth_date, acquired_at.date())
    return None, ""


def _device(root: Element, cycle: Element | None, beat: DeviceMedianBeat | None) -> DeviceFindings:
    source = root.find("SOURCE")
    source = Element("SOURCE") if source is None else source
    texts = [node.get("TEXT", "").strip() for node in root.findall("AUTOMATIC_INTERPRETATION/STATEMENT")]
    measurements = _measurements(root, _OF_THE_RECORD)
    if cycle is not None:
        measurements += _measurements(cycle, _OF_THE_CYCLE)
    return DeviceFindings(
        maker=source.get("MANUFACTURER", "").strip() or None,
        model=source.get("MODEL", "").strip() or None,
        software=source.get("ACQUIRING_DEVICE_SW_VERSION", "").strip() or None,
        statements=tuple(text for text in texts if text),
        measurements=measurements,
        filters=_filters(source),
        median_beat=beat,
    )


def _measurements(element: Element, named: tuple[tuple[str, str, str], ...]) -> tuple[DeviceMeasurement, ...]:
    values = [(name, element.get(attribute, "").strip(), unit) for attribute, name, unit in named]
    return tuple(
        DeviceMeasurement(name, value, unit) for name, value, unit in values if number_of(value) is not None
    )


def _filters(source: Element) -> DeviceFilters:
    """The low pass is in Hz; the units of the others are not known, and they are given as written."""
    notes = [
        f"{name.replace('_', ' ').capitalize()} {value} (as the device writes it)."
        for name in _FILTERS_AS_WRITTEN
        if (value := source.get(name, "").strip())
    ]
    return DeviceFilters(low_pass_hz=number_of(source.get("LOW_PASS_FILTER", "")) or None, notes=tuple(notes))
