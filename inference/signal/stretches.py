"""Leads that a sheet shows for a part of the time only: each is a short recording of its own.

On a 3x4 sheet a lead is 2.5 s long, and only the rhythm strip runs through. Such a lead is filtered inside
its own stretch, since lines across what is not there would ring into it, and its median beat is made of the
beats of its stretch alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
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
    SignalError,
)
from inference.signal.beat_alignment import BeatAlignment, align_beats, average_beat, r_shift_of
from inference.signal.filters import QRS_BAND, FilterBand, bandpass
from inference.signal.gaps import runs
from inference.signal.r_peaks import detect_r_peaks

Stretch = tuple[int, int]
"""First sample and end (excluded) at 500 Hz."""
Stretches = Mapping[int, Stretch]
"""Each such lead, as its row, with its stretch."""

_BEFORE: Final = 150
_AFTER: Final = 250
"""Samples around R that a beat must have inside its stretch: -300 … +500 ms, what the models see."""
_SHAPE: Final = slice(R_SAMPLE - 50, R_SAMPLE + 150)
_SHORTEST_S: Final = 1.0
_QRS_PERCENT: Final = 99.0
_SMALLEST_QRS_MV: Final = 0.03
"""As where R peaks are looked for: below it a lead holds no QRS to be brought to any height."""
_R_AFTER_ONSET: Final = 20
"""40 ms: about where R lies in a QRS of 90 ms."""
_COLUMN_BREAK: Final = 12
"""Samples on both sides of where one column ends: intervals between beats of two columns count in nothing."""


def find_stretches(gaps: BoolArray, whole: BoolArray) -> Stretches:
    """The leads that were recorded in one piece of 1 s or more but not throughout, as on a sheet.

    `gaps` (n_leads, n) at 500 Hz marks what is missing, `whole` (n_leads,) the leads recorded throughout.
    Empty unless most leads are like that: a single one has come off.
    """
    found = {}
    for lead in np.flatnonzero(~whole & ~gaps.all(axis=1)).tolist():
        recorded = runs(~gaps[lead])
        if recorded.shape[0] == 1 and np.diff(recorded[0])[0] >= _SHORTEST_S * MODEL_FS_HZ:
            found[lead] = (int(recorded[0, 0]), int(recorded[0, 1]))
    return found if 2 * len(found) > int((~gaps.all(axis=1)).sum()) else {}


def filter_inside(
    filtered_mv: FloatArray, signals_mv: FloatArray, stretches: Stretches, band: FilterBand
) -> None:
    """Write each stretch, filtered as a recording of its own, over `filtered_mv` (n_leads, n)."""
    for (start, stop), leads in _columns(stretches).items():
        filtered_mv[leads, start:stop] = bandpass(signals_mv[leads, start:stop], MODEL_FS_HZ, band)


def r_samples_by_column(signals_mv: FloatArray, stretches: Stretches) -> IntArray:
    """R peaks (n,) where no lead runs through: from the columns one after the other, as one recording.

    A column alone has too few beats to tell QRS from T. Each lead is centred and brought to one QRS height,
    so that leads that follow each other look like one.
    """
    columns = _columns(stretches)
    joined = np.zeros((max(map(len, columns.values())), signals_mv.shape[1]), dtype=np.float32)
    for (start, stop), leads in columns.items():
        part = signals_mv[leads, start:stop]
        qrs_mv = np.percentile(np.abs(bandpass(part, MODEL_FS_HZ, QRS_BAND)), _QRS_PERCENT, axis=1)
        height = np.where(qrs_mv > _SMALLEST_QRS_MV, qrs_mv, 1.0)[:, None]
        joined[: len(leads), start:stop] = (part - np.median(part, axis=1, keepdims=True)) / height
    return detect_r_peaks(joined, MODEL_FS_HZ)


def column_breaks(n_samples: int, stretches: Stretches) -> BoolArray:
    """The samples (n,) around the ends of columns."""
    breaks = np.zeros(n_samples, dtype=np.bool_)
    for start, stop in _columns(stretches):
        for end in (start, stop):
            breaks[max(0, end - _COLUMN_BREAK) : end + _COLUMN_BREAK] = True
    return breaks


def align_by_column(filtered_mv: FloatArray, r_samples: IntArray, stretches: Stretches) -> BeatAlignment:
    """The beats of each column aligned among themselves, and the columns on each other's QRS onset.

    R of three leads may be another deflection than R of three others, but the QRS begins in all at once.
    Raises SignalError where no column has a beat that can be used. `average_mv` is that of no lead yet.
    """
    rejections = np.full(r_samples.size, "cut off by the column's edge", dtype=object)
    centres: list[IntArray] = []
    problem = SignalError("No heart beat was found in this recording.")
    for (start, stop), leads in _columns(stretches).items():
        inside = np.flatnonzero((r_samples >= start) & (r_samples < stop))
        try:
            column = align_beats(filtered_mv[leads, start:stop], r_samples[inside] - start)
        except SignalError as error:
            problem = error
            continue
        rejections[inside] = column.rejections
        centres.append(start + column.aligned_samples + _after_onset(column))
    if not centres:
        raise problem
    aligned = np.concatenate(centres)
    nothing = np.empty((0, BEAT_SAMPLES), dtype=np.float32)
    return BeatAlignment(r_samples, tuple(rejections), aligned, int(aligned[0]), 0, nothing)


def _after_onset(column: BeatAlignment) -> int:
    """Samples from a column's aligned samples to 40 ms after its QRS onset, or to its R without an onset."""
    onset = find_fiducials(np.nan_to_num(column.average_mv), MODEL_FS_HZ, R_SAMPLE, None).qrs_onset
    return column.r_shift if onset is None else onset + _R_AFTER_ONSET - R_SAMPLE


def on_r_of_all_leads(
    alignment: BeatAlignment, filtered_mv: FloatArray, whole: BoolArray, stretches: Stretches
) -> BeatAlignment:
    """An alignment moved to R as all leads together show it; `filtered_mv` (n_leads, n) is in its band."""
    average, _present, _note = average_of_all(filtered_mv, alignment, whole, stretches)
    shift = r_shift_of(average)
    return replace(
        alignment,
        aligned_samples=alignment.aligned_samples + shift,
        medoid_sample=alignment.medoid_sample + shift,
        r_shift=0,
    )


def average_of_all(
    filtered_mv: FloatArray, alignment: BeatAlignment, whole: BoolArray, stretches: Stretches
) -> tuple[FloatArray, BoolArray, str]:
    """The median beats in (n_leads, n) mV of any band, (n_present, 600), which leads they are, and a note.

    A lead whose stretch holds no whole beat is not among them.
    """
    beats: dict[int, FloatArray] = {}
    if whole.any():
        throughout = average_beat(filtered_mv[whole], alignment)
        beats = dict(zip(np.flatnonzero(whole).tolist(), throughout, strict=True))
    for lead, stretch in stretches.items():
        beat = _beat_inside(filtered_mv[lead], stretch, alignment.aligned_samples)
        if beat is not None:
            beats[lead] = beat
    present = np.isin(np.arange(whole.size), list(beats))
    counts = [_inside(stretch, alignment.aligned_samples).size for stretch in stretches.values()]
    fewest, most = min(counts), max(counts)
    count = f"{most}" if fewest == most else f"{fewest} to {most}"
    note = (
        f"{len(stretches)} leads were recorded for a part of the time: the median beat of each is made of "
        f"the {count} whole beats of its own stretch."
    )
    if not whole.any():
        note += " No lead runs through, so columns lie on each other by QRS onset, to within some 20 ms."
    return np.stack([beats[lead] for lead in sorted(beats)]), present, note


def _columns(stretches: Stretches) -> dict[Stretch, list[int]]:
    """The stretches in order of time, each with the leads that have it."""
    return {
        stretch: [lead for lead, own in stretches.items() if own == stretch]
        for stretch in sorted(set(stretches.values()))
    }


def _inside(stretch: Stretch, r_samples: IntArray) -> IntArray:
    start, stop = stretch
    return r_samples[(r_samples - _BEFORE >= start) & (r_samples + _AFTER <= stop)]


def _beat_inside(lead_mv: FloatArray, stretch: Stretch, r_samples: IntArray) -> FloatArray | None:
    """The median beat (600,) of one lead (n,), NaN where its stretch does not reach; None without a beat."""
    start, stop = stretch
    inside = _inside(stretch, r_samples)
    if inside.size == 0:
        return None
    padded = np.pad(lead_mv[start:stop], R_SAMPLE, constant_values=np.nan)
    beats = np.stack([padded[r - start : r - start + BEAT_SAMPLES] for r in inside])
    beats = beats - np.median(beats[:, _SHAPE] - beats[0, _SHAPE], axis=1, keepdims=True)
    covered = ~np.isnan(beats).all(axis=0)
    beat = np.full(BEAT_SAMPLES, np.nan, dtype=np.float32)
    beat[covered] = np.nanmedian(beats[:, covered], axis=0)
    return beat
