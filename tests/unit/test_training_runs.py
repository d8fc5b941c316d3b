"""Recipes, trainer and retraining on small sets, end to end."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from inference.bundle import load_net, verify_golden
from inference.bundle_info import read_bundle_info
from inference.labels import Omi, Reading
from inference.manifest import ManifestRow, write_manifest
from inference.prepare import PrepareSpec
from tests.unit.labelled_sets import saved_records
from training.datasets import is_positive, manifest
from training.fit import FitSettings, fit, predict_probabilities
from training.inputs import PreparedSet, prepare_set
from training.recipes import MiRecipe, OmiProxyRecipe, SiteRecipe
from training.retrain import RetrainError, merge, retrain


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
    incomplete = replace(prepared, fiducials=prepared.fiducials.copy())
    incomplete.fiducials[[0, 1], 3] = -1
    infarcts, others = OmiProxyRecipe()._pools(incomplete, np.arange(24))
    assert 0 not in others
    assert 1 not in infarcts
    assert infarcts.size + others.size == 22


def test_site_batches_are_pictures_with_their_records_class(prepared: PreparedSet) -> None:
    recipe = SiteRecipe(settings=FitSettings(batch=12))
    x, y = next(iter(recipe.batches(prepared, np.arange(24), np.random.default_rng(0))))
    assert x.shape == (12, 12, 64, 64)
    assert set(y.tolist()) <= {recipe.classes.index("N"), recipe.classes.index("I")}


def row_for(prepared: PreparedSet, index: int, omi: Omi) -> ManifestRow:
    return ManifestRow(
        path=str(prepared.records[index].path),
        record_sha256=prepared.sha256[index],
        reading=Reading(omi=omi, location="I" if omi is Omi.YES else None),
        reader="Dr. Test",
        time=datetime(2026, 1, 2, tzinfo=UTC),
        app_version="0.1.0",
        signed=True,
        synthetic=False,
    )


def test_a_reading_replaces_the_label_of_the_same_ecg(prepared: PreparedSet, tmp_path: Path) -> None:
    manifest_path = tmp_path / "labels.jsonl"
    write_manifest(manifest_path, [row_for(prepared, 0, Omi.YES), row_for(prepared, 3, Omi.YES)])
    added = prepare_set(manifest(manifest_path, "mi"), PrepareSpec(), None)
    merged = merge(prepared, added, manifest_path)
    assert len(merged.prepared) == 24
    assert merged.prepared.records[0].is_mi
    assert [(c.record_id, c.old, c.new, c.reader) for c in merged.changes] == [
        ("made/0", "negative", "positive", "Dr. Test")
    ]
    assert np.flatnonzero(merged.reviewed).tolist() == [0, 3]


def test_retraining_writes_a_working_bundle_and_says_what_changed(tmp_path: Path) -> None:
    records = saved_records(tmp_path / "data", n=40)
    base = prepare_set(records, PrepareSpec(), None)
    write_manifest(tmp_path / "labels.jsonl", [row_for(base, 0, Omi.YES)])
    recipe = MiRecipe(settings=FitSettings(epochs=1, batch=16))
    report = retrain(
        "mi-ptbxl",
        recipe,
        records,
        tmp_path / "labels.jsonl",
        tmp_path / "work",
        tmp_path / "models",
        "corrected",
    )
    info = read_bundle_info(tmp_path / "models" / "ecg-smart-net.corrected")
    assert verify_golden(info, load_net(info)) < 1e-3
    assert "made/0: negative -> positive (Dr. Test, 2026-01-02" in report
    figures = info.metrics["retraining"]
    assert figures["reviewed_records"] == 1
    assert {"auc_before", "auc_after", "auc_difference"} <= set(figures)
    assert "research" in info.card_path.read_text(encoding="utf-8").lower()
    assert json.dumps(figures["changed_labels"][0]["old"]) == '"negative"'


def test_a_manifest_that_answers_nothing_is_refused_with_a_sentence(tmp_path: Path) -> None:
    write_manifest(tmp_path / "labels.jsonl", [])
    with pytest.raises(RetrainError, match="no reading that answers"):
        retrain("mi-ptbxl", MiRecipe(), [], tmp_path / "labels.jsonl", tmp_path, tmp_path, "corrected")


def test_a_file_that_changed_since_it_was_read_teaches_nothing(prepared: PreparedSet, tmp_path: Path) -> None:
    changed = replace(row_for(prepared, 3, Omi.YES), record_sha256="0" * 64)
    write_manifest(tmp_path / "labels.jsonl", [changed])
    added = prepare_set(manifest(tmp_path / "labels.jsonl", "mi"), PrepareSpec(), None)
    merged = merge(prepared, added, tmp_path / "labels.jsonl")
    assert not merged.reviewed.any()
    assert "has changed since it was read" in merged.prepared.refused[-1]


@pytest.mark.parametrize(
    ("reading", "omi", "mi"),
    [
        (Reading(omi=Omi.YES), True, True),
        (Reading(omi=Omi.NO), False, None),
        (Reading(omi=Omi.NO, location="I"), False, True),
        (Reading(omi=Omi.NO, location="N"), False, False),
        (Reading(omi=Omi.UNCERTAIN, location="A"), None, True),
        (Reading(comment="poor quality"), None, None),
    ],
)
def test_a_reading_answers_each_task_on_its_own(reading: Reading, omi: bool | None, mi: bool | None) -> None:
    assert (is_positive(reading, "omi"), is_positive(reading, "mi")) == (omi, mi)
