"""LongRecord: a recording of hours that stays in its file, and any ten seconds of it as a Record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np

from inference.records.assemble import Found, assemble
from inference.records.device import DeviceFindings
from inference.records.errors import RecordError
from inference.records.framed_file import SampleSource
from inference.records.marks import comments_within
from inference.records.record import FloatArray, ImportReport, Patient, Record, SyntheticTruth
from inference.records.timestamps import later


@dataclass(frozen=True, slots=True)
class LongRecord:
    """What the file's header says, and `source` for the samples. May be used from several threads at once.

    `lead_names` are the measured leads in the file's order; a window derives further limb leads.
    """

    path: Path
    format: str
    lead_names: tuple[str, ...]
    fs_hz: float
    n_samples: int
    report: ImportReport
    source: SampleSource = field(repr=False)
    patient: Patient = field(default_factory=Patient)
    acquired_at: datetime | None = None
    device: DeviceFindings = field(default_factory=DeviceFindings, repr=False)
    comments: tuple[str, ...] = field(default=(), repr=False)
    synthetic: SyntheticTruth | None = None

    @property
    def duration_s(self) -> float:
        return self.n_samples / self.fs_hz

    def read_mv(self, start: int, stop: int, leads: Sequence[int] | None = None) -> FloatArray:
        """Samples `start` to `stop` in mV, shape (n_leads, stop - start), float32, NaN where there is none.

        `leads` are rows of `lead_names`, all of them where None. Raises RecordError where the file
        cannot be read any more.
        """
        rows = range(len(self.lead_names)) if leads is None else leads
        return self.source.read_mv(rows, start, stop)

    def window(self, start_s: float, duration_s: float = 10.0) -> Record:
        """The stretch from `start_s` on as an ordinary Record; near an end it is moved inside.

        Raises RecordError where no lead holds a valid sample there.
        """
        length = min(self.n_samples, max(1, round(duration_s * self.fs_hz)))
        start = min(max(0, round(start_s * self.fs_hz)), self.n_samples - length)
        mv = self.read_mv(start, start + length)
        offset_s = start / self.fs_hz
        if not np.isfinite(mv).any():
            raise RecordError(
                f"There is no valid signal from {clock_text(offset_s)} to "
                f"{clock_text(offset_s + length / self.fs_hz)}: look at another part of the recording."
            )
        where = (
            f"{length / self.fs_hz:g} s from {clock_text(offset_s)}{_PART_OF}"
            f"{duration_text(self.duration_s)}."
        )
        return assemble(
            Found(
                path=self.path,
                format=self.format,
                fs_hz=self.fs_hz,
                leads=tuple(zip(self.lead_names, mv, strict=True)),
                patient=self.patient,
                acquired_at=later(self.acquired_at, offset_s),
                comments=comments_within(self.comments, start, length)
                + self.source.notes_between(start, start + length),
                synthetic=self.synthetic,
                device=self.device,
                read=(where, *self.report.read[1:]),
                assumed=self.report.assumed,
                scaled=self.report.scaled,
                resampled=self.report.resampled,
                checks=self.report.checks,
                failed=self.report.failed,
            )
        )


_PART_OF: Final = " of a recording of "


def part_of_recording(record: Record) -> str:
    """Which part of a recording of hours a Record is, in the words of its report; '' for a whole one."""
    return next((sentence for sentence in record.report.read if _PART_OF in sentence), "")


def clock_text(seconds: float) -> str:
    """Seconds from the start as hours, minutes and seconds: 11560 is 03:12:40."""
    whole = int(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def duration_text(seconds: float) -> str:
    """A length as one says it: 86400 is 24 h, 5400 is 1 h 30 min, 150 is 2 min 30 s."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    parts = [(hours, "h"), (minutes, "min"), (0 if hours else rest, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count)
