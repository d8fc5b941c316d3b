"""The same ECG in two files, found by its signal: also after a conversion of unit, gain, rate or lead order.

A fingerprint has 256 bits, each the sign of the signal's projection onto a fixed random direction (Charikar
2002, "Similarity estimation techniques from rounding algorithms"): two signals at an angle of θ differ in
256·θ/π bits on average, so that rounding turns a few bits and another ECG turns half of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from inference.prepare import ModelInput
from inference.records.leads import STANDARD_LEADS
from inference.records.record import Record
from inference.signal.analysis import EcgAnalysis
from training.data.labelled_record import LabelledRecord

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

_N_BANDS: Final = MOST_TURNED_BITS + 1
"""Of sixteen bands of 16 bits at least one is equal where at most fifteen bits differ (pigeonhole)."""
_QUIET_MV: Final = 0.02
"""A lead well below it counts little: in a lead that is off, the rounding is all there is."""

Bytes = npt.NDArray[np.uint8]
IntArray = npt.NDArray[np.int64]
Components = npt.NDArray[np.float64]


def signal_fingerprint(record: Record) -> str:
    """256 bits as 64 hexadecimal digits that say which ECG this is, whatever file it came in.

    Records without any signal between 2 and 15 Hz get their own SHA-256 in its place: silence is no likeness.
    """
    return _fingerprint(record).tobytes().hex()


def fingerprint_row(record: Record, analysis: EcgAnalysis, model_input: ModelInput) -> Bytes:  # noqa: ARG001
    """`signal_fingerprint` as bytes, (32,): a column of a prepared set."""
    return _fingerprint(record)


def _fingerprint(record: Record) -> Bytes:
    components = _components(record)
    if not components.any():
        return np.frombuffer(hashlib.sha256(record.sha256.encode()).digest(), dtype=np.uint8)
    return np.packbits(_directions(components.size) @ components.ravel() > 0.0)


def same_signals(fingerprints: Sequence[str]) -> tuple[str, ...]:
    """For each fingerprint that of the first record with the same signal: equal for duplicates, else not.

    Near-equal ones are found through equal bands, not by comparing each with each.
    """
    if not fingerprints:
        return ()
    bits = np.frombuffer(bytes.fromhex("".join(fingerprints)), dtype=np.uint8)
    bits = bits.reshape(len(fingerprints), FINGERPRINT_BYTES)
    # Exact copies are put together first: in the bands each of them would be compared with each.
    different, copy_of = np.unique(bits, axis=0, return_inverse=True)
    group = _groups(len(different), *_near_pairs(different))[copy_of.ravel()]
    _, first_of_group = np.unique(group, return_index=True)
    return tuple(fingerprints[first_of_group[number]] for number in group)


def grouped_by_signal(records: Sequence[LabelledRecord], fingerprints: Sequence[str]) -> list[LabelledRecord]:
    """The records with one patient for all that share a signal, so that no split can part them.

    All patients that are linked by common signals, directly or through others, become one: the first whose
    patient is known lends the name, and makes the others' patient known.
    """
    signals = same_signals(fingerprints)
    number = {name: k for k, name in enumerate(dict.fromkeys(signals))}
    signal = [number[name] for name in signals]
    place = {name: k for k, name in enumerate(dict.fromkeys(record.patient for record in records))}
    patient = [len(number) + place[record.patient] for record in records]
    linked = _groups(len(number) + len(place), np.array(signal, int), np.array(patient, int))
    lender: dict[int, LabelledRecord] = {}
    for record, node in zip(records, patient, strict=True):
        lent = lender.setdefault(int(linked[node]), record)
        if record.patient_known and not lent.patient_known:
            lender[int(linked[node])] = record
    of_group = [lender[int(linked[node])] for node in patient]
    return [
        replace(record, patient=own.patient, patient_known=own.patient_known)
        for record, own in zip(records, of_group, strict=True)
    ]


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


def _near_pairs(bits: Bytes) -> tuple[IntArray, IntArray]:
    """Pairs of rows of (n, 32) bytes that differ in at most MOST_TURNED_BITS bits."""
    width = FINGERPRINT_BYTES // _N_BANDS
    pairs = [np.empty((0, 2), np.int64)]
    for band in range(_N_BANDS):
        key = np.ascontiguousarray(bits[:, band * width : (band + 1) * width]).view("<u2").ravel()
        order = np.argsort(key, kind="stable")
        alike = np.arange(len(order))
        # Rows with one key lie side by side: compare neighbours, next neighbours, … as far as keys are equal.
        for step in range(1, len(order)):
            alike = alike[alike + step < len(order)]
            alike = alike[key[order[alike]] == key[order[alike + step]]]
            if not alike.size:
                break
            candidates = np.stack([order[alike], order[alike + step]], axis=1)
            turned = np.bitwise_count(bits[candidates[:, 0]] ^ bits[candidates[:, 1]]).sum(axis=1)
            pairs.append(candidates[turned <= MOST_TURNED_BITS])
    near = np.concatenate(pairs)
    return near[:, 0], near[:, 1]


def _groups(n: int, first: npt.NDArray[np.int64], second: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Number of the connected group of each of n nodes, linked by pairs."""
    links = coo_array((np.ones(first.size, np.int8), (first, second)), shape=(n, n))
    return np.asarray(connected_components(links, directed=False)[1])
