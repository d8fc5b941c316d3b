"""Columns of what is measured on a record: the engineered features, and the RR interval."""

from __future__ import annotations

from typing import Final

import numpy as np

from inference.measure.features import FEATURE_NAMES, beat_features
from inference.prepare import ModelInput
from inference.records.record import Record
from inference.signal.analysis import EcgAnalysis, analyse
from inference.signal.filters import DIAGNOSTIC_BAND
from training.data.columns import Column, Row


def features_row(record: Record, analysis: EcgAnalysis, model_input: ModelInput) -> Row:  # noqa: ARG001
    """(n_features,) of the diagnostic band's median beat; all NaN where that band gives no beat."""
    measured = analyse(record, DIAGNOSTIC_BAND)
    if measured.beat is None:
        return np.full(len(FEATURE_NAMES), np.nan, dtype=np.float32)
    return beat_features(measured.beat, measured.rhythm)


def rr_row(record: Record, analysis: EcgAnalysis, model_input: ModelInput) -> Row:  # noqa: ARG001
    """The median RR interval in ms, NaN where it is not known."""
    rr_ms = analysis.rhythm.rr_median_ms
    return np.array(np.nan if rr_ms is None else rr_ms, dtype=np.float32)


FEATURES: Final = Column("features", (len(FEATURE_NAMES),), "float32", features_row)
RR_MS: Final = Column("rr_ms", (), "float32", rr_row)
