"""Which ECG object may hold a Record: PS3.3 A.34.3.4, A.34.4.4 and A.34.5.4 set rate, length and channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from inference.records.leads import STANDARD_LEADS
from inference.records.record import Record
from inference.writing.errors import WriteError


@dataclass(frozen=True, slots=True)
class Storage:
    """One storage class with its limits; `longest` is in samples per channel, None for no limit."""

    sop_class_uid: str
    name: str
    lowest_hz: float
    most_channels: int
    longest: int | None = None


TWELVE_LEAD: Final = Storage("1.2.840.10008.5.1.4.1.1.9.1.1", "12-lead ECG", 200.0, 13, 16_384)
GENERAL: Final = Storage("1.2.840.10008.5.1.4.1.1.9.1.2", "General ECG", 200.0, 24)
AMBULATORY: Final = Storage("1.2.840.10008.5.1.4.1.1.9.1.3", "Ambulatory ECG", 50.0, 12)
_HIGHEST_HZ: Final = 1000.0


def storage_for(record: Record) -> Storage:
    """The narrowest object that may hold the Record. WriteError where none may."""
    if _may_hold(TWELVE_LEAD, record) and set(STANDARD_LEADS) <= set(record.lead_names):
        return TWELVE_LEAD
    for storage in (GENERAL, AMBULATORY):
        if _may_hold(storage, record):
            return storage
    raise WriteError(
        f"DICOM has no ECG object for {len(record.lead_names)} leads at {record.fs_hz:g} Hz: "
        "choose another format."
    )


def may_hold_beat(storage: Storage, record: Record) -> bool:
    """Whether the device's median beat fits into a second group of the object."""
    beat = record.device.median_beat
    return (
        beat is not None
        and storage is not AMBULATORY
        and len(beat.lead_names) <= storage.most_channels
        and storage.lowest_hz <= beat.fs_hz <= _HIGHEST_HZ
    )


def _may_hold(storage: Storage, record: Record) -> bool:
    return (
        len(record.lead_names) <= storage.most_channels
        and storage.lowest_hz <= record.fs_hz <= _HIGHEST_HZ
        and (storage.longest is None or record.n_samples <= storage.longest)
    )
