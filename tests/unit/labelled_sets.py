"""Small labelled sets on disk for tests of training."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from inference.records import STANDARD_LEADS
from tests.unit.made_records import made_signals
from training.data.labelled_record import LabelledRecord


def labelled(
    k: int, *, patient: str = "p", is_mi: bool = False, known: bool = True, path: Path = Path("none.npy")
) -> LabelledRecord:
    """A labelled record that need not exist."""
    return LabelledRecord(path, f"made/{k}", "made", patient, known, is_mi, "I" if is_mi else "N")


def saved_records(folder: Path, n: int) -> list[LabelledRecord]:
    """`n` recordings of as many patients as NumPy files with a sidecar; every second one has raised ST."""
    folder.mkdir(parents=True, exist_ok=True)
    records = []
    for k in range(n):
        is_mi = k % 2 == 1
        rng = np.random.default_rng(k)
        signals, _ = made_signals([0.85 + 0.002 * k] * 11, st_mv=0.4 if is_mi else 0.0)
        path = folder / f"made{k}.npy"
        np.save(path, (signals + rng.normal(0, 0.01, signals.shape)).astype(np.float32))
        sidecar = {"fs_hz": 500, "unit": "mV", "leads": list(STANDARD_LEADS)}
        path.with_suffix(".json").write_text(json.dumps(sidecar))
        records.append(labelled(k, patient=f"p{k}", is_mi=is_mi, path=path))
    return records
