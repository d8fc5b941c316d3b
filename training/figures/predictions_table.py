"""predictions.parquet: what a system said of every tested record, without naming a patient."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from training.figures.reliability import calibrate_folds, calibrated_probabilities
from training.figures.system_result import SystemResult
from training.figures.two_class_figures import POINTS, called_at, fold_points

_PATIENT_DIGITS: Final = 16
_EXPLAINED: Final = {
    "patient": "first 16 hexadecimal digits of the SHA-256 of the patient's name",
    "decision_*": "called positive at the threshold of the record's own fold; null where it has none",
    "calibrated_probability": "of the positive class of two, otherwise that the called class is right; "
    "by the calibrator of the record's own fold; null where it has none",
}


def hashed_patient(patient: str) -> str:
    """A name that tells patients apart and does not tell who they are."""
    return hashlib.sha256(patient.encode()).hexdigest()[:_PATIENT_DIGITS]


def predictions_table(result: SystemResult) -> pa.Table:
    """One line per tested record in the order of the rows: who, which fold, label, probabilities, calls."""
    said = result.predictions
    columns: dict[str, Any] = {
        "record_id": [record.record_id for record in result.records],
        "patient": [hashed_patient(record.patient) for record in result.records],
        "source": [record.source for record in result.records],
        "fold": np.asarray(result.folds, dtype=np.int32)[said.run],
        "label": [result.classes[target] for target in said.targets],
        "called": [result.classes[place] for place in said.probabilities.argmax(axis=1)],
        **{f"probability_{name}": said.probabilities[:, k] for k, name in enumerate(result.classes)},
        **_decisions(result),
        "calibrated_probability": _calibrated(result),
    }
    if result.is_binary:
        # Of two classes the call is the decision at best F1; the larger probability decides nothing.
        del columns["called"]
    table = pa.table(columns).take(pa.array(np.argsort(said.rows, kind="stable")))
    return table.replace_schema_metadata({"system": result.name, **_EXPLAINED})


def _decisions(result: SystemResult) -> dict[str, pa.Array]:
    if not result.is_binary:
        return {}
    points = fold_points(result)
    columns = {}
    for point in POINTS:
        called, known = called_at(result, [getattr(each, point) for each in points])
        columns[f"decision_{point}"] = pa.array(called, mask=~known)
    return columns


def _calibrated(result: SystemResult) -> pa.Array:
    values = calibrated_probabilities(result, calibrate_folds(result))
    return pa.array(values, mask=np.isnan(values))


def write_predictions(path: Path, result: SystemResult) -> None:
    """Write the table of a system."""
    pq.write_table(predictions_table(result), path)
