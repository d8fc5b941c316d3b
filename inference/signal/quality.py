"""Quality findings: what in the recording should make a reader careful. Thresholds are our own choice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from scipy.ndimage import uniform_filter1d

from inference.records.amplitude import MAX_SWING_MV
from inference.records.leads import STANDARD_LEADS
from inference.records.record import ImportReport
from inference.signal.beat import (
    MODEL_FS_HZ,
    R_SAMPLE,
    BoolArray,
    FindingKind,
    FloatArray,
    MedianBeat,
    QualityFinding,
    Rhythm,
)

_FLAT_MV: Final = 0.02
_SMALLEST_HEART_MV: Final = 0.1
"""Where no lead swings by one small square of ECG paper, the scale is in doubt: low voltage is a QRS under
0.5 mV, and of 2,084 records of PTB-XL, PTB, LUDB and CinC 2021 each has a lead of more than 0.7 mV."""
_SILENT_S: Final = 1.0
_CLIP_S: Final = 0.016
_CLIP_RUNS: Final = 3
_NOISE_MV: Final = 0.045
_NOISE_PIECE: Final = 100
_WANDER_MV: Final = 1.0
_LOWEST_FULL_RATE_HZ: Final = 250.0
_SHORTEST_S: Final = 5.0
_QRS = slice(R_SAMPLE - 35, R_SAMPLE + 40)


def source_findings(source_mv: FloatArray, gaps: BoolArray, fs_hz: float) -> Iterator[QualityFinding]:
    """Missing, flat, detached and clipped leads, on (12, n) mV as the file holds them at its own rate.

    Resampling would round off the very edges by which a clipped or detached lead is known. Samples
    marked in `gaps` (12, n) are bridged; they were missing in the file.
    """
    for name, row, gap in zip(STANDARD_LEADS, source_mv, gaps, strict=True):
        silent_s = (float(gap.sum()) + _longest_run(np.abs(np.diff(row)) < 1e-6)) / fs_hz
        if gap.all():
            yield QualityFinding("lead_missing", f"{name} is missing in this file.", name)
        elif np.ptp(row) > MAX_SWING_MV:
            yield QualityFinding(
                "too_large", f"{name} swings by {np.ptp(row):,.0f} mV, beyond any ECG.", name
            )
        elif np.ptp(row) < _FLAT_MV:
            yield QualityFinding("flat", f"{name} is flat.", name)
        elif silent_s > _SILENT_S:
            yield QualityFinding("lead_off", f"{name} is off for {silent_s:.1f} s.", name)
        elif _is_clipped(row, fs_hz):
            yield QualityFinding("clipped", f"{name} is clipped at its largest values.", name)


def whole_file_findings(
    source_mv: FloatArray, gaps: BoolArray, report: ImportReport
) -> Iterator[QualityFinding]:
    """Limb leads that contradict each other, and voltages too small for a heart, in (12, n) mV of the file.

    A record in V that is taken for mV swings by a few µV in every lead and yet is no flat line.
    """
    if report.breaks_einthoven:
        yield QualityFinding(
            "einthoven",
            "The limb leads contradict each other: II differs from I + III by up to "
            f"{report.einthoven_residual_mv:.2f} mV. Leads may be mislabelled or of different gain.",
        )
    largest_mv = max((float(np.ptp(row)) for row in source_mv[~gaps.all(axis=1)]), default=0.0)
    if 0.0 < largest_mv < _SMALLEST_HEART_MV:
        yield QualityFinding(
            "too_small",
            f"No lead swings by more than {1000 * largest_mv:.2g} µV: check the unit or the gain.",
        )


def noise_findings(signals_mv: FloatArray) -> Iterator[QualityFinding]:
    """Noise and wander per lead of (12, n) mV at 500 Hz, unfiltered."""
    for name, row in zip(STANDARD_LEADS, signals_mv, strict=True):
        noise_mv = _noise_mv(row)
        if noise_mv > _NOISE_MV:
            yield QualityFinding("noisy", f"{name} is noisy (about {1000 * noise_mv:.0f} µV).", name)
        wander_mv = float(np.ptp(uniform_filter1d(row.astype(np.float64), int(1.2 * MODEL_FS_HZ))))
        if wander_mv > _WANDER_MV:
            text = f"The baseline of {name} wanders by {wander_mv:.1f} mV."
            yield QualityFinding("baseline_wander", text, name)


def _longest_run(condition: BoolArray) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], condition, [False]]).astype(np.int8)))
    return int(np.max(edges[1::2] - edges[::2], initial=0))


def _is_clipped(row: FloatArray, fs_hz: float) -> bool:
    """Several runs of samples that sit exactly at the lead's maximum or minimum."""
    shortest = max(3.0, _CLIP_S * fs_hz)
    if np.ptp(row) < 1.0:
        return False
    for extreme in (row.max(), row.min()):
        at_rail = np.abs(row - extreme) < 1e-6
        edges = np.flatnonzero(np.diff(np.concatenate([[False], at_rail, [False]]).astype(np.int8)))
        if int(np.sum(edges[1::2] - edges[::2] >= shortest)) >= _CLIP_RUNS:
            return True
    return False


def _noise_mv(row: FloatArray) -> float:
    """Muscle and mains noise: typical size over 0.2-s pieces of what a 22-ms moving average removes."""
    residual = row - uniform_filter1d(row, 11)
    if row.size < _NOISE_PIECE:
        return 0.0
    pieces = residual[: row.size // _NOISE_PIECE * _NOISE_PIECE].reshape(-1, _NOISE_PIECE)
    return float(np.median(pieces.std(axis=1)))


def record_findings(
    beat: MedianBeat | None, rhythm: Rhythm, source_fs_hz: float, duration_s: float
) -> Iterator[QualityFinding]:
    """Findings that concern the whole recording."""
    if duration_s < _SHORTEST_S:
        yield QualityFinding("short_record", f"The recording is only {duration_s:.1f} s long.")
    if source_fs_hz < _LOWEST_FULL_RATE_HZ:
        yield QualityFinding(
            "low_rate",
            f"Sampled at {source_fs_hz:g} Hz: nothing above {source_fs_hz / 2:g} Hz is in the file, "
            "QRS peaks may be too low.",
        )
    if rhythm.suspects_atrial_fibrillation:
        yield QualityFinding(
            "irregular",
            "Irregular rhythm, atrial fibrillation is possible: the PQ level and P wave of the median "
            "beat are not reliable.",
        )
    if beat is not None:
        yield from _beat_findings(beat)


def _beat_findings(beat: MedianBeat) -> Iterator[QualityFinding]:
    for note in beat.notes:
        yield QualityFinding(_kind_of_note(note), note)
    reversal = suspected_reversal(beat.signals_mv)
    if reversal:
        yield QualityFinding("limb_reversal", reversal)


def _kind_of_note(note: str) -> FindingKind:
    if note.startswith("RR"):
        return "short_rr"
    return "no_qrs_onset" if note.startswith("QRS onset") else "few_beats"


def suspected_reversal(beat_mv: FloatArray) -> str | None:
    """One sentence when the median beat looks like swapped limb electrodes, else None.

    Right/left arm: lead I is the mirror image of V6 (correlation under -0.6) and mainly negative while
    aVR is mainly positive. Right arm/right leg: lead II is almost a flat line beside a normal lead I.
    Both rules follow Kligfield et al., AHA/ACC/HRS 2007 part I, with thresholds of our own.
    """
    qrs = beat_mv[:, _QRS] - beat_mv[:, _QRS.start : _QRS.start + 1]
    height = np.ptp(qrs, axis=1)
    lead_i, lead_ii, avr, v6 = qrs[0], qrs[1], qrs[3], qrs[11]
    if np.isnan(height[[0, 1, 3]]).any():
        return None
    if height[1] < 0.12 and height[0] > 0.4 and height[2] > 0.4:
        return "Lead II is almost flat: the right arm and right leg electrodes may be swapped."
    if np.isnan(height[11]) or min(height[0], height[11]) < 0.2 or v6.sum() <= 0:
        return None
    mirrored = float(np.corrcoef(lead_i, v6)[0, 1]) < -0.6
    if mirrored and lead_i.sum() < 0 < avr.sum() and lead_ii.size:
        return "Lead I is upside down: the arm electrodes may be swapped."
    return None
