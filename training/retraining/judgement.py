"""Whether the readings made it better: both systems on the same records, with interval and p."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from inference.labels import LOCATION_FAMILIES
from training.data.folds import IntArray
from training.figures.paired import two_sided_p
from training.figures.resampling import (
    N_BOOTSTRAP,
    DrawValues,
    PatientDraws,
    WeightedStatistic,
    Weights,
    with_percentiles,
)
from training.figures.site_figures import FAMILIES
from training.figures.weighted import weighted_auc, weighted_average_precision, weighted_share
from training.retraining.before_after import Answers, BeforeAfter, Trial

Verdict = Literal["better", "worse", "no difference shown"]
FEWEST_REVIEWED: Final = 30
"""With fewer corrected records no interval says anything: they are not judged."""
UNTOUCHED: Final = "base_test_patients"
GOLD: Final = "gold_set"
CORRECTED: Final = "corrected_records"
TITLES: Final = {
    UNTOUCHED: "base set's test patients",
    GOLD: "gold set",
    CORRECTED: "corrected records",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """One set of records on which both systems were judged, or the sentence why they were not.

    `differences` holds per figure its value before and after, and the difference with interval and p;
    the first figure decides the verdict.
    """

    name: str
    targets: IntArray = field(repr=False)
    n_patients: int
    differences: Mapping[str, Mapping[str, Any]]
    not_judged: str = ""

    @property
    def verdict(self) -> Verdict | None:
        """Better or worse only where the interval of the first figure's difference leaves out 0."""
        if not self.differences:
            return None
        gap = next(iter(self.differences.values()))["difference"]
        if gap["low"] > 0:
            return "better"
        return "worse" if gap["high"] < 0 else "no difference shown"

    def to_json(self, n_classes: int) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "title": TITLES[self.name],
            "n_records": int(self.targets.size),
            "n_patients": self.n_patients,
        }
        if n_classes == 2:
            facts["n_positive"] = int(self.targets.sum())
        if self.not_judged:
            return {**facts, "not_judged": self.not_judged}
        for figure, values in self.differences.items():
            facts |= {f"{figure}_{when}": value for when, value in values.items()}
        return {**facts, "verdict": self.verdict}


def judge_all(trial: Trial, answers: BeforeAfter, n_draws: int = N_BOOTSTRAP) -> tuple[Judged, ...]:
    """The base set's untouched test patients with their own labels, the gold set, the corrected records."""
    merged = trial.merged
    untouched, reviewed = merged.untouched[answers.rows], merged.reviewed[answers.rows]
    parts = [
        (UNTOUCHED, answers.rows[untouched], answers.before.take(untouched), answers.after.take(untouched))
    ]
    if trial.gold.rows.size:
        parts.append((GOLD, trial.gold.rows, answers.gold_before, answers.gold_after))
    parts.append(
        (CORRECTED, answers.rows[reviewed], answers.before.take(reviewed), answers.after.take(reviewed))
    )
    return tuple(_judge(trial, *part, n_draws) for part in parts)


def _judge(trial: Trial, name: str, rows: IntArray, before: Answers, after: Answers, n_draws: int) -> Judged:
    usable = np.isin(rows, trial.recipe.usable_rows(trial.merged.prepared))
    rows, before, after = rows[usable], before.take(usable), after.take(usable)
    targets = trial.recipe.targets(trial.merged.prepared)[rows]
    patients = [trial.merged.prepared.records[row].patient for row in rows]
    problem = _why_not(trial, name, targets)
    if problem:
        return Judged(name, targets, len(set(patients)), {}, problem)
    draws = PatientDraws.of(patients, n_draws)
    pairs = _figures(trial.recipe.classes, targets, before, after)
    differences = {figure: _difference(pair, draws) for figure, pair in pairs.items()}
    return Judged(name, targets, len(set(patients)), differences)


def _why_not(trial: Trial, name: str, targets: IntArray) -> str:
    """The sentence why a set is not judged; '' where it is."""
    if name == CORRECTED and targets.size < FEWEST_REVIEWED:
        tested = "all" if trial.n_rotations > 1 else "the tested"
        return (
            f"Too few to judge: of {int(trial.merged.reviewed.sum())} reviewed records, {targets.size} in "
            f"{tested} folds name their patient and are not gold; {FEWEST_REVIEWED} are needed."
        )
    if targets.size == 0:
        return "Not judged: none of these records has a label that the model can answer."
    if len(np.unique(targets)) < 2:
        return f"Not judged: all {targets.size} records are of one class."
    return ""


def _figures(
    classes: Sequence[str], targets: IntArray, before: Answers, after: Answers
) -> dict[str, tuple[WeightedStatistic, WeightedStatistic]]:
    """Each figure of both systems, the one that decides first."""
    each = [_of_one(classes, targets, answers) for answers in (before, after)]
    return {name: (each[0][name], each[1][name]) for name in each[0]}


def _of_one(classes: Sequence[str], targets: IntArray, answers: Answers) -> dict[str, WeightedStatistic]:
    everyone = np.ones(targets.size, dtype=bool)
    agreement = weighted_share(answers.decided == targets, everyone)
    if len(classes) == 2:
        scores = answers.probabilities[:, 1]
        return {
            "auc": weighted_auc(targets, scores),
            "average_precision": weighted_average_precision(targets, scores),
            "agreement_with_label": agreement,
        }
    none = list(classes).index("N")
    is_mi = targets != none
    found = {
        "mi_against_none_auc": weighted_auc(is_mi.astype(np.int64), 1.0 - answers.probabilities[:, none])
    }
    right = _family_of_answers(classes, answers.probabilities) == _family_of_classes(classes)[targets]
    return {"family_accuracy": weighted_share(right, is_mi), "agreement_with_label": agreement, **found}


def _family_of_classes(classes: Sequence[str]) -> IntArray:
    """The family's number of each class; -1 for 'N', which is of none."""
    return np.array(
        [FAMILIES.index(LOCATION_FAMILIES[c]) if c in LOCATION_FAMILIES else -1 for c in classes],
        dtype=np.int64,
    )


def _family_of_answers(classes: Sequence[str], probabilities: npt.NDArray[np.float32]) -> IntArray:
    """The family with the greatest sum of its classes' probabilities, (n,)."""
    family_of = _family_of_classes(classes)
    sums = [probabilities[:, family_of == family].sum(axis=1) for family in range(len(FAMILIES))]
    greatest: IntArray = np.stack(sums, axis=1).argmax(axis=1)
    return greatest


def _difference(pair: tuple[WeightedStatistic, WeightedStatistic], draws: PatientDraws) -> dict[str, Any]:
    """Before, after, and after minus before on the same draws of whole patients."""
    before, after = pair

    def gap(weights: Weights) -> DrawValues:
        return after(weights) - before(weights)

    values = draws.values(gap)
    return {
        "before": round(draws.measured(before), 4),
        "after": round(draws.measured(after), 4),
        "difference": {
            **with_percentiles(draws.measured(gap), values).to_json(),
            "p": round(two_sided_p(values), 4),
        },
    }
