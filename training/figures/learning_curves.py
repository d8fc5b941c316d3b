"""Learning curves: loss of training and validation, and the validation score, per fold and on average."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from training.figures.drawing import COLOURS, FULL_WIDTH_MM, GREY, figure_style, new_figure
from training.figures.system_result import Epoch

History = Sequence[Sequence[Epoch]]


def learning_figure(history: History) -> Figure:
    """Losses on the left, validation score on the right; thin lines are folds, thick their mean.

    The mean ends where the first fold ends: after that it would be of other folds. A dot marks each fold's
    best score.
    """
    with figure_style():
        figure = new_figure(FULL_WIDTH_MM, 62.0)
        losses, scores = figure.subplots(1, 2)
        _lines(losses, history, "train_loss", GREY, "training")
        _lines(losses, history, "validation_loss", COLOURS[0], "validation")
        losses.set(xlabel="Epoch", ylabel="Loss")
        losses.set_title("Loss")
        _lines(scores, history, "score", COLOURS[0], "")
        _best(scores, history)
        scores.set(xlabel="Epoch", ylabel="Score on validation")
        scores.set_title("Score that chooses the epoch")
    return figure


def _lines(axes: Axes, history: History, figure: str, colour: str, name: str) -> None:
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
            xytext=(4, 4),
            color=colour,
            annotation_clip=False,
        )


def _best(axes: Axes, history: History) -> None:
    for epochs in history:
        scored = [(each.score, each.epoch) for each in epochs if each.score is not None]
        if scored:
            score, epoch = max(scored, key=lambda pair: (pair[0], -pair[1]))
            axes.plot(epoch, score, "o", color=COLOURS[1], markersize=3.5)
