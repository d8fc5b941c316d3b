"""Ink that belongs to no trace: lead names, and what must not be there when a trace is to be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.scans.straighten import PX_PER_MM
from inference.pages.scans.trace import Trace

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

_INKED: Final = 0.5
_AROUND_PX: Final = 2
"""The rim of a stroke is grey for so many pixels."""
_HARMLESS_MM: Final = 1.2
"""Specks, and rims of the strokes, are smaller than this."""
_MOST_PARTS: Final = 3000


@dataclass(frozen=True, slots=True)
class LoosePart:
    """One connected piece of ink beside the traces, x0 … x1 and y0 … y1 (excluded) in pixels of the page."""

    x0: int
    x1: int
    y0: int
    y1: int
    touches: bool
    """Whether it is joined to a trace."""
    shape: BoolArray = field(repr=False)
    """Which pixels of its rectangle (y1 - y0, x1 - x0) are ink."""

    @property
    def extent_mm(self) -> float:
        return max(self.x1 - self.x0, self.y1 - self.y0) / PX_PER_MM


def loose_parts(ink: FloatArray, traces: Sequence[Trace]) -> list[LoosePart]:
    """The pieces of a page's ink (h, w), over the traces' columns, that no trace explains."""
    from scipy.ndimage import binary_dilation, find_objects, label

    first, stop = traces[0].first, traces[0].stop
    explained = np.zeros((ink.shape[0], stop - first), dtype=bool)
    for trace in traces:
        explained |= _strokes(trace, ink.shape[0])
    explained = binary_dilation(explained, np.ones((1, 3), dtype=bool))
    rim = binary_dilation(explained, np.ones((3, 3), dtype=bool))
    loose = (ink[:, first:stop] > _INKED) & ~explained
    numbered, n_parts = label(loose, structure=np.ones((3, 3), dtype=int))
    if n_parts > _MOST_PARTS:
        numbered[numbered > _MOST_PARTS] = 0
    parts = []
    for number, box in enumerate(find_objects(numbered, max_label=_MOST_PARTS), start=1):
        if box is None or max(side.stop - side.start for side in box) < 3:
            continue
        shape = numbered[box] == number
        down, across = box
        touches = bool((rim[box] & shape).any())
        parts.append(
            LoosePart(across.start + first, across.stop + first, down.start, down.stop, touches, shape)
        )
    return parts


def joined_to_traces(parts: Sequence[LoosePart]) -> list[LoosePart]:
    """Those large enough to be part of a trace, or to have led one astray, that are joined to one."""
    return [part for part in parts if part.touches and part.extent_mm > _HARMLESS_MM]


def _strokes(trace: Trace, height: int) -> BoolArray:
    """The pixels (h, n_columns) of a page that a trace's strokes cover, with their rims."""
    edges = np.zeros((height + 1, trace.y.size), dtype=np.int8)
    columns = np.flatnonzero(~trace.blank)
    top = np.clip(trace.upper[columns].astype(int) - _AROUND_PX, 0, height)
    bottom = np.clip(trace.lower[columns].astype(int) + 1 + _AROUND_PX, 0, height)
    edges[top, columns] += 1
    edges[bottom, columns] -= 1
    covered: BoolArray = np.cumsum(edges, axis=0)[:-1] > 0
    return covered
