"""The same ECG in two files, found by its signal: also after a conversion of unit, gain, rate or lead order.

A fingerprint has 256 bits, each the sign of the signal's projection onto a fixed random direction (Charikar
2002, "Similarity estimation techniques from rounding algorithms"): two signals at an angle of θ differ in
256·θ/π bits on average, so that rounding turns a few bits and another ECG turns half of them.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.records.leads import STANDARD_LEADS
from inference.records.record import Record

FINGERPRINT_BYTES: Final = 32
DURATION_S: Final = 10.0
LOWEST_HZ: Final = 2.0
HIGHEST_HZ: Final = 15.0
"""The band of the beats' shapes and times; baseline, mains and most filters of archives lie outside."""
INDEPENDENT_LEADS: Final = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
"""The other four follow from I and II, and are left out by some archives."""
MOST_TURNED_BITS: Final = 15
"""Two fingerprints that differ in no more bits are of one signal. Among the 2.1 million pairs of different
ECGs in 2,068 records of PTB-XL, PTB, LUDB and CinC 2021 the nearest differ in 56 bits; of 300 records
rounding to 10 µV turned 8 bits at most, resampling to 100 Hz 6."""

_QUIET_MV: Final = 0.02
"""A lead well below it counts little: in a lead that is off, the rounding is all there is."""

Bytes = npt.NDArray[np.uint8]
Components = npt.NDArray[np.float64]


def signal_fingerprint(record: Record) -> str:
    """256 bits as 64 hexadecimal digits that say which ECG this is, whatever file it came in.

    Records without any signal between 2 and 15 Hz get their own SHA-256 in its place: silence is no likeness.
    """
    return fingerprint(record).tobytes().hex()


def fingerprint(record: Record) -> Bytes:
    """`signal_fingerprint` as bytes, (32,)."""
    components = _components(record)
    if not components.any():
        return np.frombuffer(hashlib.sha256(record.sha256.encode()).digest(), dtype=np.uint8)
    return np.packbits(_directions(components.size) @ components.ravel() > 0.0)


def _components(record: Record) -> Components:
    """Fourier components of the first 10 s between 2 and 15 Hz, (8, 2, n): real and imaginary parts.

    Each lead is brought to one size, so that a wrong gain of a lead changes nothing.
    """
    n = round(DURATION_S * record.fs_hz)
    rows = [STANDARD_LEADS.index(name) for name in INDEPENDENT_LEADS]
    leads = np.nan_to_num(record.standard_12()[rows, :n].astype(np.float64))
    spectrum = np.fft.rfft(leads - leads.mean(axis=1, keepdims=True), n=n, axis=1) / n
    lowest, highest = round(LOWEST_HZ * DURATION_S), round(HIGHEST_HZ * DURATION_S)
    found = spectrum[:, lowest : highest + 1]
    parts: Components = np.zeros((len(rows), 2, highest + 1 - lowest))
    parts[:, 0, : found.shape[1]], parts[:, 1, : found.shape[1]] = found.real, found.imag
    size_mv = np.sqrt(2.0 * (parts**2).sum(axis=(1, 2), keepdims=True))
    parts /= np.maximum(size_mv, _QUIET_MV)
    return parts


@lru_cache(maxsize=1)
def _directions(n_components: int) -> npt.NDArray[np.float64]:
    """256 fixed directions of ±1, (256, n_components), the same on every machine and in every version."""
    n_bits = 8 * FINGERPRINT_BYTES * n_components
    stream = hashlib.shake_256(b"signal fingerprint 1").digest((n_bits + 7) // 8)
    bits = np.unpackbits(np.frombuffer(stream, dtype=np.uint8), count=n_bits)
    return np.where(bits, 1.0, -1.0).reshape(8 * FINGERPRINT_BYTES, n_components)
