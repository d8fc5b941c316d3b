"""The median beat in one pass band: the aligned beats' median, R at sample 300, PQ level at 0 mV."""

from __future__ import annotations

from typing import Final

import numpy as np

from inference.measure.fiducials import find_fiducials
from inference.signal.beat import (
    BEAT_SAMPLES,
    MODEL_FS_HZ,
    R_SAMPLE,
    BoolArray,
    FloatArray,
    IntArray,
    MedianBeat,
)
from inference.signal.beat_alignment import BeatAlignment, average_beat

_PQ_SAMPLES: Final = (10, 2)
"""The PQ level is the median of 20 … 4 ms before QRS onset."""
_FALLBACK_PQ: Final = slice(R_SAMPLE - 45, R_SAMPLE - 37)
_FEW_BEATS: Final = 3
_SHORT_RR_MS: Final = 800.0
_QRS_LEAD_IN: Final = 60
"""120 ms: where the neighbouring beat's QRS may begin before its R."""


def median_beat(
    alignment: BeatAlignment,
    present: BoolArray,
    rr_ms: float | None,
    signals_mv: FloatArray | None = None,
    notes: tuple[str, ...] = (),
) -> MedianBeat:
    """The aligned beats' median in (n_leads, n) mV at 500 Hz; None: in the band they were aligned in.

    `present` (12,) says which of the standard leads the rows are; the others become rows of NaN.
    `rr_ms` is the typical RR interval, None where there is none; `notes` are put after the beat's own.
    """
    average = alignment.average_mv if signals_mv is None else average_beat(signals_mv, alignment)
    beat = _moved(average, alignment.r_shift)
    used = np.array([not reason for reason in alignment.rejections])
    next_qrs = _next_qrs(alignment.r_samples, used, rr_ms)
    found = find_fiducials(np.nan_to_num(beat), MODEL_FS_HZ, R_SAMPLE, next_qrs)
    pq = _FALLBACK_PQ
    if found.qrs_onset is not None and found.qrs_onset > _PQ_SAMPLES[0]:
        pq = slice(found.qrs_onset - _PQ_SAMPLES[0], found.qrs_onset - _PQ_SAMPLES[1])
    beat = beat - np.median(beat[:, pq], axis=1, keepdims=True)
    signals = np.full((present.size, BEAT_SAMPLES), np.nan, dtype=np.float32)
    signals[present] = beat
    signals.flags.writeable = False
    return MedianBeat(
        signals_mv=signals,
        r_samples=alignment.r_samples,
        used=used,
        aligned_r_samples=alignment.aligned_samples + alignment.r_shift,
        rejections=alignment.rejections,
        qrs_onset=found.qrs_onset,
        j_point=found.j_point,
        t_peak=found.t_peak,
        t_end=found.t_end,
        next_beat_from=next_qrs if next_qrs is not None and next_qrs < BEAT_SAMPLES else None,
        notes=(*_notes(int(used.sum()), rr_ms, found.qrs_onset is None), *notes),
    )


def _next_qrs(r_samples: IntArray, used: BoolArray, rr_ms: float | None) -> int | None:
    """The sample of the median beat where the QRS behind it may begin; None without a typical RR interval.

    Where each used beat is followed by an early one, as in bigeminy, that comes sooner than the typical RR.
    """
    if rr_ms is None:
        return None
    following_ms = np.diff(r_samples)[used[:-1]] * 1000.0 / MODEL_FS_HZ
    soonest_ms = min(rr_ms, float(np.median(following_ms))) if following_ms.size else rr_ms
    return int(R_SAMPLE + soonest_ms * MODEL_FS_HZ / 1000.0) - _QRS_LEAD_IN


def _moved(beat: FloatArray, shift: int) -> FloatArray:
    """The beat with what was at sample 300 + shift at sample 300; the end that opens is NaN."""
    if shift == 0:
        return beat
    moved = np.full_like(beat, np.nan)
    if shift > 0:
        moved[:, :-shift] = beat[:, shift:]
    else:
        moved[:, -shift:] = beat[:, :shift]
    return moved


def _notes(n_used: int, rr_ms: float | None, no_onset: bool) -> tuple[str, ...]:
    notes = []
    if n_used < _FEW_BEATS:
        noun = "beat" if n_used == 1 else "beats"
        notes.append(f"The median beat is made of only {n_used} {noun}: noise is not averaged out.")
    if rr_ms is not None and rr_ms < _SHORT_RR_MS:
        notes.append(f"RR is {rr_ms:.0f} ms: the median beat's window reaches into the neighbouring beats.")
    if no_onset:
        notes.append("QRS onset was not found: the zero line is the level 80 ms before R.")
    return tuple(notes)
