"""open_long: the door for recordings of hours, which reads their headers only."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Final

import numpy as np

from inference.long_records.long_record import LongRecord
from inference.records.assemble import summary_of
from inference.records.einthoven import derive_limb_leads
from inference.records.given import Given
from inference.records.leads import STANDARD_LEADS
from inference.records.opened import Opened
from inference.records.reader import open_recording
from inference.records.record import ImportReport
from inference.records.safety import check_long_shape
from inference.records.timestamps import later

LONG_S: Final = 120.0
"""Beyond two minutes a recording is looked at in windows: standard ECGs last 10 s, rhythm strips a minute."""


def open_long(path: str | PathLike[str], given: Given | None = None) -> LongRecord | None:
    """The recording at `path` if it lasts more than `LONG_S`, or None.

    None also for a format that is only read whole. Reads headers, never the samples of the whole file.
    Raises RecordError as `read_record` does.
    """
    opened = open_recording(Path(path), given or Given())
    if opened is None or opened.duration_s <= LONG_S:
        return None
    check_long_shape(len(opened.lead_names), opened.n_samples, opened.found.fs_hz)
    return _long_record(opened)


def _long_record(opened: Opened) -> LongRecord:
    found, names = opened.found, opened.lead_names
    derived = tuple(derive_limb_leads({name: np.zeros(1, dtype=np.float32) for name in names}))
    held = names + derived
    return LongRecord(
        path=found.path,
        format=found.format,
        lead_names=names,
        fs_hz=found.fs_hz,
        n_samples=opened.n_samples,
        report=ImportReport(
            format=found.format,
            read=(summary_of(names, opened.n_samples, found.fs_hz), *found.read),
            assumed=found.assumed,
            derived_leads=derived,
            missing_leads=tuple(name for name in STANDARD_LEADS if name not in held),
            scaled=found.scaled,
            resampled=found.resampled,
            checks=found.checks,
            failed=found.failed,
        ),
        source=opened.source,
        patient=found.patient,
        # Views name clock times up to a recording's end, which has to be a date as well.
        acquired_at=found.acquired_at if later(found.acquired_at, opened.duration_s) else None,
        device=found.device,
        comments=found.comments,
        synthetic=found.synthetic,
    )
