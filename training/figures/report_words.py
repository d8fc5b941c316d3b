"""What the report says in sentences: the data, the label, what was run, and what the figures are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from training.figures.read_run import Run
from training.figures.system_result import SystemResult

NOTICE: Final = "Research software. Not a medical device. It informs a reader and never replaces one."
_WITHOUT_ANGIOGRAPHY: Final = ("ptb-xl", "ptb", "ludb", "cinc", "georgia", "chapman", "cpsc", "ningbo")
"""Beginnings of the names of public sources, none of which has an angiographic label of occlusion."""


def experiment_title(run: Run) -> str:
    """What the experiment calls itself, or the name of its folder."""
    return str(run.experiment.get("title") or run.experiment.get("name") or run.folder.name)


def experiment_sentences(run: Run) -> list[str]:
    """What experiment.toml says of itself in `notes`, where it is text."""
    said = [run.experiment.get("notes")]
    return [text for text in said if isinstance(text, str)]


def data_sentences(run: Run) -> list[str]:
    """The records of the run, counted: sources, patients and labels."""
    rows = list(run.rows.values())
    sources = Counter(row.record.source for row in rows)
    labels = Counter(row.label for row in rows)
    n_patients = len({row.record.patient for row in rows})
    return [
        f"{len(rows):,} records of {n_patients:,} patients ({_counted(sources)}).",
        f"Labels: {_counted(labels)}.",
        angiography_sentence(list(sources)),
    ]


def angiography_sentence(sources: Sequence[str]) -> str:
    """Whether a label of these sources can rest on angiography, as far as this program knows."""
    others = sorted(name for name in sources if not name.lower().startswith(_WITHOUT_ANGIOGRAPHY))
    general = (
        "No angiographic label of occlusion (OMI) is among the labels of public data: a network trained on "
        "them tells what their reports call infarction, whether acute, old or undated."
    )
    if not others:
        return f"There are no angiographic OMI labels in these data. {general}"
    return f"On what the labels of {', '.join(others)} rest, this program does not know. {general}"


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in counts.most_common())


def gaps(run: Run) -> list[str]:
    """What of the experiment has not been run; empty for a complete run."""
    sentences = []
    for result in run.systems:
        if not result.is_complete:
            folds = ", ".join(str(fold) for fold in result.folds)
            sentences.append(f"{result.title}: only {_folds_of(result)} ({folds}) were tested so far.")
    if run.absent:
        sentences.append(f"Without a tested fold so far, and in no table: {', '.join(run.absent)}.")
    return sentences


def _folds_of(result: SystemResult) -> str:
    return f"{len(result.folds)} of {result.folds_total} folds"


def marking_sentence(results: Sequence[SystemResult], may_mark: bool) -> str:
    """What is set in bold, and why perhaps nothing is."""
    if len(results) < 2:
        return "There is one system, so that nothing is marked as the best."
    if may_mark:
        return "The best value of a column is set in bold; it need not be better beyond chance."
    return (
        "The systems were not all tested on the same records, so that no value is marked as the best: "
        "the paired differences are of the folds that two systems share."
    )


def missing_thresholds(result: SystemResult, metrics: dict[str, object]) -> list[str]:
    """Why a fold of a two-class system has no threshold for a point, one sentence each."""
    names = {"at_best_f1": "best F1", "at_rule_out": "rule-out", "at_rule_in": "rule-in"}
    sentences = []
    for key, name in names.items():
        point = metrics.get(key)
        if isinstance(point, dict):
            sentences += [f"Fold {fold}, {name}: {why}" for fold, why in point["why_none"].items()]
    return [f"{result.title}. {sentence}" for sentence in sentences]


def folds_text(folds: Sequence[int], total: int | None = None) -> str:
    """Which folds were tested, counted from 1: 'all 10 folds', 'folds 1, 2 and 4 of 10'."""
    if total is not None and len(folds) == total:
        return f"all {total} folds"
    numbers = [str(fold + 1) for fold in folds]
    named = numbers[0] if len(numbers) == 1 else f"{', '.join(numbers[:-1])} and {numbers[-1]}"
    of_total = "" if total is None else f" of {total}"
    return f"fold{'s' if len(numbers) > 1 else ''} {named}{of_total}"
