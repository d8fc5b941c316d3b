"""Filters that a device had applied to the channels of a DICOM waveform."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from inference.records.device import DeviceFilters
from inference.records.dicom_ecg.elements import Elements

_ELEMENTS: Final = (
    ("FilterLowFrequency", "high-pass filter"),
    ("FilterHighFrequency", "low-pass filter"),
    ("NotchFilterFrequency", "notch filter"),
)
"""PS3.3 C.10.9: the low frequency is the corner of the high-pass filter. 0 says that there is none."""


def filters_of(channels: Sequence[Elements]) -> DeviceFilters:
    """The filters that all `channels` share; where leads differ, a note gives the range instead."""
    found: list[float | None] = []
    notes: list[str] = []
    for keyword, words in _ELEMENTS:
        corners = {channel.number(keyword) or None for channel in channels}
        given = sorted(corner for corner in corners if corner is not None)
        found.append(given[0] if len(corners) == 1 and given else None)
        if len(corners) > 1:
            span = f"{given[0]:g} Hz" if len(given) == 1 else f"{given[0]:g} to {given[-1]:g} Hz"
            notes.append(
                f"The {words} differs between the leads: {span}{' or none' if None in corners else ''}."
            )
    return DeviceFilters(found[0], found[1], found[2], tuple(notes))
