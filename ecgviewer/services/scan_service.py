"""The models over a whole long recording, ten seconds at a time, without starving the open record.

1. `start` takes the recording and every model with one probability; curves of this session are found again.
2. One window is asked per request on the engine lane, so a question about the open record waits for one
   window at most.
3. `_on_window` writes the answers into the curves, announces `changed` now and then, and asks the next one.
4. `stop`, another recording or other models end it; a later `start` goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from ecgviewer.services.background import Background
from inference.scan import FloatArray, ScanCurve, WindowScan, can_be_scanned, window_starts_s

if TYPE_CHECKING:
    from ecgviewer.services.inference_service import InferenceService
    from inference.bundle_info import BundleInfo
    from inference.long_records import LongRecord

_NEWS_MS: Final = 150
"""Curves are announced this often: each is drawn anew."""
CurveKey = tuple[str, int, int, float, str, str]
"""File, its time, its samples and rate, the bundle and the hash of its weights."""


@dataclass(slots=True)
class _Growing:
    """One bundle's curve while it is being asked for."""

    info: BundleInfo
    starts_s: FloatArray
    probabilities: FloatArray
    n_done: int = 0
    why: dict[int, str] = field(default_factory=dict)

    def add(self, found: WindowScan) -> None:
        name = self.info.name
        self.probabilities[self.n_done] = found.probabilities.get(name, np.nan)
        if name in found.why:
            self.why[self.n_done] = found.why[name]
        self.n_done += 1

    def curve(self) -> ScanCurve:
        """What is known now."""
        return ScanCurve(
            self.info.name,
            self.info.weights_sha256,
            self.starts_s,
            self.probabilities.copy(),
            self.n_done,
            self.info.threshold,
            dict(self.why),
        )


class ScanService(QObject):
    """Owns the curves of the session; only one recording is scanned at a time."""

    changed = Signal()
    """Curves grew, a scan began or ended, or another recording is open."""
    refused = Signal(str)
    """The sentence why nothing can be scanned."""

    def __init__(
        self, background: Background, inference: InferenceService, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._background = background
        self._inference = inference
        self._recording: LongRecord | None = None
        self._kept: dict[CurveKey, _Growing] = {}
        self._asked: list[_Growing] = []
        self._is_running = False
        self._clock = QElapsedTimer()
        inference.bundles_found.connect(self._on_bundles)

    @property
    def is_running(self) -> bool:
        return self._is_running

    @property
    def progress(self) -> float:
        """The part of the windows that every model was asked about, 0 to 1."""
        asked = self._asked
        return min((each.n_done / max(each.starts_s.size, 1) for each in asked), default=0.0)

    @property
    def n_windows(self) -> int:
        return max((each.starts_s.size for each in self._asked), default=0)

    @property
    def n_done(self) -> int:
        return min((each.n_done for each in self._asked), default=0)

    def curves(self) -> list[ScanCurve]:
        """What is known of the open recording, of the models that answer now, in reading order."""
        return [each.curve() for each in self._known(self._scannable())]

    def show(self, recording: LongRecord | None) -> None:
        """Another recording is open, or none: a scan that runs is stopped, its curves are kept."""
        self.stop()
        self._recording = recording
        self._asked = self._known(self._scannable())
        self.changed.emit()

    def start(self) -> None:
        """Ask about every window that was not asked about yet."""
        infos = self._scannable()
        problem = self._problem(infos)
        if problem:
            self.refused.emit(problem)
            return
        assert self._recording is not None
        self._asked = [self._grown(self._recording, info) for info in infos]
        if all(each.n_done == each.starts_s.size for each in self._asked):
            self.refused.emit("The whole recording has been scanned.")
            return
        self._background.supersede("scan")
        self._is_running = True
        self._clock.start()
        self.changed.emit()
        self._next()

    def stop(self) -> None:
        """Ask no further; what was answered stays."""
        if self._is_running:
            self._background.supersede("scan")
            self._is_running = False
            self.changed.emit()

    def _scannable(self) -> list[BundleInfo]:
        return [info for info in self._inference.bundles if can_be_scanned(info)]

    def _problem(self, infos: Sequence[BundleInfo]) -> str:
        """Why no scan can be made now, '' where one can."""
        if self._recording is None:
            return "Only a long recording is scanned; this record is read as a whole."
        if self._inference.failure:
            return self._inference.failure
        if self._inference.engine is None:
            return "The models are still being loaded: try again in a moment."
        if not infos:
            return "No installed model gives one probability that could be drawn over time."
        missing = set(self._recording.report.missing_leads)
        wanting = [name for name in infos[0].prepare.leads if name in missing]
        if wanting and all(missing & set(info.prepare.leads) for info in infos):
            return f"Not scanned: the models need {', '.join(wanting)}, which this recording does not have."
        return ""

    def _key(self, recording: LongRecord, info: BundleInfo) -> CurveKey:
        try:
            changed_ns = recording.path.stat().st_mtime_ns
        except OSError:
            changed_ns = 0
        file = str(recording.path), changed_ns, recording.n_samples, recording.fs_hz
        return *file, info.name, info.weights_sha256

    def _known(self, infos: Sequence[BundleInfo]) -> list[_Growing]:
        if self._recording is None:
            return []
        keys = [self._key(self._recording, info) for info in infos]
        return [self._kept[key] for key in keys if key in self._kept]

    def _grown(self, recording: LongRecord, info: BundleInfo) -> _Growing:
        key = self._key(recording, info)
        if key not in self._kept:
            starts_s = window_starts_s(recording.duration_s)
            self._kept[key] = _Growing(info, starts_s, np.full(starts_s.shape, np.nan))
        return self._kept[key]

    def _next(self) -> None:
        """Ask the models that are furthest behind about their next window."""
        recording, engine = self._recording, self._inference.engine
        if not self._is_running or recording is None or engine is None:
            return
        place = self.n_done
        if place >= self.n_windows:
            self._is_running = False
            self.changed.emit()
            return
        behind = [each for each in self._asked if each.n_done == place]
        infos, start_s = [each.info for each in behind], float(behind[0].starts_s[place])
        self._background.submit(
            "engine",
            lambda should_stop: engine.scan_window(infos, recording, start_s, should_stop),
            lambda found: self._on_window(place, behind, found),
            topic="scan",
            on_failure=self._on_failed,
        )

    def _on_window(self, place: int, asked: list[_Growing], found: WindowScan | None) -> None:
        if found is None or any(each.n_done != place for each in asked):
            # Stopped, or asked twice because a scan was taken up again before its next window was asked.
            return
        if found.unread:
            # Kept as gaps, these would stay gaps when the disk is there again.
            self.stop()
            self.refused.emit(f"The scan stopped. {found.unread}")
            return
        for each in asked:
            each.add(found)
        if self._clock.elapsed() >= _NEWS_MS:
            self._clock.restart()
            self.changed.emit()
        QTimer.singleShot(0, self, self._next)

    def _on_bundles(self) -> None:
        """Other models may answer from now on: their curves are others."""
        self.show(self._recording)

    def _on_failed(self, _error: BaseException) -> None:
        self.stop()
        self.refused.emit("The scan stopped because of a fault in the program; the log has the details.")
