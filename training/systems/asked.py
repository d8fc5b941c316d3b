"""What every system has in common: its question decides rows, targets and folds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inference.bundle_info import Task
from inference.prepare import PrepareSpec
from training.data.columns import Column
from training.data.prepared_set import PreparedSet
from training.fitting.settings import FitSettings
from training.systems.questions import Question

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Asked:
    """A system and the question that it is asked."""

    name: str
    arch: str
    question: Question
    spec: PrepareSpec
    settings: FitSettings

    @property
    def task(self) -> Task:
        return self.question.task

    @property
    def classes(self) -> tuple[str, ...]:
        return self.question.classes

    @property
    def more_columns(self) -> tuple[Column, ...]:
        """What has to be prepared of each record besides the median beat."""
        return ()

    def usable_rows(self, prepared: PreparedSet) -> IntArray:
        """Rows that the question has an answer for: what can be tested."""
        return np.flatnonzero(self.targets(prepared) >= 0)

    def training_rows(self, prepared: PreparedSet) -> IntArray:
        """Those of them that may be trained on."""
        return self.usable_rows(prepared)

    def targets(self, prepared: PreparedSet) -> IntArray:
        """Class index of every row, (n,); -1 where the question leaves the record out."""
        return self.question.targets(prepared.records)

    def strata(self, prepared: PreparedSet) -> list[str]:
        """What the folds are stratified by."""
        return self.question.strata(prepared.records)
