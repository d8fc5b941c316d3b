"""NumPy: float32 mV of shape (n_leads, n_samples), NaN where there is no sample."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inference.records.record import Record
from inference.writing.sidecar import write_sidecar


def write_numpy(record: Record, path: Path) -> tuple[str, ...]:
    """Write `path` (.npy) and its sidecar; nothing is lost."""
    np.save(path, np.asarray(record.signals_mv, dtype=np.float32), allow_pickle=False)
    write_sidecar(record, path)
    return ()
