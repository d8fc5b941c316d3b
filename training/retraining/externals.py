"""The sets that a retrained bundle is measured on: without anybody whom it learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from inference.prepare import PrepareSpec
from training.data.inputs import prepare_some
from training.data.labelled_record import LabelledRecord
from training.publishing.publish import External
from training.retraining.merge import Merged


def untouched_externals(
    externals: Mapping[str, Sequence[LabelledRecord]], merged: Merged, cache: Path
) -> tuple[list[External], list[str]]:
    """The external sets without patients that the bundle learns from, and sentences on who is left out."""
    kept, notes = [], []
    trained = set(merged.prepared.sha256)
    for name, records in externals.items():
        prepared = prepare_some(name, records, PrepareSpec(), cache)
        seen = {
            record.patient
            for record, sha256 in zip(prepared.records, prepared.sha256, strict=True)
            if sha256 in trained or {record.patient, record.patient.rpartition("/")[2]} & merged.patients
        }
        rows = np.flatnonzero([record.patient not in seen for record in prepared.records])
        if rows.size < len(prepared):
            left_out = len(prepared) - rows.size
            notes.append(f"{name}: {left_out} left out of the measurement, as ECGs of their patients train.")
        if len({prepared.records[row].is_mi for row in rows}) == 2:
            kept.append(External(name, prepared.take(rows)))
        else:
            notes.append(f"{name} is not measured on: it has no positive or no negative record to judge.")
    return kept, notes
