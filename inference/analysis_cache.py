"""One analysis per record and band, however many models ask for it; without torch."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from inference.records import Record
from inference.signal.analysis import EcgAnalysis, analyse
from inference.signal.filters import FilterBand


class AnalysisCache:
    """The latest analyses by record identity and band; may be used from several threads."""

    def __init__(self, capacity: int = 8) -> None:
        self._capacity = capacity
        self._kept: OrderedDict[tuple[str, FilterBand], EcgAnalysis] = OrderedDict()
        self._lock = Lock()

    def get(self, record: Record, band: FilterBand) -> EcgAnalysis:
        """The record's analysis in this band, computed when it is not at hand.

        A record without a SHA-256 has no identity and is analysed anew each time.
        """
        key = (record.sha256, band)
        with self._lock:
            kept = self._kept.get(key) if record.sha256 else None
        if kept is not None:
            return kept
        analysis = analyse(record, band)
        self.put(analysis)
        return analysis

    def put(self, analysis: EcgAnalysis) -> None:
        """Keep an analysis that was made elsewhere; the oldest one goes when there are too many."""
        if not analysis.record_sha256:
            return
        with self._lock:
            self._kept[analysis.record_sha256, analysis.band] = analysis
            self._kept.move_to_end((analysis.record_sha256, analysis.band))
            while len(self._kept) > self._capacity:
                self._kept.popitem(last=False)
