"""analyse(record): the whole signal chain in one call, shared by the viewer, prepare() and training."""

from __future__ import annotations

from dataclasses import dataclass, field
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
        *source_findings(whole, gaps, record.fs_hz),
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
    r_samples = _r_samples(raw, silent, spectrum)
    kept = _leads_of_the_beat(raw.gaps, silent)
    filtered = spectrum.filtered(band)
    aligned_on = filtered if band == ALIGNMENT_BAND else spectrum.filtered(ALIGNMENT_BAND)
    alignment, problem = _aligned(aligned_on[kept], r_samples, np.asarray(raw.gaps[kept].any(axis=0)))
    rhythm = describe_rhythm(r_samples, _ectopic(alignment), silent)
    beat = None
    if alignment is not None:
        own = None if band == ALIGNMENT_BAND else filtered[kept]
        beat = median_beat(alignment, kept, rhythm.rr_median_ms, own)
    filtered[raw.gaps] = np.nan
    filtered.flags.writeable = False
    quality = [*raw.faults, *noise_findings(raw.signals_mv)]
    quality += record_findings(beat, rhythm, record.fs_hz, record.duration_s)
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
    """The aligned beats, or the sentence why there are none."""
    try:
        return align_beats(signals_mv, r_samples, gaps), None
    except SignalError as error:
        return None, str(error)


def _ectopic(alignment: BeatAlignment | None) -> BoolArray | None:
    return None if alignment is None else np.array([why == DIFFERENT_SHAPE for why in alignment.rejections])
