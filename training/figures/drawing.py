"""One style for every figure, and figures as PNG and SVG that are the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from inference.resource_paths import resources_folder

INK: Final = "#1a1a1a"
GREY: Final = "#767676"
FAINT: Final = "#c9c9c9"
COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#5b3a8c", "#000000")
"""Okabe and Ito's colours without yellow, which is lost on paper, and with violet instead."""
LINE_STYLES: Final = ("-", "--", ":")
"""After all colours were used the next style begins."""
FULL_WIDTH_MM: Final = 170.0
"""The text width of A4; half of it less a gap is `HALF_WIDTH_MM`."""
HALF_WIDTH_MM: Final = 82.0
PNG_DPI: Final = 200
_MM_PER_INCH: Final = 25.4
_STYLE: Final[dict[Any, Any]] = {
    "font.size": 8.0,
    "axes.titlesize": 8.5,
    "axes.titlelocation": "left",
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "text.color": INK,
    "lines.linewidth": 1.4,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    # Outlines instead of text: a figure looks the same where the typeface is not installed.
    "svg.fonttype": "path",
    # Names inside the SVG follow from this word and not from chance.
    "svg.hashsalt": "ecgviewer",
}


@contextmanager
def figure_style() -> Iterator[None]:
    """Draw and save within this: the program's typeface and one set of lines and sizes."""
    with mpl.rc_context({**_STYLE, **_typeface()}):
        yield


def _typeface() -> dict[Any, Any]:
    """Inter, the program's typeface, where its files are; matplotlib's own otherwise."""
    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    files = [str(path) for path in sorted((resources_folder() / "fonts").glob("Inter-*.otf"))]
    for path in files:
        if path not in known:
            font_manager.fontManager.addfont(path)
    if not files:
        return {"font.family": ["DejaVu Sans"], "axes.titleweight": "bold"}
    return {"font.family": ["Inter"], "axes.titleweight": "semibold"}


def new_figure(width_mm: float, height_mm: float) -> Figure:
    """An empty figure of this size, without pyplot's state."""
    figure = Figure(figsize=(width_mm / _MM_PER_INCH, height_mm / _MM_PER_INCH))
    FigureCanvasAgg(figure)
    return figure


def colour_and_style(place: int) -> tuple[str, str]:
    """Colour and line style of the nth system."""
    return COLOURS[place % len(COLOURS)], LINE_STYLES[place // len(COLOURS) % len(LINE_STYLES)]


def unit_axes(axes: Axes, x_label: str, y_label: str) -> None:
    """Square axes from 0 to 1 on both sides, with a little air."""
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), xlabel=x_label, ylabel=y_label, aspect="equal")
    ticks = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    axes.set_xticks(ticks)
    axes.set_yticks(ticks)


def save_figure(figure: Figure, path: Path) -> tuple[Path, Path]:
    """Write `path` with the endings .png and .svg, without date and program version."""
    png, svg = path.with_suffix(path.suffix + ".png"), path.with_suffix(path.suffix + ".svg")
    with figure_style():
        figure.savefig(png, dpi=PNG_DPI, metadata={"Software": None})
        figure.savefig(svg, metadata={"Date": None, "Creator": None})
    return png, svg
