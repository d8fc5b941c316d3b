"""Multiplex groups of a DICOM waveform: channels sampled together, in mV."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from inference.records.device import DeviceFilters
from inference.records.dicom_ecg.channel_filters import filters_of
from inference.records.dicom_ecg.elements import Elements
from inference.records.dicom_ecg.lead_codes import lead_of
from inference.records.dicom_ecg.samples import Samples, read_samples
from inference.records.errors import RecordError
from inference.records.given import Given
from inference.records.lead_choice import pick_ecg_leads
from inference.records.record import FloatArray
from inference.records.safety import MAX_SIGNALS
from inference.records.units import mv_per_unit, scaled_mv

_WELL: Final = "OK"
_SKEW_SAMPLES: Final = 0.5
"""A lead that was sampled less than half a sample later lies at its right place."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """One multiplex group: `leads` maps project names to (n_samples,) mV."""

    label: str
    is_original: bool
    fs_hz: float
    n_samples: int
    start_s: float | None
    leads: dict[str, FloatArray] = field(repr=False)
    filters: DeviceFilters
    scale: str
    notes: tuple[str, ...]
    channel_names: tuple[str, ...]
    """Of all its channels, in their order."""
    failed: tuple[str, ...]
    """Leads that the device itself calls bad."""

    @property
    def duration_s(self) -> float:
        return self.n_samples / self.fs_hz


def read_group(group: Elements, given: Given) -> Group:
    """An item of the waveform sequence. RecordError where none of its channels is an ECG lead in volts."""
    channels = group.items("ChannelDefinitionSequence")[: MAX_SIGNALS + 1]
    fs_hz = given.fs_hz if given.fs_hz is not None else group.number("SamplingFrequency") or 0.0
    names, coding_notes = _names(group, channels, given)
    picked = pick_ecg_leads(names)
    samples = read_samples(group, len(channels), fs_hz)
    leads: dict[str, FloatArray] = {}
    notes = [*coding_notes, *picked.notes]
    failed: list[str] = []
    for column, name in picked.names.items():
        try:
            values = _in_mv(channels[column], samples, column, given)
        except RecordError as error:
            notes.append(f"Lead {name} was left out. {error}")
            continue
        leads[name] = picked.upright(name, values)
        notes += _remarks(channels[column], name)
        failed += _status(channels[column], name)
    if not leads:
        raise RecordError(notes[-1])
    read_channels = [channels[column] for column, name in picked.names.items() if name in leads]
    offset_ms = group.number("MultiplexGroupTimeOffset")
    return Group(
        label=group.text("MultiplexGroupLabel"),
        is_original=group.text("WaveformOriginality").upper() != "DERIVED",
        fs_hz=fs_hz,
        n_samples=len(samples.counts),
        start_s=None if offset_ms is None else offset_ms / 1000.0,
        leads=leads,
        filters=filters_of(read_channels),
        scale=_scale_words(read_channels[0]),
        notes=tuple(notes),
        channel_names=tuple(names),
        failed=tuple(failed),
    )


def _names(
    group: Elements, channels: tuple[Elements, ...], given: Given
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    declared = group.number("NumberOfWaveformChannels")
    if not channels or declared != len(channels):
        raise RecordError(
            f"The file declares {declared or 0:g} channels and describes {len(channels)}: "
            "export the ECG again."
        )
    if given.lead_order is not None:
        return given.names([""] * len(channels), "channel"), ()
    coded = [lead_of(channel) for channel in channels]
    return tuple(name for name, _note in coded), tuple(note for _name, note in coded if note)


def _in_mv(channel: Elements, samples: Samples, column: int, given: Given) -> FloatArray:
    """(count * sensitivity * correction + baseline) in mV, PS3.3 C.10.9.1.4.2.

    The baseline is in the unit of the sensitivity and not in counts (pydicom issue 1667).
    """
    sensitivity = channel.number("ChannelSensitivity")
    if sensitivity is None and given.unit is None:
        raise RecordError("It has no sensitivity: give the unit of one count.")
    correction = channel.number("ChannelSensitivityCorrectionFactor")
    scale = (1.0 if sensitivity is None else sensitivity) * (1.0 if correction is None else correction)
    if scale == 0.0:
        raise RecordError("Its sensitivity is 0: export the ECG again.")
    unit_mv = _unit_mv(channel, given)
    values = scaled_mv(samples.channel(column), 0.0, scale * unit_mv)
    baseline = channel.number("ChannelBaseline") or 0.0
    return values if baseline == 0.0 else scaled_mv(values, -baseline * unit_mv, 1.0)


def _unit_mv(channel: Elements, given: Given) -> float:
    """mV per unit: the UCUM code, or the code's meaning where another scheme is used."""
    if given.unit is not None:
        return mv_per_unit(given.unit)
    code = channel.code("ChannelSensitivityUnitsSequence")
    try:
        return mv_per_unit(code.value)
    except RecordError:
        return mv_per_unit(code.meaning or code.value)


def _remarks(channel: Elements, name: str) -> list[str]:
    """What else the file says of a lead that a reader should know."""
    skew = channel.number("ChannelSampleSkew") or 0.0
    if abs(skew) < _SKEW_SAMPLES:
        return []
    return [f"Lead {name} was sampled {skew:g} samples after the first; it was left where it is."]


def _status(channel: Elements, name: str) -> list[str]:
    status = [word for word in channel.texts("ChannelStatus") if word.upper() != _WELL]
    return [f"The device calls lead {name} {', '.join(status)[:60]}."] if status else []


def _scale_words(channel: Elements) -> str:
    code = channel.code("ChannelSensitivityUnitsSequence")
    sensitivity = channel.number("ChannelSensitivity")
    return "" if sensitivity is None else f"{sensitivity:g} {code.value[:20]} per count"
