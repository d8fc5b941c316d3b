"""From a Schiller XML file to a Record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element

from inference.records.assemble import Found, assemble
from inference.records.device import DeviceMedianBeat
from inference.records.errors import RecordError
from inference.records.given import Given
from inference.records.patient_text import parse_sex
from inference.records.person_name import person_name
from inference.records.record import Patient, Record
from inference.records.safety import MAX_SIGNALS
from inference.records.schiller.findings import findings_of
from inference.records.schiller.waves import Waves, read_waves
from inference.records.strips import join_strips
from inference.records.timestamps import age_of, parse_day, recorded_at
from inference.records.xml_tree import read_xml, text_of

ROOT: Final = "com.xiriuz.sema.xml.schillerEDI.SchillerEDI"
_RHYTHM: Final = ("ECG_RHYTHMS", "ECG_RHYTHM")
_AVERAGES: Final = "ECG_AVERAGES"
_UNDEFINED: Final = "UNDEFINED"


def read_schiller(path: Path, given: Given) -> Record:
    """Read a Schiller XML file; what was given by hand wins over the file and is reported.

    The maker publishes no description; elements are taken as files of AT-10 recorders have them.
    Raises RecordError for anything that keeps the file from being read.
    """
    root = read_xml(path)
    blocks = root.findall("eventdata/event/wavedata")[:MAX_SIGNALS]
    rhythms = [block for block in blocks if text_of(block, "type").upper() in _RHYTHM]
    if root.tag != ROOT or not rhythms:
        raise RecordError(f"'{path.name[:80]}' holds no rhythm leads of a Schiller ECG: export it again.")
    averages = next((block for block in blocks if text_of(block, "type").upper() == _AVERAGES), None)
    return assemble(_found(path, root, [read_waves(block, given) for block in rhythms], averages, given))


def _found(
    path: Path, root: Element, waves: Sequence[Waves], averages: Element | None, given: Given
) -> Found:
    joined = join_strips([found.strip for found in waves])
    main = waves[joined.used[0]]
    beat, beat_notes = _median_beat(averages, given)
    acquired_at, clock_notes = _acquired_at(root)
    patient, patient_notes = _patient(root, acquired_at)
    return Found(
        path=path,
        format="Schiller XML",
        fs_hz=joined.fs_hz,
        leads=tuple(joined.leads.items()),
        patient=patient,
        acquired_at=acquired_at,
        device=findings_of(root, averages, beat),
        read=(
            *joined.read,
            *(note for found in waves for note in found.notes),
            *beat_notes,
            *_pacemaker(root),
        ),
        assumed=(*given.notes, *joined.assumed, *clock_notes, *patient_notes),
        scaled=(f"Samples were scaled as the file says, {main.scale} per count.",),
        checks=main.checks,
        failed=main.failed,
    )


def _median_beat(averages: Element | None, given: Given) -> tuple[DeviceMedianBeat | None, tuple[str, ...]]:
    if averages is None:
        return None, ()
    try:
        strip = read_waves(averages, given).strip
    except RecordError as error:
        return None, (f"The device's averaged beat was left out. {error}",)
    return DeviceMedianBeat.of(strip.leads, strip.fs_hz), ()


def _acquired_at(root: Element) -> tuple[datetime | None, tuple[str, ...]]:
    """`19991231` and `235959000`: a day, and a time of day down to milliseconds."""
    day = text_of(root, "examdescript/startdatetime/date")
    clock = text_of(root, "examdescript/startdatetime/time")
    fraction = f".{clock[6:]}" if len(clock) > 6 else ""
    return recorded_at(f"{day}{clock[:6]}{fraction}")


def _patient(root: Element, acquired_at: datetime | None) -> tuple[Patient, tuple[str, ...]]:
    written = root.find("patdata")
    birth_date = parse_day(text_of(written, "birthdate"))
    age_years, age_notes = age_of(None, birth_date, acquired_at)
    gender = text_of(written, "gender")
    sex, sex_note = parse_sex("" if gender.upper() == _UNDEFINED else gender)
    patient = Patient(
        age_years=age_years,
        sex=sex,
        patient_id=text_of(written, "id") or None,
        name=person_name(text_of(written, "lastname"), text_of(written, "firstname")),
        birth_date=birth_date,
    )
    return patient, (*age_notes, *((sex_note,) if sex_note else ()))


def _pacemaker(root: Element) -> tuple[str, ...]:
    worn = text_of(root, "patdata/pacemaker/value").upper() in ("ON", "YES", "TRUE")
    return ("The file says that the patient has a pacemaker.",) if worn else ()
