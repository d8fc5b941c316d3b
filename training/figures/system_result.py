"""One system of an experiment: what it is, how it was trained, and what it said of records it never saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from training.figures.aggregate_saliency import AggregateSaliency
from training.figures.out_of_fold import OutOfFold


@dataclass(frozen=True, slots=True)
class TestedRecord:
    """Which record a row is. `patient` groups records and never leaves the run folder unhashed."""

    __test__ = False  # its name begins like a test's

    record_id: str
    patient: str
    source: str
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One line of a fold's learning curve. `auc`, `ap` and `score` are of validation; None: not measured."""

    epoch: int
    train_loss: float | None = None
    validation_loss: float | None = None
    auc: float | None = None
    ap: float | None = None
    score: float | None = None
    learning_rate: float | None = None

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Epoch:
        """From one entry of history.json; keys that are not of a learning curve are left alone."""
        measured = {each.name: values.get(each.name) for each in fields(cls) if each.name != "epoch"}
        return cls(int(values["epoch"]), **measured)


@dataclass(frozen=True, slots=True)
class SystemResult:
    """Everything that the figures of one system are made from.

    `folds` names the tested folds: `predictions.run` and `.validation` count along it. `records` are the
    tested records and `validation_patients`, per fold, the patients of its validation records, both in
    the order of the predictions. `n_parameters` and `seconds` are None where they are not known.
    """

    name: str
    title: str
    task: str
    classes: tuple[str, ...]
    predictions: OutOfFold = field(repr=False)
    folds: tuple[int, ...]
    folds_total: int
    records: tuple[TestedRecord, ...] = field(repr=False)
    validation_patients: tuple[tuple[str, ...], ...] = field(repr=False)
    n_parameters: int | None = None
    seconds: float | None = None
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)
    history: tuple[tuple[Epoch, ...], ...] = field(default=(), repr=False)
    saliency: AggregateSaliency | None = field(default=None, repr=False)

    @property
    def is_binary(self) -> bool:
        """Two classes, the positive one last."""
        return len(self.classes) == 2

    @property
    def is_complete(self) -> bool:
        return len(self.folds) == self.folds_total

    @property
    def patients(self) -> tuple[str, ...]:
        """The patient of each tested record."""
        return tuple(record.patient for record in self.records)

    @property
    def positives(self) -> str:
        """The name of the positive class of two."""
        return self.classes[-1]

    def of_folds(self, folds: Sequence[int]) -> SystemResult:
        """The same system as if only these of its folds had been run."""
        kept = tuple(fold for fold in self.folds if fold in set(folds))
        places = [self.folds.index(fold) for fold in kept]
        chosen = np.isin(self.predictions.run, places)
        said = self.predictions
        predictions = OutOfFold(
            rows=said.rows[chosen],
            probabilities=said.probabilities[chosen],
            targets=said.targets[chosen],
            run=np.searchsorted(places, said.run[chosen]),
            validation=tuple(said.validation[place] for place in places),
        )
        return replace(
            self,
            predictions=predictions,
            folds=kept,
            records=tuple(record for record, keep in zip(self.records, chosen, strict=True) if keep),
            validation_patients=tuple(self.validation_patients[place] for place in places),
        )
