"""How the twelve leads stand on sheets, and where on this one each of them begins and ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.scans.calibration_pulse import Pulse
from inference.pages.scans.straighten import PX_PER_MM
from inference.pages.scans.trace import Trace
from inference.records.leads import STANDARD_LEADS

IntArray = npt.NDArray[np.int64]

SHEET_S: Final = 10.0
ROWS_S: Final = (SHEET_S, 5.0)
"""How long rows are: at 50 mm/s five seconds fill a sheet."""
SPEED_MM_S: Final = 25.0
"""A page at another speed is squeezed to this one before it is read."""
FS_HZ: Final = SPEED_MM_S * PX_PER_MM
"""One sample for each pixel along the straightened page."""
_ROW_MM: Final = SHEET_S * SPEED_MM_S
_SHORT_ROW: Final = 0.6
"""Of ten seconds: a shorter row is one of five."""
_SHORTER_MM: Final = 3.0
_LONGER_MM: Final = 1.5
"""How much a row may differ from ten seconds: recorders leave out a sample or two at each new lead."""
_HALF_A_ROW: Final = 0.48
"""Of ten seconds: an empty stretch before that is a gap in the trace, no end."""
_GAP_MM: Final = 4.0
"""After the pulse a row may leave so much room before its first lead."""
_CUT_MM: Final = 0.375
"""How far from its due place one lead may give way to the next: columns are equally long."""
_LEAST_LEAP_PX: Final = 6.0

_STANDARD_3X4: Final = (("I", "aVR", "V1", "V4"), ("II", "aVL", "V2", "V5"), ("III", "aVF", "V3", "V6"))


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Rows of lead names from top to bottom; `n_rhythm` further rows show one lead for ten seconds each."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    n_rhythm: int = 0

    @property
    def n_rows(self) -> int:
        return len(self.rows) + self.n_rhythm


ARRANGEMENTS: Final = (
    Arrangement("3x4", _STANDARD_3X4),
    Arrangement("3x4", _STANDARD_3X4, 1),
    Arrangement("3x4", _STANDARD_3X4, 2),
    Arrangement("3x4", _STANDARD_3X4, 3),
    Arrangement("6x2", tuple(zip(STANDARD_LEADS[:6], STANDARD_LEADS[6:], strict=True))),
    Arrangement("6x2", tuple(zip(STANDARD_LEADS[:6], STANDARD_LEADS[6:], strict=True)), 1),
    Arrangement("12x1", tuple((name,) for name in STANDARD_LEADS)),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One lead's stretch of one row: columns `first` … `stop` of the page from `start_s` on."""

    row: int
    name: str
    """'' in a rhythm strip, whose lead is found by comparing."""
    first: int
    stop: int
    start_s: float


class ArrangementError(Exception):
    """Rows that do not stand as on a sheet of twelve leads; one plain sentence."""


def cut(
    traces: Sequence[Trace], pulses: Sequence[Pulse], arrangement: Arrangement, speed_mm_s: float = SPEED_MM_S
) -> tuple[list[Piece], float]:
    """The pieces of a sheet with this arrangement, and how many seconds its rows last.

    `speed_mm_s` is that of the paper, for words. Raises ArrangementError where rows are neither ten nor
    five seconds long.
    """
    inked = [np.flatnonzero(~trace.blank) + trace.first for trace in traces]
    stops = _ended_together([_stop(trace, columns) for trace, columns in zip(traces, inked, strict=True)])
    spans = [
        (_first(trace, pulse, columns, stop), stop)
        for trace, pulse, columns, stop in zip(traces, pulses, inked, stops, strict=True)
    ]
    row_s = _row_s(spans, speed_mm_s)
    n_leads = len(arrangement.rows[0])
    cuts = _cuts(traces[: len(arrangement.rows)], spans[: len(arrangement.rows)], n_leads)
    pieces = []
    for row, names in enumerate(arrangement.rows):
        for column, name in enumerate(names):
            start_s = column * row_s / n_leads
            pieces.append(Piece(row, name, cuts[column], cuts[column + 1], start_s))
    for row in range(len(arrangement.rows), arrangement.n_rows):
        pieces.append(Piece(row, "", spans[row][0], spans[row][1], 0.0))
    return pieces, row_s


def _ended_together(stops: Sequence[int]) -> list[int]:
    """Where rows end, without what some go on with after most have ended: the table, the paper's edge."""
    most_stop = sorted(stops)[(len(stops) - 1) // 2]
    return [min(stop, most_stop) for stop in stops]


def _row_s(spans: Sequence[tuple[int, int]], speed_mm_s: float) -> float:
    lengths_mm = [(stop - first) / PX_PER_MM for first, stop in spans]
    for row_s in ROWS_S:
        due_mm = row_s * SPEED_MM_S
        off_mm = [length_mm - due_mm for length_mm in lengths_mm]
        if min(off_mm) >= -_SHORTER_MM and max(off_mm) <= _LONGER_MM:
            return row_s
    dues_mm = [row_s * SPEED_MM_S for row_s in ROWS_S]
    strange = max(lengths_mm, key=lambda length_mm: min(abs(length_mm - due_mm) for due_mm in dues_mm))
    raise ArrangementError(
        f"a row is {strange * speed_mm_s / SPEED_MM_S:.0f} mm long, where ten seconds at {speed_mm_s:g} mm/s "
        f"are {SHEET_S * speed_mm_s:.0f} mm"
    )


def _stop(trace: Trace, inked: IntArray) -> int:
    """Behind the last column of a row, of which the columns `inked` have ink."""
    return int(_before_emptiness(inked)) + 1 if inked.size else trace.first


def _first(trace: Trace, pulse: Pulse, inked: IntArray, stop: int) -> int:
    """The first column of what a row shows after its pulse."""
    near = inked[inked < pulse.right + _GAP_MM * PX_PER_MM]
    leaps = np.flatnonzero(np.diff(near) > 1)
    if leaps.size:
        return int(near[leaps[-1] + 1])
    if near.size and near[0] > pulse.right + PX_PER_MM:
        return int(near[0])
    # The pulse's foot runs into the first lead: ten seconds back from the end it must begin, or five.
    is_short = stop - trace.first < _SHORT_ROW * _ROW_MM * PX_PER_MM
    row_mm = min(ROWS_S) * SPEED_MM_S if is_short else _ROW_MM
    return max(stop - round(row_mm * PX_PER_MM), trace.first)


def _before_emptiness(inked: IntArray) -> int:
    """The last column before the trace ends for good: from there on only empty paper, or none for 3 mm."""
    ends = np.flatnonzero(np.diff(inked) > 3 * PX_PER_MM)
    late = [k for k in ends if inked[k] - inked[0] > _HALF_A_ROW * _ROW_MM * PX_PER_MM]
    return int(inked[late[0]] if late else inked[-1])


def _cuts(traces: Sequence[Trace], spans: Sequence[tuple[int, int]], n_leads: int) -> list[int]:
    """Columns at which the leads begin, and the stop of the last, the same for all rows."""
    first = round(float(np.median([span[0] for span in spans])))
    stop = round(float(np.median([span[1] for span in spans])))
    leap = np.sum([_leaps(trace, first, stop) for trace in traces], axis=0)
    cuts = [first]
    for column in range(1, n_leads):
        due = round((stop - first) * column / n_leads)
        reach = round(_CUT_MM * PX_PER_MM)
        around = leap[due - reach : due + reach]
        is_seen = around.max() >= _LEAST_LEAP_PX
        cuts.append(first + (due - reach + int(around.argmax()) + 1 if is_seen else due))
    return [*cuts, stop]


def _leaps(trace: Trace, first: int, stop: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """How far the trace leaps from each column to the next over paper without ink, in pixels."""
    here = slice(max(first - trace.first, 0), stop - trace.first)
    upper, lower = trace.upper[here], trace.lower[here]
    apart = np.maximum(upper[1:] - lower[:-1], upper[:-1] - lower[1:]) - 1.0
    empty = np.where(trace.blank[here][1:], 2.0, 0.0)
    return np.append(np.maximum(np.maximum(apart, empty), 0.0), 0.0).astype(np.float32)
