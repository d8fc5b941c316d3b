"""The rhythm as it was recorded: decoded, brought back to one rate, with the reference beat added again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.records.errors import RecordError
from inference.records.record import FloatArray
from inference.records.safety import check_shape
from inference.records.scp.cursor import DAMAGED
from inference.records.scp.encoded_leads import EncodedLeads, steps
from inference.records.scp.huffman import HuffmanTable, IntArray
from inference.records.scp.lead_definition import LeadDefinition, LeadSpan
from inference.records.scp.qrs_locations import REFERENCE_BEAT_TYPE, QrsLocations
from inference.records.units import scaled_mv

MV_PER_NV: Final = 1e-6
_MAX_DECIMATION: Final = 4
_MAX_DECODED: Final = 1_000_000
"""Samples of all leads together, twelve at 500 Hz for almost three minutes: a second or two to decode."""
_LEAST_PART: Final = 0.9
"""A lead that ends a little early keeps its end as not recorded; below this the file counts as cut off."""


@dataclass(frozen=True, slots=True)
class Source:
    """What the samples of a file are made from."""

    definition: LeadDefinition
    rhythm: EncodedLeads
    tables: Sequence[HuffmanTable] = field(repr=False)
    locations: QrsLocations = field(default_factory=QrsLocations)
    reference: EncodedLeads | None = None

    @property
    def n_reference(self) -> int:
        """Samples of the reference beat; 0 where there is none."""
        if self.reference is None:
            return 0
        return self.locations.reference_ms * 1000 // self.reference.interval_us


@dataclass(frozen=True, slots=True)
class Rhythm:
    """All leads over the same time: `leads_mv` has one (n_samples,) row per lead of section 3."""

    fs_hz: float
    leads_mv: tuple[FloatArray, ...] = field(repr=False)
    resampled: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


def reference_beat(source: Source) -> list[IntArray]:
    """The reference beat in steps, one (n,) row per lead. RecordError where it is cut off or too long."""
    if source.reference is None or not source.n_reference:
        return []
    _check_decodable(len(source.reference.leads), source.n_reference)
    rows = [
        steps(source.reference, lead, source.n_reference, source.tables)
        for lead in range(len(source.reference.leads))
    ]
    if any(row.size < source.n_reference for row in rows):
        raise RecordError(DAMAGED)
    return rows


def read_rhythm(source: Source, beat: list[IntArray]) -> Rhythm:
    """The rhythm in mV; samples that a lead does not have are NaN.

    RecordError where the file is cut off, or compressed in a way whose result would be a guess.
    """
    decimation = _decimation(source)
    fs_hz = source.reference.fs_hz if source.reference and decimation > 1 else source.rhythm.fs_hz
    n_samples = source.definition.n_samples
    check_shape(len(source.definition.spans), n_samples, fs_hz)
    _check_decodable(len(source.definition.spans), n_samples)
    subtracted = source.definition.reference_beat_subtracted
    if subtracted and not beat:
        raise RecordError(DAMAGED)
    rows: list[FloatArray] = []
    assumed: list[str] = []
    for lead, span in enumerate(source.definition.spans):
        lead_nv = _lead_steps(source, lead, span, decimation).astype(np.float64) * source.rhythm.nv_per_step
        if lead_nv.size < span.n_samples:
            assumed.append(_ends_early(span, lead_nv.size))
        if subtracted and source.reference:
            _add_beat(lead_nv, span, beat[lead] * source.reference.nv_per_step, source.locations)
        rows.append(_placed(lead_nv, span, source.definition))
    return Rhythm(fs_hz, tuple(rows), _resampling_note(source, decimation), tuple(assumed))


def _check_decodable(n_leads: int, n_samples: int) -> None:
    if n_leads * n_samples > _MAX_DECODED:
        raise RecordError(
            "The file declares more samples than a resting ECG has: long-term recordings in SCP-ECG are "
            "not read, export it as EDF or DICOM."
        )


def _decimation(source: Source) -> int:
    """By how much the rhythm was thinned out outside of the protected stretches; 1 for not at all."""
    compressed = source.rhythm.bimodal or source.definition.reference_beat_subtracted
    if not compressed or source.reference is None or not source.n_reference:
        return 1
    decimation, rest = divmod(source.rhythm.interval_us, source.reference.interval_us)
    if rest or not 1 <= decimation <= _MAX_DECIMATION or (decimation > 1 and not source.rhythm.bimodal):
        raise RecordError(
            "Reference beat and rhythm have sampling rates that do not go together: "
            "export the ECG uncompressed, or in another format."
        )
    return decimation


def _lead_steps(source: Source, lead: int, span: LeadSpan, decimation: int) -> npt.NDArray[np.float64]:
    if decimation == 1:
        values = steps(source.rhythm, lead, span.n_samples, source.tables)
        if values.size < _LEAST_PART * span.n_samples:
            raise RecordError(DAMAGED)
        return values.astype(np.float64)
    runs = list(_runs(span, source.locations.protected, decimation))
    n_stored = sum(n_low + n_full for n_low, n_full in runs)
    values = steps(source.rhythm, lead, n_stored, source.tables)
    if values.size < n_stored:
        raise RecordError(DAMAGED)
    return _at_full_rate(values, runs, decimation)


def _runs(span: LeadSpan, protected: Sequence[tuple[int, int]], decimation: int) -> Iterator[tuple[int, int]]:
    """How many thinned-out samples come next, and how many at the full rate behind them, over one lead.

    EN 1064 C.3: between protected stretches every `decimation` samples became one, and those left over
    before the next stretch stayed as they were.
    """
    place = span.first
    for first, last in sorted(protected):
        first, last = max(first, span.first), min(last, span.last)
        if last < first:
            continue
        if first < place:
            raise RecordError(DAMAGED)
        n_low, n_left_over = divmod(first - place, decimation)
        yield n_low, n_left_over + last - first + 1
        place = last + 1
    yield divmod(span.last + 1 - place, decimation)


def _at_full_rate(
    values: IntArray, runs: Sequence[tuple[int, int]], decimation: int
) -> npt.NDArray[np.float64]:
    """Straight lines between the thinned-out samples, each in the middle of those it stands for (C.3)."""
    parts: list[npt.NDArray[np.float64]] = []
    place = 0
    for n_low, n_full in runs:
        low = values[place : place + n_low].astype(np.float64)
        if n_low:
            middles = decimation // 2 + decimation * np.arange(n_low)
            parts.append(np.interp(np.arange(n_low * decimation), middles, low))
        parts.append(values[place + n_low : place + n_low + n_full].astype(np.float64))
        place += n_low + n_full
    return np.concatenate(parts)


def _add_beat(
    lead_nv: npt.NDArray[np.float64], span: LeadSpan, beat_nv: IntArray, locations: QrsLocations
) -> None:
    """Add the reference beat, fiducial on fiducial, within each stretch that it was subtracted in (C.3)."""
    for beat in locations.beats:
        if beat.beat_type != REFERENCE_BEAT_TYPE:
            continue
        # The sample of the rhythm on which sample 0 of the reference beat comes to lie.
        start = beat.fiducial - locations.reference_fiducial + 1
        first = max(beat.first, span.first, start)
        end = min(beat.last + 1, span.first + lead_nv.size, start + beat_nv.size)
        if first < end:
            lead_nv[first - span.first : end - span.first] += beat_nv[first - start : end - start]


def _placed(lead_nv: npt.NDArray[np.float64], span: LeadSpan, definition: LeadDefinition) -> FloatArray:
    row = np.full(definition.n_samples, np.nan, dtype=np.float32)
    start = span.first - definition.first
    row[start : start + lead_nv.size] = scaled_mv(lead_nv, 0.0, MV_PER_NV)
    return row


def _ends_early(span: LeadSpan, n_samples: int) -> str:
    return (
        f"Lead {span.name} holds {n_samples} of its {span.n_samples} samples; "
        "the others are taken as not recorded."
    )


def _resampling_note(source: Source, decimation: int) -> tuple[str, ...]:
    if decimation == 1 or source.reference is None:
        return ()
    return (
        f"Outside of the QRS complexes the device kept only {source.rhythm.fs_hz:g} of "
        f"{source.reference.fs_hz:g} samples per second (bimodal compression); those between were "
        "drawn as straight lines.",
    )
