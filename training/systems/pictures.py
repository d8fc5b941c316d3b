"""Systems that read a picture of the whole ECG, with the settings of Gandham et al."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.prepare import PrepareSpec
from inference.signal.paper_picture import network_pictures
from training.data.columns import Column
from training.data.drawn_pictures import SHEETS
from training.data.prepared_set import PreparedSet
from training.fitting.fit import Batch
from training.fitting.settings import FitSettings
from training.systems.picture_augment import augmented_pictures
from training.systems.questions import SHEET, Question
from training.systems.recipes import NetworkRecipe
from training.systems.sampling import row_batches

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

PAPER_SETTINGS: Final = FitSettings(
    epochs=50,
    batch=32,
    optimiser="adam",
    schedule="constant",
    highest_learning_rate=1e-4,
    weight_decay=1e-5,
    label_smoothing=0.0,
    class_weights="inverse-frequency",
    keep="lowest-loss",
    patience=10,
)
"""Gandham et al.: Adam 1e-4, weight decay 1e-5, batches of 32, 50 epochs with an early stop on the validation
loss (its patience is not given), weights inverse to a class's frequency."""


@dataclass(frozen=True, slots=True)
class PictureRecipe(NetworkRecipe):
    """A network on pictures: sheets drawn of records, or files in class folders, by the question."""

    name: str = "picture-baseline-cnn"
    arch: str = "picture-baseline-cnn"
    question: Question = SHEET
    spec: PrepareSpec = PrepareSpec(profile="paper-picture-224")
    settings: FitSettings = PAPER_SETTINGS

    @property
    def more_columns(self) -> tuple[Column, ...]:
        return (SHEETS,)

    def batches(self, prepared: PreparedSet, rows: IntArray, rng: np.random.Generator) -> Iterator[Batch]:
        pictures, targets = prepared.column("pictures"), self.targets(prepared)
        for chosen in row_batches(rows, targets[rows], self.settings, rng):
            drawn = np.asarray(pictures[chosen])
            yield (
                (augmented_pictures(drawn, rng) if self.settings.augment else network_pictures(drawn)),
                targets[chosen],
            )

    def test_inputs(self, prepared: PreparedSet, row: int) -> FloatArray:
        return network_pictures(np.asarray(prepared.column("pictures")[row])[None])
