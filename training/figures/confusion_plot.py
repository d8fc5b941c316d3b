"""The confusion matrix: counts and, as shade, the share of each true class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from training.figures.drawing import COLOURS, HALF_WIDTH_MM, INK, figure_style, new_figure

_SHADES: Final = LinearSegmentedColormap.from_list("share", ["#ffffff", COLOURS[0]])
_WHITE_TEXT_FROM: Final = 0.55
FEW_CLASSES: Final = 4
"""Up to here there is room for the share beside the count."""


def confusion_figure(table: npt.NDArray[np.int64], classes: Sequence[str], title: str) -> Figure:
    """Of a table (n_classes, n_classes) of records by truth (row) and call (column)."""
    n = len(classes)
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    with figure_style():
        side = HALF_WIDTH_MM + max(0, n - FEW_CLASSES) * 7.0
        figure = new_figure(side, side)
        axes = figure.add_subplot()
        axes.imshow(shares, cmap=_SHADES, vmin=0.0, vmax=1.0)
        for row in range(n):
            for column in range(n):
                _cell(axes, row, column, int(table[row, column]), float(shares[row, column]), n)
        axes.set_xticks(range(n), classes, rotation=0 if n <= FEW_CLASSES else 45)
        axes.set_yticks(range(n), classes)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set(xlabel="Called", ylabel="True")
        axes.set_title(title)
    return figure


def _cell(axes: Axes, row: int, column: int, count: int, share: float, n_classes: int) -> None:
    text = f"{count}\n{share:.0%}" if n_classes <= FEW_CLASSES else f"{count}"
    colour = "white" if share >= _WHITE_TEXT_FROM else INK
    axes.text(column, row, text, ha="center", va="center", color=colour)


def two_class_table(decisions: dict[str, int]) -> npt.NDArray[np.int64]:
    """The confusion matrix (2, 2) of decisions, the negative class first."""
    names = (("true_negative", "false_positive"), ("false_negative", "true_positive"))
    return np.array([[decisions[name] for name in row] for row in names], dtype=np.int64)
