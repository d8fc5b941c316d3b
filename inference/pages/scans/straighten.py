"""The page as if it lay flat under the eye: 8 pixels per millimetre of its own grid, level lines."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.scans.homography import SheetFit, fit_sheet
from inference.pages.scans.lattice import TILE_PX, grid_tiles
from inference.pages.scans.light import light_of

ByteArray = npt.NDArray[np.uint8]
Vector = npt.NDArray[np.float64]

PX_PER_MM: Final = 8
"""Of the straightened page: 200 samples a second at 25 mm/s, 0.0125 mV at 10 mm/mV."""
FLAT_LIMIT: Final = 0.12
"""Root mean square bend of the grid's lines, in their spacing, above which the paper is not flat."""
_MARGIN_MM: Final = 5.0
_MOST_MM: Final = 600.0
"""Ten seconds at 50 mm/s, or twelve rows one below the other, with their margins."""
_MOST_MM2: Final = 450.0 * 450.0
"""More than an A3 sheet with its margins: the straightened page is held in memory several times."""
_FEWEST_FINE: Final = 100
"""A sheet of twelve leads is 100 to 420 mm wide: with more lines across they are 1 mm apart, else 5 mm."""


@dataclass(frozen=True, slots=True)
class FlatPage:
    """A straightened page (h, w, 3) at `PX_PER_MM`; its grid's lines lie at multiples of their spacing."""

    picture: ByteArray = field(repr=False)
    line_spacing_mm: int
    bend: float
    """Root mean square distance of the grid's lines from straight ones, in their spacing."""
    tilt_degrees: float
    """How far the page had been turned, anticlockwise positive."""


def straightened(picture: ByteArray) -> FlatPage | None:
    """A picture (h, w, 3) made flat by its grid, cut to the paper; None where no grid is found."""
    fit = fit_sheet(grid_tiles(light_of(picture).grid))
    if fit is None:
        return None
    spacing_mm = _line_spacing_mm(fit)
    to_mm = np.diag([spacing_mm, spacing_mm, 1.0]) @ fit.matrix
    box = _paper_box_mm(to_mm, fit.places, picture.shape[:2])
    if box is None:
        return None
    flat = _flattened(picture, to_mm, box)
    along = _through(to_mm, np.array([fit.places[0], fit.places[0] + (1.0, 0.0)]))
    tilt = float(np.degrees(np.arctan2(*(along[1] - along[0])[::-1])))
    return FlatPage(flat, spacing_mm, fit.residual, tilt)


def quarter_turned(page: FlatPage, turns: int) -> FlatPage:
    """The page turned by so many right angles anticlockwise."""
    return replace(page, picture=np.ascontiguousarray(np.rot90(page.picture, turns)))


def _line_spacing_mm(fit: SheetFit) -> int:
    places = _through(fit.matrix, fit.places)
    reach = places.max(axis=0) - places.min(axis=0)
    # Tiles end half a tile before the page does.
    here = _through(fit.matrix, np.array([fit.places[0], fit.places[0] + (float(TILE_PX), 0.0)]))
    reach += np.hypot(*(here[1] - here[0]))
    return 1 if reach.max() > _FEWEST_FINE else 5


def _paper_box_mm(to_mm: Vector, places: Vector, shape: tuple[int, ...]) -> Vector | None:
    """Left, top, right, bottom of what is shown, in mm of the sheet and whole lines of 5 mm."""
    half = TILE_PX / 2
    offsets = np.array([(-half, -half), (-half, half), (half, -half), (half, half)])
    ends = (places[:, None] + offsets).reshape(-1, 2)
    ends = np.clip(ends, 0.0, np.array([shape[1], shape[0]], dtype=float))
    if (np.column_stack([ends, np.ones(len(ends))]) @ to_mm[2] <= 0.2).any():
        return None
    reached = _through(to_mm, ends)
    box = np.concatenate([reached.min(axis=0) - _MARGIN_MM, reached.max(axis=0) + _MARGIN_MM])
    box = np.concatenate([np.floor(box[:2] / 5) * 5, np.ceil(box[2:] / 5) * 5])
    size = box[2:] - box[:2]
    fits = np.isfinite(box).all() and size.max() <= _MOST_MM and size.prod() <= _MOST_MM2
    return box if fits else None


def _flattened(picture: ByteArray, to_mm: Vector, box: Vector) -> ByteArray:
    from PIL import Image

    # Line centres fall on pixel centres: a pixel is looked up by its middle.
    to_px = np.array(
        [[PX_PER_MM, 0.0, -box[0] * PX_PER_MM], [0.0, PX_PER_MM, -box[1] * PX_PER_MM], [0, 0, 1]]
    )
    back = np.linalg.inv(to_px @ to_mm)
    half = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])
    back = half @ back @ np.linalg.inv(half)
    numbers = (back / back[2, 2]).ravel()[:8]
    width, height = np.round((box[2:] - box[:2]) * PX_PER_MM).astype(int)
    flat = Image.fromarray(picture).transform(
        (int(width), int(height)),
        Image.Transform.PERSPECTIVE,
        numbers.tolist(),
        resample=Image.Resampling.BICUBIC,
        fillcolor=(255, 255, 255),
    )
    return np.asarray(flat, dtype=np.uint8)


def _through(matrix: Vector, places: Vector) -> Vector:
    taken = np.column_stack([places, np.ones(len(places))]) @ matrix.T
    result: Vector = taken[:, :2] / taken[:, 2:]
    return result
