"""Copies among pictures of ECGs, found by their pixels and by a fingerprint of what is drawn on them.

All sheets share grid, frame and layout, so the usual difference hash of 64 bits takes strangers for copies
(of 300 sheets drawn from PTB-XL, the closest two differ in 1 bit of 64). Here the paper is taken
away first: ink is what is much darker than the paper, on 64x64 places, and compared is how it changes from
place to place. Among those 300 sheets strangers agree by at most 0.79, turned or not, and a sheet with its
copy that was saved half as large as JPEG, made darker, blurred, grey or noisy by at least 0.90.

Copies turned by quarters and mirrored ones are found as well. What is not: a copy turned by degrees, or
shifted or cut by as little as a hundredth of its size, and a single lead cut out of a sheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

PLACES: Final = 64
COPY_AGREEMENT: Final = 0.85
_LEAST_DARK: Final = 0.45
_ENOUGH_DARK: Final = 0.85
"""Ink begins and is full at these parts of the way from the paper to the darkest half per cent."""
_AT_A_TIME: Final = 512


def ink_places(picture: Image.Image) -> FloatArray:
    """How much ink lies on each of (64, 64) places of a picture, 0 to 1."""
    grey = np.asarray(picture.convert("L"), dtype=np.float32)
    darkness = np.median(grey) - grey
    darkest = max(float(np.percentile(darkness, 99.5)), 1.0)
    ink = np.clip((darkness / darkest - _LEAST_DARK) / (_ENOUGH_DARK - _LEAST_DARK), 0.0, 1.0)
    places = Image.fromarray(ink.astype(np.float32)).resize((PLACES, PLACES), Image.Resampling.BOX)
    return np.asarray(places, dtype=np.float32)


def groups_of_copies(sha256: Sequence[str], ink: FloatArray) -> IntArray:
    """A number per picture (n,), the same for pictures that are copies of each other or of a third.

    `sha256` names the pixels, `ink` (n, 64, 64) is what `ink_places` gives.
    """
    n = len(sha256)
    first = {name: k for k, name in reversed(list(enumerate(sha256)))}
    pairs = [np.array([(k, first[name]) for k, name in enumerate(sha256)], dtype=np.int64).reshape(-1, 2)]
    pairs += list(_agreeing_pairs(ink))
    rows, columns = np.concatenate(pairs).T
    graph = coo_array((np.ones(rows.size, dtype=np.int8), (rows, columns)), shape=(n, n))
    _, group = connected_components(graph, directed=False)
    return np.asarray(group, dtype=np.int64)


def _agreeing_pairs(ink: FloatArray) -> Iterator[IntArray]:
    """Pairs (k, 2) of pictures whose fingerprints agree, also when one of them is turned or mirrored."""
    plain = _fingerprints(ink)
    for turned in _turns(ink):
        other = _fingerprints(turned)
        for start in range(0, len(plain), _AT_A_TIME):
            agreement = plain[start : start + _AT_A_TIME] @ other.T
            yield np.argwhere(agreement > COPY_AGREEMENT) + np.array([start, 0])


def _turns(ink: FloatArray) -> Iterator[FloatArray]:
    """The eight ways in which a square can be laid down: by quarters, and mirrored."""
    for mirrored in (ink, ink[:, :, ::-1]):
        for quarters in range(4):
            yield np.rot90(mirrored, quarters, axes=(1, 2))


def _fingerprints(ink: FloatArray) -> FloatArray:
    """Unit vectors (n, 64 * 63) of how ink changes from place to place; zeros for a blank picture."""
    change = np.diff(ink, axis=2).reshape(len(ink), -1)
    length = np.linalg.norm(change, axis=1, keepdims=True)
    unit: FloatArray = change / np.maximum(length, np.float32(1e-6))
    return unit
