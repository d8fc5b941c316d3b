"""Windows of records as rows of their own: Uchiyama et al. 2022, setting 1, in which patients leak.

Offered to reproduce that setting and nothing else: windows of one patient, even of one recording, lie
on both sides of a split, so its figures say nothing about new patients.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from inference.prepare import PrepareSpec, window_starts
from inference.signal.beat import MODEL_FS_HZ
from training.data.labelled_record import LabelledRecord
from training.data.prepared_set import PreparedSet

FloatArray = npt.NDArray[np.float32]


def as_windows(prepared: PreparedSet, spec: PrepareSpec) -> PreparedSet:
    """Each whole window of each record as a row; only the column leads_mv is kept."""
    cut = list(_windows(prepared, spec))
    leads = np.stack([piece for _, _, piece in cut])
    return PreparedSet(
        tuple(record for record, _, _ in cut),
        tuple(name for _, name, _ in cut),
        {"leads_mv": leads},
        prepared.refused,
    )


def apart(records: Sequence[LabelledRecord]) -> list[LabelledRecord]:
    """The windows as if each were of a patient of its own, for the folds."""
    return [replace(record, patient=record.record_id, patient_known=True) for record in records]


def _windows(prepared: PreparedSet, spec: PrepareSpec) -> Iterator[tuple[LabelledRecord, str, FloatArray]]:
    length = int(spec.window_s * MODEL_FS_HZ)
    for row, record in enumerate(prepared.records):
        leads = np.asarray(prepared.leads_mv[row])
        for start in window_starts(leads.shape[1], spec):
            piece = leads[:, start : start + length]
            if not np.isnan(piece).any():
                name = f"{record.record_id}@{start / MODEL_FS_HZ:g}s"
                yield replace(record, record_id=name), f"{prepared.sha256[row]}@{start}", piece
