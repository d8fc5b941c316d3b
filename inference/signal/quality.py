"""Quality findings: what in the recording should make a reader careful. Thresholds are our own choice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from scipy.ndimage import uniform_filter1d

from inference.records.amplitude import MAX_SWING_MV
from inference.records.leads import STANDARD_LEADS
from inference.records.record import ImportReport
from inference.signal.beat import (
    MODEL_FS_HZ,
    BoolArray,
    FindingKind,
    FloatArray,
    MedianBeat,
    QualityFinding,
    Rhythm,
)
from inference.signal.gaps import runs, silence
from inference.signal.limb_reversal import suspected_reversal

NO_STRETCHES: Final[Mapping[int, tuple[int, int]]] = MappingProxyType({})
_FLAT_MV: Final = 0.02
_SMALLEST_HEART_MV: Final = 0.1
"""Where no lead swings by one small square of ECG paper, the scale is in doubt: low voltage is a QRS under
0.5 mV, and of 2,084 records of PTB-XL, PTB, LUDB and CinC 2021 each has a lead of more than 0.7 mV."""
_SILENT_S: Final = 1.0
_SHORTEST_GAP_S: Final = 0.2
"""A silence of all leads this long can swallow a whole QRS with its ST segment."""
_CLIP_S: Final = 0.016
_CLIP_RUNS: Final = 3
_NOISE_MV: Final = 0.045
_NOISE_PIECE: Final = 100
_WANDER_MV: Final = 1.0
_LOWEST_FULL_RATE_HZ: Final = 250.0
_SHORTEST_S: Final = 5.0


def source_findings(
    source_mv: FloatArray, gaps: BoolArray, fs_hz: float, *, is_sheet: bool = False
) -> Iterator[QualityFinding]:
    """Missing, flat, detached and clipped leads, on (12, n) mV as the file holds them at its own rate.

    Resampling would round off the very edges by which a clipped or detached lead is known. Samples
    marked in `gaps` (12, n) are bridged; they were missing in the file. On a sheet a lead is not off where it
    is not printed.
    """
    silent = silence(gaps)
    yield from _silence_findings(silent, fs_hz)
    for name, row, gap in zip(STANDARD_LEADS, source_mv, gaps, strict=True):
        still = (np.abs(np.diff(row)) < 1e-6) & ~gap[1:]
        unseen = 0.0 if is_sheet else float((gap & ~silent).sum())
        off_s = (unseen + _longest_run(still)) / fs_hz
        if gap.all():
            yield QualityFinding("lead_missing", f"{name} is missing in this file.", name)
        elif np.ptp(row) > MAX_SWING_MV:
            yield QualityFinding(
                "too_large", f"{name} swings by {np.ptp(row):,.0f} mV, beyond any ECG.", name
            )
        elif np.ptp(row) < _FLAT_MV:
            yield QualityFinding("flat", f"{name} is flat.", name)
        elif off_s > _SILENT_S:
            yield QualityFinding("lead_off", f"{name} is off for {off_s:.1f} s.", name)
        elif _is_clipped(row, fs_hz):
            yield QualityFinding("clipped", f"{name} is clipped at its largest values.", name)


def whole_file_findings(
    source_mv: FloatArray, gaps: BoolArray, report: ImportReport
) -> Iterator[QualityFinding]:
    """Limb leads that contradict each other, and voltages too small for a heart, in (12, n) mV of the file.

    A record in V that is taken for mV swings by a few µV in every lead and yet is no flat line.
    """
    # On paper 5 ms of a QRS complex are as much as that; a sheet's limb leads were compared before.
    if report.breaks_einthoven and not report.digitised:
        yield QualityFinding(
            "einthoven",
            "The limb leads contradict each other: II differs from I + III by up to "
            f"{report.einthoven_residual_mv:.2f} mV. Leads may be mislabelled or of different gain.",
        )
    if report.digitised:
        yield QualityFinding(
            "digitised",
            "Read back from a drawing or picture of the ECG: QRS peaks may be too low and fine detail lost.",
        )
    largest_mv = max((float(np.ptp(row)) for row in source_mv[~gaps.all(axis=1)]), default=0.0)
    if 0.0 < largest_mv < _SMALLEST_HEART_MV:
        yield QualityFinding(
            "too_small",
            f"No lead swings by more than {1000 * largest_mv:.2g} µV: check the unit or the gain.",
        )


def noise_findings(
    signals_mv: FloatArray, stretches: Mapping[int, tuple[int, int]] = NO_STRETCHES
) -> Iterator[QualityFinding]:
    """Noise and wander per lead of (12, n) mV at 500 Hz, unfiltered; only in its stretch where it has one."""
    for lead, (name, whole_row) in enumerate(zip(STANDARD_LEADS, signals_mv, strict=True)):
        row = whole_row[slice(*stretches[lead])] if lead in stretches else whole_row
        noise_mv = _noise_mv(row)
        if noise_mv > _NOISE_MV:
            yield QualityFinding("noisy", f"{name} is noisy (about {1000 * noise_mv:.0f} µV).", name)
        wander_mv = float(np.ptp(uniform_filter1d(row.astype(np.float64), int(1.2 * MODEL_FS_HZ))))
        if wander_mv > _WANDER_MV:
            text = f"The baseline of {name} wanders by {wander_mv:.1f} mV."
            yield QualityFinding("baseline_wander", text, name)


def _silence_findings(silent: BoolArray, fs_hz: float) -> Iterator[QualityFinding]:
    """One finding for all stretches of (n,) that no lead recorded; a file without any lead has its own."""
    stretches = runs(silent) / fs_hz
    stretches = stretches[stretches[:, 1] - stretches[:, 0] >= _SHORTEST_GAP_S]
    if stretches.shape[0] == 0 or silent.all():
        return
    start_s, stop_s = stretches[0]
    text = f"No lead was recorded from {start_s:.1f} to {stop_s:.1f} s."
    if stretches.shape[0] > 1:
        lost_s = float((stretches[:, 1] - stretches[:, 0]).sum())
        where = f"in {stretches.shape[0]} gaps, the first at {start_s:.1f} s"
        text = f"No lead was recorded for {lost_s:.1f} s {where}."
    yield QualityFinding("gap", text)


def _longest_run(condition: BoolArray) -> int:
    return int(np.max(np.diff(runs(condition), axis=1), initial=0))


def _is_clipped(row: FloatArray, fs_hz: float) -> bool:
    """Several runs of samples that sit exactly at the lead's maximum or minimum."""
    shortest = max(3.0, _CLIP_S * fs_hz)
    if np.ptp(row) < 1.0:
        return False
    for extreme in (row.max(), row.min()):
        at_rail = np.abs(row - extreme) < 1e-6
        if int(np.sum(np.diff(runs(at_rail), axis=1) >= shortest)) >= _CLIP_RUNS:
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
    if rhythm.is_irregular_by_ectopy:
        yield QualityFinding(
            "irregular",
            "Irregular rhythm with beats of several shapes: ectopic beats or atrial fibrillation, which "
            "could not be judged.",
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
