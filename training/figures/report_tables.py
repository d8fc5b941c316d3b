"""The tables of the report as text: all systems side by side, the best of a column marked."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from training.figures.paired import PairedComparison
from training.figures.report_words import folds_text

Metrics = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell: its text, a smaller second line, and whether it is the best of its column."""

    text: str
    detail: str = ""
    is_best: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Column heads and rows; the first cell of a row names the system."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class _Column:
    """A head, how a system's cell reads, and the value that is the better the larger; None: never marked."""

    head: str
    cell: Callable[[Metrics], Cell]
    value: Callable[[Metrics], float | None] | None = None


def main_table(metrics: Sequence[Metrics], is_binary: bool, may_mark: bool) -> Table:
    """Discrimination of all systems; the best of a column is marked where `may_mark`."""
    columns = [*_facts(), *(_two_class_columns() if is_binary else _many_class_columns())]
    return _table(metrics, columns, may_mark)


def operating_table(metrics: Sequence[Metrics]) -> Table:
    """Rule-out, rule-in and calibration of two-class systems."""
    columns = [
        _rate("Rule-out: sensitivity", "at_rule_out", "sensitivity"),
        _rate("NPV", "at_rule_out", "negative_predictive_value"),
        _Column("ruled out", _ruled_out),
        _rate("Rule-in: PPV", "at_rule_in", "positive_predictive_value"),
        _rate("sensitivity", "at_rule_in", "sensitivity"),
        _rate("ruled in", "at_rule_in", "called_positive"),
        *_calibration_columns(),
    ]
    return _table(metrics, columns, may_mark=False)


def calibration_table(metrics: Sequence[Metrics]) -> Table:
    """Calibration of systems with several classes."""
    return _table(metrics, _calibration_columns(), may_mark=False)


def paired_table(comparisons: Sequence[PairedComparison | str], titles: Sequence[str]) -> Table:
    """Each system against the first: differences with interval and p, or the sentence why there is none."""
    named = {
        "auc": "AUC",
        "average_precision": "AP",
        "accuracy": "Accuracy",
        "macro_recall": "Macro recall",
    }
    made = [each for each in comparisons if not isinstance(each, str)]
    figures = [difference.figure for difference in made[0].differences] if made else []
    heads = ("System", *(f"Δ {named[figure]}" for figure in figures), "Tested on")
    return Table(
        heads, tuple(_paired_row(*pair, len(figures)) for pair in zip(titles, comparisons, strict=True))
    )


def _paired_row(title: str, comparison: PairedComparison | str, n_figures: int) -> tuple[Cell, ...]:
    if isinstance(comparison, str):
        return (Cell(title), *(Cell("–") for _ in range(n_figures)), Cell("", comparison))
    cells = []
    for each in comparison.differences:
        limits = f"{signed(each.interval.low)} to {signed(each.interval.high)}, {p_text(each.p)}"
        cells.append(Cell(signed(each.interval.value), limits))
    folds = folds_text(comparison.folds)
    counts = f"{comparison.n_records} records, {comparison.n_patients} patients"
    return (Cell(title), *cells, Cell(counts, folds))


def signed(value: float) -> str:
    """A difference with its sign, minus as it is printed."""
    return f"{value:+.3f}".replace("-", "−")


def p_text(p: float) -> str:
    """A p value as it is printed."""
    if math.isnan(p):
        return "p not known"
    return f"p {p:.3f}" if p >= 0.001 else "p < 0.001"


def _table(metrics: Sequence[Metrics], columns: Sequence[_Column], may_mark: bool) -> Table:
    best = [_best(metrics, column) if may_mark else None for column in columns]
    rows = []
    for each in metrics:
        cells = [Cell(each["title"])]
        for column, highest in zip(columns, best, strict=True):
            cell = column.cell(each)
            marked = highest is not None and column.value is not None and column.value(each) == highest
            cells.append(Cell(cell.text, cell.detail, marked))
        rows.append(tuple(cells))
    return Table(("System", *(column.head for column in columns)), tuple(rows))


def _best(metrics: Sequence[Metrics], column: _Column) -> float | None:
    """The highest value of a column; None where fewer than two systems have one."""
    if column.value is None:
        return None
    values = [value for each in metrics if (value := column.value(each)) is not None]
    return max(values) if len(values) > 1 else None


def _facts() -> list[_Column]:
    return [
        _Column("Parameters", lambda m: Cell(parameters_text(m["n_parameters"]))),
        _Column("Time", lambda m: Cell(duration_text(m["seconds"]))),
        _Column("Folds", lambda m: Cell(f"{len(m['folds_run'])} of {m['folds_total']}")),
    ]


def _two_class_columns() -> list[_Column]:
    rates = ("f1", "sensitivity", "specificity", "positive_predictive_value", "negative_predictive_value")
    heads = ("F1", "Sensitivity", "Specificity", "PPV", "NPV")
    return [
        _over_folds("AUC, mean ± SD", "auc"),
        _pooled("AUC, pooled", "auc"),
        _pooled("AP, pooled", "average_precision"),
        *(_rate(head, "at_best_f1", rate) for head, rate in zip(heads, rates, strict=True)),
    ]


def _many_class_columns() -> list[_Column]:
    columns = [_over_folds("Accuracy, mean ± SD", "accuracy")]
    for head, name in (
        ("Accuracy, pooled", "accuracy"),
        ("Macro recall", "macro_recall"),
        ("Macro F1", "macro_f1"),
    ):
        columns.append(_pooled(head, name))
    sites = (
        ("Families: accuracy", "family_accuracy"),
        ("Families: macro recall", "family_macro_recall"),
    )
    return [*columns, *(_site(head, name) for head, name in sites)]


def _over_folds(head: str, name: str) -> _Column:
    def cell(metrics: Metrics) -> Cell:
        mean, sd = metrics[name]["mean"], metrics[name]["sd"]
        if mean is None:
            return Cell("–")
        return Cell(f"{mean:.3f}" if sd is None else f"{mean:.3f} ± {sd:.3f}")

    return _Column(head, cell, lambda metrics: known(metrics[name]["mean"]))


def _pooled(head: str, name: str) -> _Column:
    return _Column(
        head, lambda m: interval_cell(m[name]["pooled"]), lambda m: known(m[name]["pooled"]["value"])
    )


def _site(head: str, name: str) -> _Column:
    def cell(metrics: Metrics) -> Cell:
        return interval_cell(metrics["sites"][name]) if "sites" in metrics else Cell("–")

    def value(metrics: Metrics) -> float | None:
        return known(metrics["sites"][name]["value"]) if "sites" in metrics else None

    return _Column(head, cell, value)


def _rate(head: str, point: str, name: str) -> _Column:
    def cell(metrics: Metrics) -> Cell:
        made = metrics[point]["decisions"]
        return Cell("–", "no threshold") if made is None else interval_cell(made[name])

    def value(metrics: Metrics) -> float | None:
        made = metrics[point]["decisions"]
        return None if made is None else known(made[name]["value"])

    return _Column(head, cell, value)


def _ruled_out(metrics: Metrics) -> Cell:
    made = metrics["at_rule_out"]["decisions"]
    if made is None:
        return Cell("–", "no threshold")
    share = made["called_positive"]
    return interval_cell({"value": 1 - share["value"], "low": 1 - share["high"], "high": 1 - share["low"]})


def _calibration_columns() -> list[_Column]:
    def change(name: str) -> Callable[[Metrics], Cell]:
        def cell(metrics: Metrics) -> Cell:
            before, after = metrics["calibration"]["before"], metrics["calibration"]["after"]
            if after is None:
                return Cell(f"{before[name]:.3f}", "not calibrated")
            return Cell(f"{before[name]:.3f} → {after[name]:.3f}")

        return cell

    return [
        _Column("Brier score", change("brier")),
        _Column("Calibration error", change("expected_calibration_error")),
    ]


def interval_cell(figures: dict[str, float]) -> Cell:
    """A value over its interval."""
    if known(figures["value"]) is None:
        return Cell("–")
    low, high = known(figures["low"]), known(figures["high"])
    limits = "" if low is None or high is None else f"{low:.3f}–{high:.3f}"
    return Cell(f"{figures['value']:.3f}", limits)


def known(value: float | None) -> float | None:
    """The value, or None where it is not a number."""
    return None if value is None or math.isnan(value) else value


def parameters_text(n_parameters: int | None) -> str:
    return "–" if n_parameters is None else f"{n_parameters:,}"


def duration_text(seconds: float | None) -> str:
    """Seconds, minutes or hours, whichever reads best."""
    if seconds is None:
        return "–"
    for size, unit in ((3600.0, "h"), (60.0, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.1f} s"
