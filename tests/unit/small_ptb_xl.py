"""A small PTB-XL on disk: made records in the archive's own layout."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from tests.unit.made_records import made_signals
from tests.unit.wfdb_files import write_record


def small_ptb_xl(folder: Path, n: int, copy_of_first: int | None = None) -> Path:
    """`n` records of as many patients; every second has raised ST and an inferior infarct's code.

    Record `copy_of_first` holds the first one's signal at another gain, under its own patient.
    """
    (folder / "records500").mkdir(parents=True)
    with (folder / "ptbxl_database.csv").open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow(["ecg_id", "patient_id", "scp_codes", "filename_hr"])
        for k in range(n):
            is_copy = k == copy_of_first
            _write(folder / "records500", k, 0 if is_copy else k, gain=500 if is_copy else 1000)
            codes = {"IMI": 100.0} if k % 2 else {"NORM": 100.0}
            table.writerow([k + 1, float(100 + k), repr(codes), f"records500/{k}"])
    return folder


def _write(folder: Path, number: int, signal: int, gain: int) -> None:
    signals, _ = made_signals([0.85 + 0.002 * signal] * 11, st_mv=0.4 if signal % 2 else 0.0)
    noise = np.random.default_rng(signal).normal(0, 0.01, signals.shape)
    rows = np.rint((signals + noise) * gain).astype(np.int16)
    write_record(folder, rows, name=str(number), gain=f"{gain}(0)/mV")
