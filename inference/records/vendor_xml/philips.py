"""Philips Sierra XML 1.03 to 1.04.02: from PageWriter, TraceMaster Vue, IntelliSpace ECG, HeartStart MRx."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element

import numpy as np

from inference.records.assemble import Found, assemble
from inference.records.device import DeviceFindings
from inference.records.errors import RecordError
from inference.records.file_head import FileHead
from inference.records.given import Given
from inference.records.lead_choice import PickedLeads, pick_ecg_leads
from inference.records.record import EINTHOVEN_LIMIT_MV, FloatArray, Record
from inference.records.units import mv_per_unit, scaled_mv
from inference.records.vendor_xml.philips_beats import read_median_beat
from inference.records.vendor_xml.philips_calibration import (
    PULSE_MV,
    RECORDED_S,
    TOLERANCE,
    Pulses,
    find_pulses,
)
from inference.records.vendor_xml.philips_findings import (
    read_device_names,
    read_filters,
    read_statements,
    read_who_and_when,
)
from inference.records.vendor_xml.philips_measurements import read_measurements
from inference.records.vendor_xml.philips_waveforms import SierraWaveforms, read_waveforms
from inference.records.xml_tree import read_xml, text_of

_KNOWN_VERSIONS: Final = ("1.03", "1.04", "1.04.01", "1.04.02")


def is_philips_sierra(head: FileHead) -> bool:
    """Whether a file is Philips' XML of a resting ECG."""
    return head.xml_root == "restingecgdata"


def read_philips(path: Path, given: Given) -> Record:
    """Read one Sierra XML file. Raises RecordError for anything that keeps it from being read."""
    root = read_xml(path)
    waveforms = read_waveforms(root, given)
    picked = pick_ecg_leads(waveforms.names)
    mv_per_count = _mv_per_count(waveforms, given)
    pulses = find_pulses(waveforms.leads.counts, waveforms.fs_hz)
    leads, cut_notes = _leads_mv(waveforms, picked, pulses, mv_per_count)
    who = read_who_and_when(root)
    statements, comments = read_statements(root)
    device, device_notes = _device(root, statements)
    checked = _pulse_check(pulses, waveforms.names, mv_per_count, refuse=given.unit is None)
    checked += _limb_lead_check(waveforms, mv_per_count)
    return assemble(
        Found(
            path=path,
            format="Philips Sierra XML",
            fs_hz=waveforms.fs_hz,
            leads=leads,
            patient=who.patient,
            acquired_at=who.acquired_at,
            comments=comments,
            device=device,
            read=picked.notes + _how_limb_leads_were_stored(waveforms) + cut_notes + device_notes,
            assumed=given.notes + who.notes + _unknown_version(root),
            scaled=(f"One count is {1000 * mv_per_count:g} µV in every lead.",),
            checks=tuple(words for words, is_right in checked if is_right),
            failed=tuple(words for words, is_right in checked if not is_right),
        )
    )


def _mv_per_count(waveforms: SierraWaveforms, given: Given) -> float:
    """The schema gives the resolution in µV; a unit given by hand stands in its place."""
    resolution = waveforms.microvolts_per_count
    if resolution is None and given.unit is None:
        raise RecordError("The file does not say its resolution: give the unit of its samples (mV, uV or V).")
    scale = (1.0 if resolution is None else resolution) * mv_per_unit(given.unit or "uV")
    if scale <= 0:
        raise RecordError(f"The file gives its resolution as {resolution:g} µV, which is no scale: check it.")
    return scale


def _leads_mv(
    waveforms: SierraWaveforms, picked: PickedLeads, pulses: Pulses, mv_per_count: float
) -> tuple[Sequence[tuple[str, FloatArray]], tuple[str, ...]]:
    """The leads in mV without the second of the pulse, and a sentence on what was cut."""
    counts = waveforms.leads.counts
    note: tuple[str, ...] = ()
    if pulses.found:
        counts = counts[:, : counts.shape[1] - round(RECORDED_S * waveforms.fs_hz)]
        note = ("The last second, which holds the calibration pulse, was cut off.",)
    leads = [
        (name, picked.upright(name, scaled_mv(counts[row], waveforms.zero_count, mv_per_count)))
        for row, name in picked.names.items()
    ]
    return leads, note


def _device(root: Element, statements: tuple[str, ...]) -> tuple[DeviceFindings, tuple[str, ...]]:
    maker, model, software = read_device_names(root)
    median_beat, notes = read_median_beat(root)
    findings = DeviceFindings(
        maker=maker,
        model=model,
        software=software,
        statements=statements,
        measurements=read_measurements(root),
        filters=read_filters(root),
        median_beat=median_beat,
    )
    return findings, notes


def _pulse_check(
    pulses: Pulses, names: Sequence[str], mv_per_count: float, *, refuse: bool
) -> tuple[tuple[str, bool], ...]:
    """What the pulses say of the scale, and whether they bear it out.

    RecordError where most of them contradict it and `refuse` is set.
    """
    if not pulses.found:
        words = "No calibration pulse was found in the last second: the scale is the declared one."
        return ((words, True),)
    measured_mv = {
        name: height * mv_per_count
        for name, height in zip(names, pulses.heights, strict=True)
        if height is not None
    }
    typical_mv = float(np.median(list(measured_mv.values())))
    found = (
        f"The calibration pulse of {PULSE_MV:g} mV measures {typical_mv:.3f} mV in {len(measured_mv)} of "
        f"{len(names)} leads"
    )
    if abs(typical_mv - PULSE_MV) <= TOLERANCE * PULSE_MV:
        wrong = [name for name, mv in measured_mv.items() if abs(mv - PULSE_MV) > TOLERANCE * PULSE_MV]
        but = f", but not in {', '.join(wrong)}: there amplitudes may be wrong." if wrong else "."
        return ((found + but, not wrong),)
    if refuse:
        raise RecordError(
            f"{found}: the declared resolution cannot be right. Export the ECG again, or give the unit of "
            "its resolution by hand."
        )
    return ((f"{found}: the scale is doubtful, and every amplitude with it.", False),)


def _how_limb_leads_were_stored(waveforms: SierraWaveforms) -> tuple[str, ...]:
    if not waveforms.leads.were_differences:
        return ()
    return ("III, aVR, aVL and aVF are stored as differences from a forecast out of I and II: put together.",)


def _limb_lead_check(waveforms: SierraWaveforms, mv_per_count: float) -> tuple[tuple[str, bool], ...]:
    off_counts = waveforms.leads.off_counts
    if off_counts is None:
        return ()
    off_mv = off_counts * mv_per_count
    agree = off_mv <= EINTHOVEN_LIMIT_MV
    words = (
        f"III, aVR, aVL and aVF {'agree with' if agree else 'contradict'} I and II by Einthoven's and "
        f"Goldberger's laws: at most {1000 * off_mv:.1f} µV apart."
    )
    return ((words, agree),)


def _unknown_version(root: Element) -> tuple[str, ...]:
    version = text_of(root, ".//documentinfo/documentversion")
    if version in _KNOWN_VERSIONS:
        return ()
    return (f"Version '{version[:20]}' of the format is not known; it was read as 1.04.",)
