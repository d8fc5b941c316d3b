"""Figures are the same bytes each time, and predictions and metrics hold what was measured."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from matplotlib.figure import Figure

from tests.unit.made_results import SITES, made_history, made_result, scored_result
from training.figures.calibration_plot import calibration_figure
from training.figures.confusion_plot import confusion_figure, two_class_table
from training.figures.curves import comparison_figure, pr_points, roc_figure, roc_points
from training.figures.drawing import save_figure
from training.figures.evaluate import auc, binary_metrics
from training.figures.learning_curves import learning_figure
from training.figures.predictions_table import hashed_patient, predictions_table, write_predictions
from training.figures.site_figures import site_metrics
from training.figures.system_metrics import calibration_figures, known_only, system_metrics, write_metrics

PNG_MAGIC = b"\x89PNG"


def words_of(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_a_figure_is_written_twice_as_the_same_bytes(tmp_path: Path) -> None:
    result = made_result()
    metrics = system_metrics(result, 10)
    digests = []
    for name in ("one", "two"):
        paths = save_figure(roc_figure(result, metrics), tmp_path / name)
        assert [path.suffix for path in paths] == [".png", ".svg"]
        digests.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in paths])
    assert digests[0] == digests[1]
    assert (tmp_path / "one.png").read_bytes().startswith(PNG_MAGIC)
    assert "<dc:date>" not in (tmp_path / "one.svg").read_text()


def test_a_systems_name_may_have_a_point(tmp_path: Path) -> None:
    paths = save_figure(learning_figure([made_history(0)]), tmp_path / "ecg-smart-net.v1_learning")
    assert [path.name for path in paths] == [
        "ecg-smart-net.v1_learning.png",
        "ecg-smart-net.v1_learning.svg",
    ]


def test_the_roc_names_its_measured_area() -> None:
    result = made_result()
    metrics = system_metrics(result, 20)
    area = np.trapezoid(*roc_points(result)[::-1])
    assert area == pytest.approx(metrics["auc"]["pooled"]["value"], abs=1e-4)
    assert any(f"AUC {area:.3f}" in words for words in words_of(roc_figure(result, metrics)))
    recall, _ = pr_points(result)
    assert (recall.max(), recall.min()) == (1.0, 0.0)


def test_systems_are_named_in_the_picture_the_best_on_top() -> None:
    results = [made_result("weak", separation=0.3), made_result("strong", separation=3.0)]
    figure = comparison_figure(results, [system_metrics(each, 10) for each in results])
    heights = {text.get_text(): text.get_position()[1] for text in figure.axes[0].texts}
    assert heights["The strong system"] > heights["The weak system"]


def test_the_confusion_matrix_has_truth_in_rows() -> None:
    table = two_class_table(
        {"true_positive": 7, "false_negative": 3, "false_positive": 1, "true_negative": 9}
    )
    assert table.tolist() == [[9, 1], [3, 7]]
    assert words_of(confusion_figure(table, ["no MI", "MI"], "Records")) == [
        "9\n90%",
        "1\n10%",
        "3\n30%",
        "7\n70%",
    ]


def test_learning_curves_of_folds_of_unequal_length_end_their_mean_with_the_shortest() -> None:
    figure = learning_figure([made_history(0, 12), made_history(1, 5)])
    (mean,) = [line for line in figure.axes[1].lines if line.get_linewidth() > 1.5]
    assert list(mean.get_xdata()) == [1, 2, 3, 4, 5]
    assert sorted(words_of(figure)) == ["training", "validation"]


def test_the_calibration_plot_shows_both_lines_and_their_errors() -> None:
    figures = calibration_figures(made_result())
    shown = words_of(calibration_figure(figures))
    for name in ("before", "after"):
        error = figures[name]["expected_calibration_error"]
        assert any(words.startswith(name) and f"ECE {error:.3f}" in words for words in shown)
    assert [words[:6] for words in words_of(calibration_figure(figures | {"after": None}))] == ["before"]


def test_metrics_of_two_classes_agree_with_those_of_a_card() -> None:
    result = made_result()
    metrics = system_metrics(result, 50)
    card = binary_metrics(result.predictions, result.patients, 50)
    assert metrics["auc"]["pooled"] == card["auc_pooled"]
    assert metrics["average_precision"]["pooled"] == card["ap_pooled"]
    own = card["at_own_threshold"]
    assert {name: metrics["at_best_f1"]["decisions"][name] for name in own} == own


def test_metrics_of_sites_are_those_of_a_card_and_more() -> None:
    result = made_result(classes=SITES, task="mi-location", per_fold=80)
    metrics = system_metrics(result, 40)
    assert metrics["sites"] == site_metrics(result.predictions, result.patients, SITES, 40)
    right = result.predictions.probabilities.argmax(axis=1) == result.predictions.targets
    assert metrics["accuracy"]["pooled"]["value"] == pytest.approx(right.mean(), abs=1e-4)
    assert np.trace(np.array(metrics["confusion"])) == right.sum()
    assert list(metrics["recall"]) == sorted(SITES)


def test_what_could_not_be_computed_is_null_in_the_file(tmp_path: Path) -> None:
    result = scored_result([1, 1], [0.9, 0.8], validation=([1, 1], [0.9, 0.2]))
    write_metrics(tmp_path / "metrics.json", system_metrics(result, 5))
    read = json.loads((tmp_path / "metrics.json").read_text(), parse_constant=pytest.fail)
    assert read["auc"]["pooled"] == {"value": None, "low": None, "high": None}
    assert read["auc"]["mean"] is None
    assert known_only({"a": [float("inf"), 1.0]}) == {"a": [None, 1.0]}


def test_the_table_names_no_patient_and_keeps_the_probabilities(tmp_path: Path) -> None:
    result = made_result()
    write_predictions(tmp_path / "predictions.parquet", result)
    table = pq.read_table(tmp_path / "predictions.parquet")
    assert b"patient 0" not in (tmp_path / "predictions.parquet").read_bytes()
    assert table["patient"][0].as_py() == hashlib.sha256(b"patient 0").hexdigest()[:16]
    assert table.num_rows == 180
    assert table["record_id"][5].as_py() == "made/5"
    positive = table["probability_MI"].to_numpy()
    np.testing.assert_array_equal(positive, result.predictions.probabilities[:, 1])
    targets = np.array([label == "MI" for label in table["label"].to_pylist()])
    assert auc(targets.astype(int), positive) == auc(result.predictions.targets, positive)
    assert set(table["fold"].to_pylist()) == {0, 1, 2}


def test_decisions_in_the_table_are_those_that_were_counted() -> None:
    result = made_result()
    table = predictions_table(result)
    decisions = system_metrics(result, 5)["at_rule_out"]["decisions"]
    called = np.array(table["decision_rule_out"].to_pylist())
    targets = np.array(table["label"].to_pylist()) == "MI"
    assert (called & targets).sum() == decisions["true_positive"]
    assert (called & ~targets).sum() == decisions["false_positive"]


def test_a_fold_without_a_threshold_or_calibrator_leaves_the_cells_empty() -> None:
    table = predictions_table(scored_result([1, 0], [0.9, 0.1], validation=([0, 0], [0.9, 0.8])))
    for name in ("decision_best_f1", "decision_rule_out", "decision_rule_in", "calibrated_probability"):
        assert table[name].to_pylist() == [None, None]
    assert table["fold"].to_pylist() == [4, 4]


def test_the_table_of_several_classes_names_the_call() -> None:
    result = made_result(classes=SITES)
    table = predictions_table(result)
    assert table["called"].to_pylist()[:9] == [
        SITES[k] for k in result.predictions.probabilities[:9].argmax(axis=1)
    ]
    assert "decision_best_f1" not in table.column_names


def test_patients_of_one_name_stay_one() -> None:
    assert hashed_patient("a") == hashed_patient("a")
    assert hashed_patient("a") != hashed_patient("b")
