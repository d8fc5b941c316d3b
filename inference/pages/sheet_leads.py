"""From timed pieces to leads: millivolts on one time base, NaN where the sheet shows nothing of a lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.sheet_scale import SheetScale
from inference.pages.sheet_times import TimedPiece
from inference.pages.sheet_zero_lines import millivolts, zero_lines
from inference.records.leads import KNOWN_LEADS
from inference.records.safety import MAX_FS_HZ, MIN_FS_HZ, check_shape

FloatArray = npt.NDArray[np.float64]

RESAMPLED_HZ: Final = 500.0
"""For drawings whose points keep no rate."""
_ONE_RATE: Final = 0.001
_ON_SAMPLE: Final = 0.05
"""Parts of a sample by which points may miss the common time base and still count as lying on it."""
_FACTORS: Final = (1, 2, 4)
_SPLINE_DEGREE: Final = 5


@dataclass(frozen=True, slots=True)
class SheetLeads:
    """The leads of a sheet in mV at one rate, and the sentences that belong to that."""

    fs_hz: float
    leads: tuple[tuple[str, npt.NDArray[np.float32]], ...] = field(repr=False)
    read: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    resampled: tuple[str, ...] = ()


def to_leads(pieces: Sequence[TimedPiece], scale: SheetScale, feet_mm: Mapping[int, float]) -> SheetLeads:
    """The leads that named pieces show; of two pieces of one lead the longer one.

    `feet_mm` maps a row to the height of its pulse's foot; without one the zero line of a lead is where its
    trace runs most of the time. Raises RecordError where rate or length cannot be those of an ECG.
    """
    chosen, read = _longest(pieces)
    feet_mm, assumed = zero_lines(chosen, scale, feet_mm)
    fs_hz, resampled = _common_rate(chosen)
    n_samples = round(max(each.stop_s for each in chosen) * fs_hz) + 1
    check_shape(len(chosen), n_samples, fs_hz)
    leads = []
    for each in chosen:
        label = each.piece.label
        assert label is not None
        values = millivolts(each, scale.gain_mm_mv(label.name), feet_mm.get(each.row))
        row = _on_time_base(each, values, fs_hz, n_samples)
        leads.append((label.name, (-row if label.is_inverted else row).astype(np.float32)))
        if label.is_inverted:
            read += (f"{label.name} is drawn upside down and was turned over.",)
    return SheetLeads(fs_hz, tuple(leads), read, assumed, resampled)


def _longest(pieces: Sequence[TimedPiece]) -> tuple[tuple[TimedPiece, ...], tuple[str, ...]]:
    longest: dict[str, TimedPiece] = {}
    notes = []
    for piece in pieces:
        label = piece.piece.label
        if label is None or label.name not in KNOWN_LEADS:
            continue
        other = longest.get(label.name)
        if other is not None:
            length = max(each.stop_s - each.start_s for each in (piece, other))
            notes.append(f"{label.name} is on the page more than once; the strip of {length:.1f} s was read.")
        if other is None or piece.stop_s - piece.start_s > other.stop_s - other.start_s:
            longest[label.name] = piece
    return tuple(longest.values()), tuple(dict.fromkeys(notes))


def _common_rate(pieces: Sequence[TimedPiece]) -> tuple[float, tuple[str, ...]]:
    """The rate at which every point of the drawing is a sample, else one that loses little; a sentence."""
    rates = [each.fs_hz for each in pieces if each.fs_hz is not None]
    if len(rates) < len(pieces) or np.ptp(rates) > _ONE_RATE * min(rates):
        return RESAMPLED_HZ, (
            f"The points of the drawing keep no common rate: all leads were read from its lines at "
            f"{RESAMPLED_HZ:g} Hz.",
        )
    own_hz = float(np.median(rates))
    if not MIN_FS_HZ <= own_hz <= MAX_FS_HZ:
        return RESAMPLED_HZ, (
            f"The drawing has {own_hz:.4g} points per second, read at {RESAMPLED_HZ:g} Hz.",
        )
    places = np.array([each.start_s for each in pieces]) * own_hz
    for factor in _FACTORS:
        if np.abs(factor * places - np.round(factor * places)).max() > _ON_SAMPLE:
            continue
        if factor == 1:
            return own_hz, ()
        return factor * own_hz, (
            f"The drawing has {own_hz:g} points per second, but its columns do not start on common ones: "
            f"read at {factor * own_hz:g} Hz, where each point is a sample, with smooth curves between.",
        )
    return max(own_hz, RESAMPLED_HZ), (
        f"The columns of the drawing start between each other's points: its {own_hz:g} points per second "
        f"were read at {max(own_hz, RESAMPLED_HZ):g} Hz along a smooth curve.",
    )


def _on_time_base(each: TimedPiece, values_mv: FloatArray, fs_hz: float, n_samples: int) -> FloatArray:
    """A piece on the common samples, (n_samples,) with NaN outside of it.

    Samples at a rate are joined by a spline through all of them. Of degree five, since it gave the averaged
    signal back best between the points of twelve prints of PTB-XL (correlation 0.9973 and more; degree
    three 0.9966, straight lines 0.990). The points of a drawing that keeps no rate are joined as drawn.
    """
    places = each.times_s * fs_hz
    row = np.full(n_samples, np.nan)
    first, last = (int(np.ceil(places[0] - _ON_SAMPLE)), int(np.floor(places[-1] + _ON_SAMPLE)))
    samples = np.arange(max(first, 0), min(last, n_samples - 1) + 1)
    row[samples] = np.interp(samples, places, values_mv)
    if each.fs_hz is None:
        return row
    factor = fs_hz / each.fs_hz
    # Programs leave points out in the middle of straight parts.
    every = places[0] + factor * np.arange(round((places[-1] - places[0]) / factor) + 1)
    values_mv = np.interp(every, places, values_mv)
    off = np.abs(every - np.round(every)).max()
    if off <= _ON_SAMPLE and factor < 1.5:
        row[samples] = values_mv[samples - first]
    elif values_mv.size > _SPLINE_DEGREE:
        # Here, because most drawings need no spline.
        from scipy.interpolate import make_interp_spline

        row[samples] = make_interp_spline(every, values_mv, k=_SPLINE_DEGREE)(samples)
    return row
