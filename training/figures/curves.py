"""ROC and precision-recall curves of one system, and of all systems of an experiment in one picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.metrics import precision_recall_curve, roc_curve

from training.figures.drawing import (
    COLOURS,
    FAINT,
    FULL_WIDTH_MM,
    GREY,
    HALF_WIDTH_MM,
    colour_and_style,
    figure_style,
    new_figure,
    unit_axes,
)
from training.figures.system_result import SystemResult

IntArray = npt.NDArray[np.int64]
Curve = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
_SQUARE_MM: Final = 80.0
_LINE_HEIGHT: Final = 0.062


def roc_points(result: SystemResult, rows: npt.NDArray[np.bool_] | None = None) -> Curve:
    """False and true positive rate of the tested records, or of these rows of them."""
    targets, scores = _chosen(result, rows)
    false, true, _ = roc_curve(targets, scores)
    return false, true


def pr_points(result: SystemResult, rows: npt.NDArray[np.bool_] | None = None) -> Curve:
    """Recall and precision of the tested records, or of these rows of them."""
    targets, scores = _chosen(result, rows)
    precision, recall, _ = precision_recall_curve(targets, scores)
    return recall, precision


def _chosen(
    result: SystemResult, rows: npt.NDArray[np.bool_] | None
) -> tuple[IntArray, npt.NDArray[np.float32]]:
    kept = np.ones_like(result.predictions.targets, dtype=bool) if rows is None else rows
    return result.predictions.targets[kept], result.predictions.probabilities[kept, 1]


def _folds_with_both(result: SystemResult) -> list[npt.NDArray[np.bool_]]:
    """The rows of each fold whose tested records are of both classes."""
    folds = [result.predictions.run == place for place in range(len(result.folds))]
    return [rows for rows in folds if np.unique(result.predictions.targets[rows]).size == 2]


def has_curves(result: SystemResult) -> bool:
    """Whether the tested records are of both of two classes, without which there is no ROC."""
    return result.is_binary and np.unique(result.predictions.targets).size == 2


def roc_figure(result: SystemResult, metrics: dict[str, Any]) -> Figure:
    """Pooled ROC over those of the folds, with the point of the best-F1 thresholds."""
    with figure_style():
        figure = new_figure(HALF_WIDTH_MM, _SQUARE_MM)
        axes = _roc_axes(figure.add_subplot())
        for rows in _folds_with_both(result):
            axes.step(*roc_points(result, rows), where="post", color=FAINT, linewidth=0.7)
        axes.step(*roc_points(result), where="post", color=COLOURS[0])
        _operating_point(axes, metrics)
        pooled = metrics["auc"]["pooled"]
        axes.text(0.98, 0.10, f"AUC {_interval(pooled)}", color=COLOURS[0], ha="right")
        axes.text(0.98, 0.03, f"{_folds(result)} in grey", color=GREY, ha="right")
        axes.set_title("ROC")
    return figure


def _roc_axes(axes: Axes) -> Axes:
    unit_axes(axes, "1 − specificity", "Sensitivity")
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=0.7, linestyle=":")
    return axes


def _operating_point(axes: Axes, metrics: dict[str, Any]) -> None:
    decisions = metrics["at_best_f1"]["decisions"]
    if decisions is None:
        return
    x, y = 1.0 - decisions["specificity"]["value"], decisions["sensitivity"]["value"]
    axes.plot(x, y, "o", color=COLOURS[1], markersize=5)
    axes.annotate(
        "best F1", (x, y), textcoords="offset points", xytext=(7, -9), color=COLOURS[1], va="center"
    )


def pr_figure(result: SystemResult, metrics: dict[str, Any]) -> Figure:
    """Pooled precision over recall, over those of the folds, with the share of positives."""
    with figure_style():
        figure = new_figure(HALF_WIDTH_MM, _SQUARE_MM)
        axes = figure.add_subplot()
        unit_axes(axes, "Recall (sensitivity)", "Precision (positive predictive value)")
        for rows in _folds_with_both(result):
            axes.step(*pr_points(result, rows), where="pre", color=FAINT, linewidth=0.7)
        axes.step(*pr_points(result), where="pre", color=COLOURS[0])
        _prevalence_line(axes, result)
        axes.set_title(f"Precision and recall: AP {_interval(metrics['average_precision']['pooled'])}")
    return figure


def _prevalence_line(axes: Axes, result: SystemResult) -> None:
    share = float(result.predictions.targets.mean())
    axes.axhline(share, color=GREY, linewidth=0.7, linestyle=":")
    axes.text(0.02, share + 0.02, f"positives {share:.1%}", color=GREY)


def comparison_figure(results: Sequence[SystemResult], metrics: Sequence[dict[str, Any]]) -> Figure:
    """Pooled ROC and precision-recall curves of all systems, named beside them in the order of their AUC."""
    order = sorted(range(len(results)), key=lambda place: -metrics[place]["auc"]["pooled"]["value"])
    with figure_style():
        figure = new_figure(FULL_WIDTH_MM, _SQUARE_MM + 5.0 * max(0, len(results) - 4))
        left, right = figure.subplots(1, 2)
        _roc_axes(left).set_title("ROC, pooled over the folds")
        unit_axes(right, "Recall (sensitivity)", "Precision (positive predictive value)")
        right.set_title("Precision and recall, pooled over the folds")
        for line, place in enumerate(order):
            colour, style = colour_and_style(place)
            look = {"color": colour, "linestyle": style, "linewidth": 1.2}
            left.step(*roc_points(results[place]), where="post", **look)
            right.step(*pr_points(results[place]), where="pre", **look)
            height = 0.03 + _LINE_HEIGHT * (len(order) - 1 - line)
            left.text(0.99, height, results[place].title, color=colour, ha="right", fontsize=7)
    return figure


def interval_figure(
    results: Sequence[SystemResult], metrics: Sequence[dict[str, Any]], figure_of: str, label: str
) -> Figure:
    """One figure (a key of the metrics) of all systems as a point with its interval, the best on top."""
    order = sorted(range(len(results)), key=lambda place: metrics[place][figure_of]["pooled"]["value"])
    with figure_style():
        figure = new_figure(FULL_WIDTH_MM, 16.0 + 6.5 * len(order))
        axes = figure.add_subplot()
        for height, place in enumerate(order):
            pooled = metrics[place][figure_of]["pooled"]
            axes.plot([pooled["low"], pooled["high"]], [height, height], color=COLOURS[0], linewidth=1.6)
            axes.plot(pooled["value"], height, "o", color=COLOURS[0], markersize=4.5)
            axes.annotate(
                _interval(pooled), (1.01, height), xycoords=("axes fraction", "data"), va="center", fontsize=7
            )
        axes.set_yticks(range(len(order)), [results[place].title for place in order])
        axes.set_ylim(-0.6, len(order) - 0.4)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", color="#e6e6e6", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_xlabel(f"{label}, pooled, with 95 % interval")
    return figure


def _interval(figures: dict[str, float]) -> str:
    return f"{figures['value']:.3f} [{figures['low']:.3f} to {figures['high']:.3f}]"


def _folds(result: SystemResult) -> str:
    return f"{len(result.folds)} {'fold' if len(result.folds) == 1 else 'folds'}"
