"""Section 4: where the QRS complexes are, how long the reference beat is, and what was not decimated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from inference.records.errors import RecordError
from inference.records.scp.cursor import DAMAGED, Cursor

REFERENCE_BEAT_TYPE: Final = 0
"""The type of beat that section 5 holds, and the only one that is ever subtracted."""
_MAX_BEATS: Final = 4096
"""Beats of a quarter of an hour at 270 per minute."""


@dataclass(frozen=True, slots=True)
class QrsLocation:
    """One beat: samples counted as in section 3, first and last one included."""

    beat_type: int
    first: int
    fiducial: int
    last: int


@dataclass(frozen=True, slots=True)
class QrsLocations:
    """All beats of a file."""

    reference_ms: int = 0
    """Length of the reference beat in ms."""
    reference_fiducial: int = 0
    """The sample of the reference beat, counted from 1, that lies on the fiducial of each beat."""
    beats: tuple[QrsLocation, ...] = ()
    protected: tuple[tuple[int, int], ...] = ()
    """First and last sample of each stretch that bimodal compression left at the full rate."""


def read_qrs_locations(section_4: bytes) -> QrsLocations:
    """The beats of a file; where no stretches are protected by name, those of subtraction are (version 1)."""
    cursor = Cursor(section_4)
    reference_ms, fiducial, n_beats = cursor.numbers("HHH")
    if n_beats > _MAX_BEATS:
        raise RecordError(DAMAGED)
    beats = tuple(QrsLocation(*cursor.numbers("HIII")) for _ in range(n_beats))
    if cursor.left >= 8 * n_beats:
        protected = [cursor.numbers("II") for _ in range(n_beats)]
    else:
        protected = [(beat.first, beat.last) for beat in beats]
    named = tuple((first, last) for first, last in protected if first and last)
    return QrsLocations(reference_ms, fiducial, beats, named)
