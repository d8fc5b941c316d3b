"""One `Waveform` of a GE MUSE file, Rhythm or Median: its leads on one clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element

import numpy as np

from inference.records.errors import RecordError
from inference.records.given import Given
from inference.records.lead_choice import pick_ecg_leads
from inference.records.record import FloatArray
from inference.records.safety import check_shape
from inference.records.vendor_xml.muse_lead import LEAD_OFF, MuseLead, read_lead
from inference.records.xml_tree import number_of, text_of

_CONTINUOUS: Final = ("", "CONTINUOUS_SAMPLES")
_MOST_COLUMNS: Final = 12
"""Leads recorded one after the other take at most twelve times the time of one."""
_LARGEST_EXPONENT: Final = 9.0


@dataclass(frozen=True, slots=True)
class MuseWaveform:
    """The ECG leads of one Waveform in mV, all of one length, NaN where a lead was not recorded."""

    fs_hz: float
    leads: Sequence[tuple[str, FloatArray]] = field(repr=False)
    read: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    scaled: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


def read_waveform(waveform: Element, given: Given) -> MuseWaveform:
    """Names, rate, scale and time of every lead. RecordError where one is damaged or not said."""
    elements = waveform.findall("LeadData")
    fs_hz = given.fs_hz or sample_rate_hz(waveform, "Sample")
    if fs_hz is None:
        raise RecordError("The file does not say its sampling rate: give the rate in Hz.")
    check_shape(len(elements), 1, fs_hz)
    picked = pick_ecg_leads(_names(elements, given))
    leads = {
        name: read_lead(elements[column], name, fs_hz, given)
        for column, name in picked.names.items()
        if text_of(elements[column], "WaveFormData")
    }
    if not leads:
        raise RecordError("The file holds no samples, only the report: export it with its waveforms.")
    values, clock_note = _on_one_clock(leads, fs_hz)
    return MuseWaveform(
        fs_hz=fs_hz,
        leads=[(name, picked.upright(name, values_mv)) for name, values_mv in values.items()],
        read=picked.notes + _without_samples(picked.names.values(), leads) + _flagged(leads, are_off=False),
        assumed=_sample_type(waveform) + _unit(leads) + _baselines(leads) + clock_note,
        scaled=_scales(leads),
        checks=tuple(note for lead in leads.values() for note in lead.notes) + _fitting(leads),
        failed=_misfit(leads) + _flagged(leads, are_off=True),
    )


def sample_rate_hz(element: Element, prefix: str) -> float | None:
    """`<prefix>Base` times ten to the power of `<prefix>Exponent`, None where it is not said."""
    base = number_of(text_of(element, f"{prefix}Base"))
    exponent = number_of(text_of(element, f"{prefix}Exponent")) or 0.0
    if base is None or base <= 0 or abs(exponent) > _LARGEST_EXPONENT:
        return None
    return float(base * 10.0**exponent)


def _names(elements: Sequence[Element], given: Given) -> tuple[str, ...]:
    return given.names([text_of(lead, "LeadID") for lead in elements], "lead")


def _on_one_clock(
    leads: Mapping[str, MuseLead], fs_hz: float
) -> tuple[dict[str, FloatArray], tuple[str, ...]]:
    """All leads at one length, NaN before and after what was recorded, and a sentence where needed."""
    start = min(lead.first_sample for lead in leads.values())
    longest = max(len(lead.values_mv) for lead in leads.values())
    n_samples = max(lead.first_sample - start + len(lead.values_mv) for lead in leads.values())
    if n_samples > _MOST_COLUMNS * longest:
        raise RecordError("The leads lie too far apart in time for one ECG: export the file again.")
    check_shape(len(leads), n_samples, fs_hz)
    if all(len(lead.values_mv) == n_samples for lead in leads.values()):
        return {name: lead.values_mv for name, lead in leads.items()}, ()
    placed = {}
    for name, lead in leads.items():
        placed[name] = np.full(n_samples, np.nan, dtype=np.float32)
        begin = lead.first_sample - start
        placed[name][begin : begin + len(lead.values_mv)] = lead.values_mv
    note = (
        "The leads do not cover the same time; each was put where LeadTimeOffset (taken as ms) and "
        "LeadOffsetFirstSample (taken as samples) place it."
    )
    return placed, (note,)


def _without_samples(names: Iterable[str], leads: Mapping[str, MuseLead]) -> tuple[str, ...]:
    empty = [name for name in names if name not in leads]
    return (f"{', '.join(empty)}: named in the file, but without samples.",) if empty else ()


def _flagged(leads: Mapping[str, MuseLead], *, are_off: bool) -> tuple[str, ...]:
    """What the device marked: leads that were off, or else noise and sway."""
    by_flag: dict[str, list[str]] = {}
    for name, lead in leads.items():
        for flag in (flag for flag in lead.flags if (flag == LEAD_OFF) is are_off):
            by_flag.setdefault(flag, []).append(name)
    return tuple(f"The device marked {flag} in {', '.join(names)}." for flag, names in by_flag.items())


def _scales(leads: Mapping[str, MuseLead]) -> tuple[str, ...]:
    by_scale: dict[float, list[str]] = {}
    for name, lead in leads.items():
        by_scale.setdefault(lead.microvolts_per_bit, []).append(name)
    if len(by_scale) == 1:
        return (f"One bit is {next(iter(by_scale)):g} µV in every lead.",)
    return tuple(f"One bit is {scale:g} µV in {', '.join(names)}." for scale, names in by_scale.items())


def _unit(leads: Mapping[str, MuseLead]) -> tuple[str, ...]:
    if all(lead.has_unit for lead in leads.values()):
        return ()
    return ("The file gives its scale without a unit; microvolts, the format's default, were taken.",)


def _baselines(leads: Mapping[str, MuseLead]) -> tuple[str, ...]:
    stated = [name for name, lead in leads.items() if lead.baseline]
    if not stated:
        return ()
    return (
        f"A baseline is stated for {', '.join(stated)} (FirstSampleBaseline) and was left as it is: its sign "
        "is nowhere published, and a constant voltage changes no ECG.",
    )


def _sample_type(waveform: Element) -> tuple[str, ...]:
    kind = text_of(waveform, "SampleType").upper()
    return (
        () if kind in _CONTINUOUS else (f"The samples are called {kind[:40]} and were read as continuous.",)
    )


def _fitting(leads: Mapping[str, MuseLead]) -> tuple[str, ...]:
    n_fitting = sum(lead.fits_checksum is True for lead in leads.values())
    return (f"The checksums of {n_fitting} leads fit their samples.",) if n_fitting else ()


def _misfit(leads: Mapping[str, MuseLead]) -> tuple[str, ...]:
    wrong = [name for name, lead in leads.items() if lead.fits_checksum is False]
    if not wrong:
        return ()
    return (f"The checksum of {', '.join(wrong)} does not fit: changed or damaged since it was written.",)
