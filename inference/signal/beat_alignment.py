"""Which beats make the median beat and where in the record each lies: found once, for every pass band.

R of the median beat depends on the band it is looked for in: where two deflections of a QRS are nearly
as tall, 45 and 150 Hz choose differently. So beats are chosen and aligned, and R is found, in one band
(`ALIGNMENT_BAND`), and every band's beat is cut at the same samples. A model's saliency then lies under
the very samples of the drawn beat that it speaks of.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.signal.beat import BEAT_SAMPLES, R_SAMPLE, BoolArray, FloatArray, IntArray, SignalError
from inference.signal.filters import MODEL_BAND

ALIGNMENT_BAND: Final = MODEL_BAND
"""The models' own band: what they were trained on must not depend on what is drawn."""
DIFFERENT_SHAPE: Final = "different shape (ectopic beat or noise)"
_GAP: Final = "gap in the recording"
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


@dataclass(frozen=True, slots=True)
class BeatAlignment:
    """The detected beats of a record, which of them are used, and how they lie on each other.

    All but `average_mv` holds in every band. `rejections` runs along `r_samples`, '' for a used beat.
    `aligned_samples` (n_used,) are the samples of the record that lie on each other, and on sample 300
    of `average_mv`; `medoid_sample` is R of the beat whose level in each lead the others take.
    """

    r_samples: IntArray = field(repr=False)
    rejections: tuple[str, ...] = field(repr=False)
    aligned_samples: IntArray = field(repr=False)
    medoid_sample: int
    r_shift: int
    """Samples from there to R: the maximum of the leads' RMS, within 80 ms, of `average_mv`."""
    average_mv: FloatArray = field(repr=False)
    """(n_leads, 600): the median of the used beats in `ALIGNMENT_BAND`, not yet moved by `r_shift`."""


def align_beats(signals_mv: FloatArray, r_samples: IntArray, gaps: BoolArray | None = None) -> BeatAlignment:
    """Choose and align the beats of (n_leads, n) finite mV at 500 Hz, filtered with `ALIGNMENT_BAND`.

    `gaps` (n,) marks samples that were missing in the file: beats that touch them are left out.
    Raises SignalError when no beat can be used.
    """
    if signals_mv.shape[0] == 0:
        raise SignalError("There is no lead to make a median beat from.")
    if r_samples.size == 0:
        raise SignalError("No heart beat was found in this recording.")
    rejections = _outside_or_gap(r_samples, signals_mv.shape[1], gaps)
    whole = np.flatnonzero([not reason for reason in rejections])
    if whole.size == 0:
        where = "is free of gaps in" if _GAP in rejections else "lies wholly inside"
        raise SignalError(f"No heart beat {where} this recording.")
    centres = r_samples[whole]
    beats = _cut(signals_mv, centres)
    medoid = _medoid(beats)
    template = beats[medoid]
    medoid_sample = int(centres[medoid])
    centres = centres + np.array([_best_shift(template, signals_mv, int(r)) for r in centres])
    aligned = _on_the_level_of(template, _cut(signals_mv, centres))
    similar = _resembles(aligned, template)
    if not similar.any():
        raise SignalError("No two heart beats in this recording are alike.")
    for index in whole[~similar]:
        rejections[index] = DIFFERENT_SHAPE
    average = _nan_median(aligned[similar])
    return BeatAlignment(
        r_samples, tuple(rejections), centres[similar], medoid_sample, r_shift_of(average), average
    )


def average_beat(signals_mv: FloatArray, alignment: BeatAlignment) -> FloatArray:
    """The same beats' median, (n_leads, 600), in (n_leads, n) finite mV at 500 Hz of another band."""
    template = _cut(signals_mv, np.array([alignment.medoid_sample]))[0]
    return _nan_median(_on_the_level_of(template, _cut(signals_mv, alignment.aligned_samples)))


def _outside_or_gap(r_samples: IntArray, n_samples: int, gaps: BoolArray | None) -> list[str]:
    reasons = []
    for r in r_samples:
        if r < _BEFORE or r + _AFTER > n_samples:
            reasons.append("cut off by the recording's edge")
        elif gaps is not None and gaps[r - _BEFORE : r + _AFTER].any():
            reasons.append(_GAP)
        else:
            reasons.append("")
    return reasons


def _cut(leads: FloatArray, centres: IntArray) -> FloatArray:
    """Beats (n, n_leads, 600) with `centres` at sample 300, NaN outside the record."""
    margin = R_SAMPLE + _MOST_SHIFT
    padded = np.pad(leads, ((0, 0), (margin, margin)), constant_values=np.nan)
    starts = [int(centre) + _MOST_SHIFT for centre in centres]
    return np.stack([padded[:, start : start + BEAT_SAMPLES] for start in starts])


def _on_the_level_of(template: FloatArray, beats: FloatArray) -> FloatArray:
    """Beats (n, n_leads, 600) whose every lead lies as high as the template's where shapes are compared."""
    offset = np.median(beats[:, :, _SHAPE] - template[:, _SHAPE], axis=2)
    levelled: FloatArray = beats - offset[:, :, None]
    return levelled


def _medoid(stack: FloatArray) -> int:
    """The beat most like the others: highest median correlation over all leads together."""
    if stack.shape[0] < 3:
        return 0
    shapes = _levelled(stack).reshape(stack.shape[0], -1)
    return int(np.argmax(np.median(np.corrcoef(shapes), axis=1)))


def _levelled(stack: FloatArray) -> FloatArray:
    shape = stack[:, :, _SHAPE]
    levelled: FloatArray = shape - np.median(shape, axis=2, keepdims=True)
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


def _resembles(aligned: FloatArray, template: FloatArray) -> BoolArray:
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


def r_shift_of(average: FloatArray) -> int:
    """Samples by which R, the maximum of the leads' RMS within 80 ms, lies after sample 300."""
    centred = average - np.nanmedian(average, axis=1, keepdims=True)
    rms = np.sqrt(np.mean(centred[:, _QRS] ** 2, axis=0))
    return int(np.argmax(rms)) + _QRS.start - R_SAMPLE
