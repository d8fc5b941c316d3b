"""Which of many fingerprints are of one signal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.signal.fingerprint import FINGERPRINT_BYTES, MOST_TURNED_BITS, Bytes

_N_BANDS: Final = MOST_TURNED_BITS + 1
"""Of sixteen bands of 16 bits at least one is equal where at most fifteen bits differ (pigeonhole)."""
IntArray = npt.NDArray[np.int64]


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
    group = linked_groups(len(different), *_near_pairs(different))[copy_of.ravel()]
    _, first_of_group = np.unique(group, return_index=True)
    return tuple(fingerprints[first_of_group[number]] for number in group)


def linked_groups(
    n: int, first: npt.NDArray[np.int64], second: npt.NDArray[np.int64]
) -> npt.NDArray[np.int32]:
    """Number of the connected group of each of n nodes, linked by pairs."""
    # Imported here: a window without a library does not need scipy's graphs.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(first.size, np.int8), (first, second)), shape=(n, n))
    return np.asarray(connected_components(links, directed=False)[1])


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
