"""WFDB records with their samples left in the files: whichever stretch is asked for is read alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from inference.records.assemble import Found
from inference.records.errors import RecordError
from inference.records.given import Given
from inference.records.joined_source import JoinedSource, Stretch
from inference.records.lead_choice import pick_ecg_leads
from inference.records.opened import Opened
from inference.records.patient_text import facts_from_comments
from inference.records.record import SyntheticTruth
from inference.records.safety import check_long_shape, read_small_text
from inference.records.synthetic import truth_from_comments
from inference.records.wfdb_given import frame_rate_hz, signal_names
from inference.records.wfdb_header import SignalSpec, WfdbHeader, parse_header
from inference.records.wfdb_samples import by_file, check_files
from inference.records.wfdb_scale import LeadScale, lead_scales
from inference.records.wfdb_segments import segments_of
from inference.records.wfdb_sources import OpenFiles, is_readable_alone, open_files

_LOOKED_AT_S: Final = 10.0
"""From so much of the beginning it is decided whether the gains can be believed (see `wfdb_scale`)."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One plain record, alone or as a segment: its leads and the files they are in."""

    fs_hz: float
    n_samples: int
    lead_names: tuple[str, ...]
    files: OpenFiles = field(repr=False)
    synthetic: SyntheticTruth | None
    read: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


def open_wfdb(header_path: Path, given: Given) -> Opened | None:
    """A WFDB record by its `.hea` file; None where a file's format can only be read from its beginning.

    Raises RecordError as `read_wfdb` does.
    """
    header = parse_header(read_small_text(header_path))
    parts = _segments(header_path, header, given) if header.segments else _alone(header_path, header, given)
    return None if parts is None else _opened(header_path, header, parts)


def _alone(header_path: Path, header: WfdbHeader, given: Given) -> list[tuple[int, _Part | None]] | None:
    part = _part(header_path, header, given)
    return None if part is None else [(part.n_samples, part)]


def _segments(header_path: Path, header: WfdbHeader, given: Given) -> list[tuple[int, _Part | None]] | None:
    """Each segment's length in samples with its leads, None for a pause."""
    frames: list[tuple[int, _Part | None]] = []
    for length, segment in segments_of(header_path, header):
        part = None if segment is None else _part(*segment, given)
        if segment is not None and part is None:
            return None
        frames.append((length, part))
    held = [(length, part) for length, part in frames if part is not None]
    if len({(part.fs_hz, part.n_samples // length) for length, part in held}) != 1:
        raise RecordError("The record's segments share no sampling rate: open one segment instead.")
    per_frame = held[0][1].n_samples // held[0][0]
    return [(length * per_frame, part) for length, part in frames]


def _opened(header_path: Path, header: WfdbHeader, parts: Sequence[tuple[int, _Part | None]]) -> Opened:
    present = [part for _, part in parts if part is not None]
    fs_hz = present[0].fs_hz
    names = tuple(dict.fromkeys(name for part in present for name in part.lead_names))
    n_samples = sum(length for length, _ in parts)
    check_long_shape(len(names), n_samples, fs_hz)
    facts = facts_from_comments(header.comments)
    joined = (f"{len(parts)} segments were joined.",) if header.segments else ()
    read = tuple(dict.fromkeys(note for part in present for note in part.read))
    assumed = tuple(dict.fromkeys(note for part in present for note in part.assumed))
    # One simulated piece is enough: what it is joined to can no longer pass as real.
    planted = next((part.synthetic for part in present if part.synthetic is not None), None)
    found = Found(
        path=header_path,
        format="WFDB",
        fs_hz=fs_hz,
        leads=(),
        patient=facts.patient,
        acquired_at=header.acquired_at or facts.acquired_at,
        comments=header.comments,
        synthetic=truth_from_comments(header.comments) or planted,
        read=(*joined, *read),
        assumed=assumed + facts.notes,
    )
    return Opened(found, names, n_samples, JoinedSource(_stretches(parts, names)))


def _stretches(parts: Sequence[tuple[int, _Part | None]], names: Sequence[str]) -> tuple[Stretch, ...]:
    stretches: list[Stretch] = []
    start = 0
    for length, part in parts:
        for source, held in () if part is None else part.files:
            rows = tuple(held.index(name) if name in held else None for name in names)
            stretches.append(Stretch(start, length, source, 0, rows))
        start += length
    return tuple(stretches)


def _part(header_path: Path, header: WfdbHeader, given: Given) -> _Part | None:
    frame_hz, rate_note = frame_rate_hz(header, given)
    names, names_note = signal_names(header, given)
    picked = pick_ecg_leads(names)
    per_frame = {header.signals[column].samples_per_frame for column in picked.names}
    if len(per_frame) > 1:
        raise RecordError("The record's ECG leads have different sampling rates, which is not read.")
    samples_per_frame = per_frame.pop()
    fs_hz = frame_hz * samples_per_frame
    n_frames = check_files(header_path.parent, header.signals, header.n_frames)
    check_long_shape(len(header.signals), n_frames * samples_per_frame, fs_hz)
    if not all(is_readable_alone(inside) for inside in by_file(header.signals).values()):
        return None
    length_note = () if header.n_frames else ("The header gives no length; it follows from the file's size.",)
    leads = {name: header.signals[column] for column, name in picked.names.items()}
    looked_at = min(n_frames * samples_per_frame, round(_LOOKED_AT_S * fs_hz))
    scales, scale_notes = _scales(header_path.parent, header, leads, n_frames, looked_at, given)
    upright = {
        name: (baseline, -step if name in picked.inverted else step)
        for name, (baseline, step) in scales.items()
    }
    return _Part(
        fs_hz=fs_hz,
        n_samples=n_frames * samples_per_frame,
        lead_names=tuple(leads),
        files=open_files(header_path.parent, header.signals, n_frames, leads, upright),
        synthetic=truth_from_comments(header.comments),
        read=picked.notes,
        assumed=rate_note + names_note + length_note + scale_notes,
    )


def _scales(
    folder: Path,
    header: WfdbHeader,
    leads: Mapping[str, SignalSpec],
    n_frames: int,
    n_looked_at: int,
    given: Given,
) -> tuple[dict[str, LeadScale], tuple[str, ...]]:
    """Each lead's scale and what was assumed, with a look at samples only where gains differ."""
    integers = {name: np.zeros(1, dtype=np.int32) for name in leads}
    if len({spec.gain for spec in leads.values()}) > 1:
        for source, names in open_files(
            folder, header.signals, n_frames, leads, dict.fromkeys(leads, (0, 1.0))
        ):
            rows = np.nan_to_num(source.read_mv(range(len(names)), 0, n_looked_at), nan=0.0)
            integers |= dict(zip(names, rows.astype(np.int32), strict=True))
    return lead_scales({name: (spec, integers[name]) for name, spec in leads.items()}, given.unit)
