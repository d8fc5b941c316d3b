"""Systems that read a picture of the whole ECG, with the settings of Gandham et al."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.bundle_info import Task
from inference.prepare import PrepareSpec
from inference.signal.paper_picture import network_pictures
from training.data.class_folders import CLASSES as FOLDER_CLASSES
from training.data.datasets import LabelledRecord
from training.data.drawn_pictures import ByteArray, PicturedSet
from training.data.inputs import PreparedSet
from training.fitting.fit import Batch, FitSettings
from training.systems.picture_augment import augmented_pictures

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

PAPER_SETTINGS: Final = FitSettings(
    epochs=50, batch=32, highest_learning_rate=1e-4, weight_decay=1e-5, label_smoothing=0.0
)
"""Gandham et al.: Adam 1e-4, weight decay 1e-5, batches of 32, 50 epochs with an early stop."""


class NoPicturesError(Exception):
    """A picture system that was given a set without pictures; one plain sentence."""


@dataclass(frozen=True, slots=True)
class PictureRecipe:
    """Normal, other findings or MI, from sheets that were drawn of PTB-XL's records.

    MI is any MI or injury code, mostly old or undated infarcts; normal is the code NORM without one of
    those; other findings are all other coded records. MI stands last, so that it is what a model's
    probability is of. Records without codes cannot be told apart and are not used.
    """

    name: str = "picture-baseline-cnn.sheet-ptbxl"
    arch: str = "picture-baseline-cnn"
    task: Task = "mi"
    classes: tuple[str, ...] = ("normal", "other findings", "MI")
    spec: PrepareSpec = PrepareSpec(profile="paper-picture-224")
    settings: FitSettings = PAPER_SETTINGS

    def usable_rows(self, prepared: PreparedSet) -> IntArray:
        return np.flatnonzero(self.targets(prepared) >= 0)

    def training_rows(self, prepared: PreparedSet) -> IntArray:
        return self.usable_rows(prepared)

    def targets(self, prepared: PreparedSet) -> IntArray:
        index = {name: k for k, name in enumerate(self.classes)}
        return np.array([index.get(self._class_of(each), -1) for each in prepared.records], dtype=np.int64)

    def _class_of(self, record: LabelledRecord) -> str:
        if record.is_mi:
            return "MI"
        if not record.codes:
            return ""
        return "normal" if "NORM" in record.codes else "other findings"

    def strata(self, prepared: PreparedSet) -> list[str]:
        return [self._class_of(record) for record in prepared.records]

    def class_weights(self, prepared: PreparedSet, rows: IntArray) -> FloatArray:
        """Weights (n_classes,) for the loss: inverse frequency among `rows`, 1 in the mean over rows.

        A class that none of the rows has gets 0.
        """
        counts = np.bincount(self.targets(prepared)[rows], minlength=len(self.classes))
        present = counts > 0
        weights = np.zeros(len(self.classes), dtype=np.float32)
        weights[present] = rows.size / (present.sum() * counts[present])
        return weights

    def steps_per_epoch(self, prepared: PreparedSet, rows: IntArray) -> int:  # noqa: ARG002
        return max(1, rows.size // self.settings.batch)

    def batches(self, prepared: PreparedSet, rows: IntArray, rng: np.random.Generator) -> Iterator[Batch]:
        pictures, targets = _pictures(prepared), self.targets(prepared)
        order = rng.permutation(rows)
        for step in range(self.steps_per_epoch(prepared, rows)):
            chosen = order[step * self.settings.batch : (step + 1) * self.settings.batch]
            yield augmented_pictures(pictures[chosen], rng), targets[chosen]

    def test_inputs(self, prepared: PreparedSet, row: int) -> FloatArray:
        return network_pictures(_pictures(prepared)[row][None])


@dataclass(frozen=True, slots=True)
class ClassFolderRecipe(PictureRecipe):
    """The four classes of the public set of photographed sheets, which say where a sheet was filed.

    Made for `class_folder_set`, whose groups of copies take the place of patients.
    """

    name: str = "picture-baseline-cnn.class-folders"
    classes: tuple[str, ...] = FOLDER_CLASSES

    def _class_of(self, record: LabelledRecord) -> str:
        return record.codes[0] if record.codes else ""


def _pictures(prepared: PreparedSet) -> ByteArray:
    if not isinstance(prepared, PicturedSet):
        raise NoPicturesError("This system reads pictures, and this set has none: make it with_pictures().")
    return prepared.pictures
