"""From an HL7 annotated ECG to a Record."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element

from inference.records.aecg.findings import Said, filters_of, gather
from inference.records.aecg.series import LeadSet, read_lead_sets
from inference.records.aecg.subject import subject_of
from inference.records.assemble import Found, assemble
from inference.records.device import DeviceFindings, DeviceMedianBeat
from inference.records.errors import RecordError
from inference.records.given import Given
from inference.records.record import Record
from inference.records.strips import Strip, join_strips
from inference.records.timestamps import believed_clock, parse_timestamp, recorded_at
from inference.records.xml_tree import read_xml, text_of, texts_of

ROOT: Final = "AnnotatedECG"
_BEAT_CODES: Final = re.compile(r"REPRESENTATIVE_BEAT|MEDIAN_BEAT|AVERAGE_BEAT", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Series:
    """The series of a file by what they hold."""

    recordings: list[Element]
    beats: list[Element]


def read_aecg(path: Path, given: Given) -> Record:
    """Read an HL7 aECG (ANSI/HL7 V3 ECG R1-2004); what was given by hand wins and is reported.

    Several rhythm series, or several sets of leads in one, are joined by their times (see `strips`).
    Raises RecordError for anything that keeps the file from being read.
    """
    root = read_xml(path)
    series = _told_apart(root)
    if root.tag != ROOT or not series.recordings:
        raise RecordError(f"'{path.name[:80]}' holds no rhythm series of an aECG: export the ECG again.")
    whole = [
        (recording, found) for recording in series.recordings for found in read_lead_sets(recording, given)
    ]
    if not whole:
        raise RecordError(f"'{path.name[:80]}' holds no samples: export the ECG again.")
    return assemble(_found(path, root, series, whole, given))


def _found(
    path: Path, root: Element, series: _Series, whole: list[tuple[Element, LeadSet]], given: Given
) -> Found:
    joined = join_strips(_on_one_clock([found for _, found in whole]))
    lead_sets = [whole[place][1] for place in joined.used]
    # What was said, filtered and averaged of a recording that was left out is not true of this one.
    recordings = list(dict.fromkeys(whole[place][0] for place in joined.used))
    beats = _beats_of(recordings, {recording for recording, _ in whole}, series.beats)
    acquired_at, clock_notes = _acquired_at(root, recordings[0], lead_sets)
    subject = subject_of(root, acquired_at)
    said = Said()
    for recording in recordings:
        gather(recording, said, of_beat=False)
    for beat in beats:
        gather(beat, said, of_beat=True)
    median_beat, beat_notes = _median_beat(beats, given)
    device = recordings[0].find("author/seriesAuthor")
    notes = dict.fromkeys(note for found in lead_sets for note in found.notes)
    return Found(
        path=path,
        format="HL7 aECG",
        fs_hz=joined.fs_hz,
        leads=tuple(joined.leads.items()),
        patient=subject.patient,
        acquired_at=acquired_at,
        comments=texts_of(root.findall("pertainsTo/subjectFindingComment/text")),
        device=DeviceFindings(
            maker=text_of(device, "manufacturerOrganization/name") or None,
            model=text_of(device, "manufacturedSeriesDevice/manufacturerModelName") or None,
            software=text_of(device, "manufacturedSeriesDevice/softwareName") or None,
            statements=tuple(said.statements),
            measurements=tuple(said.measurements),
            filters=filters_of(recordings[0]),
            median_beat=median_beat,
        ),
        read=(*joined.read, *notes, *beat_notes, *said.notes, *subject.read),
        assumed=(*given.notes, *joined.assumed, *clock_notes, *subject.assumed),
        scaled=(f"Samples were scaled as the file says, {lead_sets[0].scale} per digit.",),
    )


def _told_apart(root: Element) -> _Series:
    every = root.findall("component/series")
    derived = [found for series in every for found in series.findall("derivation/derivedSeries")]
    beats = [series for series in (*every, *derived) if _is_beat(series)]
    return _Series([series for series in every if not _is_beat(series)], beats)


def _beats_of(
    recordings: Sequence[Element], every: set[Element], beats: Sequence[Element]
) -> Sequence[Element]:
    """All beats, or only those derived from `recordings` where others of `every` recording were left out."""
    if every <= set(recordings):
        return beats
    own = {derived for recording in recordings for derived in recording.findall("derivation/derivedSeries")}
    return [beat for beat in beats if beat in own]


def _is_beat(series: Element) -> bool:
    code = series.find("code")
    return code is not None and _BEAT_CODES.search(code.get("code", "")) is not None


def _on_one_clock(lead_sets: Sequence[LeadSet]) -> list[Strip]:
    """The strips, without their times where some count from midnight and others from any zero."""
    if len({found.began_at is None for found in lead_sets}) == 1:
        return [found.strip for found in lead_sets]
    return [Strip(found.strip.leads, found.strip.fs_hz) for found in lead_sets]


def _acquired_at(
    root: Element, series: Element, lead_sets: Sequence[LeadSet]
) -> tuple[datetime | None, tuple[str, ...]]:
    """The first sample's time, else the series', else the document's."""
    began = [found.began_at for found in lead_sets if found.began_at is not None]
    if began:
        return believed_clock(min(began))
    for element in (series, root):
        for place in ("low", "center", "."):
            time = element.find(f"effectiveTime/{place}" if place != "." else "effectiveTime")
            written = "" if time is None else time.get("value", "")
            if parse_timestamp(written) is not None:
                return recorded_at(written)
    return None, ()


def _median_beat(beats: Sequence[Element], given: Given) -> tuple[DeviceMedianBeat | None, tuple[str, ...]]:
    try:
        found = [lead_set for beat in beats for lead_set in read_lead_sets(beat, given)]
    except RecordError as error:
        return None, (f"The device's representative beat was left out. {error}",)
    if not found:
        return None, ()
    strip = found[0].strip
    notes = (f"{len(found) - 1} further representative beats were left out.",) if len(found) > 1 else ()
    return DeviceMedianBeat.of(strip.leads, strip.fs_hz), notes
