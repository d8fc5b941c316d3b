"""The paper's grid as a wave, piece by piece: how dense, how turned, and where its lines lie.

In each tile of the page the grid is two plane waves. Their frequency is found near that of the tile before,
so that the perspective of a photograph may change it across the page.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float64]

TILE_PX: Final = 256
_STEP_PX: Final = 160
_SEED_PX: Final = 512
_SLOWEST: Final = 1 / 64
_FASTEST: Final = 0.3
"""Cycles per pixel of the lines that are looked for: 3.3 to 64 pixels apart."""
_SEARCH: Final = 0.12
"""Part of its frequency by which the grid may change from one tile to the next."""
_N_TRIED: Final = 13
_CLEAR: Final = 5.0
"""A tile holds the grid where its wave is so many times as strong as the waves around it."""
_MAIN_LOBE: Final = 4.0
"""Two widths of a Hann window's peak: only a wider search sees what lies around the wave."""
_FAINTEST: Final = 0.004
"""Amplitude of the faintest grid, where paper is 0 and black is 1."""
_LEAST_TILT: Final = 0.82
"""Cosine up to 35°: a page may be turned so far, and photographed so far from the side."""


@dataclass(frozen=True, slots=True)
class TileWave:
    """One of the two waves in one tile: `frequency` (across, down) in cycles per pixel, phase in cycles."""

    frequency: tuple[float, float]
    phase: float
    """At the tile's centre, from 0 to 1; a line of the grid runs where it is 0."""
    strength: float


@dataclass(frozen=True, slots=True)
class Tile:
    """The grid around one place (x, y) of the page: lines that stand, and lines that lie."""

    x: float
    y: float
    upright: TileWave
    level: TileWave


def grid_tiles(grid: FloatArray) -> list[Tile]:
    """The tiles (h, w) of the page in which a grid is clear, from its middle outwards; empty without one."""
    height, width = grid.shape
    if min(height, width) < TILE_PX:
        return []
    seeds = _seed(grid)
    if seeds is None:
        return []
    centres_y = np.linspace(TILE_PX / 2, height - TILE_PX / 2, max(2, -(-(height - TILE_PX) // _STEP_PX)))
    centres_x = np.linspace(TILE_PX / 2, width - TILE_PX / 2, max(2, -(-(width - TILE_PX) // _STEP_PX)))
    seed_y, seed_x, upright, level = seeds
    start = int(np.abs(centres_y - seed_y).argmin()), int(np.abs(centres_x - seed_x).argmin())
    return _spread(grid, centres_y, centres_x, start, (upright, level))


def _spread(
    grid: FloatArray,
    centres_y: Vector,
    centres_x: Vector,
    start: tuple[int, int],
    seed: tuple[Vector, Vector],
) -> list[Tile]:
    found: list[Tile] = []
    seen = {start}
    waiting = deque([(start, seed)])
    while waiting:
        (row, column), (upright, level) = waiting.popleft()
        x, y = float(centres_x[column]), float(centres_y[row])
        part = _tile_at(grid, x, y)
        waves = _wave(part, upright), _wave(part, level)
        if waves[0] is None or waves[1] is None:
            continue
        found.append(Tile(x, y, waves[0], waves[1]))
        known = np.array(waves[0].frequency), np.array(waves[1].frequency)
        for place in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            inside = 0 <= place[0] < centres_y.size and 0 <= place[1] < centres_x.size
            if inside and place not in seen:
                seen.add(place)
                waiting.append((place, known))
    return found


def _tile_at(grid: FloatArray, x: float, y: float) -> FloatArray:
    top, left = int(y - TILE_PX / 2), int(x - TILE_PX / 2)
    return _windowed(grid[top : top + TILE_PX, left : left + TILE_PX])


def _windowed(part: FloatArray) -> FloatArray:
    across = np.hanning(part.shape[1]).astype(np.float32)
    down = np.hanning(part.shape[0]).astype(np.float32)
    weighted: FloatArray = (part - part.mean()) * down[:, None] * across[None, :]
    return weighted


def _seed(grid: FloatArray) -> tuple[float, float, Vector, Vector] | None:
    """Where the grid is clearest of a few large pieces, and its two frequencies there."""
    size = min(_SEED_PX, *grid.shape)
    best: tuple[float, tuple[float, float, Vector, Vector]] | None = None
    for part_y in (0.5, 0.3, 0.7):
        for part_x in (0.5, 0.25, 0.75):
            top, left = int((grid.shape[0] - size) * part_y), int((grid.shape[1] - size) * part_x)
            found = _two_peaks(_windowed(grid[top : top + size, left : left + size]))
            if found is not None and (best is None or found[0] > best[0]):
                best = found[0], (top + size / 2, left + size / 2, found[1], found[2])
    return best[1] if best else None


def _two_peaks(part: FloatArray) -> tuple[float, Vector, Vector] | None:
    """The strongest upright and level waves that fit each other, with the weaker one's clearness."""
    size = part.shape[0]
    power = np.abs(np.fft.rfft2(part)).astype(np.float32)
    down = np.asarray(np.fft.fftfreq(size), dtype=np.float64)[:, None]
    across = np.asarray(np.fft.rfftfreq(size), dtype=np.float64)[None, :]
    density = np.hypot(down, across)
    heard = (density > _SLOWEST) & (density < _FASTEST)
    typical = float(np.median(power[heard])) + 1e-9
    upright = _peak(np.where(heard & (across >= _LEAST_TILT * density), power, 0.0), down, across)
    if upright is None:
        return None
    like = (density > 0.75 * np.hypot(*upright)) & (density < 1.33 * np.hypot(*upright))
    level = _peak(np.where(heard & like & (np.abs(down) >= _LEAST_TILT * density), power, 0.0), down, across)
    if level is None:
        return None
    weaker = min(_power_at(power, size, upright), _power_at(power, size, level)) / typical
    return (weaker, upright, level if level[1] > 0 else -level) if weaker > 2 * _CLEAR else None


def _peak(power: FloatArray, down: Vector, across: Vector) -> Vector | None:
    row, column = np.unravel_index(int(power.argmax()), power.shape)
    if power[row, column] <= 0:
        return None
    return np.array((across[0, column], down[row, 0]))


def _power_at(power: FloatArray, size: int, frequency: Vector) -> float:
    return float(power[round(frequency[1] * size) % size, round(frequency[0] * size)])


def _wave(part: FloatArray, near: Vector) -> TileWave | None:
    """The strongest wave near a frequency, with its phase at the centre; None where none stands out."""
    reach = max(_SEARCH * float(np.hypot(*near)), 1.5 / TILE_PX)
    around = _amplitudes(part, near, reach)
    size = np.abs(around)
    row, column = np.unravel_index(int(size.argmax()), size.shape)
    is_wide = reach * TILE_PX > _MAIN_LOBE
    if is_wide and size[row, column] < _CLEAR * np.median(size):
        return None
    step = 2 * reach / (_N_TRIED - 1)
    middle = near + (np.array((column, row)) - _N_TRIED // 2) * step
    fine = _amplitudes(part, middle, step)
    size = np.abs(fine)
    row, column = np.unravel_index(int(size.argmax()), size.shape)
    if size[row, column] < _FAINTEST:
        return None
    frequency = middle + (np.array((column, row)) - _N_TRIED // 2) * (2 * step / (_N_TRIED - 1))
    phase = float(np.angle(fine[row, column]) / (2 * np.pi) % 1.0)
    return TileWave((float(frequency[0]), float(frequency[1])), phase, float(size[row, column]))


def _amplitudes(part: FloatArray, near: Vector, reach: float) -> npt.NDArray[np.complex128]:
    """Complex amplitudes of waves (down, across) around a frequency, with phases at the tile's centre."""
    places = np.arange(TILE_PX) - TILE_PX / 2
    offsets = np.linspace(-reach, reach, _N_TRIED)
    turns = (2 * np.pi * np.outer(places, near[0] + offsets)).astype(np.float32)
    down = np.exp(-2j * np.pi * np.outer(near[1] + offsets, places))
    # The tile is real: two real products in single precision are several times faster than a complex one.
    rows = part @ np.cos(turns) - 1j * (part @ np.sin(turns))
    return np.asarray(down @ rows * (8.0 / TILE_PX**2), dtype=np.complex128)
