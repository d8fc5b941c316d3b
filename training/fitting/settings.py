"""How a network is fitted: every number that a paper or an experiment may set, with its reason."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final, Literal

Optimiser = Literal["adamw", "adam"]
Schedule = Literal["one-cycle", "plateau", "constant"]
Keep = Literal["last", "best-score", "lowest-loss"]
ClassWeights = Literal["none", "inverse-frequency"]
Precision = Literal["mixed", "fp32"]
Sampling = Literal["every-row", "undersample-in-batch", "by-class"]

PLATEAU_FACTOR: Final = 0.8
PLATEAU_PATIENCE: Final = 3
"""Of the plateau schedule in arXiv 2405.09567, on the validation score of `training.fitting.score`."""


@dataclass(frozen=True, slots=True)
class FitSettings:
    """Settings of one fit. As they stand: AdamW and one learning-rate cycle, so that few epochs suffice.

    `sampling`: every training row once an epoch; or so, and in each batch the rows of the greater classes
    drawn down to the smallest one's number (arXiv 2405.09567: 1:1); or drawn with replacement, class 0 as
    `first_class_share` of them and each other class by its number of rows to the power `class_power`.
    `rows_per_epoch`: how many are drawn by class; None draws as many as there are. `keep`: the network of
    the last epoch, of the best validation score or of the lowest validation loss. `patience`: epochs
    without a better one before the fit ends early; None never ends it. `precision`: mixed uses bf16 where
    the machine computes it natively.
    """

    epochs: int = 12
    batch: int = 64
    optimiser: Optimiser = "adamw"
    schedule: Schedule = "one-cycle"
    highest_learning_rate: float = 1e-3
    weight_decay: float = 0.05
    label_smoothing: float = 0.05
    sampling: Sampling = "every-row"
    rows_per_epoch: int | None = None
    first_class_share: float = 0.35
    class_power: float = 0.5
    augment: bool = True
    class_weights: ClassWeights = "none"
    keep: Keep = "last"
    patience: int | None = None
    precision: Precision = "mixed"
    seed: int = 1

    def said(self) -> dict[str, Any]:
        """The settings that differ from how they stand here: what makes two fits different."""
        usual = FitSettings()
        names = [field.name for field in fields(self)]
        return {name: getattr(self, name) for name in names if getattr(self, name) != getattr(usual, name)}

    @property
    def watches_validation(self) -> bool:
        """Whether the validation rows are judged after each epoch; otherwise they set the threshold only."""
        return self.keep != "last" or self.schedule == "plateau" or self.patience is not None
