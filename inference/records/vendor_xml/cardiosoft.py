"""GE CardioSoft and CASE XML (`CardiologyXML`): strips of samples as text, with the device's median beat.

The structure is that of GE's "XML Data Export Reference Manual" as programs that read the UK Biobank's
files use it (ml4h, genomisc's `EKG12Lead`, BRAVEHEART, ecg2dcm).
"""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from xml.etree.ElementTree import Element

from inference.records.age import YEARS_PER_UNIT, age_between, age_in_years
from inference.records.assemble import Found, assemble
from inference.records.device import DeviceMedianBeat
from inference.records.errors import RecordError
from inference.records.file_head import FileHead
from inference.records.given import Given
from inference.records.lead_choice import pick_ecg_leads
from inference.records.patient_text import parse_sex
from inference.records.record import Patient, Record
from inference.records.timestamps import recorded_on
from inference.records.vendor_xml.cardiosoft_device import conclusions, device_findings
from inference.records.vendor_xml.cardiosoft_samples import Strip, read_full_disclosure, read_strip
from inference.records.xml_tree import number_of, read_xml, text_of, texts_of


def is_cardiosoft(head: FileHead) -> bool:
    """Whether an XML file is CardioSoft's, by its root."""
    return head.xml_root == "CardiologyXML"


def read_cardiosoft(path: Path, given: Given) -> Record:
    """Read one CardioSoft XML file: its 10-s strip, or its full disclosure where it has no strip.

    RecordError for what is damaged, or stored in a way that is not known.
    """
    root = read_xml(path)
    strip, notes = _rhythm(root)
    picked = pick_ecg_leads(strip.names)
    acquired_at, clock_notes = _moment(root.find("ObservationDateTime"))
    patient, patient_notes = _patient(root.find("PatientInfo"), acquired_at)
    median_beat, beat_notes = _median_beat(root)
    return assemble(
        Found(
            path=path,
            format="GE CardioSoft XML",
            fs_hz=strip.fs_hz,
            leads=tuple((name, picked.upright(name, strip.rows_mv[at])) for at, name in picked.names.items()),
            patient=patient,
            acquired_at=acquired_at,
            comments=texts_of(root.findall("ClinicalInfo/ObservationComment")) + conclusions(root),
            device=device_findings(root, median_beat),
            read=(*notes, *picked.notes),
            assumed=(*given.unused_notes, *clock_notes, *patient_notes),
            scaled=(strip.scaled,),
            checks=(*strip.checks, *beat_notes),
        )
    )


def _rhythm(root: Element) -> tuple[Strip, tuple[str, ...]]:
    strips = [strip for strip in root.iter("StripData") if strip.find("WaveformData") is not None]
    if strips:
        several = len(strips) > 1
        note = f"The file holds {len(strips)} strips; the first one was read."
        return read_strip(strips[0]), (note,) if several else ()
    full_disclosure = root.find("FullDisclosure")
    if full_disclosure is None:
        raise RecordError("The CardioSoft file holds no samples: export the ECG with its waveforms.")
    return read_full_disclosure(full_disclosure), ("The full disclosure was read; the file has no strip.",)


def _median_beat(root: Element) -> tuple[DeviceMedianBeat | None, tuple[str, ...]]:
    """The median samples; left out, and said, where they are not whole: the rhythm does not need them."""
    samples = root.find("RestingECGMeasurements/MedianSamples")
    if samples is None or samples.find("WaveformData") is None:
        return None, ()
    try:
        strip = read_strip(samples)
        picked = pick_ecg_leads(strip.names)
    except RecordError as problem:
        return None, (f"The device's median beat was left out: {problem}",)
    leads = {name: picked.upright(name, strip.rows_mv[at]) for at, name in picked.names.items()}
    return DeviceMedianBeat.of(leads, strip.fs_hz), ()


def _moment(element: Element | None) -> tuple[datetime | None, tuple[str, ...]]:
    hour, minute, second = (number_of(text_of(element, part)) for part in ("Hour", "Minute", "Second"))
    try:
        clock = None if hour is None or minute is None else time(int(hour), int(minute), int(second or 0.0))
    except (ValueError, OverflowError):
        clock = None
    return recorded_on(_day(element), clock)


def _day(element: Element | None) -> date | None:
    parts = [number_of(text_of(element, part)) for part in ("Year", "Month", "Day")]
    try:
        return date(*(int(part) for part in parts if part is not None))
    except (TypeError, ValueError, OverflowError):
        return None


def _patient(info: Element | None, acquired_at: datetime | None) -> tuple[Patient, tuple[str, ...]]:
    names = [text_of(info, f"Name/{part}") for part in ("GivenName", "FamilyName")]
    birth_date = _day(None if info is None else info.find("BirthDateTime"))
    age_years, age_note = _age(None if info is None else info.find("Age"), birth_date, acquired_at)
    sex, sex_note = parse_sex(text_of(info, "Gender"))
    patient = Patient(
        age_years=age_years,
        sex=sex,
        patient_id=text_of(info, "PID") or None,
        name=" ".join(name for name in names if name) or None,
        birth_date=birth_date,
    )
    return patient, tuple(note for note in (age_note, sex_note) if note)


def _age(
    age: Element | None, birth_date: date | None, acquired_at: datetime | None
) -> tuple[float | None, str]:
    value = number_of(text_of(age))
    if age is not None and value is not None:
        unit = age.get("units", "").strip().lower()
        plural = unit if unit in YEARS_PER_UNIT else f"{unit}s"
        return age_in_years(value, plural)
    if birth_date is not None and acquired_at is not None:
        return age_between(birth_date, acquired_at.date())
    return None, ""
