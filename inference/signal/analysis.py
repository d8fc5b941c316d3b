"""analyse(record): the whole signal chain in one call, shared by the viewer, prepare() and training."""

from __future__ import annotations

from dataclasses import dataclass, field

from inference.records import Record
from inference.signal.beat import FloatArray, MedianBeat, QualityFinding, Rhythm
from inference.signal.filters import DIAGNOSTIC_BAND, FilterBand


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


def analyse(record: Record, band: FilterBand = DIAGNOSTIC_BAND) -> EcgAnalysis:
    """Run resampling, filters, R peaks, median beat and quality checks on a record."""
    raise NotImplementedError
