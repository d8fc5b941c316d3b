"""The signal files of one plain WFDB record as sources of stretches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from inference.records.flac_file import FLAC_BITS, FlacFile
from inference.records.framed_file import FramedFile, FramedSignal
from inference.records.sample_words import WFDB_WORDS
from inference.records.wfdb_header import SignalSpec
from inference.records.wfdb_samples import INVALID_SAMPLE, by_file
from inference.records.wfdb_scale import LeadScale

OpenFiles = tuple[tuple[FramedFile | FlacFile, tuple[str, ...]], ...]
"""Each file that holds leads, with the names of its leads in the order of its rows."""


def is_readable_alone(inside: Sequence[SignalSpec]) -> bool:
    """Whether any stretch of a file with these signals can be read without what lies before it."""
    if any(signal.skew for signal in inside):
        return False
    first = inside[0]
    if first.fmt in FLAC_BITS:
        return first.byte_offset == 0 and all(signal.samples_per_frame == 1 for signal in inside)
    return first.fmt in WFDB_WORDS


def open_files(
    folder: Path,
    signals: Sequence[SignalSpec],
    n_frames: int,
    leads: Mapping[str, SignalSpec],
    scales: Mapping[str, LeadScale],
) -> OpenFiles:
    """One source for each file in which a lead lies. Call after `check_files` and `is_readable_alone`."""
    return tuple(_opened(folder, inside, n_frames, leads, scales) for inside in _with_leads(signals, leads))


def _with_leads(
    signals: Sequence[SignalSpec], leads: Mapping[str, SignalSpec]
) -> Iterator[Sequence[SignalSpec]]:
    wanted = {id(spec) for spec in leads.values()}
    for inside in by_file(signals).values():
        if any(id(signal) in wanted for signal in inside):
            yield inside


def _opened(
    folder: Path,
    inside: Sequence[SignalSpec],
    n_frames: int,
    leads: Mapping[str, SignalSpec],
    scales: Mapping[str, LeadScale],
) -> tuple[FramedFile | FlacFile, tuple[str, ...]]:
    name_of = {id(spec): name for name, spec in leads.items()}
    framed: dict[str, FramedSignal] = {}
    first = 0
    for signal in inside:
        if id(signal) in name_of:
            baseline, step_mv = scales[name_of[id(signal)]]
            framed[name_of[id(signal)]] = FramedSignal(
                first, signal.samples_per_frame, baseline, step_mv, INVALID_SAMPLE.get(signal.fmt)
            )
        first += signal.samples_per_frame
    path, fmt, rows = folder / inside[0].file_name, inside[0].fmt, tuple(framed.values())
    if fmt in FLAC_BITS:
        return FlacFile(path, fmt, n_frames, rows), tuple(framed)
    words = WFDB_WORDS[fmt]
    return FramedFile(path, words, inside[0].byte_offset, first, n_frames, rows), tuple(framed)
