"""Figures and their intervals: whole patients are drawn, and what is too few is not quoted."""

from __future__ import annotations

import numpy as np
import pytest

from training.figures.evaluate import (
    auc,
    best_f1_threshold,
    binary_metrics,
    bootstrap,
    external_metrics,
)
from training.figures.operating_figures import operating_figures
from training.figures.out_of_fold import OutOfFold
from training.figures.site_figures import site_metrics
from training.systems.questions import SITE_CLASSES


def scored(n: int = 300, seed: int = 2) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    targets = (rng.random(n) < 0.3).astype(np.int64)
    return targets, (targets + rng.normal(0, 0.8, n)).astype(np.float32)


def test_an_interval_holds_its_value() -> None:
    targets, scores = scored()
    interval = bootstrap(lambda rows: auc(targets[rows], scores[rows]), [f"p{k}" for k in range(300)], 100)
    assert interval.low < interval.value < interval.high
    assert interval.value == pytest.approx(auc(targets, scores))


def test_records_of_one_patient_widen_the_interval() -> None:
    targets, scores = scored()
    order = np.lexsort((scores, targets))
    targets, scores = targets[order], scores[order]

    def width(n_records_per_patient: int) -> float:
        patients = [f"p{k // n_records_per_patient}" for k in range(300)]
        interval = bootstrap(lambda rows: auc(targets[rows], scores[rows]), patients, 150)
        return interval.high - interval.low

    assert width(10) > 1.5 * width(1)


def test_the_threshold_is_where_f1_is_highest() -> None:
    targets = np.array([0, 0, 0, 1, 0, 1, 1])
    scores = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.9], dtype=np.float32)
    assert best_f1_threshold(targets, scores) == pytest.approx(0.4)


def test_each_run_is_judged_at_its_own_validation_threshold() -> None:
    probabilities = np.array([[0.6, 0.4], [0.4, 0.6], [0.9, 0.1], [0.7, 0.3]], dtype=np.float32)
    low = (np.array([[0.9, 0.1], [0.8, 0.2]], dtype=np.float32), np.array([0, 1]))
    high = (np.array([[0.5, 0.5], [0.45, 0.55]], dtype=np.float32), np.array([0, 1]))
    result = OutOfFold(
        np.arange(4), probabilities, np.array([0, 1, 0, 1]), np.array([1, 1, 0, 0]), (low, high)
    )
    metrics = binary_metrics(result, ["a", "b", "c", "d"], n_draws=20)
    own = metrics["at_own_threshold"]
    counts = ("true_positive", "false_negative", "false_positive", "true_negative")
    assert [own[name] for name in counts] == [2, 0, 0, 2]
    assert metrics["thresholds"] == [0.2, 0.55]
    assert metrics["shipped_threshold"] == pytest.approx(0.375)
    shipped = metrics["at_shipped_threshold"]
    assert [shipped[name] for name in counts] == [1, 1, 1, 1]
    assert shipped["sensitivity"]["value"] == 0.5


def test_ruling_out_and_in_are_judged_at_each_runs_own_validation_threshold() -> None:
    def of(scores: list[float]) -> np.ndarray:
        return np.stack([1 - np.array(scores), np.array(scores)], axis=1).astype(np.float32)

    low = (of([0.1, 0.3, 0.2]), np.array([0, 1, 0]))
    high = (of([0.5, 0.8, 0.6]), np.array([0, 1, 0]))
    tested = of([0.25, 0.35, 0.7, 0.9])
    result = OutOfFold(np.arange(4), tested, np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1]), (low, high))
    figures = operating_figures(result, ["a", "b", "c", "d"], n_draws=20)
    assert figures["at_rule_out"]["threshold"] == pytest.approx(0.55)
    counts = ("true_positive", "false_negative", "false_positive", "true_negative")
    assert [figures["at_rule_out"][name] for name in counts] == [2, 0, 0, 2]
    assert figures["at_rule_in"]["positive_predictive_value"]["value"] == 1.0


def test_a_point_that_one_validation_fold_does_not_allow_is_left_out() -> None:
    scores = np.array([[0.1, 0.9], [0.9, 0.1]], dtype=np.float32)
    wrong = (scores, np.array([0, 1]))
    result = OutOfFold(np.arange(2), scores, np.array([1, 0]), np.zeros(2, dtype=np.int64), (wrong,))
    assert set(operating_figures(result, ["a", "b"], n_draws=20)) == {"at_rule_out"}


def test_a_site_with_few_patients_gets_no_recall() -> None:
    rng = np.random.default_rng(1)
    targets = np.concatenate(
        [np.zeros(40), np.full(20, SITE_CLASSES.index("I")), np.full(4, SITE_CLASSES.index("L"))]
    )
    targets = targets.astype(np.int64)
    probabilities = rng.dirichlet(np.ones(len(SITE_CLASSES)), targets.size).astype(np.float32)
    probabilities[np.arange(targets.size), targets] += 1.0
    result = OutOfFold(np.arange(64), probabilities, targets, np.zeros(64, dtype=np.int64), ())
    metrics = site_metrics(result, [f"p{k}" for k in range(64)], SITE_CLASSES, 20)
    assert metrics["family_recall"]["lateral"] == {"n_records": 4, "n_patients": 4, "recall": None}
    assert metrics["family_recall"]["inferior"]["recall"]["value"] == 1.0
    assert metrics["families_in_macro_recall"] == ["inferior"]
    assert list(metrics["family_confusion"]) == ["inferior"]
    assert metrics["mi_against_none_ap"]["low"] <= metrics["mi_against_none_ap"]["value"]
    assert metrics["exact_site_recall"]["L"]["recall"] is None
    assert metrics["family_accuracy"]["value"] == 1.0


def test_a_tiny_external_set_is_reported_with_its_size() -> None:
    targets, scores = scored(40)
    metrics = external_metrics(targets, scores, [f"p{k}" for k in range(40)], 50)
    assert (metrics["n_records"], metrics["n_positive"]) == (40, int(targets.sum()))
    assert metrics["auc"]["low"] <= metrics["auc"]["value"] <= metrics["auc"]["high"]
