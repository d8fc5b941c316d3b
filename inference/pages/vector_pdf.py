"""PDF prints whose traces are drawn as lines: read back into a Record from the drawing.

A print is no recording: what comes out is what the program that drew it left of the signal (its rate, its
smoothing, its rounding), so the Record is marked as digitised.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from inference.pages.calibration_pulse import Pulse
from inference.pages.page_layout import PageLayout
from inference.pages.paper_grid import POINTS_PER_MM, PaperGrid, find_grid
from inference.pages.pdf_drawing import Drawing, read_drawing
from inference.pages.pdf_file import MAX_PAGES, opened_page, opened_pdf, page_picture
from inference.pages.picture_grid import grid_of_picture
from inference.pages.sheet_columns import with_columns_timed
from inference.pages.sheet_layout import feet_mm, layout_of
from inference.pages.sheet_leads import to_leads
from inference.pages.sheet_names import in_standard_order, with_strips_named
from inference.pages.sheet_repeats import of_one_ecg
from inference.pages.sheet_rows import find_rows, lead_labels
from inference.pages.sheet_scale import SheetScale, find_scale, stated_filters
from inference.pages.sheet_times import SheetTimes, TimedPiece, time_pieces
from inference.pages.traces import SheetLines, find_traces
from inference.records.assemble import Found, assemble
from inference.records.device import DeviceFindings
from inference.records.errors import RecordError
from inference.records.record import Record
from inference.records.safety import MAX_SIGNALS

FORMAT_NAME: Final = "PDF (vector print)"

_FEWEST_POINTS: Final = 200
"""A page with fewer points in all its lines shows no ECG as lines, and is not worth a look at its grid."""
_GRID_DPI: Final = 250.0
_PULSE_FITS: Final = 0.01
_TRUE_SIZE: Final = (
    "No grid is drawn as lines: millimetres are those of the page's true size, which the pulse fits."
)


class NoVectorTraceError(RecordError):
    """A PDF that can be opened but whose lines are no ECG: perhaps a picture of one."""


@dataclass(frozen=True, slots=True)
class PdfSheet:
    """An ECG found on a page of a PDF: what its drawing says, and where each lead lies."""

    found: Found
    page: int
    layout: PageLayout


def read_vector_pdf(path: Path) -> Record:
    """The ECG that is drawn as lines on the first page that has one.

    A lead is NaN where the sheet shows nothing of it. Raises NoVectorTraceError where no page has such an
    ECG, and RecordError for a file that cannot be opened or whose leads have no names.
    """
    return assemble(read_pdf_sheet(path).found)


def read_pdf_sheet(path: Path) -> PdfSheet:
    """As `read_vector_pdf`, with the page and the layout of its leads."""
    with opened_pdf(path) as document:
        for index in range(min(len(document), MAX_PAGES)):
            with opened_page(path, document, index) as page:
                read = _read_page(path, page)
            if read is not None:
                found, layout = read
                if len(document) > 1:
                    found = replace(
                        found,
                        read=(*found.read, f"The ECG is on page {index + 1} of {len(document)}."),
                        assumed=(*found.assumed, *_unseen(index, len(document))),
                    )
                return PdfSheet(found, index, layout)
    raise NoVectorTraceError(
        f"'{path.name[:80]}' holds no ECG that is drawn as lines on millimetre paper: export the ECG itself, "
        "or open a picture of the page."
    )


def _unseen(index: int, n_pages: int) -> tuple[str, ...]:
    """Pages after the first ECG, of which nothing is known: a second patient's must not go unsaid."""
    if index + 1 == n_pages:
        return ()
    return (
        f"Only the ECG of page {index + 1} was read: the pages after it were not looked at, and may show "
        "other ECGs, perhaps of other patients.",
    )


def _read_page(path: Path, page: Any) -> tuple[Found, PageLayout] | None:
    drawing = read_drawing(page)
    for grid in _grids(drawing, page):
        lines = find_traces(drawing.strokes, grid)
        if len(lines.traces) > MAX_SIGNALS:
            raise RecordError(
                f"The page holds more than {MAX_SIGNALS} curves, which is no ECG sheet: print the ECG alone."
            )
        scale = find_scale(drawing.words, lines.pulses)
        if lines.traces and (grid.is_certain or _confirms(lines.pulses, scale)):
            return _read_sheet(path, drawing, grid, lines, scale)
    return None


def _grids(drawing: Drawing, page: Any) -> Iterator[PaperGrid]:
    """The grid of the drawing; without one millimetres of true size, then the grid of the page's picture.

    The latter two are to be confirmed by a calibration pulse: pdfium draws a pattern's tiles in whole pixels,
    so that its period can be wrong by several per cent.
    """
    drawn = find_grid(drawing)
    if drawn is not None:
        yield drawn
    elif sum(stroke.points.shape[0] for stroke in drawing.strokes) >= _FEWEST_POINTS:
        yield PaperGrid(POINTS_PER_MM, POINTS_PER_MM, _TRUE_SIZE, is_certain=False)
        seen = grid_of_picture(page_picture(page, _GRID_DPI), _GRID_DPI)
        if seen is not None:
            yield seen


def _confirms(pulses: Sequence[Pulse], scale: SheetScale) -> bool:
    return any(abs(pulse.height_mm / scale.limb_gain_mm_mv - 1.0) < _PULSE_FITS for pulse in pulses)


def _read_sheet(
    path: Path, drawing: Drawing, grid: PaperGrid, lines: SheetLines, scale: SheetScale
) -> tuple[Found, PageLayout]:
    rows = find_rows(lines.traces, lead_labels(drawing.words, grid), lines.ticks)
    times = time_pieces(rows, scale.speed_mm_s)
    pieces, ordered = _named(path, times.pieces)
    times = with_columns_timed(SheetTimes(pieces, times.assumed))
    pieces, strips = with_strips_named(times.pieces)
    pieces, strange = of_one_ecg(pieces)
    leads = to_leads(pieces, scale, feet_mm(lines.pulses, rows))
    layout = layout_of(drawing, grid, scale, rows, pieces)
    found = Found(
        path=path,
        format=FORMAT_NAME,
        fs_hz=leads.fs_hz,
        leads=leads.leads,
        device=DeviceFindings(filters=stated_filters(drawing.words)),
        read=(_summary(layout, scale), *scale.read, *strips, *leads.read),
        assumed=(
            *scale.assumed,
            *grid.assumed,
            *times.assumed,
            *ordered,
            *strange,
            *leads.assumed,
        ),
        scaled=(grid.note,),
        resampled=leads.resampled,
        checks=scale.checks,
        digitised=True,
    )
    return found, layout


def _named(path: Path, pieces: tuple[TimedPiece, ...]) -> tuple[tuple[TimedPiece, ...], tuple[str, ...]]:
    if any(each.piece.label for each in pieces):
        return pieces, ()
    in_order = in_standard_order(pieces)
    if in_order is None:
        raise RecordError(
            f"The leads on the page in '{path.name[:80]}' have no names that can be read as text: "
            "export the ECG itself."
        )
    return in_order, (
        "The leads have no names that can be read as text: the standard order was assumed, because the limb "
        "leads add up in it.",
    )


def _summary(layout: PageLayout, scale: SheetScale) -> str:
    limb, chest = scale.limb_gain_mm_mv, scale.chest_gain_mm_mv
    gains = f"{limb:g} mm/mV" if limb == chest else f"{limb:g} mm/mV (chest leads {chest:g} mm/mV)"
    return (
        f"Read back from the drawing of a PDF: {layout.arrangement} at {scale.speed_mm_s:g} mm/s and {gains}."
    )
