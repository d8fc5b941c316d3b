"""The calibration pulse that Philips records in the last second: 1 mV for 200 ms, from a flat line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]

PULSE_MV: Final = 1.0
TOLERANCE: Final = 0.05
"""IEC 60601-2-25 lets an electrocardiograph reproduce a signal with an error of 5 % (or 40 µV)."""
RECORDED_S: Final = 1.0
"""The second that is taken up by the pulse and by what leads up to it, and is no ECG of its own."""
_SEARCHED_S: Final = 0.4
"""The flat line and the pulse lie in the last 400 ms of the two files at hand."""
_SHORTEST_S: Final = 0.15
_LONGEST_S: Final = 0.25
_MARGIN_S: Final = 0.01
_UNEVEN: Final = 0.02
"""How far top and foot may depart from flat, as a part of the pulse's height."""


@dataclass(frozen=True, slots=True)
class Pulses:
    """The calibration pulse of each lead in counts, None for a lead without one."""

    heights: tuple[int | None, ...]

    @property
    def found(self) -> tuple[int, ...]:
        return tuple(height for height in self.heights if height is not None)


def find_pulses(counts: IntArray, fs_hz: float) -> Pulses:
    """Look for the pulse at the end of each lead; `counts` has shape (n_leads, n_samples).

    The recorder writes it into all leads: what fewer than half of them have is something else.
    """
    none_found = Pulses((None,) * len(counts))
    if counts.shape[1] < round(2 * RECORDED_S * fs_hz):
        return none_found
    n_last = round(_SEARCHED_S * fs_hz)
    pulses = Pulses(tuple(_height(lead[-n_last:], fs_hz) for lead in counts))
    return pulses if 2 * len(pulses.found) >= len(counts) else none_found


def _height(end: IntArray, fs_hz: float) -> int | None:
    steps = np.diff(end)
    rise, fall = int(np.argmax(steps)), int(np.argmin(steps))
    margin = max(1, round(_MARGIN_S * fs_hz))
    if not _SHORTEST_S <= (fall - rise) / fs_hz <= _LONGEST_S:
        return None
    top = end[rise + margin : fall - margin + 1]
    foot = np.concatenate([end[max(0, rise - 2 * margin) : rise - margin + 1], end[fall + margin :]])
    if not top.size or not foot.size:
        return None
    height = int(np.median(top) - np.median(foot))
    is_flat = max(np.ptp(top), np.ptp(foot)) <= max(1.0, _UNEVEN * height)
    return height if height > 0 and is_flat else None
