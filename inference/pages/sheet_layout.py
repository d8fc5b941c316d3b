"""The layout of a sheet that was read: lead areas, arrangement in words, and where 0 mV lies in each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from inference.pages.calibration_pulse import Pulse
from inference.pages.page_layout import LeadArea, PageLayout
from inference.pages.paper_grid import PaperGrid
from inference.pages.pdf_drawing import Drawing
from inference.pages.sheet_rows import SheetRow, spacing_mm
from inference.pages.sheet_scale import SheetScale
from inference.pages.sheet_times import TimedPiece


def layout_of(
    drawing: Drawing,
    grid: PaperGrid,
    scale: SheetScale,
    rows: Sequence[SheetRow],
    pieces: Sequence[TimedPiece],
) -> PageLayout:
    """Where each named piece lies, in points of the page: as wide as its trace, as high as its row."""
    half = spacing_mm(rows) / 2
    areas = []
    for each in pieces:
        if each.piece.label is None:
            continue
        trace, middle = each.piece.trace, rows[each.row].middle_mm
        areas.append(
            LeadArea(
                name=each.piece.label.name,
                x0=trace.start_mm * grid.points_per_mm_x,
                x1=trace.stop_mm * grid.points_per_mm_x,
                y0=(middle - half) * grid.points_per_mm_y,
                y1=(middle + half) * grid.points_per_mm_y,
                start_s=each.start_s,
                stop_s=each.stop_s,
                baseline_y=trace.middle_mm * grid.points_per_mm_y,
            )
        )
    return PageLayout(
        unit="point",
        width=drawing.width,
        height=drawing.height,
        mm_per_x=1.0 / grid.points_per_mm_x,
        mm_per_y=1.0 / grid.points_per_mm_y,
        speed_mm_s=scale.speed_mm_s,
        gain_mm_mv=scale.limb_gain_mm_mv,
        arrangement=_arrangement(pieces),
        leads=tuple(areas),
    )


def feet_mm(pulses: Sequence[Pulse], rows: Sequence[SheetRow]) -> Mapping[int, float]:
    """The height of 0 mV of each row that has a calibration pulse: the pulse's foot."""
    by_row: dict[int, list[float]] = {}
    half = spacing_mm(rows) / 2
    for pulse in pulses:
        row = min(range(len(rows)), key=lambda number: abs(rows[number].middle_mm - pulse.foot_mm))
        if abs(rows[row].middle_mm - pulse.foot_mm) < half:
            by_row.setdefault(row, []).append(pulse.foot_mm)
    return {row: float(np.median(feet)) for row, feet in by_row.items()}


def _arrangement(pieces: Sequence[TimedPiece]) -> str:
    """Rows by columns of the widest rows, then the names of what stands alone in a row: "3x4 + II"."""
    columns = Counter(each.row for each in pieces)
    widest = max(columns.values())
    n_rows = sum(count == widest for count in columns.values())
    strips = [
        each.piece.label.name
        for each in pieces
        if columns[each.row] < widest and each.piece.label is not None
    ]
    return " + ".join((f"{n_rows}x{widest}", ", ".join(strips))) if strips else f"{n_rows}x{widest}"
