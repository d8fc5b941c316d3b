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
from inference.signal.filters import DIAGNOSTIC_BAND, FilterBand, bandpass, resample
from inference.signal.median_beat import DIFFERENT_SHAPE, median_beat
from inference.signal.quality import (
    noise_findings,
    record_findings,
    source_findings,
    whole_file_findings,
)
from inference.signal.r_peaks import detect_r_peaks
from inference.signal.rhythm import describe_rhythm

_MOST_GAPS: Final = 0.2
"""Share of missing samples above which a lead has no median beat."""


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
    """Run resampling, filters, R peaks, median beat and quality checks on a record."""
    raw = _on_model_time_base(record)
    present = ~raw.gaps.all(axis=1)
    r_samples = detect_r_peaks(raw.signals_mv[present], MODEL_FS_HZ)
    return _assemble(record, band, raw, r_samples)


def _on_model_time_base(record: Record) -> _TimeBase:
    twelve = record.standard_12()
    gaps = np.isnan(twelve)
    bridged = _bridge_gaps(twelve, gaps) if gaps.any() else twelve
    faults = (
        *whole_file_findings(bridged, gaps, record.report),
        *source_findings(bridged, gaps, record.fs_hz),
    )
    signals = resample(bridged, record.fs_hz, MODEL_FS_HZ)
    if gaps.any() and record.fs_hz != MODEL_FS_HZ:
        source = np.minimum(
            (np.arange(signals.shape[1]) * record.fs_hz / MODEL_FS_HZ).round().astype(int), gaps.shape[1] - 1
        )
        gaps = gaps[:, source]
    elif gaps.shape != signals.shape:
        gaps = np.zeros(signals.shape, dtype=np.bool_)
    return _TimeBase(signals, gaps, faults)


def _bridge_gaps(twelve: FloatArray, gaps: BoolArray) -> FloatArray:
    """Straight lines over missing samples, zeros for a missing lead: filters need finite rows."""
    bridged = twelve.copy()
    samples = np.arange(twelve.shape[1])
    for row, gap in zip(bridged, gaps, strict=True):
        if gap.all():
            row[:] = 0.0
        elif gap.any():
            row[gap] = np.interp(samples[gap], samples[~gap], row[~gap])
    return bridged


def _assemble(record: Record, band: FilterBand, raw: _TimeBase, r_samples: IntArray) -> EcgAnalysis:
    filtered = bandpass(raw.signals_mv, MODEL_FS_HZ, band)
    # A lead with long gaps is left out of the beat, or its gaps would take the other leads' beats away.
    lost = np.asarray(raw.gaps.mean(axis=1) > _MOST_GAPS)
    whole = np.where(lost[:, None], np.float32(np.nan), filtered)
    beat, problem = None, None
    try:
        beat = median_beat(whole, r_samples, np.asarray(raw.gaps[~lost].any(axis=0)))
    except SignalError as error:
        problem = str(error)
    filtered[raw.gaps] = np.nan
    filtered.flags.writeable = False
    ectopic = None if beat is None else np.array([why == DIFFERENT_SHAPE for why in beat.rejections])
    rhythm = describe_rhythm(r_samples, ectopic)
    quality = [*raw.faults, *noise_findings(raw.signals_mv)]
    quality += record_findings(beat, rhythm, record.fs_hz, record.duration_s)
    if problem is not None:
        quality.append(QualityFinding("no_beats", problem))
    return EcgAnalysis(record.sha256, band, filtered, rhythm, tuple(quality), beat, problem)
