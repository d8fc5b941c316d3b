"""WFDB records (PhysioNet's `.hea` with `.dat` or `.mat`): PTB-XL, PTB, LUDB, CinC 2021 and others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from inference.records.assemble import Found, assemble, pick_ecg_leads
from inference.records.errors import RecordError
from inference.records.patient_text import facts_from_comments
from inference.records.record import FloatArray, Record
from inference.records.safety import check_shape, read_small_text
from inference.records.synthetic import truth_from_comments
from inference.records.units import mv_per_unit
from inference.records.wfdb_header import DEFAULT_FS_HZ, DEFAULT_GAIN, SignalSpec, WfdbHeader, parse_header
from inference.records.wfdb_samples import INVALID_SAMPLE, IntArray, check_files, read_samples

_EINTHOVEN_UNITS: Final = 2
"""Rounding of three separately digitised leads can leave II - I - III this far from zero."""
_EINTHOVEN_SHARE: Final = 0.99
_NORMALISED_RESIDUAL_MV: Final = 0.05
"""Physical limb leads that disagree by more than half a small square are not in one scale."""
_RAW_UNIT_MV: Final = 0.001


def read_wfdb(
    header_path: Path,
    *,
    fs_hz: float | None = None,
    unit: str | None = None,
    lead_order: Sequence[str] | None = None,
) -> Record:
    """Read one WFDB record from its `.hea` file; arguments win over the header and are reported.

    Raises RecordError for anything that keeps the record from being read.
    """
    header = parse_header(read_small_text(header_path))
    if header.segments:
        raise RecordError("This record is split into segments: open one of its segments instead.")
    assumed: list[str] = []
    rate_hz = _frame_rate_hz(header, fs_hz, assumed)
    names = _names(header, lead_order, assumed)
    picked, notes = pick_ecg_leads(names)
    per_frame = {header.signals[column].samples_per_frame for column in picked}
    if len(per_frame) > 1:
        raise RecordError("The record's ECG leads have different sampling rates, which is not read.")
    factor = per_frame.pop()
    check_shape(len(header.signals), (header.n_frames or 1) * max(1, factor), rate_hz * factor)
    n_frames = check_files(header_path.parent, header.signals, header.n_frames)
    if header.n_frames is None:
        assumed.append("The header gives no length; it was taken from the size of the signal file.")
    check_shape(len(header.signals), n_frames * factor, rate_hz * factor)
    samples = read_samples(header_path, n_frames)
    chosen = {name: (header.signals[column], samples[column]) for column, name in picked.items()}
    leads = _to_mv(chosen, unit, assumed)
    facts = facts_from_comments(header.comments)
    return assemble(
        Found(
            path=header_path,
            format="WFDB",
            fs_hz=rate_hz * factor,
            leads=tuple(leads.items()),
            patient=facts.patient,
            acquired_at=header.acquired_at or facts.acquired_at,
            comments=header.comments,
            synthetic=truth_from_comments(header.comments),
            read=notes,
            assumed=(*assumed, *facts.notes),
        )
    )


def _frame_rate_hz(header: WfdbHeader, fs_hz: float | None, assumed: list[str]) -> float:
    if fs_hz is not None:
        assumed.append(f"The sampling rate was given as {fs_hz:g} Hz; the header's own was not used.")
        return fs_hz
    if header.fs_hz is None:
        assumed.append(f"The header gives no sampling rate; {DEFAULT_FS_HZ:g} Hz, WFDB's default, was taken.")
        return DEFAULT_FS_HZ
    return header.fs_hz


def _names(header: WfdbHeader, lead_order: Sequence[str] | None, assumed: list[str]) -> tuple[str, ...]:
    if lead_order is None:
        return tuple(signal.name for signal in header.signals)
    if len(lead_order) != len(header.signals):
        raise RecordError(
            f"The lead order names {len(lead_order)} leads and the file holds {len(header.signals)}: "
            "give one name per signal."
        )
    assumed.append("The lead names were given by hand; the header's own were not used.")
    return tuple(lead_order)


def _to_mv(
    chosen: Mapping[str, tuple[SignalSpec, IntArray]], unit: str | None, assumed: list[str]
) -> dict[str, FloatArray]:
    """Integers to mV, (n_samples,) float32 per lead, invalid samples as NaN."""
    physical = {name: _physical_mv(spec, samples, unit) for name, (spec, samples) in chosen.items()}
    if _gains_normalise_each_lead(chosen, physical):
        assumed.append(
            "The header's gains scale each lead on its own, while the stored integers satisfy II = I + III: "
            "the integers were read as 1 µV each."
        )
        return {name: _scaled(spec, samples, 0, _RAW_UNIT_MV) for name, (spec, samples) in chosen.items()}
    if unit is not None:
        assumed.append(f"The unit was given as {unit}; the header's own was not used.")
    else:
        _report_defaults("unit", [name for name, (spec, _) in chosen.items() if spec.unit is None], "mV", assumed)
    without_gain = [name for name, (spec, _) in chosen.items() if spec.gain is None]
    _report_defaults("gain", without_gain, f"{DEFAULT_GAIN:g} units per mV", assumed)
    return physical


def _report_defaults(what: str, names: Sequence[str], default: str, assumed: list[str]) -> None:
    if names:
        assumed.append(f"The header gives no {what} for {', '.join(names)}; {default}, WFDB's default, was taken.")


def _physical_mv(spec: SignalSpec, samples: IntArray, unit: str | None) -> FloatArray:
    scale = mv_per_unit(unit or spec.unit or "mV") / (spec.gain or DEFAULT_GAIN)
    return _scaled(spec, samples, spec.baseline, scale)


def _scaled(spec: SignalSpec, samples: IntArray, baseline: int, scale_mv: float) -> FloatArray:
    values = ((samples.astype(np.float64) - baseline) * scale_mv).astype(np.float32)
    if spec.fmt in INVALID_SAMPLE:
        values[samples == INVALID_SAMPLE[spec.fmt]] = np.nan
    return values


def _gains_normalise_each_lead(
    chosen: Mapping[str, tuple[SignalSpec, IntArray]], physical: Mapping[str, FloatArray]
) -> bool:
    """Whether integers obey Einthoven's law and physical values do not, as in LUDB.

    LUDB scales every lead to a peak-to-peak of 1 through its gain, which destroys the ratio between
    leads; its integers are microvolts (Kalyakulina et al. 2020, and 93 of 93 records checked).
    """
    if not all(name in chosen for name in ("I", "II", "III")):
        return False
    one, two, three = (chosen[name][1].astype(np.int64) for name in ("I", "II", "III"))
    if not (one.any() and two.any() and three.any()):
        return False
    agree = np.abs(two - one - three) <= _EINTHOVEN_UNITS
    if agree.mean() < _EINTHOVEN_SHARE:
        return False
    residual = np.abs(physical["II"] - physical["I"] - physical["III"])
    valid = residual[np.isfinite(residual)]
    return bool(valid.size) and float(np.percentile(valid, 99)) > _NORMALISED_RESIDUAL_MV
