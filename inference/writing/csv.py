"""CSV: a row of lead names, then one row per sample in mV, with `nan` where there is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inference.records.record import Record
from inference.writing.sidecar import write_sidecar


def write_csv(record: Record, path: Path) -> tuple[str, ...]:
    """Write `path` and its sidecar. Each number is the shortest text that reads back as the same float32."""
    cells = np.asarray(record.signals_mv.T, dtype=np.float32).astype(str)
    rows = "\n".join(",".join(row) for row in cells.tolist())
    path.write_text(f"{','.join(record.lead_names)}\n{rows}\n", encoding="utf-8", newline="\n")
    write_sidecar(record, path)
    return ()
