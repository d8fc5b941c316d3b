"""Many bootstrap draws in one call give what one draw after the other gives."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, average_precision_score, f1_score, recall_score, roc_auc_score

from training.figures import resampling
from training.figures.evaluate import auc, bootstrap
from training.figures.many_classes import Called
from training.figures.resampling import PatientDraws
from training.figures.weighted import (
    weighted_auc,
    weighted_average_precision,
    weighted_f1,
    weighted_mean,
    weighted_share,
)


def records(n: int = 90, seed: int = 3) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Targets, scores with many ties, and patients of one to several records."""
    rng = np.random.default_rng(seed)
    targets = (rng.random(n) < 0.35).astype(np.int64)
    scores = np.round(targets * 0.3 + rng.random(n), 1).astype(np.float32)
    return targets, scores, [f"p{rng.integers(0, n // 2)}" for _ in range(n)]


def drawn_rows(weights: np.ndarray) -> np.ndarray:
    return np.repeat(np.arange(weights.size), weights.astype(int))


@pytest.fixture
def some_draws() -> np.ndarray:
    _, _, patients = records()
    return np.concatenate(list(PatientDraws.of(patients, 40).weights()))


def test_every_draw_takes_all_records_of_as_many_patients_as_there_are(some_draws: np.ndarray) -> None:
    _, _, patients = records()
    for weights in some_draws:
        by_patient = {name: set() for name in patients}
        for name, weight in zip(patients, weights, strict=True):
            by_patient[name].add(weight)
        assert all(len(each) == 1 for each in by_patient.values())
        assert sum(each.pop() for each in by_patient.values()) == len(set(patients))


def test_auc_and_ap_of_draws_with_ties_are_scikit_learns(some_draws: np.ndarray) -> None:
    targets, scores, _ = records()
    aucs = weighted_auc(targets, scores)(some_draws)
    precisions = weighted_average_precision(targets, scores)(some_draws)
    for weights, found_auc, found_ap in zip(some_draws, aucs, precisions, strict=True):
        rows = drawn_rows(weights)
        assert found_auc == pytest.approx(roc_auc_score(targets[rows], scores[rows]), abs=1e-12)
        assert found_ap == pytest.approx(average_precision_score(targets[rows], scores[rows]), abs=1e-12)


def test_rates_of_draws_are_those_of_the_drawn_records(some_draws: np.ndarray) -> None:
    targets, scores, _ = records()
    called, positive = scores >= 0.6, targets == 1
    sensitivity = weighted_share(called, positive)(some_draws)
    mean, f1 = weighted_mean(scores)(some_draws), weighted_f1(called, positive)(some_draws)
    for k, weights in enumerate(some_draws):
        rows = drawn_rows(weights)
        assert sensitivity[k] == called[rows][positive[rows]].mean()
        assert mean[k] == pytest.approx(scores[rows].mean(dtype=np.float64))
        assert f1[k] == pytest.approx(f1_score(positive[rows], called[rows]))


def test_figures_of_many_classes_are_scikit_learns(some_draws: np.ndarray) -> None:
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 3, 90)
    called = Called(np.where(rng.random(90) < 0.6, truth, rng.integers(0, 4, 90)), truth, 4)
    figures = [each(some_draws) for each in (called.accuracy, called.macro_recall, called.macro_f1)]
    for k, weights in enumerate(some_draws):
        rows = drawn_rows(weights)
        y, z = truth[rows], called.guessed[rows]
        expected = (
            accuracy_score(y, z),
            recall_score(y, z, average="macro", labels=[0, 1, 2]),
            f1_score(y, z, average="macro", labels=[0, 1, 2]),
        )
        assert [values[k] for values in figures] == pytest.approx(expected)
    assert called.confusion().sum() == 90
    assert called.confusion()[1, 1] == ((truth == 1) & (called.guessed == 1)).sum()


def test_a_class_that_a_draw_lacks_leaves_its_macro_figures_undefined() -> None:
    called = Called(np.array([0, 1, 1]), np.array([0, 1, 0]), 2)
    without_the_second = np.array([[1.0, 0.0, 1.0]])
    assert np.isnan(called.macro_recall(without_the_second)).all()
    assert np.isnan(called.macro_f1(without_the_second)).all()


def test_both_forms_of_the_bootstrap_use_the_same_draws() -> None:
    targets, scores, patients = records()
    slow = bootstrap(lambda rows: auc(targets[rows], scores[rows]), patients, 120)
    fast = PatientDraws.of(patients, 120).interval(weighted_auc(targets, scores))
    assert [fast.value, fast.low, fast.high] == pytest.approx([slow.value, slow.low, slow.high], abs=1e-12)


def test_an_interval_does_not_depend_on_how_many_draws_fit_into_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    targets, scores, patients = records()
    draws, statistic = PatientDraws.of(patients, 50), weighted_auc(targets, scores)
    at_once = draws.interval(statistic)
    monkeypatch.setattr(resampling, "_CELLS_AT_ONCE", 7 * len(patients))
    assert len(list(draws.weights())) == 8
    assert draws.interval(statistic) == at_once
    assert draws.intervals({"auc": statistic}) == {"auc": at_once}


def test_records_of_one_class_have_no_auc_and_no_interval() -> None:
    interval = PatientDraws.of(["a", "b", "c"], 20).interval(
        weighted_auc(np.ones(3, dtype=np.int64), np.ones(3))
    )
    assert np.isnan([interval.value, interval.low, interval.high]).all()
