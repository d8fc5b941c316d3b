"""A page as picture models see it: its ink on the small sheet that they learned from.

The traces of each row are put where the drawn sheet has that row, at its scale and with its colours (see
`inference.signal.paper_picture`), so that a photograph differs from a drawing by little more than its ink.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.signal.paper_picture import BASELINES_MM, GAIN_MM_MV, HEIGHT_MM, PICTURE_PX, WIDTH_MM, with_ink

ByteArray = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float32]

_PULSE_LEFT_MM: Final = 0.5
"""Where the drawn sheet's pulse rises: after 20 ms."""
_PRINTED_PEN_MM: Final = 0.3
"""What a page's own pen has drawn already."""
_PEN_MM: Final = (0.9, 1.6)
"""How thick ink is made, down and across, to look like the drawn sheet's pen of 1.1 px once it is small.

With the pen's own 0.6 by 1.25 mm the shipped sheet model's probabilities differed from those of the drawn
sheet by up to 0.39 on eight prints of PTB-XL's records; like this by 0.14, and on six photographs by 0.15."""


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A rectangle of the small sheet (rows top … bottom of 224, its whole width) and its place on the page.

    The page's rectangle is x0 … x1 and y0 … y1 in pixels and may reach beyond the page.
    """

    top: int
    bottom: int
    x0: int
    x1: int
    y0: int
    y1: int


@dataclass(frozen=True, slots=True)
class PageSheet:
    """`picture` (224, 224, 3) red green blue, read-only, made of `parts` of the page."""

    picture: ByteArray = field(repr=False)
    parts: tuple[SheetPart, ...]
    notes: tuple[str, ...] = ()


def sheet_of_rows(
    ink: FloatArray,
    pulses_left: float,
    baselines: Sequence[float],
    px_per_mm: float,
    gain_mm_mv: float = GAIN_MM_MV,
) -> PageSheet:
    """The sheet from a page's ink (h, w) whose pulses rise at `pulses_left` in rows with these baselines.

    Traces of another gain are stretched to the one that models learned from; with other than three or four
    rows the whole page is squeezed onto the sheet. A note says so.
    """
    if not 3 <= len(baselines) <= len(BASELINES_MM):
        return sheet_of_whole(ink)
    x0 = round(pulses_left - _PULSE_LEFT_MM * px_per_mm)
    x1 = x0 + round(WIDTH_MM * px_per_mm)
    borders_mm = [0.0, *(np.convolve(BASELINES_MM, (0.5, 0.5), "valid")), HEIGHT_MM]
    borders = [round(mm / HEIGHT_MM * PICTURE_PX) for mm in borders_mm]
    parts = []
    px_per_learned_mm = px_per_mm * gain_mm_mv / GAIN_MM_MV
    for row, baseline in enumerate(baselines):
        y0, y1 = (
            round(baseline + (border * HEIGHT_MM / PICTURE_PX - BASELINES_MM[row]) * px_per_learned_mm)
            for border in borders[row : row + 2]
        )
        parts.append(SheetPart(borders[row], borders[row + 1], x0, x1, y0, y1))
    return _put_together(_as_the_pen_draws(ink, px_per_mm), tuple(parts), _stretched(gain_mm_mv))


def _stretched(gain_mm_mv: float) -> tuple[str, ...]:
    if gain_mm_mv == GAIN_MM_MV:
        return ()
    return (
        f"The page is drawn at {gain_mm_mv:g} mm/mV and was stretched to the {GAIN_MM_MV:g} that the model "
        "learned from.",
    )


def widened(sheet: PageSheet, times: float) -> PageSheet:
    """The same sheet, made of a page that is so many times as wide as the ink it was made from."""
    parts = tuple(replace(part, x0=round(part.x0 * times), x1=round(part.x1 * times)) for part in sheet.parts)
    return replace(sheet, parts=parts)


def sheet_of_whole(ink: FloatArray) -> PageSheet:
    """The sheet from a page's ink (h, w) of which nothing is known: the whole of it, squeezed."""
    height, width = ink.shape
    part = SheetPart(0, PICTURE_PX, 0, width, 0, height)
    note = "The rows of this page were not found: the model sees the page squeezed, as it never learned to."
    return _put_together(ink, (part,), (note,))


def _as_the_pen_draws(ink: FloatArray, px_per_mm: float) -> FloatArray:
    from scipy.ndimage import maximum_filter

    size = tuple(max(1, round((mm - _PRINTED_PEN_MM) * px_per_mm) + 1) for mm in _PEN_MM)
    thick: FloatArray = maximum_filter(ink, size=size)
    return thick


def _put_together(ink: FloatArray, parts: tuple[SheetPart, ...], notes: tuple[str, ...]) -> PageSheet:
    from PIL import Image

    sheet = np.zeros((PICTURE_PX, PICTURE_PX), dtype=np.float32)
    page = Image.fromarray((ink * 255.0).astype(np.uint8))
    for part in parts:
        cut = page.crop((part.x0, part.y0, part.x1, part.y1))
        small = cut.resize((PICTURE_PX, part.bottom - part.top), Image.Resampling.BOX)
        sheet[part.top : part.bottom] = np.asarray(small, dtype=np.float32) / np.float32(255.0)
    picture = with_ink(sheet)
    picture.flags.writeable = False
    return PageSheet(picture, parts, notes)


def onto_page(heat: FloatArray, sheet: PageSheet, shape: tuple[int, int]) -> FloatArray:
    """What a model says of its sheet's pixels (224, 224), laid over the page (h, w); 0 beside the parts."""
    from PIL import Image

    page = np.zeros(shape, dtype=np.float32)
    for part in sheet.parts:
        size = (part.x1 - part.x0, part.y1 - part.y0)
        patch = Image.fromarray(np.ascontiguousarray(heat[part.top : part.bottom]))
        large = np.asarray(patch.resize(size, Image.Resampling.BILINEAR), dtype=np.float32)
        top, left = max(part.y0, 0), max(part.x0, 0)
        bottom, right = min(part.y1, shape[0]), min(part.x1, shape[1])
        if bottom > top and right > left:
            page[top:bottom, left:right] = large[
                top - part.y0 : bottom - part.y0, left - part.x0 : right - part.x0
            ]
    return page
