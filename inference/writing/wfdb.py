"""WFDB: a text header and one file of samples, in format 212, 16 or 32 (signal(5), header(5))."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.records.record import Record
from inference.writing.comments import comments_for
from inference.writing.errors import WriteError
from inference.writing.resolution import (
    INT16_LARGEST,
    INT32_LARGEST,
    StoredLead,
    coarse_notes,
    of_record,
)

_RECORD_NAME: Final = re.compile(r"[A-Za-z0-9_-]+")
_INT12_LARGEST: Final = 2**11 - 1
_FINE_UV: Final = 0.51
"""A lead that 16 bits hold worse than to a microvolt is given 32."""
_BITS: Final = {212: 12, 16: 16, 32: 32}


def write_wfdb(record: Record, path: Path) -> tuple[str, ...]:
    """Write `path` (.hea) and its .dat beside it; the answer says what could not be kept.

    WriteError where the name is none that WFDB allows (letters, digits, - and _).
    """
    if not _RECORD_NAME.fullmatch(path.stem):
        raise WriteError(
            f"WFDB names hold only letters, digits, '-' and '_', and '{path.stem[:60]}' has others: "
            "choose another name."
        )
    leads = of_record(record, INT16_LARGEST)
    if any(lead.worst_uv > _FINE_UV for lead in leads):
        leads = of_record(record, INT32_LARGEST)
    fmt = _format_for(leads)
    frames = _frames(leads, -(2 ** (_BITS[fmt] - 1)))
    path.with_suffix(".dat").write_bytes(_packed(frames, fmt))
    lines = [_record_line(record, path.stem)]
    lines += [_signal_line(lead, frames[:, row], fmt, path.stem) for row, lead in enumerate(leads)]
    lines += [f"# {comment}" for comment in comments_for(record)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return coarse_notes(leads)


def _format_for(leads: tuple[StoredLead, ...]) -> int:
    largest = max(int(np.abs(lead.integers).max()) for lead in leads)
    if largest > INT16_LARGEST:
        return 32
    return 212 if largest <= _INT12_LARGEST else 16


def _frames(leads: tuple[StoredLead, ...], invalid: int) -> npt.NDArray[np.int64]:
    """Shape (n_samples, n_leads), with the format's own mark for what is no sample."""
    return np.stack([np.where(lead.is_invalid, invalid, lead.integers) for lead in leads], axis=1)


def _packed(frames: npt.NDArray[np.int64], fmt: int) -> bytes:
    if fmt != 212:
        return frames.astype("<i2" if fmt == 16 else "<i4").tobytes()
    flat = frames.reshape(-1)
    pairs = np.pad(flat, (0, flat.size % 2)).reshape(-1, 2) & 0xFFF
    triples = np.empty((len(pairs), 3), dtype=np.uint8)
    triples[:, 0] = pairs[:, 0] & 0xFF
    triples[:, 1] = (pairs[:, 0] >> 8) | ((pairs[:, 1] >> 8) << 4)
    triples[:, 2] = pairs[:, 1] & 0xFF
    return triples.tobytes()


def _record_line(record: Record, name: str) -> str:
    rate = _decimal(record.fs_hz, 9)
    line = f"{name} {len(record.lead_names)} {rate} {record.n_samples}"
    if record.acquired_at is None:
        return line
    moment = record.acquired_at
    fraction = f".{moment.microsecond:06d}" if moment.microsecond else ""
    return f"{line} {moment:%H:%M:%S}{fraction} {moment.day:02d}/{moment.month:02d}/{moment.year:04d}"


def _signal_line(lead: StoredLead, samples: npt.NDArray[np.int64], fmt: int, name: str) -> str:
    baseline = -round(lead.offset_uv / lead.step_uv)
    gain = f"{_decimal(1000.0 / lead.step_uv, 12)}({baseline})/mV"
    # header(5): the sum of all samples as a signed 16-bit number.
    checksum = (int(samples.sum()) + 2**15) % 2**16 - 2**15
    return f"{name}.dat {fmt} {gain} {_BITS[fmt]} 0 {samples[0]} {checksum} 0 {lead.name}"


def _decimal(value: float, places: int) -> str:
    """Plain digits: not every program that reads WFDB knows exponents."""
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".")
