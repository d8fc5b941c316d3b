"""Calibration learns from validation, is chosen there, and is plain numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.unit.made_results import made_result, scored_result
from training.figures.calibration import CalibrationError, Calibrator, fit_calibrator, fit_method, logit
from training.figures.reliability import calibrate_folds, calibrated_probabilities, reliability
from training.figures.system_metrics import calibration_figures


def overconfident(n: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcomes, their true probability, and what a network says whose logits are three times too large."""
    rng = np.random.default_rng(seed)
    true = 1 / (1 + np.exp(-rng.normal(-0.5, 1.2, n)))
    outcomes = (rng.random(n) < true).astype(np.int64)
    return outcomes, true, 1 / (1 + np.exp(-3 * logit(true) - 1))


def people(n: int) -> list[str]:
    return [f"p{k}" for k in range(n)]


def test_platt_undoes_logits_that_are_three_times_too_large() -> None:
    outcomes, true, said = overconfident(4000)
    platt = fit_method("platt", outcomes, said)
    assert platt.x[0] == pytest.approx(1 / 3, abs=0.03)
    assert np.abs(platt(said) - true).max() < 0.05


def test_isotonic_follows_a_step_that_platt_cannot_and_is_chosen_for_it() -> None:
    rng = np.random.default_rng(4)
    said = rng.random(2000)
    outcomes = (
        rng.random(2000) < np.where((said > 0.3) & (said < 0.6), 0.5, 0.05 + 0.9 * (said >= 0.6))
    ).astype(np.int64)
    calibrator, judged = fit_calibrator(outcomes, said, people(2000))
    assert calibrator.method == "isotonic"
    assert judged["isotonic"] < judged["platt"]
    assert calibrator(np.array([0.1, 0.45, 0.9])) == pytest.approx([0.05, 0.5, 0.95], abs=0.1)


def test_few_records_are_calibrated_by_platt_without_a_choice() -> None:
    outcomes, _, said = overconfident(14)
    calibrator, judged = fit_calibrator(outcomes, said, people(14))
    assert calibrator.method == "platt"
    assert judged == {}


def test_separable_records_do_not_make_platt_certain() -> None:
    platt = fit_method("platt", np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.8, 0.9]))
    assert 0.6 < platt(np.array([0.9]))[0] < 0.95


def test_one_class_cannot_be_calibrated_and_says_so() -> None:
    with pytest.raises(CalibrationError, match="all of one class"):
        fit_calibrator(np.ones(8, dtype=np.int64), np.linspace(0, 1, 8), people(8))


@pytest.mark.parametrize("method", ["platt", "isotonic"])
def test_a_calibrator_survives_json(method: str) -> None:
    outcomes, _, said = overconfident(200)
    calibrator = fit_method(method, outcomes, said)  # type: ignore[arg-type]
    again = Calibrator.from_json(json.loads(json.dumps(calibrator.to_json())))
    np.testing.assert_array_equal(again(said), calibrator(said))


def test_an_unknown_calibration_is_refused() -> None:
    with pytest.raises(CalibrationError, match="does not know the calibration 'beta'"):
        Calibrator.from_json({"method": "beta", "x": [], "y": []})


def test_reliability_is_counted_by_hand() -> None:
    found = reliability(np.array([0, 1, 1, 1]), np.array([0.05, 0.05, 0.95, 1.0]))
    assert [(each.low, each.n_records, each.observed) for each in found.bins] == [
        (0.0, 2, 0.5),
        (0.9, 2, 1.0),
    ]
    assert found.expected_calibration_error == pytest.approx(0.5 * 0.45 + 0.5 * 0.025)
    assert found.brier == pytest.approx((0.05**2 + 0.95**2 + 0.05**2 + 0.0) / 4)


def test_the_tested_records_do_not_move_their_own_calibrator() -> None:
    validation = ([0, 1, 0, 1, 1, 0], [0.2, 0.9, 0.4, 0.6, 0.8, 0.1])
    one = scored_result([1, 0], [0.9, 0.1], validation)
    other = scored_result([0, 1], [0.9, 0.1], validation)
    assert calibrate_folds(one) == calibrate_folds(other)


def test_calibration_betters_an_overconfident_system_on_tested_records() -> None:
    outcomes, _, said = overconfident(1500)
    result = scored_result(
        outcomes[:700].tolist(), said[:700].tolist(), (outcomes[700:].tolist(), said[700:].tolist())
    )
    figures = calibration_figures(result)
    assert figures["of"] == "MI"
    assert (
        figures["after"]["expected_calibration_error"] < 0.5 * figures["before"]["expected_calibration_error"]
    )
    assert figures["after"]["brier"] < figures["before"]["brier"]


def test_a_fold_that_cannot_be_calibrated_leaves_its_records_without() -> None:
    result = scored_result([1, 0], [0.9, 0.1], ([1, 1], [0.9, 0.8]))
    assert np.isnan(calibrated_probabilities(result, calibrate_folds(result))).all()
    figures = calibration_figures(result)
    assert figures["after"] is None
    assert figures["folds"]["4"]["why_none"].startswith("The 2 validation records are all of one class")


def test_of_several_classes_the_probability_of_the_call_is_calibrated() -> None:
    result = made_result(classes=("N", "A", "I"), separation=1.0, per_fold=80)
    calibrated = calibrated_probabilities(result, calibrate_folds(result))
    right = result.predictions.probabilities.argmax(axis=1) == result.predictions.targets
    assert calibrated[right].mean() > calibrated[~right].mean()
    assert calibrated.mean() == pytest.approx(right.mean(), abs=0.1)
