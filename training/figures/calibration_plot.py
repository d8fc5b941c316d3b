"""The calibration plot: what was said against what was so, before and after calibration."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from training.figures.drawing import (
    COLOURS,
    FAINT,
    GREY,
    HALF_WIDTH_MM,
    figure_style,
    new_figure,
    unit_axes,
)


def calibration_figure(calibration: dict[str, Any]) -> Figure:
    """From the `calibration` of a system's metrics: observed frequency per bin, and how many records."""
    with figure_style():
        figure = new_figure(HALF_WIDTH_MM, 104.0)
        upper, lower = figure.subplots(2, 1, height_ratios=(5, 1), sharex=True)
        unit_axes(upper, "", "Observed frequency")
        upper.tick_params(labelbottom=False)
        upper.plot([0, 1], [0, 1], color=FAINT, linewidth=0.7, linestyle=":")
        _line(upper, calibration["before"], GREY, "before", 0.10)
        if calibration["after"] is not None:
            _line(upper, calibration["after"], COLOURS[0], "after", 0.03)
        upper.set_title("Calibration on tested records")
        _counts(lower, calibration["after"] or calibration["before"], calibration["after"] is not None)
    return figure


def _line(axes: Axes, reliability: dict[str, Any], colour: str, name: str, height: float) -> None:
    bins = reliability["bins"]
    axes.plot(
        [each["mean_probability"] for each in bins],
        [each["observed"] for each in bins],
        "o-",
        color=colour,
        markersize=3.5,
        linewidth=1.1,
    )
    error = reliability["expected_calibration_error"]
    words = f"{name}: Brier {reliability['brier']:.3f}, ECE {error:.3f}"
    axes.text(0.98, height, words, color=colour, ha="right", fontsize=7)


def _counts(axes: Axes, reliability: dict[str, Any], is_calibrated: bool) -> None:
    colour = COLOURS[0] if is_calibrated else GREY
    bins = reliability["bins"]
    axes.bar(
        [each["low"] for each in bins],
        [each["n_records"] for each in bins],
        width=[each["high"] - each["low"] for each in bins],
        align="edge",
        color=colour,
        edgecolor="white",
        linewidth=0.6,
    )
    axes.set_box_aspect(0.2)
    axes.set(xlabel="Probability", ylabel="Records")
