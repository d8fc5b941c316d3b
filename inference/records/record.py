"""Record: one ECG as it was read, frozen, with the report of how it was read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from inference.records.device import DeviceFindings
from inference.records.leads import STANDARD_LEADS

FloatArray = npt.NDArray[np.float32]
Sex = Literal["female", "male"]

EINTHOVEN_LIMIT_MV: Final = 0.1
"""Above it II = I + III counts as broken: one small square of ECG paper, the ST elevation that criteria
for infarction ask of limb leads. Rounding leaves 0.003 mV at most in 2,084 records of PTB-XL, PTB, LUDB
and CinC 2021."""


@dataclass(frozen=True, slots=True)
class Patient:
    """What the file says of the patient; None where it does not say."""

    age_years: float | None = None
    sex: Sex | None = None
    patient_id: str | None = None
    name: str | None = field(default=None, repr=False)
    birth_date: date | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How a file became a Record: each entry is one plain sentence or lead name."""

    format: str
    read: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    derived_leads: tuple[str, ...] = ()
    missing_leads: tuple[str, ...] = ()
    einthoven_residual_mv: float | None = None
    """Largest |II - I - III| over the record in mV, or None where not all three were measured."""
    scaled: tuple[str, ...] = ()
    """How numbers became mV where the file leaves anything to decide."""
    resampled: tuple[str, ...] = ()
    """Leads or stretches that are not at the file's own rate any more, and why."""
    checks: tuple[str, ...] = ()
    """What was checked against the file itself (a calibration pulse, a checksum), and how it came out."""
    failed: tuple[str, ...] = ()
    """What speaks against the samples: a check that came out wrong, a lead the device calls bad."""
    digitised: bool = False
    """Whether the samples were measured from a picture: such a record never teaches unless asked for."""

    @property
    def breaks_einthoven(self) -> bool:
        """Whether the measured I, II and III contradict each other by more than `EINTHOVEN_LIMIT_MV`."""
        return self.einthoven_residual_mv is not None and self.einthoven_residual_mv > EINTHOVEN_LIMIT_MV


@dataclass(frozen=True, slots=True)
class SyntheticTruth:
    """What the simulator planted in a synthetic ECG; `planted_mv` maps lead name to J+60 shift in mV."""

    scenario: str
    description: str
    territory: str | None
    amplitude_mv: float
    direction_xyz: tuple[float, float, float] | None
    planted_mv: dict[str, float] = field(default_factory=dict)
    seed: int = 0
    generator_version: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One ECG in mV as the file gave it (unfiltered, at the file's own rate).

    `signals_mv` has shape (n_leads, n_samples), float32, read-only; NaN marks samples that the file
    declares invalid. Rows follow `lead_names` (project spelling; derived leads included, missing
    leads absent).
    """

    signals_mv: FloatArray = field(repr=False)
    lead_names: tuple[str, ...]
    fs_hz: float
    path: Path
    report: ImportReport
    patient: Patient = Patient()
    acquired_at: datetime | None = None
    comments: tuple[str, ...] = field(default=(), repr=False)
    synthetic: SyntheticTruth | None = None
    device: DeviceFindings = field(default_factory=DeviceFindings, repr=False)
    sha256: str = ""
    """SHA-256 of the measured leads in whole microvolts with names and rate (see `signal_sha256`)."""

    @property
    def n_samples(self) -> int:
        return int(self.signals_mv.shape[1])

    @property
    def duration_s(self) -> float:
        return self.n_samples / self.fs_hz

    @property
    def missing_leads(self) -> tuple[str, ...]:
        """The standard leads that this record does not have, in standard order."""
        return tuple(name for name in STANDARD_LEADS if name not in self.lead_names)

    def lead(self, name: str) -> FloatArray:
        """One lead's samples in mV, shape (n_samples,). Raises KeyError for a lead it does not have."""
        if name not in self.lead_names:
            raise KeyError(name)
        row: FloatArray = self.signals_mv[self.lead_names.index(name)]
        return row

    def standard_12(self) -> FloatArray:
        """The twelve standard leads in order, shape (12, n_samples); a missing lead is a row of NaN."""
        twelve = np.full((len(STANDARD_LEADS), self.n_samples), np.nan, dtype=np.float32)
        for row, name in enumerate(STANDARD_LEADS):
            if name in self.lead_names:
                twelve[row] = self.lead(name)
        twelve.flags.writeable = False
        return twelve


def signal_sha256(signals_mv: FloatArray, lead_names: tuple[str, ...], fs_hz: float) -> str:
    """Identity of an ECG that does not depend on file name, format or demographics.

    Hashes lead names, rate and the samples rounded to whole microvolts (NaN as the smallest int32),
    so the same ECG stored in two formats at 1 µV or coarser has one identity.
    """
    digest = hashlib.sha256(f"ecg-1|{fs_hz:.6g}|{','.join(lead_names)}|".encode())
    lowest = np.iinfo(np.int32).min
    for row in signals_mv:
        # Lead by lead: for a Holter, whole arrays of float64 would take ten times the file's size.
        microvolts = np.round(np.asarray(row, dtype=np.float64) * 1000.0)
        whole = np.where(np.isnan(microvolts), lowest, np.clip(microvolts, lowest + 1, -(lowest + 1)))
        digest.update(np.ascontiguousarray(whole.astype("<i4")).tobytes())
    return digest.hexdigest()
