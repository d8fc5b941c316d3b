"""Rate and names of a WFDB record: as its header says, unless the caller says otherwise."""

from __future__ import annotations

from inference.records.given import Given
from inference.records.wfdb_header import DEFAULT_FS_HZ, WfdbHeader


def frame_rate_hz(header: WfdbHeader, given: Given) -> tuple[float, tuple[str, ...]]:
    """Frames per second, and a note where the header does not decide."""
    if given.fs_hz is not None:
        note = f"The sampling rate was given as {given.fs_hz:g} Hz; the header's own was not used."
        return given.fs_hz, (note,)
    if header.fs_hz is None:
        note = f"The header gives no sampling rate; {DEFAULT_FS_HZ:g} Hz, WFDB's default, was taken."
        return DEFAULT_FS_HZ, (note,)
    return header.fs_hz, ()


def signal_names(header: WfdbHeader, given: Given) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """One name per signal, and a note where they were given. RecordError where there are too few or many."""
    names = given.names([signal.name for signal in header.signals], "signal")
    by_hand = ("The lead names were given by hand; the header's own were not used.",)
    return names, () if given.lead_order is None else by_hand
