"""From what a format's reader found to a Record: names, derived leads, residual, identity."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np

from inference.records.amplitude import check_amplitude, without_impossible_samples
from inference.records.device import DeviceFindings
from inference.records.einthoven import derive_limb_leads, einthoven_residual_mv
from inference.records.errors import RecordError
from inference.records.leads import STANDARD_LEADS
from inference.records.marks import (
    is_digitised,
    is_time_unknown,
    marked_as_derived,
    marked_time,
    with_invalid_blanked,
)
from inference.records.patient_text import facts_from_comments
from inference.records.record import (
    FloatArray,
    ImportReport,
    Patient,
    Record,
    SyntheticTruth,
    signal_sha256,
)
from inference.records.synthetic import truth_from_comments


@dataclass(frozen=True, slots=True)
class Found:
    """One file's content in mV before anything is derived; `leads` pairs a project name with samples."""

    path: Path
    format: str
    fs_hz: float
    leads: Sequence[tuple[str, FloatArray]] = field(repr=False)
    patient: Patient = field(default_factory=Patient)
    acquired_at: datetime | None = None
    comments: tuple[str, ...] = ()
    synthetic: SyntheticTruth | None = None
    device: DeviceFindings = field(default_factory=DeviceFindings)
    read: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    scaled: tuple[str, ...] = ()
    resampled: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    digitised: bool = False


def assemble(found: Found) -> Record:
    """The frozen Record: measured leads in the file's order, then the limb leads that follow from them.

    A lead without one valid sample counts as not recorded. Marks in the comments (see `marks`) are obeyed
    in every format alike: what this program wrote is read back as the Record that it was. Raises RecordError
    where no lead is left, or where the voltages cannot be those of an ECG.
    """
    measured, notes = _believable(with_invalid_blanked(dict(found.leads), found.comments))
    measured = _without_derived(measured, marked_as_derived(found.comments))
    derived = derive_limb_leads(measured)
    measured_names = tuple(measured)
    names = measured_names + tuple(derived)
    signals = np.stack([*measured.values(), *derived.values()]).astype(np.float32, copy=False)
    signals.flags.writeable = False
    report = ImportReport(
        format=found.format,
        read=(summary_of(measured_names, signals.shape[1], found.fs_hz), *found.read, *notes),
        assumed=found.assumed,
        derived_leads=tuple(derived),
        missing_leads=tuple(name for name in STANDARD_LEADS if name not in names),
        scaled=found.scaled,
        resampled=found.resampled,
        checks=found.checks,
        failed=found.failed,
        digitised=found.digitised or is_digitised(found.comments),
        einthoven_residual_mv=einthoven_residual_mv(measured),
    )
    return Record(
        signals_mv=signals,
        lead_names=names,
        fs_hz=found.fs_hz,
        path=found.path,
        report=report,
        patient=_with_commented_facts(found.patient, found.comments),
        acquired_at=_moment(found),
        comments=found.comments,
        synthetic=found.synthetic or truth_from_comments(found.comments),
        device=found.device,
        sha256=signal_sha256(signals[: len(measured_names)], measured_names, found.fs_hz),
    )


def _moment(found: Found) -> datetime | None:
    return None if is_time_unknown(found.comments) else found.acquired_at or marked_time(found.comments)


def _without_derived(leads: dict[str, FloatArray], named: frozenset[str]) -> dict[str, FloatArray]:
    """The measured leads alone, where those that the file says it derived follow from them once more."""
    kept = {name: values for name, values in leads.items() if name not in named}
    return kept if named and named <= derive_limb_leads(kept).keys() else leads


def _with_commented_facts(patient: Patient, comments: Sequence[str]) -> Patient:
    """What the format itself leaves open, or has to shorten, is taken from its comments."""
    said = facts_from_comments(comments).patient
    return Patient(
        age_years=said.age_years if patient.age_years is None else patient.age_years,
        sex=patient.sex or said.sex,
        patient_id=_fuller(patient.patient_id, said.patient_id),
        name=_fuller(patient.name, said.name),
        birth_date=patient.birth_date or said.birth_date,
    )


def _fuller(field_text: str | None, comment: str | None) -> str | None:
    """The comment where the field is the same text without spaces, accents or its end (EDF, DICOM)."""
    if field_text is None or comment is None:
        return field_text or comment
    return comment if _letters(comment).startswith(_letters(field_text)) else field_text


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain.lower() if letter.isalnum())


def summary_of(lead_names: Sequence[str], n_samples: int, fs_hz: float) -> str:
    """The report's first sentence: which leads, how long, at what rate."""
    lead_word = "lead" if len(lead_names) == 1 else "leads"
    return (
        f"{len(lead_names)} {lead_word} ({', '.join(lead_names)}), {n_samples / fs_hz:g} s at {fs_hz:g} Hz."
    )


def _believable(leads: dict[str, FloatArray]) -> tuple[dict[str, FloatArray], tuple[str, ...]]:
    """The leads that hold something, without impossible samples, and a note for each one changed."""
    held, notes = _with_valid_samples(leads)
    check_amplitude(held)
    for name, values in held.items():
        held[name], changed = without_impossible_samples(name, values)
        notes += changed
    held, emptied = _with_valid_samples(held)
    return held, notes + emptied


def _with_valid_samples(leads: dict[str, FloatArray]) -> tuple[dict[str, FloatArray], tuple[str, ...]]:
    # Otherwise an electrode that was never connected would neither be derived nor be named as missing.
    held = {name: values for name, values in leads.items() if np.isfinite(values).any()}
    if not held:
        raise RecordError(
            "No lead of the file holds a valid sample: check the gain, or export the ECG again."
        )
    return held, tuple(f"{name} holds no valid sample." for name in leads if name not in held)
