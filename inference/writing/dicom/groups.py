"""Multiplex groups: the samples with their channels (PS3.3 C.10.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from inference.records.device import DeviceFilters
from inference.writing.dicom.codes import lead_code, microvolt
from inference.writing.resolution import StoredLead

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_NO_SAMPLE: Final = -(2**15)
_DS_LENGTH: Final = 16


def fits_decimal_strings(step_uv: float, offset_uv: float) -> bool:
    """Whether step and offset are exact in DICOM's decimal strings of sixteen characters."""
    return all(abs(float(decimal(value)) - value) <= 1e-12 * abs(value) for value in (step_uv, offset_uv))


def decimal(value: float) -> str:
    """A number as DS, which has room for sixteen characters."""
    for digits in range(15, 5, -1):
        text = f"{value:.{digits}g}"
        if len(text) <= _DS_LENGTH:
            return text
    return f"{value:.6g}"


def multiplex_group(
    leads: tuple[StoredLead, ...],
    fs_hz: float,
    label: str,
    originality: Literal["ORIGINAL", "DERIVED"],
    filters: DeviceFilters,
) -> Dataset:
    """16-bit signed samples, interleaved; the padding value marks what is no sample."""
    from pydicom.dataset import Dataset

    samples = np.stack([np.where(lead.is_invalid, _NO_SAMPLE, lead.integers) for lead in leads], axis=1)
    group = Dataset()
    group.WaveformOriginality = originality
    group.NumberOfWaveformChannels = len(leads)
    group.NumberOfWaveformSamples = len(samples)
    group.SamplingFrequency = decimal(fs_hz)
    group.MultiplexGroupLabel = label
    group.ChannelDefinitionSequence = [_channel(lead, filters) for lead in leads]
    group.WaveformBitsAllocated = 16
    group.WaveformSampleInterpretation = "SS"
    group.add_new("WaveformPaddingValue", "OW", np.array([_NO_SAMPLE], dtype="<i2").tobytes())
    group.add_new("WaveformData", "OW", samples.astype("<i2").tobytes())
    return group


def _channel(lead: StoredLead, filters: DeviceFilters) -> Dataset:
    from pydicom.dataset import Dataset

    channel = Dataset()
    channel.ChannelLabel = lead.name
    channel.ChannelSourceSequence = [lead_code(lead.name)]
    channel.ChannelSensitivity = decimal(lead.step_uv)
    channel.ChannelSensitivityUnitsSequence = [microvolt()]
    channel.ChannelSensitivityCorrectionFactor = "1"
    channel.ChannelBaseline = decimal(lead.offset_uv)
    channel.ChannelSampleSkew = "0"
    channel.WaveformBitsStored = 16
    if filters.high_pass_hz is not None:
        channel.FilterLowFrequency = decimal(filters.high_pass_hz)
    if filters.low_pass_hz is not None:
        channel.FilterHighFrequency = decimal(filters.low_pass_hz)
    if filters.notch_hz is not None:
        channel.NotchFilterFrequency = decimal(filters.notch_hz)
    return channel
