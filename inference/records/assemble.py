"""From what a format's reader found to a Record: names, derived leads, residual, identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np

from inference.records.einthoven import derive_limb_leads, einthoven_residual_mv
from inference.records.errors import RecordError
from inference.records.leads import EXTRA_LEADS, STANDARD_LEADS, normalise_lead_name
from inference.records.record import (
    FloatArray,
    ImportReport,
    Patient,
    Record,
    SyntheticTruth,
    signal_sha256,
)

KNOWN_LEADS: Final = frozenset(STANDARD_LEADS + EXTRA_LEADS)


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
    read: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


def pick_ecg_leads(names: Sequence[str]) -> tuple[dict[int, str], tuple[str, ...]]:
    """Which columns of a file are ECG leads: {column: project name}, and a note per column left out.

    Of two columns with one name the first is taken. Raises RecordError where no column is a lead.
    """
    picked: dict[int, str] = {}
    notes: list[str] = []
    for column, written in enumerate(names):
        name = normalise_lead_name(written)
        if name not in KNOWN_LEADS:
            notes.append(f"Signal '{name[:40]}' is not an ECG lead that this program knows and was left out.")
        elif name in picked.values():
            notes.append(f"Lead {name} is in the file twice; the first one was read.")
        else:
            picked[column] = name
    if not picked:
        raise RecordError(
            "None of the file's signals is a known ECG lead: check that it is an ECG, "
            "or give the lead order (for example I,II,III,aVR,aVL,aVF,V1,V2,V3,V4,V5,V6)."
        )
    return picked, tuple(notes)


def assemble(found: Found) -> Record:
    """The frozen Record: measured leads in the file's order, then the limb leads that follow from them."""
    measured = dict(found.leads)
    derived = derive_limb_leads(measured)
    measured_names = tuple(measured)
    names = measured_names + tuple(derived)
    signals = np.stack([*measured.values(), *derived.values()]).astype(np.float32, copy=False)
    signals.flags.writeable = False
    lead_word = "lead" if len(measured_names) == 1 else "leads"
    summary = (
        f"{len(measured_names)} {lead_word} ({', '.join(measured_names)}), "
        f"{signals.shape[1] / found.fs_hz:g} s at {found.fs_hz:g} Hz."
    )
    report = ImportReport(
        format=found.format,
        read=(summary, *found.read),
        assumed=found.assumed,
        derived_leads=tuple(derived),
        missing_leads=tuple(name for name in STANDARD_LEADS if name not in names),
        einthoven_residual_mv=einthoven_residual_mv(measured),
    )
    return Record(
        signals_mv=signals,
        lead_names=names,
        fs_hz=found.fs_hz,
        path=found.path,
        report=report,
        patient=found.patient,
        acquired_at=found.acquired_at,
        comments=found.comments,
        synthetic=found.synthetic,
        sha256=signal_sha256(signals[: len(measured_names)], measured_names, found.fs_hz),
    )
