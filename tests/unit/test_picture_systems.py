"""Drawn sheets as a training set: kept on disk, seen exactly as the viewer's models see them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from inference.nets import build_net
from inference.prepare import PrepareSpec, prepare
from inference.records import read_record
from tests.unit.labelled_sets import saved_records
from training.data.columns import beat_columns
from training.data.drawn_pictures import SHEETS
from training.data.inputs import PreparedSet, prepare_set
from training.data.ptb_xl import ptb_xl
from training.systems.picture_augment import augmented_pictures
from training.systems.pictures import PAPER_SETTINGS, PictureRecipe
from training.systems.questions import sheet_class

COLUMNS = (*beat_columns(PrepareSpec()), SHEETS)


@pytest.fixture(scope="module")
def pictured(tmp_path_factory: pytest.TempPathFactory) -> PreparedSet:
    """Six records: three MI, two normal, one with another finding."""
    records = saved_records(tmp_path_factory.mktemp("set"), n=6)
    codes = [("NORM",), ("IMI",), ("LVH",), ("IMI",), ("NORM", "SR"), ("INJAS",)]
    coded = [replace(each, codes=own) for each, own in zip(records, codes, strict=True)]
    return prepare_set(coded, PrepareSpec(), None, columns=COLUMNS, n_workers=1)


def test_training_sees_bit_for_bit_what_prepare_gives_a_model_of_sheets(pictured: PreparedSet) -> None:
    recipe = PictureRecipe()
    for row, record in enumerate(pictured.records):
        in_viewer = prepare(read_record(record.path), recipe.spec).array
        assert recipe.test_inputs(pictured, row).tobytes() == in_viewer.tobytes()


def test_real_sheets_are_trained_on_as_they_are_predicted(test_data: Path) -> None:
    recipe = PictureRecipe()
    records = ptb_xl(test_data / "ptb-xl")[::600]
    pictured = prepare_set(records, PrepareSpec(), None, columns=COLUMNS, n_workers=1)
    for row, record in enumerate(pictured.records):
        in_viewer = prepare(read_record(record.path), recipe.spec).array
        assert recipe.test_inputs(pictured, row).tobytes() == in_viewer.tobytes()


def test_ptb_xls_records_have_one_of_three_classes(test_data: Path) -> None:
    records = ptb_xl(test_data / "ptb-xl")
    names = np.array([sheet_class(record) for record in records])
    assert (names == "MI").sum() == 451
    assert set(names) == {"normal", "other findings", "MI"}
    norm = np.array(["NORM" in record.codes and not record.is_mi for record in records])
    np.testing.assert_array_equal(names == "normal", norm)


def test_the_classes_put_mi_last_and_records_without_codes_aside(pictured: PreparedSet) -> None:
    recipe = PictureRecipe()
    names = [recipe.classes[k] for k in recipe.targets(pictured)]
    assert names == ["normal", "MI", "other findings", "MI", "normal", "MI"]
    assert recipe.classes[-1] == "MI"
    uncoded = replace(pictured.records[0], codes=())
    partly = replace(pictured, records=(uncoded, *pictured.records[1:]))
    assert recipe.usable_rows(partly).tolist() == [1, 2, 3, 4, 5]


def test_class_weights_are_inverse_to_the_frequency_in_the_rows(pictured: PreparedSet) -> None:
    recipe = PictureRecipe()
    rows = np.arange(6)
    weights = recipe.class_weights(pictured, rows)
    assert weights.dtype == np.float32
    assert weights == pytest.approx([6 / (3 * 2), 6 / (3 * 1), 6 / (3 * 3)])
    assert weights[recipe.targets(pictured)].mean() == pytest.approx(1.0)
    assert recipe.class_weights(pictured, np.array([0, 1]))[1] == 0


def test_a_batch_is_changed_pictures_with_their_records_classes(pictured: PreparedSet) -> None:
    recipe = PictureRecipe(settings=replace(PAPER_SETTINGS, batch=4))
    batches = list(recipe.batches(pictured, np.arange(6), np.random.default_rng(0)))
    again = list(recipe.batches(pictured, np.arange(6), np.random.default_rng(0)))
    assert len(batches) == recipe.steps_per_epoch(pictured, np.arange(6)) == 1
    x, y = batches[0]
    assert (x.shape, x.dtype, y.shape) == ((4, 3, 224, 224), np.float32, (4,))
    np.testing.assert_array_equal(x, again[0][0])
    order = np.random.default_rng(0).permutation(np.arange(6))[:4]
    np.testing.assert_array_equal(y, recipe.targets(pictured)[order])


def test_augmentation_moves_a_picture_by_a_few_pixels_and_changes_nothing_else_much() -> None:
    blank = np.full((40, 64, 64, 3), 240, dtype=np.uint8)
    blank[:, 30, 30] = 0
    changed = augmented_pictures(blank, np.random.default_rng(1))
    darkest = changed.mean(axis=1).reshape(40, -1).argmin(axis=1)
    down, right = darkest // 64 - 30, darkest % 64 - 30
    assert np.abs(down).max() == np.abs(right).max() == 4
    assert len(set(zip(down.tolist(), right.tolist(), strict=True))) > 20
    assert np.abs(changed.mean(axis=(1, 2, 3)) - changed.mean()).max() < 1.0


def test_the_recipes_network_takes_its_batches(pictured: PreparedSet) -> None:
    recipe = PictureRecipe(settings=replace(PAPER_SETTINGS, batch=2))
    whole, y = next(iter(recipe.batches(pictured, np.arange(6), np.random.default_rng(0))))
    x = np.ascontiguousarray(whole[:, :, :64, :64])
    net = build_net(recipe.arch, len(recipe.classes)).train()
    weights = torch.from_numpy(recipe.class_weights(pictured, np.arange(6)))
    optimiser = torch.optim.Adam(net.parameters(), 1e-3)
    losses = []
    for _ in range(2):
        loss = torch.nn.functional.cross_entropy(net(torch.from_numpy(x)), torch.from_numpy(y), weights)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[1] < losses[0]
