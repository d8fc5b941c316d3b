"""The random forest: it learns, repeats itself, takes NaN, names what matters, is written without pickle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from training.systems.forest import (
    FittedForest,
    ForestSettings,
    feature_importance,
    fit_forest,
    forest_probabilities,
)
from training.systems.forest_file import (
    ARRAYS_FILE,
    FACTS_FILE,
    ForestFileError,
    load_forest,
    save_forest,
    tree_arrays,
)

NAMES = tuple(f"feature {k}" for k in range(8))
SMALL = ForestSettings(n_trees=12)


def made_rows(
    n: int, n_classes: int = 2, seed: int = 0
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Rows whose class shows in feature 3 alone; every tenth value is missing."""
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, n_classes, n)
    features = rng.normal(size=(n, len(NAMES))).astype(np.float32)
    features[:, 3] += 3.0 * targets
    features[rng.random(features.shape) < 0.1] = np.nan
    return features, targets


def accuracy(fitted: FittedForest, seed: int) -> float:
    features, targets = made_rows(200, fitted.n_classes, seed)
    return float((forest_probabilities(fitted, features).argmax(axis=1) == targets).mean())


@pytest.mark.parametrize("n_classes", [2, 4])
def test_it_learns_from_rows_with_gaps_and_answers_for_new_ones(n_classes: int) -> None:
    fitted = fit_forest(*made_rows(300, n_classes), SMALL)
    probabilities = forest_probabilities(fitted, made_rows(50, n_classes, 1)[0])
    assert probabilities.shape == (50, n_classes)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-6)
    assert accuracy(fitted, 2) > 0.8


def test_the_same_seed_gives_the_same_forest_and_another_seed_another() -> None:
    rows = made_rows(200)
    fresh = made_rows(60, seed=1)[0]
    first, again, other = (
        forest_probabilities(fit_forest(*rows, ForestSettings(n_trees=6, seed=seed)), fresh)
        for seed in (5, 5, 6)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_published_settings_reach_scikit_learn() -> None:
    model = fit_forest(*made_rows(100)).model.get_params()
    published = {
        "n_estimators": 50,
        "criterion": "entropy",
        "max_features": "log2",
        "min_samples_split": 0.001,
        "min_samples_leaf": 0.001,
        "ccp_alpha": 0.001,
        "max_samples": 0.75,
        "class_weight": "balanced_subsample",
        "n_jobs": 1,
    }
    assert {name: model[name] for name in published} == published


def test_a_class_that_no_training_row_has_gets_no_probability() -> None:
    features, targets = made_rows(150)
    fitted = fit_forest(features, np.where(targets == 1, 3, 0), SMALL, n_classes=5)
    probabilities = forest_probabilities(fitted, features[:20])
    assert probabilities.shape == (20, 5)
    assert (probabilities[:, [1, 2, 4]] == 0.0).all()


def test_rows_of_one_class_are_refused() -> None:
    with pytest.raises(ValueError, match="two classes"):
        fit_forest(made_rows(20)[0], np.zeros(20, dtype=np.int64), SMALL)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_feature_that_carries_the_class_is_the_most_important(n_classes: int) -> None:
    fitted = fit_forest(*made_rows(300, n_classes), SMALL)
    table = feature_importance(fitted, *made_rows(150, n_classes, 1), NAMES, n_shuffles=2)
    assert table[0].feature == "feature 3"
    assert table[0].drop > 0.1 > 3 * abs(table[1].drop)
    assert {row.feature for row in table} == set(NAMES)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_written_forest_answers_as_scikit_learn_does(tmp_path: Path, n_classes: int) -> None:
    fitted = fit_forest(*made_rows(300, n_classes), ForestSettings(n_trees=20))
    fresh = made_rows(120, n_classes, 1)[0]
    classes = tuple("ABC"[:n_classes])
    save_forest(tmp_path / "forest", fitted, NAMES, classes)
    read = load_forest(tmp_path / "forest")
    assert (read.classes, read.feature_names) == (classes, NAMES)
    np.testing.assert_allclose(read.probabilities(fresh), forest_probabilities(fitted, fresh), atol=1e-6)
    assert sorted(path.name for path in (tmp_path / "forest").iterdir()) == [FACTS_FILE, ARRAYS_FILE]


def test_a_gap_in_a_feature_that_had_none_in_training_is_answered_alike() -> None:
    features, targets = made_rows(200)
    fitted = fit_forest(np.nan_to_num(features), targets, SMALL)
    arrays = tree_arrays(fitted, NAMES, ("no", "yes"))
    np.testing.assert_allclose(
        arrays.probabilities(features), forest_probabilities(fitted, features), atol=1e-6
    )


def test_names_that_do_not_fit_the_forest_are_refused() -> None:
    fitted = fit_forest(*made_rows(60), SMALL)
    with pytest.raises(ValueError, match="names"):
        tree_arrays(fitted, NAMES[:3], ("no", "yes"))


@pytest.mark.parametrize("spoiled", [ARRAYS_FILE, FACTS_FILE])
def test_a_spoiled_file_is_refused_in_one_sentence(tmp_path: Path, spoiled: str) -> None:
    save_forest(tmp_path, fit_forest(*made_rows(60), SMALL), NAMES, ("no", "yes"))
    (tmp_path / spoiled).write_bytes(b"{}")
    with pytest.raises(ForestFileError, match="fit it again"):
        load_forest(tmp_path)
