"""Which multiplex groups are the recording and which is the device's own median beat."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from inference.records.dicom_ecg.groups import Group
from inference.records.errors import RecordError

_MEDIAN_WORDS: Final = re.compile(r"MEDIAN|REPRESENT|AVERAGE|TEMPLATE|\bBEAT\b", re.IGNORECASE)
_RHYTHM_WORDS: Final = re.compile(r"RHYTHM", re.IGNORECASE)
_BEAT_S: Final = 2.0
"""A median beat takes 0.6 to 1.2 s, a column of the 3x4 print 2.5 s."""


@dataclass(frozen=True, slots=True)
class Roles:
    """The groups of one file by what they hold."""

    recordings: tuple[Group, ...]
    median_beat: Group | None
    notes: tuple[str, ...]


def told_apart(groups: Sequence[Group]) -> Roles:
    """Recordings and median beat, by label, else by originality and length, never by place in the file.

    RecordError where there is no recording.
    """
    beats = [group for group in groups if _is_median_beat(group, groups)]
    recordings = [group for group in groups if group not in beats]
    originals = [group for group in recordings if group.is_original]
    if not recordings:
        raise RecordError(
            "The file holds a median beat but no recording: export the ECG with its rhythm waveform."
        )
    kept = originals or recordings
    notes = [
        f"A further waveform that was derived from the recording, '{group.label[:40]}' "
        f"({group.duration_s:g} s), was left out."
        for group in recordings
        if group not in kept
    ]
    notes += [f"A second median beat, '{group.label[:40]}', was left out." for group in beats[1:]]
    notes += [
        f"A group of {group.duration_s:g} s, not labelled as such, was taken for the device's median beat."
        for group in beats[:1]
        if not _MEDIAN_WORDS.search(group.label)
    ]
    return Roles(tuple(kept), beats[0] if beats else None, tuple(notes))


def _is_median_beat(group: Group, groups: Sequence[Group]) -> bool:
    if _MEDIAN_WORDS.search(group.label):
        return True
    if _RHYTHM_WORDS.search(group.label) or group.duration_s > _BEAT_S:
        return False
    if not group.is_original:
        return True
    # Makers also call the beat ORIGINAL; then it repeats the leads of a longer group.
    return any(
        other.duration_s > _BEAT_S and set(group.leads) <= set(other.leads)
        for other in groups
        if other is not group
    )
