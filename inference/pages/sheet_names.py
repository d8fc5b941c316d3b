"""Pieces of a sheet that carry no name: found by what they show, or left without one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.sheet_rows import LeadLabel
from inference.pages.sheet_times import TimedPiece, on_common_times
from inference.records.leads import STANDARD_LEADS

FloatArray = npt.NDArray[np.float64]

_STANDARD_SHAPES: Final = ((3, 4), (6, 2), (12, 1))
"""Rows and columns in which the twelve leads run down the columns in standard order."""
_SAME_CURVE: Final = 0.1
"""Deviation of two curves in parts of their size below which they are one signal drawn twice."""
_SUM_FITS: Final = 0.15


def with_strips_named(pieces: Sequence[TimedPiece]) -> tuple[tuple[TimedPiece, ...], tuple[str, ...]]:
    """Pieces without a name get that of the named one which shows the same curve at the same time.

    A rhythm strip often stands without its name under a sheet that shows the same lead as a column.
    """
    named = [piece for piece in pieces if piece.piece.label is not None]
    result, notes = [], []
    for piece in pieces:
        if piece.piece.label is None:
            twin = min(named, key=lambda other, own=piece: difference(own, other), default=None)  # type: ignore[misc]
            if twin is None or difference(piece, twin) > _SAME_CURVE:
                notes.append(f"A trace in row {piece.row + 1} has no name and was left out.")
                continue
            piece = _labelled(piece, twin.piece.label)
            assert piece.piece.label is not None
            notes.append(
                f"The strip in row {piece.row + 1} has no name; it is {piece.piece.label.name}, whose curve "
                "it repeats."
            )
        result.append(piece)
    return tuple(result), tuple(notes)


def in_standard_order(pieces: Sequence[TimedPiece]) -> tuple[TimedPiece, ...] | None:
    """The pieces of a sheet without any name, named in standard order; None where that cannot be right.

    It can where twelve of them stand in a usual arrangement and the limb leads add up: II = I + III and
    aVR + aVL + aVF = 0 (Einthoven 1913, Goldberger 1942).
    """
    n_columns = {row: sum(each.row == row for each in pieces) for row in {each.row for each in pieces}}
    for n_rows, wide in _STANDARD_SHAPES:
        block = [each for each in pieces if each.row < n_rows and n_columns[each.row] == wide]
        if len(block) != len(STANDARD_LEADS) or (n_rows == 12 and len(n_columns) > 12):
            continue
        block.sort(key=lambda each: (each.column, each.row))
        if not _limb_leads_add_up(block):
            return None
        labelled = [
            _labelled(each, LeadLabel(name, False, each.piece.trace.start_mm, 0.0))
            for each, name in zip(block, STANDARD_LEADS, strict=True)
        ]
        return (*labelled, *(each for each in pieces if each.row >= n_rows))
    return None


def _labelled(piece: TimedPiece, label: LeadLabel | None) -> TimedPiece:
    return replace(piece, piece=replace(piece.piece, label=label))


def _around_medians(pieces: Sequence[TimedPiece]) -> FloatArray | None:
    """As `on_common_times`, each piece around its median."""
    heights = on_common_times(pieces)
    return None if heights is None else heights - np.median(heights, axis=1, keepdims=True)


def difference(one: TimedPiece, other: TimedPiece) -> float:
    """How far two curves differ in parts of their size; inf where they share no second."""
    heights = _around_medians((one, other))
    if heights is None:
        return float("inf")
    size = float(np.sqrt(np.mean(heights**2)))
    return float(np.sqrt(np.mean((heights[0] - heights[1]) ** 2))) / max(size, 1e-6)


def _limb_leads_add_up(block: Sequence[TimedPiece]) -> bool:
    for leads, signs in ((block[0:3], (1.0, -1.0, 1.0)), (block[3:6], (1.0, 1.0, 1.0))):
        heights = _around_medians(leads)
        if heights is None:
            return False
        rest = np.array(signs) @ heights
        rest = rest - np.median(rest)
        if np.sqrt(np.mean(rest**2)) > _SUM_FITS * np.sqrt(np.mean(heights**2)):
            return False
    return True
