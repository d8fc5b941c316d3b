"""Time along a recording of hours: what is seen of it, and where the clock's marks stand. No Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
LEAST_SPAN_S: Final = 2.0
"""One beat or two: closer is the paper's business."""
_STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
_DAY_S: Final = 86_400
_LABEL_PX: Final = 76.0
"""Room of one label with the space around it: '2026-11-21'."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a recording in seconds from its start."""

    start_s: float
    width_s: float

    @property
    def stop_s(self) -> float:
        return self.start_s + self.width_s

    def x_of(self, time_s: float, width_px: float) -> float:
        """Where a time stands on a view that is `width_px` wide."""
        return (time_s - self.start_s) / self.width_s * width_px

    def x_of_all(self, times_s: FloatArray, width_px: float) -> FloatArray:
        """The same for times of shape (n,)."""
        return (times_s - self.start_s) / self.width_s * width_px

    def time_at(self, x_px: float, width_px: float) -> float:
        """Inverse of `x_of`."""
        return self.start_s + x_px / max(width_px, 1.0) * self.width_s

    def within(self, duration_s: float) -> Span:
        """The nearest span that lies inside the recording and is no shorter than `LEAST_SPAN_S`."""
        width = min(max(self.width_s, min(LEAST_SPAN_S, duration_s)), duration_s)
        return Span(min(max(self.start_s, 0.0), duration_s - width), width)

    def zoomed(self, factor: float, held_s: float) -> Span:
        """Narrower by `factor`, with the time `held_s` staying where it is."""
        part = (held_s - self.start_s) / self.width_s
        width = self.width_s / factor
        return Span(held_s - part * width, width)

    def holds(self, time_s: float) -> bool:
        return self.start_s <= time_s <= self.stop_s


def ticks(span: Span, width_px: float, began: datetime | None) -> list[tuple[float, str]]:
    """Marks of the time axis as (seconds from the start, label), as many as there is room for.

    With `began` they stand on whole clock times and midnight names its day; without it they count hours
    from the start.
    """
    step = _step_s(span.width_s, width_px)
    shift = 0.0 if began is None else (began - _midnight(began)).total_seconds()
    first = math.ceil((span.start_s + shift) / step)
    last = math.floor((span.stop_s + shift) / step)
    return [
        (place * step - shift, _label(place * step - shift, step, began)) for place in range(first, last + 1)
    ]


def clock_label(time_s: float, began: datetime | None) -> str:
    """A time as the reader is told it: '03:12:40' by the clock, '+03:12:40' from an unknown start.

    After the first 24 h every clock time has been before: from there on it has its day.
    """
    if began is not None:
        when = began + timedelta(seconds=math.floor(time_s))
        return f"{when:%H:%M:%S}" if time_s < _DAY_S else f"{when:%Y-%m-%d %H:%M:%S}"
    return "+" + _since_start(math.floor(time_s))


def width_label(width_s: float) -> str:
    """How wide a view is: '30 s', '5.5 min', '24 h'."""
    if width_s < 99.5:
        return f"{width_s:.3g} s"
    return f"{width_s / 60:.3g} min" if width_s < 5400 else f"{width_s / 3600:.3g} h"


def _step_s(width_s: float, width_px: float) -> int:
    most = max(width_px / _LABEL_PX, 1.0)
    return next((step for step in _STEPS_S if width_s / step <= most), _STEPS_S[-1])


def _label(time_s: float, step: int, began: datetime | None) -> str:
    if began is None:
        return "+" + _since_start(round(time_s))[: 8 if step < 60 else -3]
    when = began + timedelta(seconds=time_s)
    if when == _midnight(when):
        return f"{when:%Y-%m-%d}"
    return f"{when:%H:%M:%S}" if step < 60 else f"{when:%H:%M}"


def _since_start(whole_s: int) -> str:
    return f"{whole_s // 3600:02d}:{whole_s // 60 % 60:02d}:{whole_s % 60:02d}"


def _midnight(when: datetime) -> datetime:
    return when.replace(hour=0, minute=0, second=0, microsecond=0)
