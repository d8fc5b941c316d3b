"""Two systems are compared on the same records, or not at all."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from tests.unit.made_results import made_result
from training.figures.delong import delong_p
from training.figures.evaluate import auc, bootstrap
from training.figures.out_of_fold import OutOfFold
from training.figures.paired import NotPairedError, compare, two_sided_p
from training.figures.system_result import SystemResult


def shuffled(result: SystemResult) -> SystemResult:
    """The same predictions in another order."""
    order = np.random.default_rng(8).permutation(len(result.records))
    said = result.predictions
    return replace(
        result,
        predictions=OutOfFold(
            said.rows[order], said.probabilities[order], said.targets[order], said.run[order], said.validation
        ),
        records=tuple(result.records[place] for place in order),
    )


def test_a_better_system_is_found_better_beyond_chance() -> None:
    found = compare(made_result("weak", separation=0.5), made_result("strong", separation=2.5, seed=1), 400)
    difference = found.differences[0]
    assert difference.figure == "auc"
    assert difference.interval.low > 0.1
    assert difference.p < 0.02
    assert difference.delong_p is not None
    assert difference.delong_p < 1e-6
    assert found.to_json()["against"] == "weak"
    assert found.n_records == 180


def test_a_system_does_not_differ_from_itself_in_another_order() -> None:
    result = made_result()
    for difference in compare(result, shuffled(result), 60).differences:
        assert (difference.interval.value, difference.interval.low, difference.interval.high) == (
            0.0,
            0.0,
            0.0,
        )
        assert difference.p == 1.0


def test_the_difference_has_the_interval_of_the_plain_bootstrap() -> None:
    first, second = made_result(separation=1.0), made_result(separation=1.4, seed=5)
    targets, a, b = (
        first.predictions.targets,
        first.predictions.probabilities[:, 1],
        second.predictions.probabilities[:, 1],
    )
    plain = bootstrap(
        lambda rows: auc(targets[rows], b[rows]) - auc(targets[rows], a[rows]), first.patients, 150
    )
    found = compare(first, second, 150).differences[0].interval
    assert [found.value, found.low, found.high] == pytest.approx(
        [plain.value, plain.low, plain.high], abs=1e-12
    )


def test_systems_of_several_classes_are_compared_by_accuracy_and_recall() -> None:
    classes = ("N", "A", "I")
    found = compare(made_result(classes=classes), made_result(classes=classes, separation=3.0, seed=2), 100)
    assert [each.figure for each in found.differences] == ["accuracy", "macro_recall"]
    assert all(each.interval.low > 0 for each in found.differences)


def test_systems_tested_on_other_records_are_refused() -> None:
    first = made_result()
    with pytest.raises(NotPairedError, match="were not tested on the same records of the same folds"):
        compare(first, first.of_folds([0, 1]))
    moved = replace(first, folds=(1, 0, 2))
    with pytest.raises(NotPairedError, match="same folds"):
        compare(first, moved)


def test_systems_with_other_labels_or_classes_are_refused() -> None:
    first = made_result()
    said = first.predictions
    relabelled = replace(first, predictions=replace(said, targets=1 - said.targets))
    with pytest.raises(NotPairedError, match="other labels"):
        compare(first, relabelled)
    with pytest.raises(NotPairedError, match="other classes"):
        compare(first, made_result(classes=("N", "A", "I")))


def test_the_p_of_draws_is_counted_from_the_smaller_side() -> None:
    draws = np.array([-1.0] * 2 + [1.0] * 97)
    assert two_sided_p(draws) == pytest.approx(2 * 3 / 100)
    assert two_sided_p(np.array([1.0] * 99)) == pytest.approx(0.02)
    assert np.isnan(two_sided_p(np.array([np.nan])))


def plain_delong(targets: np.ndarray, first: np.ndarray, second: np.ndarray) -> float:
    """Standard error by DeLong's definition, every pair compared."""
    kernels = []
    for scores in (first, second):
        gaps = scores[targets == 1][:, None] - scores[targets == 0][None, :]
        kernels.append((gaps > 0) + 0.5 * (gaps == 0))
    gap = kernels[1] - kernels[0]
    return float(np.sqrt(gap.mean(1).var(ddof=1) / gap.shape[0] + gap.mean(0).var(ddof=1) / gap.shape[1]))


def test_delong_is_delongs_where_each_patient_has_one_record() -> None:
    rng = np.random.default_rng(2)
    targets = rng.integers(0, 2, 70)
    first, second = (np.round(targets + rng.normal(0, 1, 70), 1) for _ in range(2))
    error, p = delong_p(targets, first, second, np.arange(70))
    assert error == pytest.approx(plain_delong(targets, first, second), rel=1e-9)
    gap = roc_auc_score(targets, second) - roc_auc_score(targets, first)
    assert p == pytest.approx(math.erfc(abs(gap) / error / math.sqrt(2)))


def test_a_patient_recorded_four_times_counts_once() -> None:
    rng = np.random.default_rng(6)
    targets = rng.integers(0, 2, 60)
    first, second = (targets + rng.normal(0, 1, 60) for _ in range(2))
    once, _ = delong_p(targets, first, second, np.arange(60))
    four = [np.repeat(each, 4) for each in (targets, first, second, np.arange(60))]
    fourfold, _ = delong_p(*four)
    as_if_independent, _ = delong_p(*four[:3], np.arange(240))
    assert fourfold == pytest.approx(once, rel=1e-9)
    assert as_if_independent == pytest.approx(once / 2, rel=0.03)


def test_delong_needs_two_patients_in_each_class() -> None:
    assert np.isnan(delong_p(np.array([1, 0, 0]), np.arange(3.0), np.arange(3.0), np.arange(3))).all()
