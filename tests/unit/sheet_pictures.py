"""ECG sheets drawn as people print them, then scanned and photographed: pictures whose ECG is known.

Drawn with Pillow from what a sheet is (millimetre grid, 25 mm/s, 10 mm/mV, a pulse of 1 mV for 200 ms), and
from none of the program's own drawing or reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from scipy.ndimage import uniform_filter1d

from inference.records import Record, read_record

DEMO = Path(__file__).resolve().parents[2] / "resources" / "demo" / "01_synthetic_normal.hea"

STANDARD_3X4 = (("I", "aVR", "V1", "V4"), ("II", "aVL", "V2", "V5"), ("III", "aVF", "V3", "V6"), ("II",))
CABRERA_3X4 = (("aVL", "II", "V1", "V4"), ("I", "aVF", "V2", "V5"), ("-aVR", "III", "V3", "V6"), ("II",))
SIX_BY_TWO = (("I", "V1"), ("II", "V2"), ("III", "V3"), ("aVR", "V4"), ("aVL", "V5"), ("aVF", "V6"))

RED = ((243, 200, 196), (228, 150, 145))
GREEN = ((196, 228, 200), (140, 196, 150))
GREY = ((222, 222, 222), (190, 190, 190))


@dataclass(frozen=True)
class Sheet:
    """How a sheet is printed. Lengths in mm; `grid` are the colours of the lines of 1 and of 5 mm."""

    rows: Sequence[Sequence[str]] = STANDARD_3X4
    dpi: float = 200.0
    grid: tuple[tuple[int, int, int], tuple[int, int, int]] = RED
    row_mm: float = 36.0
    gain_mm_mv: float = 10.0
    speed_mm_s: float = 25.0
    has_pulses: bool = True
    has_names: bool = True
    has_fine_lines: bool = True
    pen_mm: float = 0.35
    has_ticks: bool = False
    """Whether a short stroke above and below the trace stands where one lead gives way to the next."""
    row_s: float = 10.0


def quiet_heart() -> Record:
    """A demo ECG without its noise, which a pen smears."""
    noisy = read_record(DEMO)
    return replace(noisy, signals_mv=uniform_filter1d(uniform_filter1d(noisy.signals_mv, 7), 7))


def drawn(record: Record, sheet: Sheet | None = None) -> Image.Image:
    """A record's first seconds on a sheet."""
    sheet = sheet or Sheet()
    width_mm = max(290.0, 40.0 + sheet.row_s * sheet.speed_mm_s)
    mm = sheet.dpi / 25.4
    height_mm = 30.0 + sheet.row_mm * len(sheet.rows)
    # Drawn twice as large and reduced, so that lines have soft edges as in print.
    scale = 2 * mm
    picture = Image.new("RGB", (round(width_mm * scale), round(height_mm * scale)), (254, 252, 250))
    pen = ImageDraw.Draw(picture)
    _rule(pen, sheet, scale, width_mm, height_mm)
    font = ImageFont.load_default(3.2 * scale)
    for row, names in enumerate(sheet.rows):
        baseline = 30.0 + sheet.row_mm * row
        if sheet.has_pulses:
            _stroke(pen, scale, sheet.pen_mm, _pulse(sheet, baseline))
        length_s = sheet.row_s / len(names)
        for column, name in enumerate(names):
            left = 15.0 + (0.2 + column * length_s) * sheet.speed_mm_s
            _stroke(
                pen,
                scale,
                sheet.pen_mm,
                _trace(record, sheet, name, column * length_s, length_s, left, baseline),
            )
            if sheet.has_ticks and column:
                for from_mm, to_mm in ((-6.0, -2.5), (2.5, 6.0)):
                    ends = [(left, baseline + from_mm), (left, baseline + to_mm)]
                    _stroke(pen, scale, sheet.pen_mm, ends)
            if sheet.has_names:
                pen.text(
                    ((left + 1.0) * scale, (baseline - 15.0) * scale), name, fill=(20, 20, 20), font=font
                )
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.BOX)


def scanned(picture: Image.Image, seed: int = 0, degrees: float = 1.5, blur: float = 0.5) -> Image.Image:
    """From a flat-bed scanner: a little turned, soft, with noise."""
    rng = np.random.default_rng(seed)
    turned = picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=(250, 250, 250))
    soft = np.asarray(turned.filter(ImageFilter.GaussianBlur(blur)), dtype=float)
    return Image.fromarray(np.clip(soft + rng.normal(0, 3, soft.shape), 0, 255).astype(np.uint8))


def photographed(
    picture: Image.Image, seed: int = 0, slant: float = 0.03, degrees: float = 2.0
) -> Image.Image:
    """From a telephone: slanted, on a dark table, half in shadow, in yellowish light, soft, with noise."""
    rng = np.random.default_rng(seed)
    width, height = round(picture.width * 1.12), round(picture.height * 1.16)
    table = Image.new("RGB", (width, height), (90, 72, 60))
    table.paste(picture, (round(picture.width * 0.06), round(picture.height * 0.08)))
    corners = [(0, 0), (0, height), (width, height), (width, 0)]
    seen = [
        (x + rng.uniform(-slant, slant) * width, y + rng.uniform(-slant, slant) * height) for x, y in corners
    ]
    slanted = table.transform(
        (width, height),
        Image.Transform.PERSPECTIVE,
        _perspective(corners, seen),
        Image.Resampling.BICUBIC,
        fillcolor=(90, 72, 60),
    )
    turned = slanted.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=(90, 72, 60))
    soft = np.asarray(turned.filter(ImageFilter.GaussianBlur(0.7)), dtype=float)
    down, across = np.mgrid[0 : soft.shape[0], 0 : soft.shape[1]]
    shadow = 1.0 - 0.25 / (1.0 + np.exp(-(across - 0.5 * soft.shape[1] + 0.4 * down) / 60.0))
    light = (0.75 + 0.2 * across / soft.shape[1]) * shadow
    shot = soft * light[:, :, None] * np.array([1.0, 0.97, 0.9]) + rng.normal(0, 4, soft.shape)
    return Image.fromarray(np.clip(shot, 0, 255).astype(np.uint8))


def _perspective(places: Sequence[tuple[float, float]], seen: Sequence[tuple[float, float]]) -> list[float]:
    rows, values = [], []
    for (x, y), (u, v) in zip(places, seen, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -x * u, -y * u], [0, 0, 0, x, y, 1, -x * v, -y * v]]
        values += [u, v]
    solved: list[float] = np.linalg.solve(np.array(rows, dtype=float), np.array(values, dtype=float)).tolist()
    return solved


def _rule(pen: ImageDraw.ImageDraw, sheet: Sheet, scale: float, width_mm: float, height_mm: float) -> None:
    fine, bold = sheet.grid
    for spacing, colour, width in ((1, fine, 0.12), (5, bold, 0.25)):
        if spacing == 1 and not sheet.has_fine_lines:
            continue
        for at in range(5, int(width_mm) - 4, spacing):
            pen.line(
                (at * scale, 5 * scale, at * scale, (height_mm - 5) * scale),
                colour,
                max(1, round(width * scale)),
            )
        for at in range(5, int(height_mm) - 4, spacing):
            pen.line(
                (5 * scale, at * scale, (width_mm - 5) * scale, at * scale),
                colour,
                max(1, round(width * scale)),
            )


def _pulse(sheet: Sheet, baseline: float) -> list[tuple[float, float]]:
    width, top = 0.2 * sheet.speed_mm_s, baseline - sheet.gain_mm_mv
    xs = (11.5, 12.5, 12.5, 12.5 + width, 12.5 + width, 13.5 + width)
    return list(zip(xs, (baseline, baseline, top, top, baseline, baseline), strict=True))


def _trace(
    record: Record, sheet: Sheet, name: str, start_s: float, length_s: float, left: float, baseline: float
) -> list[tuple[float, float]]:
    sign = -1.0 if name.startswith("-") else 1.0
    first, n = round(start_s * record.fs_hz), round(length_s * record.fs_hz)
    values = sign * record.lead(name.removeprefix("-"))[first : first + n]
    times = np.arange(values.size) / record.fs_hz
    return list(zip(left + times * sheet.speed_mm_s, baseline - values * sheet.gain_mm_mv, strict=True))


def _stroke(pen: ImageDraw.ImageDraw, scale: float, pen_mm: float, points: list[tuple[float, float]]) -> None:
    pen.line(
        [(float(x) * scale, float(y) * scale) for x, y in points],
        (25, 25, 30),
        round(pen_mm * scale),
        joint="curve",
    )
