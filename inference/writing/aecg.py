"""HL7 annotated ECG (HL7 V3 PORT_MT020001): the ECG as text, in the structure of the FDA's guide.

Samples are whole numbers times a scale (SLIST_PQ), one sequence per lead beside one of time. The format has
no sign for a sample that is none: 0 stands there, and a comment says which samples these are (records/marks).
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from inference.records.device import DeviceFindings
from inference.records.record import Record
from inference.writing.comments import Held, comments_for, invalid_marks
from inference.writing.resolution import INT32_LARGEST, StoredLead, coarse_notes, of_record, stored_leads

_NAMESPACE: Final = "urn:hl7-org:v3"
_TYPE: Final = "{http://www.w3.org/2001/XMLSchema-instance}type"
_ACT_CODE: Final = {"codeSystem": "2.16.840.1.113883.5.4", "codeSystemName": "ActCode"}
_MDC: Final = {"codeSystem": "2.16.840.1.113883.6.24", "codeSystemName": "MDC"}
_GENDER: Final = {"codeSystem": "2.16.840.1.113883.5.1"}
_GENDERS: Final = {"female": "F", "male": "M", None: "UN"}
_HELD: Final[frozenset[Held]] = frozenset({"age", "sex", "patient_id", "name", "birth_date", "device"})


def write_aecg(record: Record, path: Path) -> tuple[str, ...]:
    """Write `path` (.xml); the answer says what could not be kept. WriteError for too many gaps."""
    leads = of_record(record, INT32_LARGEST)
    # As plain attributes: the tree is then small, and every reader sees one default namespace.
    root = Element("AnnotatedECG", {"xmlns": _NAMESPACE, "type": "Observation"})
    SubElement(root, "id", root=str(uuid.uuid4()))
    SubElement(root, "code", code="93000", codeSystem="2.16.840.1.113883.6.12", codeSystemName="CPT-4")
    _add_moment(SubElement(root, "effectiveTime"), "center", record.acquired_at)
    _add_subject(root, record)
    _add_age(root, record)
    for comment in (*invalid_marks(leads), *comments_for(record, _HELD)):
        SubElement(_nested(root, "pertainsTo", "subjectFindingComment"), "text").text = comment
    _add_series(_nested(root, "component", "series"), record, leads)
    indent(root, " ")
    ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    return coarse_notes(leads)


def _nested(parent: Element, *names: str) -> Element:
    for name in names:
        parent = SubElement(parent, name)
    return parent


def _add_moment(parent: Element, name: str, moment: datetime | None) -> None:
    SubElement(parent, name, {"nullFlavor": "UNK"} if moment is None else {"value": _timestamp(moment)})


def _timestamp(moment: datetime) -> str:
    fraction = f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else ""
    return f"{moment.year:04d}{moment:%m%d%H%M%S}{fraction}"


def _add_subject(root: Element, record: Record) -> None:
    """The patient, in the place of a trial's subject; what the schema asks for and nobody knows is marked."""
    patient = record.patient
    event = _nested(root, "componentOf", "timepointEvent")
    assignment = _nested(event, "componentOf", "subjectAssignment")
    subject = _nested(assignment, "subject", "trialSubject")
    unknown = {"nullFlavor": "UNK"}
    known_id = {"root": str(uuid.uuid5(uuid.NAMESPACE_OID, "patient")), "extension": patient.patient_id or ""}
    SubElement(subject, "id", known_id if patient.patient_id else unknown)
    person = SubElement(subject, "subjectDemographicPerson")
    if patient.name:
        SubElement(person, "name").text = patient.name
    SubElement(person, "administrativeGenderCode", {"code": _GENDERS[patient.sex], **_GENDER})
    if patient.birth_date:
        born = patient.birth_date
        SubElement(person, "birthTime", value=f"{born.year:04d}{born.month:02d}{born.day:02d}")
    trial = _nested(assignment, "componentOf", "clinicalTrial")
    SubElement(trial, "id", unknown)
    protocol = _nested(trial, "componentOf", "clinicalTrialProtocol")
    SubElement(protocol, "id", unknown)


def _add_age(root: Element, record: Record) -> None:
    if record.patient.age_years is None:
        return
    observed = _nested(root, "controlVariable", "relatedObservation")
    SubElement(
        observed,
        "code",
        code="21612-7",
        codeSystem="2.16.840.1.113883.6.1",
        codeSystemName="LOINC",
        displayName="Reported Age",
    )
    SubElement(observed, "value", {_TYPE: "PQ", "value": f"{record.patient.age_years:.10g}", "unit": "a"})


def _add_series(series: Element, record: Record, leads: tuple[StoredLead, ...]) -> None:
    SubElement(series, "id", root=str(uuid.uuid4()))
    SubElement(series, "code", {"code": "RHYTHM", **_ACT_CODE})
    _add_period(series, record)
    _add_device(series, record.device)
    _add_filters(series, record.device)
    _add_sequences(series, leads, record.fs_hz, record.acquired_at)
    _add_findings(series, record)
    beat = record.device.median_beat
    if beat is not None:
        derived = _nested(series, "derivation", "derivedSeries")
        SubElement(derived, "id", root=str(uuid.uuid4()))
        SubElement(derived, "code", {"code": "REPRESENTATIVE_BEAT", **_ACT_CODE})
        _add_period(derived, record)
        _add_device(derived, record.device)
        rows = stored_leads(beat.lead_names, beat.signals_mv, INT32_LARGEST)
        _add_sequences(derived, rows, beat.fs_hz, None)


def _add_period(series: Element, record: Record) -> None:
    period = SubElement(series, "effectiveTime")
    start = record.acquired_at
    _add_moment(period, "low", start)
    _add_moment(period, "high", None if start is None else start + timedelta(seconds=record.duration_s))


def _add_device(series: Element, device: DeviceFindings) -> None:
    if not (device.maker or device.model or device.software):
        return
    author = _nested(series, "author", "seriesAuthor")
    made = SubElement(author, "manufacturedSeriesDevice")
    for name, text in (("manufacturerModelName", device.model), ("softwareName", device.software)):
        if text:
            SubElement(made, name).text = text
    if device.maker:
        SubElement(SubElement(author, "manufacturerOrganization"), "name").text = device.maker


def _add_filters(series: Element, device: DeviceFindings) -> None:
    filters = device.filters
    for kind, part, hz in (
        ("LOW_PASS", "CUTOFF_FREQ", filters.low_pass_hz),
        ("HIGH_PASS", "CUTOFF_FREQ", filters.high_pass_hz),
        ("NOTCH", "NOTCH_FREQ", filters.notch_hz),
    ):
        if hz is not None:
            variable = _nested(series, "controlVariable", "controlVariable")
            SubElement(variable, "code", {"code": f"MDC_ECG_CTL_VBL_ATTR_FILTER_{kind}", **_MDC})
            inner = _nested(variable, "component", "controlVariable")
            SubElement(inner, "code", {"code": f"MDC_ECG_CTL_VBL_ATTR_FILTER_{part}", **_MDC})
            SubElement(inner, "value", {_TYPE: "PQ", "value": f"{hz:.10g}", "unit": "Hz"})


def _add_sequences(
    series: Element, leads: tuple[StoredLead, ...], fs_hz: float, start: datetime | None
) -> None:
    sequences = _nested(series, "component", "sequenceSet")
    kind = "TIME_RELATIVE" if start is None else "TIME_ABSOLUTE"
    value = _sequence(sequences, {"code": kind, **_ACT_CODE}, "GLIST_PQ" if start is None else "GLIST_TS")
    if start is None:
        SubElement(value, "head", value="0", unit="s")
    else:
        SubElement(value, "head", value=_timestamp(start))
    SubElement(value, "increment", value=f"{1.0 / fs_hz:.15g}", unit="s")
    for lead in leads:
        value = _sequence(sequences, {"code": f"MDC_ECG_LEAD_{lead.name.upper()}", **_MDC}, "SLIST_PQ")
        SubElement(value, "origin", value=f"{lead.offset_uv:.15g}", unit="uV")
        SubElement(value, "scale", value=f"{lead.step_uv:.15g}", unit="uV")
        SubElement(value, "digits").text = " ".join(map(str, lead.integers.tolist()))


def _sequence(sequences: Element, code: dict[str, str], kind: str) -> Element:
    sequence = _nested(sequences, "component", "sequence")
    SubElement(sequence, "code", code)
    return SubElement(sequence, "value", {_TYPE: kind})


def _add_findings(series: Element, record: Record) -> None:
    """The device's statements and numbers, as annotations whose author is the device."""
    device = record.device
    if not (device.statements or device.measurements):
        return
    findings = _nested(series, "subjectOf", "annotationSet")
    _add_moment(findings, "activityTime", record.acquired_at)
    if device.statements:
        interpretation = _nested(findings, "component", "annotation")
        SubElement(interpretation, "code", {"code": "MDC_ECG_INTERPRETATION", **_MDC})
        for statement in device.statements:
            said = _nested(interpretation, "component", "annotation")
            SubElement(said, "code", {"code": "MDC_ECG_INTERPRETATION_STATEMENT", **_MDC})
            SubElement(said, "value", {_TYPE: "ST"}).text = statement
    for each in device.measurements:
        measured = _nested(findings, "component", "annotation")
        SubElement(measured, "code", code=each.name, displayName=each.name)
        SubElement(measured, "value", {_TYPE: "PQ", "value": each.value, "unit": each.unit or "1"})
