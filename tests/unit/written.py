"""Records to be written in tests, and what must come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np

from inference.records import Record
from inference.records.assemble import Found, assemble
from inference.records.device import (
    DeviceFilters,
    DeviceFindings,
    DeviceMeasurement,
    DeviceMedianBeat,
)
from inference.records.record import Patient
from tests.unit.wfdb_files import twelve_leads

EIGHT = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
PATIENT = Patient(61.0, "female", "AB-1234567", "Doe, Jane", date(1963, 2, 1))
MOMENT = datetime(2024, 5, 1, 9, 30, 15)
DEVICE = DeviceFindings(
    maker="Maker & Sons",
    model="ECG 3000",
    software="1.2",
    statements=("Sinus rhythm", "Seen by Dr. Doe"),
    measurements=(DeviceMeasurement("QRS duration", "96", "ms"), DeviceMeasurement("Axis", "normal")),
    filters=DeviceFilters(0.05, 150.0, 50.0, ("muscle filter, asked for by Doe",)),
    median_beat=DeviceMedianBeat(np.full((2, 400), 0.125, dtype=np.float32), ("I", "V1"), 500.0),
)


def eight_lead_record(step_mv: float = 0.005, fs_hz: float = 500.0, n_samples: int = 1000) -> Record:
    """Eight measured leads in whole steps, with a gap, patient, time and device; four leads are derived."""
    rows = twelve_leads(n_samples)[[0, 1, 6, 7, 8, 9, 10, 11]]
    leads = [(name, (row * step_mv).astype(np.float32)) for name, row in zip(EIGHT, rows, strict=True)]
    leads[3][1][100:200] = np.nan
    leads[3][1][-1] = np.nan
    leads[0][1][0] = np.nan
    return assemble(
        Found(
            path=Path("somewhere") / "AB-1234567.xml",
            format="made for a test",
            fs_hz=fs_hz,
            leads=leads,
            patient=PATIENT,
            acquired_at=MOMENT,
            comments=("Chest pain for two hours",),
            device=DEVICE,
        )
    )


def bare_record(n_samples: int = 1000) -> Record:
    """Twelve measured leads in µV, nothing known beside them."""
    return without_facts(eight_lead_record(0.001, n_samples=n_samples))


def without_facts(record: Record) -> Record:
    """The samples alone."""
    return replace(record, patient=Patient(), acquired_at=None, comments=(), device=DeviceFindings())


def assert_same_ecg(back: Record, record: Record) -> None:
    """What a round trip has to keep: samples to the bit, gaps, names, rate, identity, patient, time."""
    assert back.lead_names == record.lead_names
    assert back.fs_hz == record.fs_hz
    np.testing.assert_array_equal(back.signals_mv, record.signals_mv)
    assert back.sha256 == record.sha256
    assert back.report.derived_leads == record.report.derived_leads
    assert back.report.digitised == record.report.digitised
    assert back.patient == record.patient
    assert back.acquired_at == record.acquired_at
    assert back.synthetic == record.synthetic
