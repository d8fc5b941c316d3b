"""Recipes and the trainer on small sets."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from inference.prepare import PrepareSpec
from tests.unit.labelled_sets import saved_records
from training.data.inputs import PreparedSet, prepare_set
from training.fitting.fit import FitSettings, fit, predict_probabilities
from training.systems.recipes import OmiProxyRecipe, SiteRecipe


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> PreparedSet:
    return prepare_set(saved_records(tmp_path_factory.mktemp("set"), n=24), PrepareSpec(), None)


def test_the_trainer_learns_what_can_be_learned() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(256, 1, 2, 8)).astype(np.float32)
    y = (x[:, 0, 0].mean(axis=1) > 0).astype(np.int64)
    net = nn.Sequential(nn.Flatten(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 2))
    settings = FitSettings(epochs=30, batch=64, highest_learning_rate=0.02)

    def batches(rng: np.random.Generator):  # type: ignore[no-untyped-def]
        for rows in rng.permutation(256).reshape(4, 64):
            yield x[rows], y[rows]

    fit(net, batches, 4, settings)
    assert (predict_probabilities(net, x).argmax(axis=1) == y).mean() > 0.95


def test_predictions_are_made_in_full_precision() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(16, 2))
    x = np.random.default_rng(0).normal(size=(5, 1, 2, 8)).astype(np.float32)
    with torch.inference_mode():
        expected = torch.softmax(net(torch.from_numpy(x)), dim=1).numpy()
    np.testing.assert_array_equal(predict_probabilities(net, x), expected)


def test_a_proxy_batch_is_half_negative_and_its_negatives_are_real(prepared: PreparedSet) -> None:
    recipe = OmiProxyRecipe(settings=FitSettings(batch=16))
    x, y = next(iter(recipe.batches(prepared, np.arange(24), np.random.default_rng(0))))
    assert x.shape == (16, 1, 12, 400)
    assert y.tolist() == [1] * 8 + [0] * 8


def test_a_beat_without_fiducials_trains_the_proxy_on_neither_side(prepared: PreparedSet) -> None:
    fiducials = prepared.fiducials.copy()
    fiducials[[0, 1], 3] = -1
    incomplete = prepared.with_column("fiducials", fiducials)
    infarcts, others = OmiProxyRecipe()._pools(incomplete, np.arange(24))
    assert 0 not in others
    assert 1 not in infarcts
    assert infarcts.size + others.size == 22


def test_site_batches_are_pictures_with_their_records_class(prepared: PreparedSet) -> None:
    recipe = SiteRecipe(settings=FitSettings(batch=12))
    x, y = next(iter(recipe.batches(prepared, np.arange(24), np.random.default_rng(0))))
    assert x.shape == (12, 12, 64, 64)
    assert set(y.tolist()) <= {recipe.classes.index("N"), recipe.classes.index("I")}
