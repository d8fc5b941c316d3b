"""The open long recording: its min/max pyramid, made where nobody waits for it, and samples for the strip.

1. `show` takes the recording that the RecordService opened; `recording_changed` tells the views.
2. The pyramid grows on the *long* lane; `grew` tells how far it is, and views draw what is known.
3. `ask_samples` reads what the pyramid is too coarse for on the reader lane; `samples_ready` brings it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from ecgviewer.services.background import Background, ShouldStop

if TYPE_CHECKING:
    from inference.long_records import LongRecord, Pyramid
    from inference.records.record import FloatArray

_LEAST_NEWS: Final = 0.005
"""Progress is told in steps of half a percent: a view draws all it knows anew each time."""


class LongService(QObject):
    """Knows which long recording is open, None for an ordinary record."""

    recording_changed = Signal()
    grew = Signal()
    """The pyramid reaches further, has stopped, or goes on: see `progress` and `is_reading`."""
    samples_ready = Signal(tuple, int, object)
    """Leads, first sample, and mV (n_leads, n)."""
    broke = Signal(str)
    """The sentence why the file could not be read on."""

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._recording: LongRecord | None = None
        self._pyramid: Pyramid | None = None
        self._progress = 0.0
        self._is_reading = False

    @property
    def recording(self) -> LongRecord | None:
        return self._recording

    @property
    def pyramid(self) -> Pyramid | None:
        """As far as it has come; None until its memory is there."""
        return self._pyramid

    @property
    def progress(self) -> float:
        """The part of the recording that the pyramid knows, 0 to 1."""
        return self._progress

    @property
    def is_reading(self) -> bool:
        return self._is_reading

    def show(self, recording: LongRecord | None) -> None:
        """A record was opened: its long recording, or None. The one that is open stays as it is."""
        if _is_same(recording, self._recording):
            return
        self._background.supersede("pyramid")
        self._background.supersede("samples")
        self._recording, self._pyramid = recording, None
        self._progress, self._is_reading = 0.0, False
        self.recording_changed.emit()
        if recording is not None:
            self.read()

    def read(self) -> None:
        """Begin the pyramid, or go on with it where it was stopped."""
        if self._recording is None or self._is_reading or self._progress >= 1.0:
            return
        self._background.supersede("pyramid")
        self._is_reading = True
        self.grew.emit()
        tell = self._background.messenger("pyramid", self._on_grown)
        work = partial(_grow, self._recording, self._pyramid, tell)
        self._background.submit("long", work, self._on_ended, topic="pyramid", on_failure=self._on_failed)

    def stop(self) -> None:
        """Read no further; what is known stays."""
        if self._is_reading:
            self._background.supersede("pyramid")
            self._is_reading = False
            self.grew.emit()

    def ask_samples(self, leads: tuple[int, ...], start: int, stop: int) -> None:
        """Read samples for the rhythm strip; an earlier wish that still waits is dropped."""
        recording = self._recording
        if recording is None:
            return
        self._background.supersede("samples")
        self._background.submit(
            "reader",
            lambda _stop: _samples(recording, leads, start, stop),
            partial(self._on_samples, leads, start),
            topic="samples",
        )

    def _on_grown(self, told: tuple[Pyramid, float]) -> None:
        self._pyramid, self._progress = told
        self.grew.emit()

    def _on_ended(self, problem: str) -> None:
        self._is_reading = False
        self.grew.emit()
        if problem:
            self.broke.emit(problem)

    def _on_failed(self, _error: BaseException) -> None:
        self._on_ended("The recording could not be read on because of a fault in the program.")

    def _on_samples(self, leads: tuple[int, ...], start: int, found: FloatArray | str) -> None:
        if isinstance(found, str):
            self.broke.emit(found)
        else:
            self.samples_ready.emit(leads, start, found)


def _is_same(one: LongRecord | None, other: LongRecord | None) -> bool:
    """Whether both are the same recording, perhaps opened twice."""
    if one is None or other is None:
        return one is other
    return one is other or (one.path, one.n_samples, one.fs_hz) == (other.path, other.n_samples, other.fs_hz)


def _grow(
    recording: LongRecord,
    begun: Pyramid | None,
    tell: Callable[[tuple[Pyramid, float]], None],
    should_stop: ShouldStop,
) -> str:
    """Runs on the long lane; returns the sentence why it ended early, or ''."""
    from inference.long_records import Pyramid
    from inference.records.errors import RecordError

    pyramid = begun or Pyramid(recording)
    told = -1.0

    def on_progress(part: float) -> None:
        nonlocal told
        if part - told >= _LEAST_NEWS or part >= 1.0:
            told = part
            tell((pyramid, part))

    try:
        pyramid.grow(on_progress, should_stop)
    except RecordError as error:
        return str(error)
    return ""


def _samples(recording: LongRecord, leads: tuple[int, ...], start: int, stop: int) -> FloatArray | str:
    """Runs on the reader lane: samples, or the sentence why there are none."""
    from inference.records.errors import RecordError

    try:
        return recording.read_mv(start, stop, leads)
    except RecordError as error:
        return str(error)
