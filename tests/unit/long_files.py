"""Recordings of minutes or hours for tests, written in pieces from the demo library's ECGs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference.records import STANDARD_LEADS, read_record

ROOT = Path(__file__).resolve().parents[2]
NORMAL = "01_synthetic_normal"
INVALID = -32768
"""The value that format 16 has for a sample that was not recorded (signal(5))."""
Stretch = tuple[float, float]


def ten_seconds(name: str = NORMAL, fs_hz: int = 250) -> npt.NDArray[np.int16]:
    """A demo ECG in µV at 500 or 250 Hz, shape (samples, 12)."""
    record = read_record(ROOT / "resources" / "demo" / f"{name}.hea")
    step = round(record.fs_hz / fs_hz)
    twelve = np.round(record.standard_12()[:, : round(10 * record.fs_hz) : step] * 1000.0)
    return np.ascontiguousarray(twelve.T.astype("<i2"))


def write_long(
    folder: Path,
    duration_s: float,
    *,
    fs_hz: int = 250,
    name: str = "holter",
    clock: str = "22:15:00 14/03/2024",
    silent: Sequence[Stretch] = (),
    episodes: Sequence[Stretch] = (),
    episode: str = "02_synthetic_lad_clear",
    leads: Sequence[str] = STANDARD_LEADS,
) -> Path:
    """Write a 12-lead WFDB recording (format 16) and return its header's path.

    The normal ECG repeats every ten seconds; in whole tens of seconds of `episodes` another one does,
    and in those of `silent` nothing was recorded.
    """
    usual, other = ten_seconds(fs_hz=fs_hz), ten_seconds(episode, fs_hz)
    nothing = np.full_like(usual, INVALID)
    n_pieces = -(-round(duration_s) // 10)
    columns = [STANDARD_LEADS.index(lead) for lead in leads]
    with (folder / f"{name}.dat").open("wb") as file:
        for piece in range(n_pieces):
            rows = usual
            if any(start <= piece * 10 < stop for start, stop in episodes):
                rows = other
            if any(start <= piece * 10 < stop for start, stop in silent):
                rows = nothing
            file.write(rows[:, columns].tobytes())
    lines = [f"{name} {len(leads)} {fs_hz} {n_pieces * 10 * fs_hz} {clock}".rstrip()]
    lines += [f"{name}.dat 16 1000(0)/mV 16 0 0 0 0 {lead}" for lead in leads]
    header = folder / f"{name}.hea"
    header.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return header
