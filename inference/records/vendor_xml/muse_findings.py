"""What a GE MUSE file says of patient, time of recording, device and filters."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from xml.etree.ElementTree import Element

from inference.records.device import DeviceFilters
from inference.records.patient_text import parse_sex
from inference.records.record import Patient
from inference.records.vendor_xml.demographics import (
    WhoAndWhen,
    acquisition_time,
    age_at,
    age_in_years,
    full_name,
    parse_date,
)
from inference.records.xml_tree import number_of, text_of

_MONTH_FIRST: Final = ("%m-%d-%Y", "%m/%d/%Y", "%Y-%m-%d", "%Y%m%d", "%d-%b-%Y")
_DAY_FIRST: Final = ("%d-%m-%Y", "%d/%m/%Y")
_HIGH_PASS_PER_HZ: Final = 100.0
"""HighPassFilter is in hundredths of a hertz, LowPassFilter in hertz."""


def read_who_and_when(root: Element) -> WhoAndWhen:
    """PatientDemographics and TestDemographics."""
    person, test = root.find("PatientDemographics"), root.find("TestDemographics")
    recorded, born = text_of(test, "AcquisitionDate"), text_of(person, "DateofBirth")
    # One file writes all its dates in one order: where one of them tells it, the other follows.
    day_first = any(_is_day_first(written) for written in (recorded, born))
    day, day_note = _date(recorded, day_first)
    acquired_at, time_note = acquisition_time(day, text_of(test, "AcquisitionTime"))
    birth, birth_note = _date(born, day_first)
    age_years, age_note = _age(person, birth, acquired_at)
    sex, sex_note = parse_sex(text_of(person, "Gender"))
    patient = Patient(
        age_years=age_years,
        sex=sex,
        patient_id=text_of(person, "PatientID") or None,
        name=full_name(text_of(person, "PatientLastName"), text_of(person, "PatientFirstName")),
        birth_date=birth,
    )
    notes = (day_note, time_note, birth_note, age_note, sex_note)
    return WhoAndWhen(patient, acquired_at, tuple(dict.fromkeys(note for note in notes if note)))


def _is_day_first(written: str) -> bool:
    """Whether a date shows, by a thirteenth month, that an export was changed to day-month-year."""
    return parse_date(written, _MONTH_FIRST) is None and parse_date(written, _DAY_FIRST) is not None


def _date(written: str, day_first: bool) -> tuple[date | None, str]:
    """MUSE writes month-day-year; `day_first` where a date of the file can only be day-month-year."""
    changed = parse_date(written, _DAY_FIRST) if day_first else None
    if changed is not None:
        if _is_day_first(written):
            return changed, f"The date '{written[:20]}' can only be day-month-year and was read so."
        return (
            changed,
            f"The date '{written[:20]}' was read as day-month-year, as another one of the file is.",
        )
    month_first = parse_date(written, _MONTH_FIRST)
    if month_first is None and written:
        return None, f"The date '{written[:20]}' is not understood and was taken as unknown."
    return month_first, ""


def _age(
    person: Element | None, birth: date | None, acquired_at: datetime | None
) -> tuple[float | None, str]:
    if written := text_of(person, "PatientAge"):
        return age_in_years(written, text_of(person, "AgeUnits"))
    age_years = age_at(birth, acquired_at)
    return age_years, "" if age_years is None else "Age follows from birth date and day of recording."


def read_device_names(root: Element) -> tuple[str | None, str | None, str | None]:
    """Maker, model and software. MUSE takes in other makers' ECGs too: only a MAC or CASE is surely GE's."""
    test = root.find("TestDemographics")
    model = text_of(test, "AcquisitionDevice")
    acquisition, analysis = (
        text_of(test, "AcquisitionSoftwareVersion"),
        text_of(test, "AnalysisSoftwareVersion"),
    )
    software = [acquisition, f"analysis {analysis}" if analysis else ""]
    maker = "GE" if model.upper().startswith(("MAC", "CASE")) else None
    return maker, model or None, ", ".join(part for part in software if part) or None


def read_filters(waveform: Element) -> DeviceFilters:
    """The filters of a Waveform; there may be several mains filters, or NONE."""
    high_pass = number_of(text_of(waveform, "HighPassFilter"))
    mains = [text_of(each).upper() for each in waveform.iterfind("ACFilter")]
    notches_hz = [hertz for text in mains if (hertz := number_of(text))]
    return DeviceFilters(
        high_pass_hz=high_pass / _HIGH_PASS_PER_HZ if high_pass else None,
        low_pass_hz=number_of(text_of(waveform, "LowPassFilter")) or None,
        notch_hz=notches_hz[0] if notches_hz else None,
        notes=("No mains filter.",) if "NONE" in mains and not notches_hz else (),
    )
