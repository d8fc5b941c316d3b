"""Sections 5 and 6: the leads of the reference beat and of the rhythm, each as encoded bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from inference.records.errors import RecordError
from inference.records.scp.cursor import DAMAGED, Cursor
from inference.records.scp.huffman import HuffmanTable, IntArray, decode

MAX_DIFFERENCE = 2


@dataclass(frozen=True, slots=True)
class EncodedLeads:
    """One section's leads, in the order of section 3."""

    nv_per_step: int
    interval_us: int
    difference: int
    """0 where amplitudes are stored, 1 or 2 for their first or second differences."""
    bimodal: bool
    leads: tuple[bytes, ...] = field(repr=False)

    @property
    def fs_hz(self) -> float:
        return 1e6 / self.interval_us


def read_encoded_leads(section: bytes, n_leads: int) -> EncodedLeads:
    """The leads of section 5 or 6. RecordError for a scale, interval or coding that cannot be."""
    cursor = Cursor(section)
    nv_per_step, interval_us, difference, bimodal = cursor.numbers("HHBB")
    lengths = cursor.numbers(f"{n_leads}H")
    if not nv_per_step or not interval_us or difference > MAX_DIFFERENCE:
        raise RecordError(DAMAGED)
    leads = tuple(cursor.take(length) for length in lengths)
    return EncodedLeads(nv_per_step, interval_us, difference, bool(bimodal), leads)


def steps(encoded: EncodedLeads, lead: int, n_values: int, tables: Sequence[HuffmanTable]) -> IntArray:
    """The first `n_values` amplitudes of one lead in steps, shape (n,); fewer where there are not so many."""
    data = encoded.leads[lead]
    if tables:
        values = decode(data, n_values, tables)
    else:
        values = np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2")[:n_values].astype(np.int64)
    return _summed(values, encoded.difference)


def _summed(values: IntArray, difference: int) -> IntArray:
    """Amplitudes out of their differences (EN 1064 C.2.3): the first one or two stand for themselves.

    Amplitudes are 16-bit numbers, so differences that were cut to 16 bits sum up to the same amplitudes.
    """
    if difference == 0 or values.size <= 1:
        return values
    slopes = values[1:].copy()
    if difference == MAX_DIFFERENCE:
        slopes[0] = values[1] - values[0]
        slopes = np.cumsum(slopes)
    amplitudes = np.concatenate([values[:1], values[0] + np.cumsum(slopes)])
    return amplitudes.astype(np.int16).astype(np.int64)
