"""Rows and columns of a sheet: which traces stand beside each other, and which name belongs to which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from inference.pages.paper_grid import PaperGrid
from inference.pages.pdf_words import PageWord
from inference.pages.traces import Trace
from inference.records.leads import KNOWN_LEADS, read_lead_name

_NOT_ON_PAPER: Final = ("X", "Y", "Z")
"""As single letters these are words of many other kinds."""
_MOST_LABELS: Final = 100
_OVERLAP_MM: Final = 2.0
_LEFT_OF_TRACE_MM: Final = 15.0
"""A name may stand so far in front of its trace, where the calibration pulse is."""
_BEFORE_PIECE_MM: Final = 6.0
_NEAR_TICK_MM: Final = 3.0
_ONE_ROW_MM: Final = 40.0
_NAME_FROM_ROW: Final = 0.9
"""Of the distance between rows: how far above or below its trace a name may stand."""
_NAME_IN_LINE: Final = 0.25
_AROUND_A_NAME: Final = re.compile(r"^[^\w+\-\u2212\u2013]+|[^\w\-\u2212\u2013]+$")


@dataclass(frozen=True, slots=True)
class LeadLabel:
    """A lead's name on the paper, where its letters begin and at which height, in mm."""

    name: str
    is_inverted: bool
    x_mm: float
    y_mm: float


@dataclass(frozen=True, slots=True)
class Piece:
    """One trace with the name that was found for it; `label` is None where there was none."""

    trace: Trace
    label: LeadLabel | None = None
    is_cut: bool = False
    """Whether it was cut out of one line for a whole row, so that x is time all along the row."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """The pieces of a row from left to right."""

    pieces: tuple[Piece, ...] = field(repr=False)
    middle_mm: float

    @property
    def start_mm(self) -> float:
        return self.pieces[0].trace.start_mm


def lead_labels(words: Iterable[PageWord], grid: PaperGrid) -> tuple[LeadLabel, ...]:
    """The words of a page that are names of leads."""
    labels = []
    for word in words:
        lead = read_lead_name(_AROUND_A_NAME.sub("", word.text))
        if lead.name in KNOWN_LEADS and lead.name not in _NOT_ON_PAPER:
            x, y = word.x0 / grid.points_per_mm_x, word.middle_y / grid.points_per_mm_y
            labels.append(LeadLabel(lead.name, lead.is_inverted, x, y))
    return tuple(labels[:_MOST_LABELS])


def find_rows(
    traces: Sequence[Trace], labels: Sequence[LeadLabel], ticks: Sequence[tuple[float, float]]
) -> tuple[SheetRow, ...]:
    """The rows of a sheet from top to bottom, their traces named and, where a line is several leads, cut."""
    rows = _rows(traces)
    spacing = spacing_mm(rows)
    below = _names_below_rows(rows, labels, spacing)
    named = []
    for row in rows:
        own = [
            label
            for label in labels
            if abs(label.y_mm - below - row.middle_mm) < _NAME_IN_LINE * spacing and _is_along(label, row)
        ]
        own = list({label.name: label for label in sorted(own, key=lambda label: -label.x_mm)}.values())[::-1]
        near = [x for x, y in ticks if abs(y - row.middle_mm) < spacing]
        named.append(replace(row, pieces=_named(row, own, near)))
    return tuple(named)


def _rows(traces: Sequence[Trace]) -> list[SheetRow]:
    """Traces that stand above each other make the rows; each other one joins the nearest row with room."""
    if not traces:
        return []
    columns = [
        [other for other in traces if other.start_mm <= trace.start_mm + _OVERLAP_MM < other.stop_mm]
        for trace in traces
    ]
    deepest = max(columns, key=len)
    rows: list[list[Trace]] = [[trace] for trace in deepest]
    for trace in sorted(traces, key=lambda each: each.start_mm):
        if any(trace is member for member in deepest):
            continue
        free = [row for row in rows if not any(_overlap(trace, other) for other in row)]
        if free:
            middle = trace.middle_mm
            min(free, key=lambda row, at=middle: abs(row[0].middle_mm - at)).append(trace)  # type: ignore[misc]
        else:
            rows.append([trace])
    made = [
        SheetRow(
            tuple(Piece(trace) for trace in sorted(row, key=lambda each: each.start_mm)),
            float(np.median([trace.middle_mm for trace in row])),
        )
        for row in rows
    ]
    return sorted(made, key=lambda row: row.middle_mm)


def _overlap(one: Trace, other: Trace) -> bool:
    return min(one.stop_mm, other.stop_mm) - max(one.start_mm, other.start_mm) > _OVERLAP_MM


def spacing_mm(rows: Sequence[SheetRow]) -> float:
    """The distance between two rows of a sheet in mm; a usual one where there is only one row."""
    if len(rows) < 2:
        return _ONE_ROW_MM
    return float(np.median(np.diff([row.middle_mm for row in rows])))


def _is_along(label: LeadLabel, row: SheetRow) -> bool:
    return row.start_mm - _LEFT_OF_TRACE_MM <= label.x_mm < row.pieces[-1].trace.stop_mm


def _names_below_rows(rows: Sequence[SheetRow], labels: Sequence[LeadLabel], spacing: float) -> float:
    """How far below its row a name stands on this sheet, in mm; negative for above.

    One distance holds for the whole sheet: the one at which most names have a row, the shortest of these.
    """
    distances = [label.y_mm - row.middle_mm for label in labels for row in rows if _is_along(label, row)]
    near = np.array([each for each in distances if abs(each) <= _NAME_FROM_ROW * spacing])
    if near.size == 0:
        return 0.0
    fits = (np.abs(near[:, None] - near[None, :]) < _NAME_IN_LINE / 2 * spacing).sum(axis=1)
    best = near[fits == fits.max()]
    middle = float(best[np.argmin(np.abs(best))])
    return float(np.median(near[np.abs(near - middle) < _NAME_IN_LINE / 2 * spacing]))


def _named(row: SheetRow, labels: Sequence[LeadLabel], ticks: Sequence[float]) -> tuple[Piece, ...]:
    if len(labels) == len(row.pieces):
        return tuple(replace(piece, label=label) for piece, label in zip(row.pieces, labels, strict=True))
    if len(row.pieces) == 1 and len(labels) > 1:
        return _cut(row.pieces[0].trace, labels, ticks) or row.pieces
    pieces = list(row.pieces)
    for label in labels:
        for place, piece in enumerate(pieces):
            starts = piece.trace.start_mm - (_LEFT_OF_TRACE_MM if place == 0 else _BEFORE_PIECE_MM)
            if piece.label is None and starts <= label.x_mm < piece.trace.stop_mm:
                pieces[place] = replace(piece, label=label)
                break
    return tuple(pieces)


def _cut(trace: Trace, labels: Sequence[LeadLabel], ticks: Sequence[float]) -> tuple[Piece, ...] | None:
    """One line for a whole row, cut at its separators or into equal parts; None where no names fit that."""
    step = (trace.stop_mm - trace.start_mm) / max(1, trace.x_mm.size - 1)
    edges = np.linspace(trace.start_mm, trace.stop_mm + step, len(labels) + 1)
    separators = [[x for x in ticks if abs(x - edge) <= _NEAR_TICK_MM] for edge in edges[1:-1]]
    if all(separators):
        edges[1:-1] = [found[0] for found in separators]
    pieces = []
    for place, (label, start, stop) in enumerate(zip(labels, edges[:-1], edges[1:], strict=True)):
        before = _LEFT_OF_TRACE_MM if place == 0 else _BEFORE_PIECE_MM
        # Which lead the points beside a cut belong to is not certain.
        is_first, is_last = place == 0, place == len(labels) - 1
        part = trace.between(start if is_first else start + step, stop + (step if is_last else -step))
        if not start - before <= label.x_mm < stop or part.x_mm.size < 2:
            return None
        pieces.append(Piece(part, label, is_cut=True))
    return tuple(pieces)
