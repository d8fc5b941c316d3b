"""ISHNE Holter files for tests, field by field after Badilini 1998."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

CODES = {
    **{"bipolar": 1, "X": 2, "Y": 3, "Z": 4, "I": 5, "II": 6, "III": 7, "aVR": 8, "aVL": 9, "aVF": 10},
    **{"V1": 11, "V2": 12, "V3": 13, "V4": 14, "V5": 15, "V6": 16, "ES": 17},
}


@dataclass(frozen=True)
class MadeIshne:
    """What a file is made of; `rows` are whole numbers, (n_leads, n_samples), of `nv_per_unit` nV each."""

    rows: npt.NDArray[np.int64]
    leads: Sequence[str]
    nv_per_unit: int = 2500
    fs_hz: int = 200
    first_name: bytes = b""
    last_name: bytes = b""
    identity: bytes = b""
    sex: int = 0
    born: tuple[int, int, int] = (-9, -9, -9)
    recorded: tuple[int, int, int] = (-9, -9, -9)
    started: tuple[int, int, int] = (0, 0, 0)
    quality: int = 1
    pacemaker: int = 0
    recorder: bytes = b""
    free_block: bytes = b""
    counts_all_leads: bool = False
    checksum: int | None = None


def write_ishne(path: Path, made: MadeIshne) -> Path:
    """Write the file."""
    n_leads, n_samples = made.rows.shape
    offset = 522 + len(made.free_block)
    header = struct.pack(
        "<4i", len(made.free_block), n_samples * (n_leads if made.counts_all_leads else 1), 522, offset
    )
    header += struct.pack("<h40s40s20s2h", 1, made.first_name, made.last_name, made.identity, made.sex, 0)
    header += struct.pack("<12h", *made.born, *made.recorded, 1, 1, 2020, *made.started)
    header += struct.pack("<h", n_leads)
    for values in (
        [CODES[lead] for lead in made.leads],
        [made.quality] * n_leads,
        [made.nv_per_unit] * n_leads,
    ):
        header += struct.pack("<12h", *values, *[-9] * (12 - n_leads))
    header += (
        struct.pack("<h40sh", made.pacemaker, made.recorder, made.fs_hz)
        + bytes(80 + 80 + 88)
        + made.free_block
    )
    checksum = crc_ccitt(header) if made.checksum is None else made.checksum
    path.write_bytes(b"ISHNE1.0" + struct.pack("<H", checksum) + header + made.rows.T.astype("<i2").tobytes())
    return path


def crc_ccitt(content: bytes) -> int:
    """CRC-CCITT bit by bit: polynomial 0x1021, all ones to begin with."""
    remainder = 0xFFFF
    for byte in content:
        remainder ^= byte << 8
        for _ in range(8):
            remainder = (remainder << 1 ^ 0x1021) & 0xFFFF if remainder & 0x8000 else remainder << 1
    return remainder
