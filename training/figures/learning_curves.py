"""Learning curves: loss of training and validation, and the validation score, per fold and on average."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from training.figures.drawing import COLOURS, FULL_WIDTH_MM, GREY, figure_style, new_figure
from training.figures.system_result import Epoch

History = Sequence[Sequence[Epoch]]


def learning_figure(history: History, keep: str = "best-score") -> Figure:
    """Losses on the left, validation score on the right; thin lines are folds, thick their mean.

    The mean ends where the first fold ends: after that it would be of other folds. Dots mark the epoch that
    each fold kept where the score or the loss chose it, as the setting `keep` says.
    """
    with figure_style():
        figure = new_figure(FULL_WIDTH_MM, 62.0)
        losses, scores = figure.subplots(1, 2)
        _lines(losses, history, "train_loss", GREY, "training", below=True)
        _lines(losses, history, "validation_loss", COLOURS[0], "validation")
        if keep == "lowest-loss":
            _kept(losses, history, "validation_loss", min)
        losses.set(xlabel="Epoch", ylabel="Loss")
        losses.set_title("Loss")
        _lines(scores, history, "score", COLOURS[0], "")
        if keep == "best-score":
            _kept(scores, history, "score", max)
        scores.set(xlabel="Epoch", ylabel="Score on validation")
        scores.set_title("2/3 AUC + 1/3 AP")
    return figure


def _lines(axes: Axes, history: History, figure: str, colour: str, name: str, *, below: bool = False) -> None:
    folds = [[(each.epoch, getattr(each, figure)) for each in epochs] for epochs in history]
    known = [[pair for pair in fold if pair[1] is not None] for fold in folds]
    known = [fold for fold in known if fold]
    for fold in known:
        axes.plot(*zip(*fold, strict=True), color=colour, linewidth=0.6, alpha=0.45)
    if not known:
        return
    length = min(len(fold) for fold in known)
    mean = np.mean([[value for _, value in fold[:length]] for fold in known], axis=0)
    epochs = [epoch for epoch, _ in known[0][:length]]
    axes.plot(epochs, mean, color=colour, linewidth=1.8)
    if name:
        axes.annotate(
            name,
            (epochs[-1], mean[-1]),
            textcoords="offset points",
            xytext=(4, -9 if below else 4),
            color=colour,
            annotation_clip=False,
        )


def _kept(axes: Axes, history: History, figure: str, best: Callable[[Iterable[float]], float]) -> None:
    for epochs in history:
        measured = [
            (getattr(each, figure), each.epoch) for each in epochs if getattr(each, figure) is not None
        ]
        known = [(value, epoch) for value, epoch in measured if np.isfinite(value)]
        if known:
            chosen = best(value for value, _ in known)
            epoch = next(epoch for value, epoch in known if value == chosen)
            axes.plot(epoch, chosen, "o", color=COLOURS[1], markersize=3.5)
