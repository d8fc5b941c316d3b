"""Samples packed as signal(5) of the WFDB Applications Guide describes each format, value by value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from tests.unit.edf_files import stored

IntRows = npt.NDArray[np.int64]


def _offset_binary(n_bytes: int) -> Callable[[Sequence[int]], bytes]:
    shift = 2 ** (8 * n_bytes - 1)
    return lambda values: b"".join((value + shift).to_bytes(n_bytes, "little") for value in values)


def _twos_complement(n_bytes: int) -> Callable[[Sequence[int]], bytes]:
    return lambda values: stored(np.asarray(values), n_bytes)


def _big_endian(values: Sequence[int]) -> bytes:
    return b"".join(value.to_bytes(2, "big", signed=True) for value in values)


def _packed_212(values: Sequence[int]) -> bytes:
    """Low byte of the first; high nibbles of second and first; low byte of the second."""
    content = b""
    for first, second in zip(*[iter([*values, 0])] * 2, strict=False):
        content += bytes([first & 0xFF, (second >> 8 & 0xF) << 4 | first >> 8 & 0xF, second & 0xFF])
    return content


def _packed_310(values: Sequence[int]) -> bytes:
    """First and second in bits 1 to 10 of two byte pairs; the third in their five upper bits each."""
    content = b""
    for first, second, third in zip(*[iter([*values, 0, 0])] * 3, strict=False):
        pairs = (
            (first & 0x3FF) << 1 | (third & 0x1F) << 11,
            (second & 0x3FF) << 1 | (third >> 5 & 0x1F) << 11,
        )
        content += b"".join(pair.to_bytes(2, "little") for pair in pairs)
    return content


def _packed_311(values: Sequence[int]) -> bytes:
    """Three times ten bits from the lowest on in 32; the two highest are not used."""
    content = b""
    for first, second, third in zip(*[iter([*values, 0, 0])] * 3, strict=False):
        word = first & 0x3FF | (second & 0x3FF) << 10 | (third & 0x3FF) << 20
        content += word.to_bytes(4, "little")
    return content


PACKED: Final[dict[int, tuple[Callable[[Sequence[int]], bytes], int]]] = {
    16: (_twos_complement(2), 2**15 - 1),
    24: (_twos_complement(3), 2**23 - 1),
    32: (_twos_complement(4), 2**31 - 1),
    61: (_big_endian, 2**15 - 1),
    80: (_offset_binary(1), 2**7 - 1),
    160: (_offset_binary(2), 2**15 - 1),
    212: (_packed_212, 2**11 - 1),
    310: (_packed_310, 2**9 - 1),
    311: (_packed_311, 2**9 - 1),
}
"""How a format packs the values of all leads in turn, and the largest value that it holds."""
FLAC_KINDS: Final = {508: ("PCM_S8", 8), 516: ("PCM_16", 16), 524: ("PCM_24", 24)}


def largest(fmt: int) -> int:
    """The largest value that a format holds."""
    return PACKED[fmt][1] if fmt in PACKED else 2 ** (FLAC_KINDS[fmt][1] - 1) - 1


def waves(n_leads: int, n_samples: int, peak: int) -> IntRows:
    """Whole numbers from -peak to peak, both reached in each lead, (n_leads, n_samples)."""
    rows = np.random.default_rng(n_samples).integers(-peak, peak, (n_leads, n_samples), endpoint=True)
    rows[:, 3], rows[:, 5] = peak, -peak
    return rows


def write_packed(folder: Path, rows: IntRows, leads: Sequence[str], fmt: int, name: str = "ecg") -> Path:
    """A record with its samples in one file of this format, 20 mV at the largest value; its header's path."""
    gain = largest(fmt) / 20
    lines = [f"{name} {len(rows)} 500 {rows.shape[1]}"]
    lines += [f"{name}.dat {fmt} {gain:.6f}(0)/mV 16 0 0 0 0 {lead}" for lead in leads]
    (folder / f"{name}.hea").write_text("\n".join(lines) + "\n")
    if fmt in FLAC_KINDS:
        _write_flac(folder / f"{name}.dat", rows, fmt)
    else:
        (folder / f"{name}.dat").write_bytes(PACKED[fmt][0](rows.T.reshape(-1).tolist()))
    return folder / f"{name}.hea"


def write_differences(folder: Path, rows: IntRows, leads: Sequence[str]) -> Path:
    """Format 8: each byte is the difference to the sample before, the first one to the initial value."""
    lines = [f"ecg {len(rows)} 500 {rows.shape[1]}"]
    lines += [f"ecg.dat 8 200(0)/mV 16 0 {row[0]} 0 0 {lead}" for row, lead in zip(rows, leads, strict=True)]
    (folder / "ecg.hea").write_text("\n".join(lines) + "\n")
    steps = np.diff(rows, axis=1, prepend=rows[:, :1])
    (folder / "ecg.dat").write_bytes(steps.T.astype(np.int8).tobytes())
    return folder / "ecg.hea"


def _write_flac(path: Path, rows: IntRows, fmt: int) -> None:
    import soundfile

    kind, bits = FLAC_KINDS[fmt]
    with path.open("wb") as stream:
        soundfile.write(stream, (rows.T << (32 - bits)).astype(np.int32), 48000, format="FLAC", subtype=kind)
