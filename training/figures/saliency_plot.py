"""The aggregate saliency of the positives under their mean beat, lead by lead as an ECG is printed."""

from __future__ import annotations

from typing import Final

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from inference.explain import WINDOW_SAMPLES
from inference.records.leads import STANDARD_LEADS
from inference.signal.beat import MODEL_FS_HZ
from training.figures.aggregate_saliency import AggregateSaliency, Variant
from training.figures.drawing import FULL_WIDTH_MM, GREY, INK, figure_style, new_figure

FloatArray = npt.NDArray[np.float32]
RAMP_STOPS: Final = ("#fff0ac", "#fdc83f", "#f5822a", "#c3241f", "#640812")
"""The viewer's saliency colours, light yellow to dark red, falling in lightness."""
PAPER: Final = "#fff9f7"
GRID: Final = "#f3d3d0"
GRID_MV: Final = 0.5
GRID_MS: Final = 200.0
_ROWS, _COLUMNS = 3, 4
_RAMP: Final = LinearSegmentedColormap.from_list("saliency", RAMP_STOPS)
_MS_PER_SAMPLE: Final = 1000.0 / MODEL_FS_HZ
_WORDS: Final[dict[Variant, str]] = {
    "within-lead": "Saliency, each record's lead brought to 0..1, then averaged",
    "over-all-leads": "Saliency, averaged as it is, then brought to 0..1 over all leads",
}


def saliency_figure(saliency: AggregateSaliency, variant: Variant = "within-lead") -> Figure:
    """Twelve panels in the order of a print (I, aVR, V1, V4 in the first row), mV to one scale.

    Each has a strip of 40-ms windows below the mean median beat; the colours reach from 0 to the largest
    value of the map, which the legend names.
    """
    windows = saliency.map(variant)
    scale = Normalize(0.0, max(float(windows.max()), 1e-6))
    with figure_style():
        figure = new_figure(FULL_WIDTH_MM, 118.0)
        panels = figure.subplots(_ROWS, _COLUMNS, sharex=True, sharey=True)
        low, high = _limits_mv(saliency.beat_mv)
        for place, name in enumerate(STANDARD_LEADS):
            axes = panels[place % _ROWS, place // _ROWS]
            _paper(axes, saliency, low, high)
            _strip(axes, windows[place], saliency.r_sample, scale, low)
            time_ms = (np.arange(saliency.beat_mv.shape[1]) - saliency.r_sample) * _MS_PER_SAMPLE
            axes.plot(time_ms, saliency.beat_mv[place], color=INK, linewidth=0.9)
            weight = mpl.rcParams["axes.titleweight"]
            axes.text(0.03, 0.93, name, transform=axes.transAxes, va="top", fontweight=weight)
        for axes in panels[:, 0]:
            axes.set_ylabel("mV")
        for axes in panels[-1]:
            axes.set_xlabel("ms from R")
        bar = figure.colorbar(
            ScalarMappable(scale, _RAMP), ax=panels, orientation="horizontal", aspect=50, shrink=0.6, pad=0.02
        )
        bar.set_label(f"{_WORDS[variant]} ({saliency.n_records} positive records)")
        bar.outline.set_visible(False)
    return figure


def _limits_mv(beat_mv: FloatArray) -> tuple[float, float]:
    """Whole grid steps around all leads."""
    low, high = float(beat_mv.min()), float(beat_mv.max())
    return np.floor(low / GRID_MV) * GRID_MV, np.ceil(high / GRID_MV) * GRID_MV


def _paper(axes: Axes, saliency: AggregateSaliency, low_mv: float, high_mv: float) -> None:
    first_ms = -saliency.r_sample * _MS_PER_SAMPLE
    last_ms = (saliency.beat_mv.shape[1] - saliency.r_sample) * _MS_PER_SAMPLE
    axes.set_facecolor(PAPER)
    axes.set(xlim=(first_ms, last_ms), ylim=(low_mv - GRID_MV, high_mv))
    axes.set_xticks(np.arange(np.ceil(first_ms / GRID_MS) * GRID_MS, last_ms + 1, GRID_MS))
    axes.set_yticks(np.arange(low_mv, high_mv + GRID_MV / 2, GRID_MV))
    axes.grid(color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=7, colors=GREY)
    axes.spines[:].set_visible(False)


def _strip(axes: Axes, windows: FloatArray, r_sample: int, scale: Normalize, low_mv: float) -> None:
    """One block per 40-ms window, in the half millivolt below the lowest grid line."""
    starts_ms = (np.arange(windows.size) * WINDOW_SAMPLES - r_sample) * _MS_PER_SAMPLE
    axes.bar(
        starts_ms,
        np.full(windows.size, 0.8 * GRID_MV),
        width=WINDOW_SAMPLES * _MS_PER_SAMPLE,
        bottom=low_mv - 0.9 * GRID_MV,
        align="edge",
        color=_RAMP(scale(windows)),
        linewidth=0,
    )
