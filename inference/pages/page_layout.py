"""Where the leads lie on a sheet and at which scale: what the reader of a print and of a picture share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class LeadArea:
    """One lead's piece of a sheet: a rectangle on the page, and the stretch of time that it shows.

    `x0 < x1` run from left to right and `y0 < y1` from top to bottom, in the unit of the layout. A lead
    that is printed twice (a piece and a rhythm strip) has two areas.
    """

    name: str
    """Project spelling, always upright: where the sheet shows -aVR, the name is aVR."""
    x0: float
    x1: float
    y0: float
    y1: float
    start_s: float
    stop_s: float
    baseline_y: float | None = None
    """Where 0 mV lies, as far as it is known; else None."""


@dataclass(frozen=True, slots=True)
class PageLayout:
    """A sheet as it is looked at: upright, origin at its upper left corner, y downwards.

    `mm_per_x` and `mm_per_y` are millimetres *of the grid* per unit, along and across the paper: a sheet
    that was printed smaller has larger values, and the two differ where it was stretched.
    """

    unit: Literal["point", "pixel"]
    """Point: 1/72 inch of a PDF page. Pixel: of the straightened picture."""
    width: float
    height: float
    mm_per_x: float
    mm_per_y: float
    speed_mm_s: float
    gain_mm_mv: float
    arrangement: str
    """As people say it: "3x4 + II", "6x2", "12x1"."""
    leads: tuple[LeadArea, ...]
