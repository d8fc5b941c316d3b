"""Small WFDB records for tests, written by hand so that every field of the header can be wrong on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference.records import STANDARD_LEADS

IntRows = npt.NDArray[np.int16]


def some_integers(n_leads: int, n_samples: int = 1000, seed: int = 1) -> IntRows:
    """Integers of ordinary ECG size in µV, shape (n_leads, n_samples), never the invalid value."""
    return np.random.default_rng(seed).integers(-1500, 1500, (n_leads, n_samples)).astype(np.int16)


def twelve_leads(n_samples: int = 1000) -> IntRows:
    """Twelve leads in µV whose limb leads obey Einthoven and Goldberger exactly, shape (12, n_samples)."""
    rows = some_integers(12, n_samples)
    one, two = rows[0] // 2 * 2, rows[1] // 2 * 2
    rows[:6] = np.stack([one, two, two - one, -(one + two) // 2, one - two // 2, two - one // 2])
    return rows


def write_record(
    folder: Path,
    rows: IntRows,
    names: Sequence[str] = STANDARD_LEADS,
    *,
    name: str = "ecg",
    rate: str = "500",
    gain: str = "1000(0)/mV",
    comments: Sequence[str] = (),
    clock: str = "",
    encoding: str = "utf-8",
) -> Path:
    """Write format 16 with one line per lead and return the header's path."""
    lines = [f"{name} {len(rows)} {rate} {rows.shape[1]} {clock}".rstrip()]
    lines += [f"{name}.dat 16 {gain} 16 0 0 0 0 {lead}" for lead in names]
    lines += [f"# {comment}" for comment in comments]
    header = folder / f"{name}.hea"
    header.write_text("\n".join(lines) + "\n", encoding=encoding)
    (folder / f"{name}.dat").write_bytes(rows.T.astype("<i2").tobytes())
    return header
