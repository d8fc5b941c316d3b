"""Which training rows make up the batches of an epoch."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from training.fitting.settings import FitSettings

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


def steps_per_epoch(rows: IntArray, settings: FitSettings) -> int:
    """The most batches that `row_batches` gives; an undersampled epoch may have fewer."""
    n_rows = rows.size
    if settings.sampling == "by-class" and settings.rows_per_epoch is not None:
        n_rows = settings.rows_per_epoch
    return max(1, n_rows // settings.batch)


def row_batches(
    rows: IntArray, targets: IntArray, settings: FitSettings, rng: np.random.Generator
) -> Iterator[IntArray]:
    """Batches of `rows`, whose class indices are `targets` (n,), as the settings want them drawn."""
    if settings.sampling == "by-class":
        weights = class_weights_of_rows(targets, settings)
        for _ in range(steps_per_epoch(rows, settings)):
            yield rng.choice(rows, settings.batch, p=weights)
        return
    order = rng.permutation(rows.size)
    for step in range(steps_per_epoch(rows, settings)):
        chosen = order[step * settings.batch : (step + 1) * settings.batch]
        if settings.sampling == "undersample-in-batch":
            chosen = undersampled(chosen, targets, rng)
        if chosen.size:
            yield rows[chosen]


def undersampled(chosen: IntArray, targets: IntArray, rng: np.random.Generator) -> IntArray:
    """Those of `chosen` that leave every class as many as the smallest has; none where a class is absent."""
    classes = np.unique(targets)
    of_class = [chosen[targets[chosen] == k] for k in classes]
    fewest = min(part.size for part in of_class)
    return np.concatenate([rng.permutation(part)[:fewest] for part in of_class])


def class_weights_of_rows(targets: IntArray, settings: FitSettings) -> FloatArray:
    """The probability with which each row is drawn, (n,): see FitSettings.sampling."""
    classes, counts = np.unique(targets, return_counts=True)
    is_first = classes == 0
    size = np.where(is_first, 0.0, counts**settings.class_power)
    share = np.where(is_first, settings.first_class_share, 0.0)
    rest = 1.0 - share.sum()
    if size.sum() > 0.0:
        share = share + rest * size / size.sum()
    per_row = dict(zip(classes.tolist(), (share / counts).tolist(), strict=True))
    weights = np.array([per_row[k] for k in targets.tolist()])
    return np.asarray(weights / weights.sum())


def inverse_frequency(targets: IntArray, n_classes: int) -> npt.NDArray[np.float32]:
    """Loss weights N / (K * n of the class), (n_classes,); 0 for a class without a row."""
    counts = np.bincount(targets, minlength=n_classes)
    present = max(1, int((counts > 0).sum()))
    weights = [targets.size / (present * n) if n else 0.0 for n in counts.tolist()]
    return np.array([w if math.isfinite(w) else 0.0 for w in weights], np.float32)
