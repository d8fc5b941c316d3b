"""What a Philips Sierra XML file says of patient, device, interpretation and filters."""

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
from inference.records.vendor_xml.philips_waveforms import written_of
from inference.records.xml_tree import number_of, text_of, texts_of

_NOT_WRITTEN: Final = {"", "-", "--", "---"}


def read_who_and_when(root: Element) -> WhoAndWhen:
    """`generalpatientdata` and the date of `dataacquisition`; the device's `defaultage` is nobody's age."""
    general = root.find(".//generalpatientdata")
    acquisition = root.find(".//dataacquisition")
    day = "" if acquisition is None else acquisition.get("date", "")
    clock = "" if acquisition is None else acquisition.get("time", "")
    acquired_at, time_note = acquisition_time(parse_date(day, ("%Y-%m-%d",)), clock)
    birth = _birth_date(general)
    age_years, age_note = _age(general, birth, acquired_at)
    sex, sex_note = parse_sex(_written(general, "sex"))
    patient = Patient(
        age_years=age_years,
        sex=sex,
        patient_id=_written(general, "patientid") or _written(general, "MRN") or None,
        name=_name(general),
        birth_date=birth,
    )
    return WhoAndWhen(patient, acquired_at, tuple(note for note in (time_note, age_note, sex_note) if note))


def _written(element: Element | None, path: str) -> str:
    text = text_of(element, path)
    return "" if text in _NOT_WRITTEN else text


def _birth_date(general: Element | None) -> date | None:
    written = _written(general, "age/dateofbirth") or _written(general, "dateofbirth")
    return parse_date(written, ("%Y-%m-%d", "%m/%d/%Y"))


def _age(
    general: Element | None, birth: date | None, acquired_at: datetime | None
) -> tuple[float | None, str]:
    for unit in ("years", "months", "weeks", "days", "hours"):
        if written := _written(general, f"age/{unit}"):
            return age_in_years(written, unit)
    age_years = age_at(birth, acquired_at)
    return age_years, "" if age_years is None else "Age follows from birth date and day of recording."


def _name(general: Element | None) -> str | None:
    parts = (
        _written(general, f"name/{part}") or _written(general, part)
        for part in ("lastname", "firstname", "middlename")
    )
    return full_name(*parts)


def read_device_names(root: Element) -> tuple[str | None, str | None, str | None]:
    """Maker, model and software; `detaildescription` is "maker:product number:software"."""
    machine = root.find(".//dataacquisition/machine")
    detail = "" if machine is None else machine.get("detaildescription", "")
    parts = [part.strip() for part in detail.split(":", 2)]
    maker, number, software = (*parts, "", "")[:3]
    return maker or None, text_of(machine) or number or None, software or None


def read_statements(root: Element) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The device's own statements with its verdict, and what a reader edited, as comments."""
    interpretation = root.find(".//interpretation")
    if interpretation is None:
        return (), ()
    own: list[str] = []
    edited: list[str] = []
    for statement in interpretation.iterfind("statement"):
        left, right = text_of(statement, "leftstatement"), text_of(statement, "rightstatement")
        text = f"{left}: {right}" if left and right else left or right
        by_reader = statement.get("editedflag", "").strip().lower() == "true"
        (edited if by_reader else own).append(text)
    own.append(text_of(interpretation, "severity").strip("- "))
    signature = texts_of(interpretation.iterfind("mdsignatureline"))
    comments = (*(f"Edited by a reader: {text}" for text in edited if text), *signature)
    return tuple(text for text in own if text), comments


def read_filters(root: Element) -> DeviceFilters:
    """The filters of the stored samples; those of the print are named apart, for they did not touch them."""
    stored, signal = root.find(".//parsedwaveforms"), root.find(".//signalcharacteristics")
    band = text_of(signal, "signalbandwidth").partition("-")
    notch_hz = number_of(written_of(stored, signal, "notchfilterfreqs"))
    is_notched = written_of(stored, signal, "notchfiltered").lower() == "true"
    return DeviceFilters(
        high_pass_hz=number_of(written_of(stored, signal, "hipass") or band[0]) or None,
        low_pass_hz=number_of(written_of(stored, signal, "lowpass") or band[2]) or None,
        notch_hz=notch_hz if is_notched and notch_hz else None,
        notes=_print_filters(root),
    )


def _print_filters(root: Element) -> tuple[str, ...]:
    bandwidth = root.find(".//reportbandwidth")
    high, low, notch = (
        text_of(bandwidth, f"{which}filtersetting") for which in ("highpass", "lowpass", "notch")
    )
    if number_of(high) is None or number_of(low) is None:
        return ()
    with_notch = f" and a notch at {notch} Hz" if number_of(notch) else ""
    return (f"For its print the device used {high} to {low} Hz{with_notch}.",)
