"""Time on a sheet: when each piece begins, and at which rate its points were samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.sheet_rows import Piece, SheetRow

FloatArray = npt.NDArray[np.float64]

SHEET_S: Final = 10.0
"""What a sheet of several columns shows altogether."""
ONE_AFTER_THE_OTHER: Final = (
    "The columns were taken to show one stretch of the recording after the other: without a rhythm strip "
    "nothing on the page tells."
)
_LEAST_COMMON_S: Final = 1.0
_COMPARED_HZ: Final = 250.0
_NEARLY: Final = 0.03
_SAME_START_MM: Final = 0.15
"""Rounded coordinates: pieces that begin this near each other begin together."""
_LATE_MM: Final = 2.0
"""By so much at most a piece begins after its column: its first samples lay in a pulse's foot or a frame."""
_SAME_TIME_S: Final = 0.002
_EVEN: Final = 0.55
"""Parts of a step by which rounded coordinates may miss an even one."""
_EVEN_WITH_HOLES: Final = 0.15
_WHOLE_HZ: Final = 0.0005


@dataclass(frozen=True, slots=True)
class TimedPiece:
    """A piece with its place on the sheet and its points' times in s, (n,), never falling.

    `fs_hz` is the rate at which its points lie, None where they keep no rate.
    """

    piece: Piece
    row: int
    column: int
    times_s: FloatArray = field(repr=False)
    fs_hz: float | None

    @property
    def start_s(self) -> float:
        return float(self.times_s[0])

    @property
    def stop_s(self) -> float:
        return float(self.times_s[-1])


@dataclass(frozen=True, slots=True)
class SheetTimes:
    """All pieces with their times, and sentences on what had to be assumed for that."""

    pieces: tuple[TimedPiece, ...] = field(repr=False)
    assumed: tuple[str, ...] = ()


def time_pieces(rows: Sequence[SheetRow], speed_mm_s: float) -> SheetTimes:
    """The pieces' times: x is time inside a piece, but a column begins where its part of the 10 s does.

    Drawing programs cut samples into columns of whole samples, or leave a gap between columns, so columns
    of nearly 10 s / n begin at k * 10 s / n wherever they are drawn.
    """
    first_mm = min(row.start_mm for row in rows)
    begins_mm = _column_begins_mm(rows)
    pieces: list[TimedPiece] = []
    moved: dict[float, float] = {}
    for number, row in enumerate(rows):
        drawn = [_since_s(piece, first_mm, speed_mm_s) for piece in row.pieces]
        starts = _column_starts_s(row, begins_mm[len(row.pieces)], speed_mm_s) or drawn
        moved |= {
            start: at for start, at in zip(starts, drawn, strict=True) if abs(start - at) > _SAME_TIME_S
        }
        for column, (piece, start) in enumerate(zip(row.pieces, starts, strict=True)):
            times, fs_hz = _sample_times(piece.trace.x_mm, speed_mm_s)
            pieces.append(TimedPiece(piece, number, column, start + times, fs_hz))
    if not moved:
        return SheetTimes(tuple(pieces))
    begins = ", ".join(f"{start:g}" for start in sorted(moved))
    drawn_at = ", ".join(f"{moved[start]:.2f}" for start in sorted(moved))
    note = (
        f"Columns were taken to start at {begins} s of one recording of {SHEET_S:g} s; "
        f"on the page they stand at {drawn_at} s."
    )
    return SheetTimes(tuple(pieces), (note,))


def on_common_times(pieces: Sequence[TimedPiece]) -> FloatArray | None:
    """Heights (n_pieces, n) in mm upwards of what pieces show at the same times; None for less than 1 s."""
    start, stop = max(each.start_s for each in pieces), min(each.stop_s for each in pieces)
    if stop - start < _LEAST_COMMON_S:
        return None
    times = np.arange(start, stop, 1.0 / _COMPARED_HZ)
    heights: FloatArray = np.stack(
        [-np.interp(times, each.times_s, each.piece.trace.y_mm) for each in pieces]
    )
    return heights


def _since_s(piece: Piece, begin_mm: float, speed_mm_s: float) -> float:
    """How long after a place on the page a piece begins."""
    after_mm = piece.trace.start_mm - begin_mm
    return after_mm / speed_mm_s if after_mm > _SAME_START_MM else 0.0


def _column_begins_mm(rows: Sequence[SheetRow]) -> dict[int, list[float]]:
    """Where each column begins on the page, by the number of columns: where the first of its rows does."""
    begins: dict[int, list[float]] = {}
    for row in rows:
        own = [piece.trace.start_mm for piece in row.pieces]
        other = begins.setdefault(len(own), own)
        begins[len(own)] = [min(pair) for pair in zip(own, other, strict=True)]
    return begins


def _column_starts_s(row: SheetRow, begins_mm: Sequence[float], speed_mm_s: float) -> list[float] | None:
    """Where the columns of a row begin, None where its pieces are no equal parts of 10 s."""
    n_columns = len(row.pieces)
    if n_columns < 2 or any(piece.is_cut for piece in row.pieces):
        return None
    part_s = SHEET_S / n_columns
    lengths = [(piece.trace.stop_mm - piece.trace.start_mm) / speed_mm_s for piece in row.pieces]
    if any(abs(length - part_s) > _NEARLY * part_s for length in lengths):
        return None
    # A piece that is short enough to count as late is never taken for one that only stands elsewhere.
    latest_mm = max(_LATE_MM, _NEARLY * part_s * speed_mm_s)
    late = [
        _since_s(piece, begin_mm, speed_mm_s) if piece.trace.start_mm - begin_mm <= latest_mm else 0.0
        for piece, begin_mm in zip(row.pieces, begins_mm, strict=True)
    ]
    return [part_s * column + late_s for column, late_s in enumerate(late)]


def _sample_times(x_mm: FloatArray, speed_mm_s: float) -> tuple[FloatArray, float | None]:
    """Times (n,) in s from the first point on, exactly even where the points were samples, and the rate."""
    for numbers, most_off in _numbered(x_mm):
        step_mm, begin_mm = np.polyfit(numbers, x_mm, 1) if x_mm.size > 2 else (0.0, 0.0)
        if step_mm <= 0.0 or np.abs(x_mm - begin_mm - step_mm * numbers).max() > most_off * step_mm:
            continue
        fs_hz = float(speed_mm_s / step_mm)
        whole = round(fs_hz)
        if abs(fs_hz - whole) < _WHOLE_HZ * whole:
            fs_hz = float(whole)
        return numbers / fs_hz, fs_hz
    return (x_mm - x_mm[0]) / speed_mm_s, None


def _numbered(x_mm: FloatArray) -> list[tuple[FloatArray, float]]:
    """What number each point may have as a sample: all of them, or with points of straight parts left out."""
    candidates = [(np.arange(x_mm.size, dtype=np.float64), _EVEN)]
    steps = np.diff(x_mm)
    rising = steps[steps > 0]
    if rising.size and rising.size == steps.size:
        step = float(np.percentile(rising, 10))
        alike = rising[np.abs(rising / step - 1.0) < _EVEN_WITH_HOLES]
        # A percentile may lie between two steps of very different length, and be like none.
        counts = np.round(steps / float(alike.mean())) if alike.size else np.zeros(1)
        if (counts >= 1).all():
            candidates.append((np.concatenate([[0.0], np.cumsum(counts)]), _EVEN_WITH_HOLES))
    return candidates
