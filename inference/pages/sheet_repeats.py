"""Leads that a sheet shows twice: a strip that repeats its column, or a second ECG on the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from inference.pages.sheet_names import difference
from inference.pages.sheet_times import TimedPiece
from inference.records.errors import RecordError

_ANOTHER_CURVE: Final = 0.5
"""Difference of two curves in parts of their size; strips of twelve prints of PTB-XL differ from their
columns by 0.003 at most, curves of two simulated hearts by 0.8 and more."""
_LAGS_S: Final = np.arange(-0.08, 0.081, 0.008)
"""A strip may be drawn a little beside its column's time."""
_SECOND_ECG: Final = 4
"""Strips repeat three leads at most: with so many leads in two shapes the page shows two ECGs."""


def of_one_ecg(pieces: Sequence[TimedPiece]) -> tuple[tuple[TimedPiece, ...], tuple[str, ...]]:
    """The pieces without strips that show another curve than their lead's column at the same time; sentences.

    A strip of another time or another patient would place beats and mix leads that never belonged together.
    Raises RecordError where so many leads have two curves that these are two ECGs.
    """
    own: dict[str, TimedPiece] = {}
    for piece in sorted(pieces, key=lambda each: round(each.stop_s - each.start_s, 1)):
        own.setdefault(_name(piece), piece)
    strange = [piece for piece in pieces if _contradicts(piece, own[_name(piece)])]
    names = tuple(dict.fromkeys(_name(piece) for piece in strange))
    if len(names) >= _SECOND_ECG:
        raise RecordError(
            "The page shows two ECGs: the same leads with different curves. Print or export each one alone."
        )
    kept = tuple(piece for piece in pieces if not any(piece is other for other in strange))
    return kept, tuple(
        f"A trace of {name} was left out: at the same time another trace of {name} shows another curve."
        for name in names
    )


def _name(piece: TimedPiece) -> str:
    """Upside down is a curve of its own; '' for a piece without a name."""
    label = piece.piece.label
    return "" if label is None else f"-{label.name}" if label.is_inverted else label.name


def _contradicts(piece: TimedPiece, own: TimedPiece) -> bool:
    if piece is own or not _name(piece):
        return False
    best = min(difference(own, replace(piece, times_s=piece.times_s + lag_s)) for lag_s in _LAGS_S)
    return _ANOTHER_CURVE < best < float("inf")
