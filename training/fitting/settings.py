"""How a network is fitted: every number that a paper or an experiment may set, with its reason."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final, Literal, get_args

Optimiser = Literal["adamw", "adam"]
Schedule = Literal["one-cycle", "plateau", "constant"]
Keep = Literal["last", "best-score", "lowest-loss"]
ClassWeights = Literal["none", "inverse-frequency"]
Precision = Literal["mixed", "fp32"]
Sampling = Literal["every-row", "undersample-in-batch", "by-class"]

PLATEAU_FACTOR: Final = 0.8
PLATEAU_PATIENCE: Final = 3
"""Of the plateau schedule in arXiv 2405.09567, on the validation score of `training.fitting.score`."""


_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "optimiser": get_args(Optimiser),
    "schedule": get_args(Schedule),
    "keep": get_args(Keep),
    "class_weights": get_args(ClassWeights),
    "sampling": get_args(Sampling),
    "precision": get_args(Precision),
}
_RANGES: Final[dict[str, tuple[type | tuple[type, ...], float, float]]] = {
    "epochs": (int, 1, 100_000),
    "batch": (int, 2, 65_536),
    "highest_learning_rate": ((int, float), 0.0, 10.0),
    "weight_decay": ((int, float), 0.0, 10.0),
    "label_smoothing": ((int, float), 0.0, 0.5),
    "largest_gradient": ((int, float), 0.0, 1e9),
    "rows_per_epoch": (int, 1, 10**9),
    "first_class_share": ((int, float), 0.0, 1.0),
    "class_power": ((int, float), 0.0, 2.0),
    "patience": (int, 1, 100_000),
    "seed": (int, 0, 2**31),
}
_MAY_BE_ABSENT: Final = ("rows_per_epoch", "patience")


class SettingsError(ValueError):
    """A setting that has no meaning; one plain sentence."""


@dataclass(frozen=True, slots=True)
class FitSettings:
    """Settings of one fit. As they stand: AdamW and one learning-rate cycle, so that few epochs suffice.

    `largest_gradient`: the norm that a step's gradient is cut to; 0 leaves it as it is.
    `sampling`: every training row once an epoch, in whole batches; or so, and in each batch the rows of the
    greater class drawn down to the smaller one's number (arXiv 2405.09567: 1:1, of two classes); or drawn
    with replacement, class 0 as `first_class_share` of them and each other class by its number of rows to
    the power `class_power`. `rows_per_epoch`: how many are drawn by class; None draws as many as there are.
    `keep`: the network of the last epoch, of the best validation score or of the lowest validation loss.
    `patience`: epochs without a better one before the fit ends early; None never ends it. `precision`: mixed
    uses bf16 where the machine computes it natively.
    """

    epochs: int = 12
    batch: int = 64
    optimiser: Optimiser = "adamw"
    schedule: Schedule = "one-cycle"
    highest_learning_rate: float = 1e-3
    weight_decay: float = 0.05
    label_smoothing: float = 0.05
    largest_gradient: float = 1.0
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

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise SettingsError(f"{name} = {getattr(self, name)!r}: choose from {', '.join(choices)}.")
        for name, (kind, lowest, highest) in _RANGES.items():
            value: Any = getattr(self, name)
            if value is None and name in _MAY_BE_ABSENT:
                continue
            is_number = isinstance(value, kind) and not isinstance(value, bool)
            if not is_number or not lowest <= float(value) <= highest:
                raise SettingsError(f"{name} = {value!r}: a number from {lowest:g} to {highest:g} is needed.")
        if not isinstance(self.augment, bool):
            raise SettingsError(f"augment = {self.augment!r}: true or false is needed.")

    def said(self) -> dict[str, Any]:
        """The settings that differ from how they stand here: what makes two fits different."""
        usual = FitSettings()
        names = [field.name for field in fields(self)]
        return {name: getattr(self, name) for name in names if getattr(self, name) != getattr(usual, name)}

    @property
    def watches_validation(self) -> bool:
        """Whether the validation rows are judged after each epoch; otherwise they set the threshold only."""
        return self.keep != "last" or self.schedule == "plateau" or self.patience is not None
