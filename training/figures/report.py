"""The report of a run: one HTML file that holds all systems side by side, and the files it rests on."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib.figure import Figure

from training.figures import report_words as words
from training.figures.calibration_plot import calibration_figure
from training.figures.confusion_plot import FEW_CLASSES, confusion_figure, two_class_table
from training.figures.curves import (
    comparison_figure,
    has_curves,
    interval_figure,
    pr_figure,
    roc_figure,
)
from training.figures.drawing import save_figure
from training.figures.learning_curves import learning_figure
from training.figures.paired import NotPairedError, PairedComparison, compare
from training.figures.predictions_table import write_predictions
from training.figures.read_run import Run, RunFolderError, read_run
from training.figures.report_tables import (
    Table,
    calibration_table,
    main_table,
    operating_table,
    paired_table,
)
from training.figures.resampling import N_BOOTSTRAP
from training.figures.saliency_plot import saliency_figure
from training.figures.system_metrics import system_metrics, write_metrics
from training.figures.system_result import SystemResult

TEMPLATE: Final = "report.html.j2"
Metrics = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure for the page: an SVG as a data address, and what it shows for those who cannot see it."""

    address: str = field(repr=False)
    words: str
    is_wide: bool


@dataclass(frozen=True, slots=True)
class SystemPart:
    """One system's part of the report."""

    result: SystemResult
    folds: str
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Systems with the same classes, which can stand in one table; the first is compared against."""

    classes: tuple[str, ...]
    main: Table
    second: Table
    paired: Table | None
    first_title: str
    marking: str
    missing: tuple[str, ...]
    pictures: tuple[Picture, ...]
    systems: tuple[SystemPart, ...]


def report_run(folder: Path, n_draws: int = N_BOOTSTRAP) -> Path:
    """Write report.html, figures/, and metrics.json and predictions.parquet per system; returns the report.

    A run with folds or systems missing is reported as far as it is, and the report says so. Raises
    RunFolderError when nothing was tested yet or a file is damaged.
    """
    run = read_run(folder)
    if not run.systems:
        raise RunFolderError(f"No fold of any system in {folder} has been tested yet: let the run go on.")
    (folder / "figures").mkdir(exist_ok=True)
    groups = [_group(run, each, n_draws) for each in _by_classes(run.systems)]
    path = folder / "report.html"
    path.write_text(_page(run, groups, n_draws), encoding="utf-8")
    return path


def _by_classes(results: Sequence[SystemResult]) -> list[list[SystemResult]]:
    groups: dict[tuple[str, ...], list[SystemResult]] = {}
    for result in results:
        groups.setdefault(result.classes, []).append(result)
    return list(groups.values())


def _group(run: Run, results: Sequence[SystemResult], n_draws: int) -> Group:
    comparisons = [_compared(results[0], each, n_draws) for each in results[1:]]
    metrics = [system_metrics(result, n_draws) for result in results]
    for comparison, each in zip(comparisons, metrics[1:], strict=True):
        each["paired"] = {"why_none": comparison} if isinstance(comparison, str) else comparison.to_json()
    for result, each in zip(results, metrics, strict=True):
        write_metrics(run.folder / result.name / "metrics.json", each)
        write_predictions(run.folder / result.name / "predictions.parquet", result)
    is_binary, may_mark = results[0].is_binary, _same_records(results)
    return Group(
        classes=results[0].classes,
        main=main_table(metrics, is_binary, may_mark),
        second=operating_table(metrics) if is_binary else calibration_table(metrics),
        paired=paired_table(comparisons, [each.title for each in results[1:]]) if comparisons else None,
        first_title=results[0].title,
        marking=words.marking_sentence(results, may_mark),
        missing=tuple(
            sentence
            for pair in zip(results, metrics, strict=True)
            for sentence in words.missing_thresholds(*pair)
        ),
        pictures=_group_pictures(run.folder / "figures", results, metrics),
        systems=tuple(
            SystemPart(
                result,
                words.folds_text(result.folds, result.folds_total),
                _system_pictures(run.folder / "figures", result, each),
            )
            for result, each in zip(results, metrics, strict=True)
        ),
    )


def _compared(first: SystemResult, other: SystemResult, n_draws: int) -> PairedComparison | str:
    """The comparison on the folds that both have run, or the sentence why there is none."""
    shared = sorted(set(first.folds) & set(other.folds))
    if not shared:
        return f"{first.title} and {other.title} have no tested fold in common yet."
    try:
        return compare(first.of_folds(shared), other.of_folds(shared), n_draws)
    except NotPairedError as error:
        return str(error)


def _same_records(results: Sequence[SystemResult]) -> bool:
    tested = [np.sort(result.predictions.rows) for result in results]
    return all(np.array_equal(tested[0], rows) for rows in tested[1:])


def _group_pictures(
    figures: Path, results: Sequence[SystemResult], metrics: Sequence[Metrics]
) -> tuple[Picture, ...]:
    """All systems in one picture each; nothing for a single system."""
    name = f"all_{len(results[0].classes)}_classes"
    if results[0].is_binary:
        drawn = [pair for pair in zip(results, metrics, strict=True) if has_curves(pair[0])]
        results, metrics = [result for result, _ in drawn], [each for _, each in drawn]
    if len(results) < 2:
        return ()
    if not results[0].is_binary:
        figure = interval_figure(results, metrics, "accuracy", "Accuracy")
        return (_picture(figure, figures / f"{name}_accuracy", "Accuracy of all systems", True),)
    aucs = interval_figure(results, metrics, "auc", "AUC")
    curves = comparison_figure(results, metrics)
    return (
        _picture(aucs, figures / f"{name}_auc", "AUC of all systems with 95 % intervals", True),
        _picture(curves, figures / f"{name}_curves", "ROC and precision-recall curves of all systems", True),
    )


def _system_pictures(figures: Path, result: SystemResult, metrics: Metrics) -> tuple[Picture, ...]:
    drawn: list[tuple[str, Figure, bool]] = []
    if has_curves(result):
        drawn += [("roc", roc_figure(result, metrics), False), ("pr", pr_figure(result, metrics), False)]
    drawn.append(("calibration", calibration_figure(metrics["calibration"]), False))
    confusion = _confusion(result, metrics)
    if confusion is not None:
        drawn.append(("confusion", confusion, len(result.classes) > FEW_CLASSES))
    if result.history:
        drawn.append(
            (
                "learning",
                learning_figure(result.history, str(result.settings.get("keep", "best-score"))),
                True,
            )
        )
    if result.saliency is not None:
        drawn.append(("saliency", saliency_figure(result.saliency), True))
    return tuple(
        _picture(figure, figures / f"{result.name}_{name}", f"{result.title}: {name}", is_wide)
        for name, figure, is_wide in drawn
    )


def _confusion(result: SystemResult, metrics: Metrics) -> Figure | None:
    if not result.is_binary:
        return confusion_figure(np.asarray(metrics["confusion"]), result.classes, "Confusion, records")
    decisions = metrics["at_best_f1"]["decisions"]
    if decisions is None:
        return None
    return confusion_figure(two_class_table(decisions), result.classes, "Records at each fold's best F1")


def _picture(figure: Figure, path: Path, description: str, is_wide: bool) -> Picture:
    _, svg = save_figure(figure, path)
    encoded = base64.b64encode(svg.read_bytes()).decode("ascii")
    return Picture(f"data:image/svg+xml;base64,{encoded}", description, is_wide)


def _page(run: Run, groups: Sequence[Group], n_draws: int) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template(TEMPLATE).render(
        title=words.experiment_title(run),
        notice=words.NOTICE,
        said=words.experiment_sentences(run),
        data=words.data_sentences(run),
        gaps=words.gaps(run),
        groups=groups,
        n_draws=n_draws,
        experiment_text=run.experiment_text,
    )
    return re.sub(r"\n\s*\n+", "\n", page)
