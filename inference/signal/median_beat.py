"""The median beat: ectopic beats out, the rest aligned, their median centred on R at the PQ level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.measure.fiducials import find_fiducials
from inference.signal.beat import (
    BEAT_SAMPLES,
    MODEL_FS_HZ,
    R_SAMPLE,
    BoolArray,
    FloatArray,
    IntArray,
    MedianBeat,
    SignalError,
)

DIFFERENT_SHAPE: Final = "different shape (ectopic beat or noise)"
_BEFORE: Final = 150
_AFTER: Final = 250
"""Samples around R that a beat must have inside the record: -300 … +500 ms, what the models see."""
_SHAPE = slice(R_SAMPLE - 50, R_SAMPLE + 150)
"""-100 … +300 ms: QRS and ST-T, where beats are compared."""
_QRS = slice(R_SAMPLE - 40, R_SAMPLE + 40)
_MOST_SHIFT: Final = 25
"""±50 ms, as in the code published with ECG-SMART (nateriek/ecg-smart-net)."""
_LEAST_CORRELATION: Final = 0.85
_MOST_DISTANCE: Final = 0.6
_PQ_SAMPLES: Final = (10, 2)
"""The PQ level is the median of 20 … 4 ms before QRS onset."""
_FALLBACK_PQ: Final = slice(R_SAMPLE - 45, R_SAMPLE - 37)
_FEW_BEATS: Final = 3
_SHORT_RR_MS: Final = 800.0
_QRS_LEAD_IN: Final = 60
"""120 ms: where the neighbouring beat's QRS may begin before its R."""


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Beats cut out of the record: `stack` (n, n_leads, 600), NaN outside the record."""

    stack: npt.NDArray[np.float32]
    index: IntArray


def median_beat(signals_mv: FloatArray, r_samples: IntArray, gaps: BoolArray | None = None) -> MedianBeat:
    """Median beat of (12, n) mV at 500 Hz; a missing lead is a row of NaN and stays one.

    `gaps` (n,) marks samples that were missing in the file: beats that touch them are left out.
    Raises SignalError when no beat can be used.
    """
    present = np.asarray(~np.isnan(signals_mv).all(axis=1))
    if not present.any():
        raise SignalError("There is no lead to make a median beat from.")
    if r_samples.size == 0:
        raise SignalError("No heart beat was found in this recording.")
    leads = signals_mv[present]
    rejections = _outside_or_gap(r_samples, leads.shape[1], gaps)
    candidates = _cut(leads, r_samples, [i for i, reason in enumerate(rejections) if not reason])
    if candidates.index.size == 0:
        raise SignalError("No heart beat lies wholly inside this recording.")
    aligned, similar = _align_and_compare(candidates.stack, leads, r_samples[candidates.index])
    for index, is_similar in zip(candidates.index, similar, strict=True):
        if not is_similar:
            rejections[index] = DIFFERENT_SHAPE
    if not similar.any():
        raise SignalError("No two heart beats in this recording are alike.")
    beat = _nan_median(aligned[similar])
    return _finish(beat, present, r_samples, rejections)


def _outside_or_gap(r_samples: IntArray, n_samples: int, gaps: BoolArray | None) -> list[str]:
    reasons = []
    for r in r_samples:
        if r < _BEFORE or r + _AFTER > n_samples:
            reasons.append("cut off by the recording's edge")
        elif gaps is not None and gaps[r - _BEFORE : r + _AFTER].any():
            reasons.append("gap in the recording")
        else:
            reasons.append("")
    return reasons


def _cut(leads: FloatArray, r_samples: IntArray, indices: list[int]) -> _Candidates:
    margin = R_SAMPLE + _MOST_SHIFT
    padded = np.pad(leads, ((0, 0), (margin, margin)), constant_values=np.nan)
    starts = [int(r_samples[i]) + _MOST_SHIFT for i in indices]
    stack = [padded[:, start : start + BEAT_SAMPLES] for start in starts]
    shape = (0, leads.shape[0], BEAT_SAMPLES)
    return _Candidates(np.stack(stack) if stack else np.empty(shape, np.float32), np.array(indices, np.int64))


def _align_and_compare(
    stack: npt.NDArray[np.float32], leads: FloatArray, r_samples: IntArray
) -> tuple[npt.NDArray[np.float32], BoolArray]:
    """Beats shifted and levelled onto the medoid, and which of them resemble it."""
    medoid = _medoid(stack)
    template = stack[medoid]
    shifts = np.array([_best_shift(template, leads, int(r)) for r in r_samples])
    aligned = _cut(leads, r_samples + shifts, list(range(r_samples.size))).stack
    aligned = aligned - np.nanmedian(aligned[:, :, _SHAPE] - template[:, _SHAPE], axis=2)[:, :, None]
    return aligned, _resembles(aligned, template)


def _medoid(stack: npt.NDArray[np.float32]) -> int:
    """The beat most like the others: highest median correlation over all leads together."""
    if stack.shape[0] < 3:
        return 0
    shapes = _levelled(stack).reshape(stack.shape[0], -1)
    return int(np.argmax(np.median(np.corrcoef(shapes), axis=1)))


def _levelled(stack: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    shape = stack[:, :, _SHAPE]
    levelled: npt.NDArray[np.float32] = shape - np.median(shape, axis=2, keepdims=True)
    return levelled


def _best_shift(template: FloatArray, leads: FloatArray, r: int) -> int:
    """Shift in samples (at most ±50 ms) at which the QRS of all leads fits the template best."""
    qrs = template[:, _QRS] - template[:, _QRS].mean(axis=1, keepdims=True)
    start = r - R_SAMPLE + _QRS.start - _MOST_SHIFT
    stop = r - R_SAMPLE + _QRS.stop + _MOST_SHIFT
    if start < 0 or stop > leads.shape[1]:
        return 0
    windows = np.lib.stride_tricks.sliding_window_view(leads[:, start:stop], qrs.shape[1], axis=1)
    fit = np.einsum("lsw,lw->s", windows, qrs)
    return int(np.argmax(fit)) - _MOST_SHIFT


def _resembles(aligned: npt.NDArray[np.float32], template: FloatArray) -> BoolArray:
    """Beats close to the template in shape (correlation) and size (relative distance)."""
    shapes = _levelled(aligned).reshape(aligned.shape[0], -1)
    reference = _levelled(template[None]).reshape(-1)
    size = max(float(np.linalg.norm(reference)), 1e-9)
    distance = np.linalg.norm(shapes - reference, axis=1) / size
    norms = np.maximum(np.linalg.norm(shapes, axis=1), 1e-9)
    correlation = shapes @ reference / (norms * size)
    similar = (correlation >= _LEAST_CORRELATION) & (distance <= _MOST_DISTANCE)
    return np.asarray(similar | (distance == 0.0), dtype=np.bool_)


def _nan_median(stack: npt.NDArray[np.float32]) -> FloatArray:
    """Median over beats; samples that no beat covers stay NaN."""
    if not np.isnan(stack).any():
        return np.asarray(np.median(stack, axis=0), dtype=np.float32)
    covered = ~np.isnan(stack).all(axis=(0, 1))
    beat = np.full(stack.shape[1:], np.nan, dtype=np.float32)
    beat[:, covered] = np.nanmedian(stack[:, :, covered], axis=0)
    return beat


def _finish(beat: FloatArray, present: BoolArray, r_samples: IntArray, rejections: list[str]) -> MedianBeat:
    """Put R at sample 300, the PQ level at 0 mV, and missing leads back as NaN."""
    beat = _centre_on_r(beat)
    rr_ms = float(np.median(np.diff(r_samples))) * 1000.0 / MODEL_FS_HZ if r_samples.size > 1 else None
    end = BEAT_SAMPLES if rr_ms is None else int(R_SAMPLE + rr_ms * MODEL_FS_HZ / 1000.0) - _QRS_LEAD_IN
    end = min(end, BEAT_SAMPLES)
    found = find_fiducials(np.nan_to_num(beat), MODEL_FS_HZ, R_SAMPLE, end)
    pq = _FALLBACK_PQ
    if found.qrs_onset is not None and found.qrs_onset > _PQ_SAMPLES[0]:
        pq = slice(found.qrs_onset - _PQ_SAMPLES[0], found.qrs_onset - _PQ_SAMPLES[1])
    beat = beat - np.median(beat[:, pq], axis=1, keepdims=True)
    signals = np.full((present.size, BEAT_SAMPLES), np.nan, dtype=np.float32)
    signals[present] = beat
    signals.flags.writeable = False
    used = np.array([not reason for reason in rejections])
    return MedianBeat(
        signals_mv=signals,
        r_samples=r_samples,
        used=used,
        rejections=tuple(rejections),
        qrs_onset=found.qrs_onset,
        j_point=found.j_point,
        t_peak=found.t_peak,
        t_end=found.t_end,
        next_beat_from=end if rr_ms is not None and rr_ms < _SHORT_RR_MS and end < BEAT_SAMPLES else None,
        notes=_notes(int(used.sum()), rr_ms, found.qrs_onset is None),
    )


def _centre_on_r(beat: FloatArray) -> FloatArray:
    """Shift so that the RMS over leads is largest at sample 300; the end that opens is NaN."""
    centred = beat - np.nanmedian(beat, axis=1, keepdims=True)
    rms = np.sqrt(np.mean(centred[:, _QRS] ** 2, axis=0))
    shift = int(np.argmax(rms)) + _QRS.start - R_SAMPLE
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
