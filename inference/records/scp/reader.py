"""An SCP-ECG file to a Record: samples from sections 2 to 6, what the device said from the others."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from inference.records.assemble import Found, assemble
from inference.records.device import DeviceMedianBeat
from inference.records.errors import RecordError
from inference.records.given import Given
from inference.records.lead_choice import PickedLeads, pick_ecg_leads
from inference.records.record import Record
from inference.records.scp.container import Container, read_container
from inference.records.scp.encoded_leads import EncodedLeads, read_encoded_leads
from inference.records.scp.findings import read_findings, read_part
from inference.records.scp.huffman import IntArray, read_tables
from inference.records.scp.lead_definition import LeadDefinition, read_lead_definition
from inference.records.scp.qrs_locations import QrsLocations, read_qrs_locations
from inference.records.scp.rhythm import MV_PER_NV, Source, read_rhythm, reference_beat
from inference.records.units import scaled_mv

_LONG_TERM: Final = 12
_DIFFERENCES: Final = ("as amplitudes", "as first differences", "as second differences")


def read_scp(path: Path, given: Given) -> Record:
    """Read one SCP-ECG file of version 1 to 3; nothing of it needs to be given by hand.

    RecordError for what is damaged where the samples are; a damaged section of another kind is left out
    and named in the report.
    """
    container = read_container(path)
    checks = list(container.checks)
    source = _source(container, checks)
    beat = _beat(source, checks)
    rhythm = read_rhythm(source, beat)
    picked = pick_ecg_leads([span.name for span in source.definition.spans])
    findings = read_findings(container, _median_beat(source, beat, picked))
    return assemble(
        Found(
            path=path,
            format="SCP-ECG",
            fs_hz=rhythm.fs_hz,
            leads=tuple(
                (name, picked.upright(name, rhythm.leads_mv[lead])) for lead, name in picked.names.items()
            ),
            patient=findings.demographics.patient,
            acquired_at=findings.demographics.acquired_at,
            comments=findings.demographics.comments,
            device=findings.device,
            read=(*_how_stored(container, source), *findings.read, *picked.notes),
            assumed=(*given.unused_notes, *findings.demographics.notes, *rhythm.assumed),
            scaled=(f"One step is {source.rhythm.nv_per_step / 1000:g} µV, as the file says.",),
            resampled=rhythm.resampled,
            checks=(*checks, *findings.checks),
            failed=container.failed,
        )
    )


def _source(container: Container, checks: list[str]) -> Source:
    sections = container.sections
    if 6 not in sections and _LONG_TERM in sections:
        raise RecordError(
            "The file holds a long-term ECG (section 12 of SCP-ECG), which is not read: "
            "export it as EDF or DICOM."
        )
    if 3 not in sections or 6 not in sections:
        raise RecordError("The SCP-ECG file holds no rhythm: export the ECG with its samples.")
    definition = read_lead_definition(sections[3])
    rhythm = read_encoded_leads(sections[6], len(definition.spans))
    locations, reference = _beats(container, definition, rhythm, checks)
    return Source(definition, rhythm, read_tables(sections.get(2)), locations, reference)


def _beats(
    container: Container, definition: LeadDefinition, rhythm: EncodedLeads, checks: list[str]
) -> tuple[QrsLocations, EncodedLeads | None]:
    """Sections 4 and 5, without which a compressed rhythm cannot be read, and any other one can."""
    n_leads = len(definition.spans)
    if not (definition.reference_beat_subtracted or rhythm.bimodal):
        nothing: EncodedLeads | None = None
        locations = read_part(container, 4, read_qrs_locations, QrsLocations(), checks)
        return locations, read_part(
            container, 5, lambda body: read_encoded_leads(body, n_leads), nothing, checks
        )
    sections = container.sections
    locations = read_qrs_locations(sections[4]) if 4 in sections else QrsLocations()
    return locations, read_encoded_leads(sections[5], n_leads) if 5 in sections else None


def _beat(source: Source, checks: list[str]) -> list[IntArray]:
    """The reference beat; none where it is damaged and the rhythm does not need it."""
    try:
        return reference_beat(source)
    except RecordError:
        if source.definition.reference_beat_subtracted:
            raise
        checks.append("The reference beat is damaged and was left out.")
        return []


def _median_beat(source: Source, beat: list[IntArray], picked: PickedLeads) -> DeviceMedianBeat | None:
    """The reference beat of the leads that are read: the device's own median beat."""
    if not beat or source.reference is None:
        return None
    mv_per_step = source.reference.nv_per_step * MV_PER_NV
    leads = {
        name: picked.upright(name, scaled_mv(beat[lead], 0.0, mv_per_step))
        for lead, name in picked.names.items()
    }
    return DeviceMedianBeat.of(leads, source.reference.fs_hz)


def _how_stored(container: Container, source: Source) -> tuple[str, ...]:
    version = f" {container.version:g}" if container.version else ""
    coding = "Huffman-coded" if source.tables else "without compression"
    stored = f"SCP-ECG{version}: stored {coding}, {_DIFFERENCES[source.rhythm.difference]}."
    notes = [stored]
    if source.definition.reference_beat_subtracted:
        notes.append("The reference beat that the device had subtracted was added again.")
    if not source.definition.simultaneous:
        notes.append("The leads were not all recorded at the same time; where one was not, it is empty.")
    return tuple(notes)
