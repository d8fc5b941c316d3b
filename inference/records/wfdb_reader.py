"""WFDB records (PhysioNet's `.hea` with `.dat` or `.mat`): PTB-XL, PTB, LUDB, CinC 2021 and others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from inference.records.assemble import Found, assemble
from inference.records.errors import RecordError
from inference.records.given import Given
from inference.records.lead_choice import pick_ecg_leads
from inference.records.patient_text import facts_from_comments
from inference.records.record import FloatArray, Record, SyntheticTruth
from inference.records.safety import check_shape, read_small_text
from inference.records.synthetic import truth_from_comments
from inference.records.wfdb_given import frame_rate_hz, signal_names
from inference.records.wfdb_header import WfdbHeader, parse_header
from inference.records.wfdb_samples import check_files, read_samples
from inference.records.wfdb_scale import to_mv
from inference.records.wfdb_segments import segments_of


@dataclass(frozen=True, slots=True)
class _Leads:
    """The ECG leads of one header in mV, at one rate."""

    fs_hz: float
    values: dict[str, FloatArray] = field(repr=False)
    synthetic: SyntheticTruth | None
    read: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


def read_wfdb(header_path: Path, given: Given) -> Record:
    """Read one WFDB record from its `.hea` file; what was given wins over the header and is reported.

    Raises RecordError for anything that keeps the record from being read.
    """
    header = parse_header(read_small_text(header_path))
    read = _read_segments if header.segments else _read_plain
    leads = read(header_path, header, given)
    facts = facts_from_comments(header.comments)
    return assemble(
        Found(
            path=header_path,
            format="WFDB",
            fs_hz=leads.fs_hz,
            leads=tuple(leads.values.items()),
            patient=facts.patient,
            acquired_at=header.acquired_at or facts.acquired_at,
            comments=header.comments,
            synthetic=truth_from_comments(header.comments) or leads.synthetic,
            read=leads.read,
            assumed=leads.assumed + facts.notes,
        )
    )


def _read_plain(header_path: Path, header: WfdbHeader, given: Given) -> _Leads:
    frame_hz, rate_note = frame_rate_hz(header, given)
    names, names_note = signal_names(header, given)
    picked = pick_ecg_leads(names)
    per_frame = {header.signals[column].samples_per_frame for column in picked.names}
    if len(per_frame) > 1:
        raise RecordError("The record's ECG leads have different sampling rates, which is not read.")
    fs_hz = frame_hz * per_frame.pop()
    widest = max(1, *(signal.samples_per_frame for signal in header.signals))
    n_signals = len(header.signals)
    check_shape(n_signals, (header.n_frames or 1) * widest, fs_hz)
    n_frames = check_files(header_path.parent, header.signals, header.n_frames)
    check_shape(n_signals, n_frames * widest, fs_hz)
    length_note = () if header.n_frames else ("The header gives no length; it follows from the file's size.",)
    samples = read_samples(header_path, header.signals, n_frames)
    chosen = {name: (header.signals[column], samples[column]) for column, name in picked.names.items()}
    values, scale_notes = to_mv(chosen, given.unit)
    upright = {name: picked.upright(name, values_mv) for name, values_mv in values.items()}
    truth = truth_from_comments(header.comments)
    return _Leads(fs_hz, upright, truth, picked.notes, rate_note + names_note + length_note + scale_notes)


def _read_segments(header_path: Path, header: WfdbHeader, given: Given) -> _Leads:
    """Join a record's segments; where a segment is a gap or lacks a lead, that lead is NaN."""
    frame_hz, _ = frame_rate_hz(header, given)
    n_frames = sum(length for _, length in header.segments)
    check_shape(1, n_frames, frame_hz)
    parts: list[tuple[int, _Leads | None]] = []
    for length, segment in segments_of(header_path, header):
        leads = None if segment is None else _read_plain(*segment, given)
        if leads is not None:
            # Before the next one is read: a thousand segments may all name one large file.
            check_shape(len(leads.values), n_frames, leads.fs_hz)
        parts.append((length, leads))
    return _joined(parts)


def _joined(parts: Sequence[tuple[int, _Leads | None]]) -> _Leads:
    present = [leads for _, leads in parts if leads is not None]
    if not present or len({leads.fs_hz for leads in present}) > 1:
        raise RecordError("The record's segments share no sampling rate: open one segment instead.")
    names = tuple(dict.fromkeys(name for leads in present for name in leads.values))
    fs_hz, first = present[0].fs_hz, present[0]
    per_frame = len(first.values[next(iter(first.values))]) // next(n for n, leads in parts if leads is first)
    n_samples = sum(length for length, _ in parts) * per_frame
    check_shape(len(names), n_samples, fs_hz)
    values = {name: np.full(n_samples, np.nan, dtype=np.float32) for name in names}
    start = 0
    for length, leads in parts:
        stop = start + length * per_frame
        for name, signal in ({} if leads is None else leads.values).items():
            values[name][start:stop] = signal
        start = stop
    read = tuple(dict.fromkeys(note for leads in present for note in leads.read))
    assumed = tuple(dict.fromkeys(note for leads in present for note in leads.assumed))
    # One simulated piece is enough: what it is joined to can no longer pass as real.
    truth = next((leads.synthetic for leads in present if leads.synthetic is not None), None)
    return _Leads(fs_hz, values, truth, (f"{len(parts)} segments were joined.", *read), assumed)
