"""analyse(record): the whole signal chain in one call, shared by the viewer, prepare() and training."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from inference.records.record import Record
from inference.signal.beat import (
    MODEL_FS_HZ,
    BoolArray,
    FloatArray,
    IntArray,
    MedianBeat,
    QualityFinding,
    Rhythm,
    SignalError,
)
from inference.signal.beat_alignment import ALIGNMENT_BAND, DIFFERENT_SHAPE, BeatAlignment, align_beats
from inference.signal.filters import DIAGNOSTIC_BAND, FilterBand, LeadSpectrum, resample
from inference.signal.gaps import bridged, silence, without_long
from inference.signal.median_beat import median_beat
from inference.signal.quality import (
    noise_findings,
    record_findings,
    source_findings,
    whole_file_findings,
)
from inference.signal.r_peaks import detect_r_peaks
from inference.signal.rhythm import describe_rhythm
from inference.signal.stretches import (
    Stretches,
    align_by_column,
    average_of_all,
    column_breaks,
    filter_inside,
    find_stretches,
    on_r_of_all_leads,
    r_samples_by_column,
)

_MOST_GAPS: Final = 0.2
"""Share of missing samples, where other leads were recorded, above which a lead has no median beat."""


@dataclass(frozen=True, slots=True)
class EcgAnalysis:
    """A record after the signal chain.

    `signals_mv`: (12, n) float32 at 500 Hz, filtered with `band`, standard lead order, a missing lead a
    row of NaN, read-only. `beat` is None where no median beat could be made; `beat_problem` says why.
    """

    record_sha256: str
    band: FilterBand
    signals_mv: FloatArray = field(repr=False)
    rhythm: Rhythm
    quality: tuple[QualityFinding, ...]
    beat: MedianBeat | None
    beat_problem: str | None


@dataclass(frozen=True, slots=True)
class _TimeBase:
    """The twelve leads at 500 Hz, gaps bridged by straight lines and remembered; faults seen in the file."""

    signals_mv: FloatArray
    gaps: BoolArray
    faults: tuple[QualityFinding, ...]


def analyse(record: Record, band: FilterBand = DIAGNOSTIC_BAND) -> EcgAnalysis:
    """Run resampling, filters, R peaks, median beat and quality checks on a record.

    `band` decides how leads and beat look; the beats and their R are the same in every band.
    """
    raw = _on_model_time_base(record)
    spectrum = LeadSpectrum.of(raw.signals_mv, MODEL_FS_HZ)
    return _assemble(record, band, raw, spectrum)


def _on_model_time_base(record: Record) -> _TimeBase:
    twelve = record.standard_12()
    gaps = np.isnan(twelve)
    whole = bridged(twelve, gaps) if gaps.any() else twelve
    faults = (
        *whole_file_findings(whole, gaps, record.report),
        *source_findings(whole, gaps, record.fs_hz, is_sheet=record.report.digitised),
    )
    signals = resample(whole, record.fs_hz, MODEL_FS_HZ)
    if gaps.any() and record.fs_hz != MODEL_FS_HZ:
        source = np.minimum(
            (np.arange(signals.shape[1]) * record.fs_hz / MODEL_FS_HZ).round().astype(int), gaps.shape[1] - 1
        )
        gaps = gaps[:, source]
    elif gaps.shape != signals.shape:
        gaps = np.zeros(signals.shape, dtype=np.bool_)
    return _TimeBase(signals, gaps, faults)


def _r_samples(raw: _TimeBase, silent: BoolArray, spectrum: LeadSpectrum) -> IntArray:
    """R peaks from the present leads; a long silence would make every QRS look rare and small."""
    present = np.asarray(~raw.gaps.all(axis=1))
    remain = without_long(silent)
    if remain.all():
        return detect_r_peaks(raw.signals_mv[present], MODEL_FS_HZ, spectrum.of_leads(present))
    shortened = raw.signals_mv[present][:, remain]
    silent_rows = np.broadcast_to(silent[remain], shortened.shape)
    found = detect_r_peaks(bridged(shortened, silent_rows), MODEL_FS_HZ)
    return np.asarray(np.flatnonzero(remain)[found], dtype=np.int64)


def _assemble(record: Record, band: FilterBand, raw: _TimeBase, spectrum: LeadSpectrum) -> EcgAnalysis:
    silent = silence(raw.gaps)
    kept = _leads_of_the_beat(raw.gaps, silent)
    if stretches := find_stretches(raw.gaps, kept):
        return _assemble_sheet(record, band, raw, spectrum, kept, stretches)
    r_samples = _r_samples(raw, silent, spectrum)
    filtered = spectrum.filtered(band)
    aligned_on = filtered if band == ALIGNMENT_BAND else spectrum.filtered(ALIGNMENT_BAND)
    alignment, problem = _aligned(aligned_on[kept], r_samples, np.asarray(raw.gaps[kept].any(axis=0)))
    rhythm = describe_rhythm(r_samples, _ectopic(alignment), silent)
    beat = None
    if alignment is not None:
        own = None if band == ALIGNMENT_BAND else filtered[kept]
        beat = median_beat(alignment, kept, rhythm.rr_median_ms, own)
    quality = (*raw.faults, *noise_findings(raw.signals_mv))
    return _finished(record, band, raw, filtered, rhythm, quality, beat, problem)


def _assemble_sheet(
    record: Record,
    band: FilterBand,
    raw: _TimeBase,
    spectrum: LeadSpectrum,
    whole: BoolArray,
    stretches: Stretches,
) -> EcgAnalysis:
    """As `_assemble`, where most leads were recorded for a part of the time, each in a stretch of its own."""
    filtered, aligned_on = spectrum.filtered(band), spectrum.filtered(ALIGNMENT_BAND)
    filter_inside(filtered, raw.signals_mv, stretches, band)
    filter_inside(aligned_on, raw.signals_mv, stretches, ALIGNMENT_BAND)
    silent = silence(raw.gaps)
    if whole.any():
        r_samples = detect_r_peaks(raw.signals_mv[whole], MODEL_FS_HZ, spectrum.of_leads(whole))
        alignment, problem = _aligned(aligned_on[whole], r_samples, np.asarray(raw.gaps[whole].any(axis=0)))
        if alignment is not None:
            alignment = on_r_of_all_leads(alignment, aligned_on, whole, stretches)
    else:
        silent = silent | column_breaks(silent.size, stretches)
        r_samples = r_samples_by_column(raw.signals_mv, stretches)
        alignment, problem = _attempted(lambda: align_by_column(aligned_on, r_samples, stretches))
    rhythm = describe_rhythm(r_samples, _ectopic(alignment), silent)
    beat = None
    if alignment is not None:
        average, present, note = average_of_all(filtered, alignment, whole, stretches)
        everything = replace(alignment, average_mv=average)
        beat = median_beat(everything, present, rhythm.rr_median_ms, notes=(note,))
    quality = (*raw.faults, *noise_findings(raw.signals_mv, stretches))
    return _finished(record, band, raw, filtered, rhythm, quality, beat, problem)


def _finished(
    record: Record,
    band: FilterBand,
    raw: _TimeBase,
    filtered: FloatArray,
    rhythm: Rhythm,
    findings: Iterable[QualityFinding],
    beat: MedianBeat | None,
    problem: str | None,
) -> EcgAnalysis:
    filtered[raw.gaps] = np.nan
    filtered.flags.writeable = False
    quality = [*findings, *record_findings(beat, rhythm, record.fs_hz, record.duration_s)]
    if problem is not None:
        quality.append(QualityFinding("no_beats", problem))
    return EcgAnalysis(record.sha256, band, filtered, rhythm, tuple(quality), beat, problem)


def _leads_of_the_beat(gaps: BoolArray, silent: BoolArray) -> BoolArray:
    """Leads (12,) without long gaps of their own, which would take the other leads' beats away."""
    recorded = ~silent
    return np.asarray((gaps & recorded).sum(axis=1) <= _MOST_GAPS * recorded.sum()) & ~gaps.all(axis=1)


def _aligned(
    signals_mv: FloatArray, r_samples: IntArray, gaps: BoolArray
) -> tuple[BeatAlignment | None, str | None]:
    return _attempted(lambda: align_beats(signals_mv, r_samples, gaps))


def _attempted(align: Callable[[], BeatAlignment]) -> tuple[BeatAlignment | None, str | None]:
    """The aligned beats, or the sentence why there are none."""
    try:
        return align(), None
    except SignalError as error:
        return None, str(error)


def _ectopic(alignment: BeatAlignment | None) -> BoolArray | None:
    return None if alignment is None else np.array([why == DIFFERENT_SHAPE for why in alignment.rejections])
