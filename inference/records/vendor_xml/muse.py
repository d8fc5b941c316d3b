"""GE MUSE XML (`RestingECG`): exports of MUSE and of carts that speak its language."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element

from inference.records.assemble import Found, assemble
from inference.records.device import DeviceFindings, DeviceMedianBeat
from inference.records.einthoven import derive_limb_leads
from inference.records.errors import RecordError
from inference.records.file_head import FileHead
from inference.records.given import Given
from inference.records.record import Record
from inference.records.vendor_xml.median_beat import median_beat_of
from inference.records.vendor_xml.muse_findings import read_device_names, read_filters, read_who_and_when
from inference.records.vendor_xml.muse_measurements import read_measurements
from inference.records.vendor_xml.muse_statements import read_statements
from inference.records.vendor_xml.muse_waveform import read_waveform
from inference.records.xml_tree import read_xml, text_of

_RHYTHM: Final = "RHYTHM"
_MEDIAN: Final = "MEDIAN"


def is_ge_muse(head: FileHead) -> bool:
    """Whether a file is GE's XML of a resting ECG."""
    return head.xml_root == "RestingECG"


def read_muse(path: Path, given: Given) -> Record:
    """Read one MUSE export. Raises RecordError for anything that keeps it from being read."""
    root = read_xml(path)
    waveform, choice_notes = _rhythm_of(root)
    rhythm = read_waveform(waveform, given)
    who = read_who_and_when(root)
    statements = read_statements(root)
    maker, model, software = read_device_names(root)
    measurements, measurement_notes = read_measurements(root)
    median_beat, beat_notes = _median_beat(root, given)
    return assemble(
        Found(
            path=path,
            format="GE MUSE XML",
            fs_hz=rhythm.fs_hz,
            leads=rhythm.leads,
            patient=who.patient,
            acquired_at=who.acquired_at,
            comments=statements.comments,
            device=DeviceFindings(
                maker=maker,
                model=model,
                software=software,
                statements=statements.own,
                measurements=measurements,
                filters=read_filters(waveform),
                median_beat=median_beat,
            ),
            read=rhythm.read + statements.notes + measurement_notes + beat_notes,
            assumed=given.notes + choice_notes + rhythm.assumed + who.notes,
            scaled=rhythm.scaled,
            checks=rhythm.checks,
            failed=rhythm.failed,
        )
    )


def _rhythm_of(root: Element) -> tuple[Element, tuple[str, ...]]:
    """The Waveform called Rhythm, or the only one that is not called Median, and what was assumed."""
    waveforms = [each for each in root.iterfind("Waveform") if each.find("LeadData") is not None]
    rhythms = [each for each in waveforms if _kind(each) == _RHYTHM]
    if rhythms:
        more = "The file holds several rhythm waveforms; the first one was read."
        return rhythms[0], (more,) if len(rhythms) > 1 else ()
    others = [each for each in waveforms if _kind(each) != _MEDIAN]
    if len(others) == 1:
        return others[0], ("The file does not name its waveform Rhythm; its only one was taken for it.",)
    if others:
        raise RecordError("The file does not say which of its waveforms is the rhythm: export it again.")
    if waveforms:
        raise RecordError("The file holds only the device's median beat: export it with its rhythm waveform.")
    raise RecordError("The file holds no waveforms, only the report: export it with its waveforms.")


def _kind(waveform: Element) -> str:
    return text_of(waveform, "WaveformType").upper()


def _median_beat(root: Element, given: Given) -> tuple[DeviceMedianBeat | None, tuple[str, ...]]:
    """The Median waveform, and a sentence where it is there and cannot be used: the ECG itself can."""
    medians = [each for each in root.iterfind("Waveform") if _kind(each) == _MEDIAN]
    if not medians:
        return None, ()
    try:
        beat = read_waveform(medians[0], Given(unit=given.unit))
        derived = derive_limb_leads(dict(beat.leads))
        return median_beat_of([*beat.leads, *derived.items()], beat.fs_hz), ()
    except RecordError as refused:
        return None, (f"The device's median beat was left out. {refused}",)
