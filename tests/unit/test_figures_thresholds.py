"""Thresholds come from validation, decisions are counted on tested records."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.made_results import made_result, scored_result
from training.figures.thresholds import operating_points, rule_in_threshold, rule_out_threshold
from training.figures.two_class_figures import two_class_figures

TEN_POSITIVES = np.array([0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.3, 0.1], dtype=np.float32)


def test_rule_out_is_the_largest_threshold_with_nine_of_ten_positives_above() -> None:
    scores = np.concatenate([TEN_POSITIVES, np.array([0.05, 0.2, 0.4], dtype=np.float32)])
    targets = np.array([1] * 10 + [0] * 3)
    threshold = rule_out_threshold(targets, scores).value
    assert threshold == pytest.approx(0.3)
    assert threshold is not None
    assert (threshold <= TEN_POSITIVES).mean() == 0.9


def test_rule_in_is_the_smallest_threshold_with_enough_true_calls() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1], dtype=np.float32)
    targets = np.array([1, 1, 1, 1, 1, 1, 0, 0, 0])
    assert rule_in_threshold(targets, scores).value == pytest.approx(0.3)  # 6 of 7 = 0.857
    assert rule_in_threshold(targets, scores[::-1].copy()).value is None


def test_rule_in_counts_all_records_of_a_tied_score() -> None:
    scores = np.array([0.9, 0.9, 0.2], dtype=np.float32)
    assert rule_in_threshold(np.array([1, 0, 0]), scores).value is None
    assert rule_in_threshold(np.array([1, 1, 0]), scores).value == pytest.approx(0.9)


def test_what_cannot_be_chosen_says_why() -> None:
    points = operating_points(np.zeros(5, dtype=np.int64), np.linspace(0, 1, 5, dtype=np.float32))
    for point in (points.best_f1, points.rule_out):
        assert point.value is None
        assert point.why_none == "None of the 5 validation records is positive: use a fold with positives."
    assert points.rule_in.value is None
    assert "No threshold has a positive predictive value of 0.85" in points.rule_in.why_none


def test_thresholds_are_of_validation_and_counts_of_tested_records() -> None:
    result = scored_result(
        targets=[1, 1, 0, 0], scores=[0.9, 0.3, 0.6, 0.1], validation=([1, 1, 0, 0], [0.8, 0.5, 0.4, 0.2])
    )
    figures = two_class_figures(result, n_draws=30)
    point = figures["at_best_f1"]
    assert point["thresholds"] == {"4": pytest.approx(0.5)}
    counts = ("true_positive", "false_negative", "false_positive", "true_negative")
    assert [point["decisions"][name] for name in counts] == [1, 1, 1, 1]
    assert point["decisions"]["f1"]["value"] == 0.5
    assert figures["at_rule_out"]["thresholds"] == {"4": pytest.approx(0.5)}
    assert figures["auc"]["per_fold"] == {"4": 0.75}
    assert figures["auc"]["sd"] is None


def test_records_of_a_fold_without_a_threshold_are_in_no_decision() -> None:
    result = scored_result([1, 0], [0.9, 0.1], validation=([1, 0, 0], [0.2, 0.9, 0.9]))
    point = two_class_figures(result, n_draws=10)["at_rule_in"]
    assert point["decisions"] is None
    assert point["n_records"] == 0
    assert list(point["why_none"]) == ["4"]


def test_mean_and_deviation_are_over_the_folds() -> None:
    result = made_result(n_folds=4)
    figures = two_class_figures(result, n_draws=10)["auc"]
    values = list(figures["per_fold"].values())
    assert len(values) == 4
    assert figures["mean"] == pytest.approx(np.mean(values), abs=1e-4)
    assert figures["sd"] == pytest.approx(np.std(values, ddof=1), abs=1e-4)
