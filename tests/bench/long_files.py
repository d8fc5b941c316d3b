"""A day of twelve leads at 500 Hz, written quickly: one minute of a demo ECG, over and over."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

FS_HZ: Final = 500
MINUTE: Final = 60 * FS_HZ
N_MINUTES: Final = 24 * 60


def minute_of_beats(path: Path) -> tuple[tuple[str, ...], npt.NDArray[np.int16]]:
    """Lead names, and whole microvolts of shape (12, one minute) out of a ten-second record."""
    from inference.records import STANDARD_LEADS, read_record

    record = read_record(path)
    ten_s = np.round(record.standard_12()[:, : 10 * FS_HZ] * 1000).astype("<i2")
    return STANDARD_LEADS, np.tile(ten_s, (1, 6))


def write_edf_day(path: Path, leads: tuple[str, ...], minute: npt.NDArray[np.int16]) -> Path:
    """EDF with data records of one second, 1 µV per unit."""
    fields = {
        16: leads,
        80: [""] * 12,
        8: ["uV"] * 12,
        -1: ["-32768"] * 12,
        -2: ["32767"] * 12,
        -3: ["-32768"] * 12,
        -4: ["32767"] * 12,
        -5: [""] * 12,
        -6: [str(FS_HZ)] * 12,
        -7: [""] * 12,
    }
    widths = {-1: 8, -2: 8, -3: 8, -4: 8, -5: 80, -6: 8, -7: 32}
    head = f"{'0':8}{'X X X X':80}{'Startdate 01-MAR-2024 X X X':80}01.03.2408.00.00"
    head += f"{256 * 13:<8}{'':44}{N_MINUTES * 60:<8}{1:<8}{12:<4}"
    head += "".join(f"{value:<{widths.get(key, key)}}" for key, values in fields.items() for value in values)
    records = minute.reshape(12, 60, FS_HZ).transpose(1, 0, 2).tobytes()
    with path.open("wb") as stream:
        stream.write(head.encode("ascii"))
        for _ in range(N_MINUTES):
            stream.write(records)
    return path


def write_wfdb_day(path: Path, leads: tuple[str, ...], minute: npt.NDArray[np.int16]) -> Path:
    """WFDB format 16, 1000 units per mV; `path` is the header."""
    lines = [f"{path.stem} 12 {FS_HZ} {N_MINUTES * MINUTE} 08:00:00 01/03/2024"]
    lines += [f"{path.stem}.dat 16 1000(0)/mV 16 0 0 0 0 {lead}" for lead in leads]
    path.write_text("\n".join(lines) + "\n", encoding="ascii")
    frames = minute.T.tobytes()
    with path.with_suffix(".dat").open("wb") as stream:
        for _ in range(N_MINUTES):
            stream.write(frames)
    return path
