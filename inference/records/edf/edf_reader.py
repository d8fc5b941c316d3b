"""EDF, EDF+ and BDF recordings: opened by their header, any stretch of the leads in mV."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from inference.records.assemble import Found
from inference.records.edf.annotations import Annotations
from inference.records.edf.header import VERSIONS, EdfHeader, EdfSignal, read_header
from inference.records.edf.patient import read_texts
from inference.records.errors import RecordError
from inference.records.file_head import FileHead
from inference.records.framed_file import FramedFile, FramedSignal, SampleSource
from inference.records.given import Given
from inference.records.joined_source import JoinedSource, Stretch
from inference.records.lead_choice import PickedLeads, pick_ecg_leads
from inference.records.opened import Opened
from inference.records.patient_text import facts_from_comments
from inference.records.record import FloatArray, Patient, Record
from inference.records.safety import check_long_shape
from inference.records.sample_words import INT16, INT24
from inference.records.synthetic import truth_from_comments
from inference.records.timestamps import later
from inference.records.units import mv_per_unit

_NAMES: Final = {2: "EDF", 3: "BDF"}


def is_edf(head: FileHead) -> bool:
    """Whether the file begins as EDF or BDF: the version, and the header's own length in digits."""
    return head.data[:8] in VERSIONS and head.data[184:192].strip().isdigit()


def read_edf(path: Path, given: Given) -> Record:
    """The whole recording as one Record. Raises RecordError for anything that keeps it from being read."""
    return open_edf(path, given).whole()


def open_edf(path: Path, given: Given) -> Opened:
    """The recording with its header read and its samples left in the file.

    Raises RecordError where the header or its times are broken, or where no signal is an ECG lead.
    """
    header = read_header(path)
    signals, picked, names_note = _leads(header, given)
    rows = tuple(_framed(signal, lead in picked.inverted, given) for lead, signal in signals.items())
    per_record = rows[0].per_frame
    fs_hz = _rate_hz(per_record, header.record_s)
    check_long_shape(len(rows), header.n_records * per_record, fs_hz)
    words = INT16 if header.sample_bytes == 2 else INT24
    frames = FramedFile(path, words, header.header_bytes, header.values_per_record, header.n_records, rows)
    timed = Annotations(path, header) if any(signal.is_annotations for signal in header.signals) else None
    source, n_samples, start_s, pauses = _on_time_axis(EdfFile(frames, timed), header, fs_hz)
    check_long_shape(len(rows), n_samples, fs_hz)
    comments = timed.comments() if timed is not None and header.is_plus and header.n_records else ()
    texts = read_texts(header, [signal.prefilter for signal in signals.values()])
    return Opened(
        Found(
            path=path,
            format=_format_name(header),
            fs_hz=fs_hz,
            leads=(),
            patient=_with_said_age(texts.patient, comments),
            acquired_at=later(texts.acquired_at, start_s),
            comments=texts.comments + comments,
            synthetic=truth_from_comments(comments),
            device=texts.device,
            read=(*picked.notes, *pauses),
            assumed=(*names_note, *_given_notes(given), *header.notes, *texts.notes),
        ),
        tuple(signals),
        n_samples,
        source,
    )


@dataclass(frozen=True, slots=True)
class EdfFile:
    """The leads of one EDF file by their place in the file, and what is noted beside them."""

    frames: FramedFile
    annotations: Annotations | None = field(repr=False)

    def read_mv(self, lead_rows: Sequence[int], start: int, stop: int) -> FloatArray:
        """As `SampleSource.read_mv`."""
        return self.frames.read_mv(lead_rows, start, stop)

    def notes_between(self, start: int, stop: int) -> tuple[str, ...]:
        """As `SampleSource.notes_between`: what is noted in the data records of these samples."""
        if self.annotations is None:
            return ()
        per_record = self.frames.samples_per_frame
        return self.annotations.texts(start // per_record, -(-stop // per_record))


def _leads(header: EdfHeader, given: Given) -> tuple[dict[str, EdfSignal], PickedLeads, tuple[str, ...]]:
    """Each ECG lead with its signal, all at one rate."""
    ordinary = [signal for signal in header.signals if not signal.is_annotations]
    picked = pick_ecg_leads(given.names([signal.label for signal in ordinary], "signal"))
    signals = {lead: ordinary[column] for column, lead in picked.names.items()}
    if len({signal.samples_per_record for signal in signals.values()}) > 1:
        raise RecordError(
            "The recording's ECG leads have different sampling rates, which is not read: "
            "export them at one rate."
        )
    if next(iter(signals.values())).samples_per_record < 1:
        raise RecordError("The recording's ECG leads hold no samples: export it again.")
    note = ("The lead names were given by hand; the file's own were not used.",) if given.lead_order else ()
    return signals, picked, note


def _with_said_age(patient: Patient, comments: Sequence[str]) -> Patient:
    """EDF has no field for an age: one that a comment says is better than one reckoned from birth."""
    said_years = facts_from_comments(comments).patient.age_years
    return patient if said_years is None else replace(patient, age_years=said_years)


def _rate_hz(per_record: int, record_s: float) -> float:
    """Samples per second: 997 in 1.994 s are 500 Hz, not 500.00000000000006."""
    rate_hz = per_record / record_s
    return round(rate_hz, 6) if math.isclose(rate_hz, round(rate_hz, 6), rel_tol=1e-12) else rate_hz


def _framed(signal: EdfSignal, is_inverted: bool, given: Given) -> FramedSignal:
    """mV = (value - offset) * step, from the two pairs of minimum and maximum (EDF specification)."""
    digital = signal.digital_max - signal.digital_min
    physical = signal.physical_max - signal.physical_min
    if digital <= 0 or physical == 0:
        raise RecordError(f"The header gives '{signal.label[:40]}' no scale: export the recording again.")
    unit = given.unit or signal.dimension
    if not unit:
        raise RecordError(f"The header gives no unit for '{signal.label[:40]}': give it when opening it.")
    step = physical / digital
    offset = signal.digital_min - signal.physical_min / step
    mv_per_value = step * mv_per_unit(unit) * (-1.0 if is_inverted else 1.0)
    return FramedSignal(
        signal.first,
        signal.samples_per_record,
        offset,
        mv_per_value,
    )


def _on_time_axis(
    file: EdfFile, header: EdfHeader, fs_hz: float
) -> tuple[SampleSource, int, float, tuple[str, ...]]:
    """The samples in time, their number with pauses, the first one's time after the header's, and notes."""
    n_held = file.frames.n_samples
    if file.annotations is None or not header.is_plus or not header.n_records:
        return file, n_held, 0.0, ()
    if not header.is_discontinuous:
        return file, n_held, file.annotations.onset_s(0), ()
    runs = file.annotations.runs(0.5 / fs_hz)
    per_record = file.frames.samples_per_frame
    rows = tuple(range(len(file.frames.signals)))
    stretches: list[Stretch] = []
    for run in runs:
        # Rounding may place a run a sample too early; it never writes over the one before it.
        start = max(round((run.onset_s - runs[0].onset_s) * fs_hz), stretches[-1].stop if stretches else 0)
        stretches.append(Stretch(start, run.count * per_record, file, run.first * per_record, rows))
    n_samples = stretches[-1].stop
    notes: tuple[str, ...] = ()
    if len(runs) > 1:
        pause_s = (n_samples - n_held) / fs_hz
        notes = (f"The recording was interrupted {len(runs) - 1} times, for {pause_s:.6g} s in all.",)
    return JoinedSource(tuple(stretches)), n_samples, runs[0].onset_s, notes


def _format_name(header: EdfHeader) -> str:
    return header.kind[:5] if header.is_plus else _NAMES[header.sample_bytes]


def _given_notes(given: Given) -> tuple[str, ...]:
    unit = (f"The unit was given as {given.unit}; the file's own was not used.",) if given.unit else ()
    rate = ("The file says its own sampling rate; the given one was not used.",) if given.fs_hz else ()
    return unit + rate
