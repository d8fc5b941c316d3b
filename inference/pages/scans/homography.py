"""Where each place of a photographed page lies on the flat sheet, found from the phases of its grid."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.scans.lattice import Tile

Vector = npt.NDArray[np.float64]

MIN_TILES: Final = 6
_OUTLIER: Final = 0.2
"""A tile whose lines lie further than this part of their spacing from the fit was misread."""
_ROUNDS: Final = 12


@dataclass(frozen=True, slots=True)
class SheetFit:
    """Where a place of the picture lies on the sheet, in spacings of its grid: a plane seen in perspective.

    `matrix` (3, 3) takes (x, y, 1) in pixels to the sheet; lines of the grid lie at whole numbers.
    """

    matrix: Vector = field(repr=False)
    residual: float
    """Root mean square distance of the tiles' lines from the fit, in spacings."""
    n_fitting: int
    n_tiles: int
    places: Vector = field(repr=False)
    """Centres (n_fitting, 2) of the tiles that fit, in pixels."""


def fit_sheet(tiles: list[Tile]) -> SheetFit | None:
    """The plane through the tiles' phases, grown from the page's middle outwards; None for too few tiles."""
    if len(tiles) < MIN_TILES:
        return None
    places = np.array([(tile.x, tile.y) for tile in tiles])
    phases = np.array([(tile.upright.phase, tile.level.phase) for tile in tiles])
    waves = np.array([(tile.upright.frequency, tile.level.frequency) for tile in tiles])
    middle = np.median(places, axis=0)
    start = int(np.hypot(*(places - middle).T).argmin())
    shift, scale = places[start], 1000.0
    local = (places - shift) / scale
    matrix = _first_guess(waves[start] * scale, phases[start])
    distance = np.hypot(*local.T)
    kept = np.zeros(len(tiles), dtype=bool)
    for reach in np.linspace(0.25, 1.0, _ROUNDS) * (distance.max() + 1e-9):
        near = distance <= max(reach, np.sort(distance)[min(4, len(tiles) - 1)])
        aims = _nearest_lines(matrix, local, phases)
        misses = np.abs(aims - _apply(matrix, local)).max(axis=1)
        kept = near & (misses < _OUTLIER)
        if kept.sum() >= MIN_TILES:
            matrix = _solve(matrix, local[kept], aims[kept], waves[kept] * scale)
    aims = _nearest_lines(matrix, local, phases)
    misses = np.abs(aims - _apply(matrix, local)).max(axis=1)
    kept = misses < _OUTLIER
    if kept.sum() < MIN_TILES:
        return None
    residual = float(np.sqrt(np.mean((aims - _apply(matrix, local))[kept] ** 2)))
    to_local = np.array([[1 / scale, 0, -shift[0] / scale], [0, 1 / scale, -shift[1] / scale], [0, 0, 1]])
    return SheetFit(matrix @ to_local, residual, int(kept.sum()), len(tiles), places[kept])


def _first_guess(waves: Vector, phases: Vector) -> Vector:
    return np.array([[*waves[0], phases[0]], [*waves[1], phases[1]], [0.0, 0.0, 1.0]])


def _apply(matrix: Vector, places: Vector) -> Vector:
    """Places (n, 2) through a projective matrix (3, 3), (n, 2)."""
    taken = np.column_stack([places, np.ones(len(places))]) @ matrix.T
    result: Vector = taken[:, :2] / taken[:, 2:]
    return result


def _nearest_lines(matrix: Vector, places: Vector, phases: Vector) -> Vector:
    """The sheet's coordinates that the tiles' phases say, each counted to the line nearest to the fit."""
    expected = _apply(matrix, places)
    return np.asarray(phases + np.round(expected - phases))


def _solve(matrix: Vector, places: Vector, aims: Vector, waves: Vector) -> Vector:
    """Least squares for the eight numbers of a projective matrix: phases, and a little the frequencies.

    The frequencies keep the fit from tilting while only few tiles are near enough to be counted.
    """
    from scipy.optimize import least_squares

    def misses(numbers: Vector) -> Vector:
        tried = np.append(numbers, 1.0).reshape(3, 3)
        weight = places @ tried[2, :2] + 1.0
        mapped = (places @ tried[:2, :2].T + tried[:2, 2]) / weight[:, None]
        slopes = (tried[None, :2, :2] - mapped[:, :, None] * tried[None, 2:, :2]) / weight[:, None, None]
        return np.concatenate([(mapped - aims).ravel(), 0.02 * (slopes - waves).ravel()])

    fitted = least_squares(misses, matrix.ravel()[:8] / matrix[2, 2], method="lm", max_nfev=200)
    return np.append(fitted.x, 1.0).reshape(3, 3)
