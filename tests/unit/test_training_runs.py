"""Recipes and the trainer on small sets."""

from __future__ import annotations

import numpy as np
import pytest

from inference.prepare import PrepareSpec
from tests.unit.labelled_sets import saved_records
from training.data.inputs import PreparedSet, prepare_set
from training.fitting.settings import FitSettings
from training.systems.recipes import OmiProxyRecipe, SiteRecipe


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> PreparedSet:
    return prepare_set(saved_records(tmp_path_factory.mktemp("set"), n=24), PrepareSpec(), None)


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
