"""The subject of an aECG: in trials often blinded, with initials for a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element

from inference.records.aecg.time_base import quantity
from inference.records.patient_text import MAX_AGE_YEARS, parse_sex
from inference.records.person_name import person_name
from inference.records.record import Patient
from inference.records.timestamps import age_of, parse_day
from inference.records.xml_tree import text_of, texts_of

_AGE_CODES: Final = ("21612-7", "30525-0", "29553-5")
"""LOINC: reported age, age, calculated age."""
_YEARS: Final = {"a": 1.0, "mo": 1.0 / 12.0, "wk": 7.0 / 365.2425, "d": 1.0 / 365.2425}
_NO_VALUES: Final = ("", "?", "UNK", "NI", "NA", "N/A")
_UNKNOWN_SEX: Final = ("UN", "UNK", "U")
"""HL7 AdministrativeGender has UN, undifferentiated; writers use it where they do not know."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who was recorded, and what is to be said of it."""

    patient: Patient
    read: tuple[str, ...]
    assumed: tuple[str, ...]


def subject_of(root: Element, recorded: datetime | None) -> Subject:
    """The trial subject, or patient, of an aECG; what the file leaves open stays None."""
    subject = next(root.iter("trialSubject"), None)
    person = None if subject is None else subject.find("subjectDemographicPerson")
    birth_date = parse_day(_attribute(person, "birthTime", "value"))
    age_years, age_notes = age_of(_given_age_years(root), birth_date, recorded)
    code = _attribute(person, "administrativeGenderCode", "code")
    sex, sex_note = parse_sex("" if code.upper() in _UNKNOWN_SEX else code)
    patient = Patient(
        age_years=age_years,
        sex=sex,
        patient_id=_attribute(subject, "id", "extension") or _attribute(subject, "id", "root") or None,
        name=_name(person),
        birth_date=birth_date,
    )
    return Subject(patient, _confidentiality(root), (*age_notes, *((sex_note,) if sex_note else ())))


def _attribute(element: Element | None, path: str, name: str) -> str:
    found = None if element is None else element.find(path)
    text = "" if found is None else found.get(name, "").strip()
    return "" if text in _NO_VALUES else text


def _name(person: Element | None) -> str | None:
    if person is None:
        return None
    family = " ".join(texts_of(person.findall("name/family")))
    given = " ".join(texts_of(person.findall("name/given")))
    return person_name(family, given) or person_name(text_of(person, "name"), "")


def _given_age_years(root: Element) -> float | None:
    for observation in root.findall("controlVariable/relatedObservation"):
        if _attribute(observation, "code", "code") in _AGE_CODES:
            years = quantity(observation.find("value"), _YEARS)
            if years is not None and 0.0 <= years <= MAX_AGE_YEARS:
                return years
    return None


def _confidentiality(root: Element) -> tuple[str, ...]:
    code = root.find("confidentialityCode")
    words = "" if code is None else (code.get("displayName") or "").strip()
    return (f"The file is marked: {words[:80]}.",) if words else ()
