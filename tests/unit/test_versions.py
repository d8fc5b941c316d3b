"""Which version of each model answers, and that a retrained one is only a proposal."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from inference.predict import Job, run
from inference.registry import find_bundles
from inference.versions import (
    activate,
    answering,
    base_name,
    is_good_enough,
    models_of,
    read_choices,
    why_switched_off,
)
from tests.unit.model_bundles import bundle_info
from tests.unit.test_registry import light_bundle

BASE = "ecg-smart-net.mi"
NEW = f"{BASE}-corrected-12345678"
WEIGHTS = hashlib.sha256(b"weights").hexdigest()


def versions(folder: Path, **retraining: Any) -> Path:
    light_bundle(folder, BASE, weights_sha256=WEIGHTS)
    return light_bundle(folder, NEW, weights_sha256=WEIGHTS, metrics={"retraining": retraining})


def names(folder: Path, choices: dict[str, str]) -> list[str]:
    return [info.name for info in answering(models_of(find_bundles([folder]), choices))]


def test_a_retrained_bundle_is_a_version_and_does_not_answer_by_itself(tmp_path: Path) -> None:
    versions(tmp_path)
    (model,) = models_of(find_bundles([tmp_path]), {})
    assert [info.name for info in model.versions] == [BASE, NEW]
    assert names(tmp_path, {}) == [BASE]


def test_the_chosen_version_answers(tmp_path: Path) -> None:
    versions(tmp_path)
    assert names(tmp_path, {BASE: NEW}) == [NEW]


def test_a_version_of_any_name_belongs_to_the_base_that_it_says() -> None:
    info = bundle_info("ecg-smart-net.our-own", metrics={"retraining": {"base": BASE}})
    assert base_name(info) == BASE
    assert base_name(bundle_info("ecg-smart-net.our-own")) == "ecg-smart-net.our-own"


def test_two_models_that_were_not_retrained_both_answer(tmp_path: Path) -> None:
    light_bundle(tmp_path, "ecg-smart-net.a")
    light_bundle(tmp_path, "ecg-smart-net.b")
    assert names(tmp_path, {}) == ["ecg-smart-net.a", "ecg-smart-net.b"]


@pytest.mark.parametrize("harm", ["weights", "gone"])
def test_a_chosen_version_that_cannot_be_used_leaves_the_original_answering(
    tmp_path: Path, harm: str
) -> None:
    bundle = versions(tmp_path)
    (bundle / "weights.safetensors").write_bytes(b"changed")
    if harm == "gone":
        (bundle / "bundle.json").unlink()
    (model,) = models_of(find_bundles([tmp_path]), {BASE: NEW})
    assert model.active is not None
    assert model.active.name == BASE
    assert NEW in model.problem
    assert model.problem.endswith(f"The original model {BASE} answers instead.")


def test_a_choice_is_kept_and_going_back_forgets_it(tmp_path: Path) -> None:
    file = tmp_path / "models" / "active.json"
    activate(file, BASE, NEW)
    activate(file, "other.model", "other.model-2")
    assert read_choices(file) == {BASE: NEW, "other.model": "other.model-2"}
    activate(file, BASE, BASE)
    assert read_choices(file) == {"other.model": "other.model-2"}
    assert [entry.name for entry in file.parent.iterdir()] == ["active.json"]


@pytest.mark.expected_log("the original ones answer")
@pytest.mark.parametrize("text", ["{", "[]", '{"schema_version": 9, "active": {}}', '{"schema_version": 1}'])
def test_a_broken_choice_is_no_choice(tmp_path: Path, text: str) -> None:
    file = tmp_path / "active.json"
    file.write_text(text, encoding="utf-8")
    assert read_choices(file) == {}


def test_predict_asks_the_active_version_and_says_when_it_cannot(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models, file = tmp_path / "models", tmp_path / "active.json"
    versions(models)
    file.write_text(
        json.dumps({"schema_version": 1, "active": {BASE: "ecg-smart-net.lost"}}), encoding="utf-8"
    )
    job = Job((tmp_path / "records",), tmp_path / "out.jsonl", (models,), choices=file)
    assert run(job) == 0
    assert "The activated model ecg-smart-net.lost is not there" in capsys.readouterr().err


def pooled(auc: float) -> dict[str, Any]:
    return {"external": {"Pooled external records": {"auc": {"value": auc}}}}


@pytest.mark.parametrize(
    ("metrics", "why"),
    [
        ({}, "it was not measured on real acute ECGs"),
        ({"external": "nothing"}, "it was not measured on real acute ECGs"),
        (pooled(0.849), "its pooled AUC of 0.849 on real acute ECGs is below 0.85"),
        (pooled(0.91), "its bundle.json says so"),
    ],
)
def test_a_switched_off_proxy_says_what_was_measured(metrics: dict[str, Any], why: str) -> None:
    off = bundle_info("net.omi-proxy", task="omi", classes=("no OMI", "OMI"), metrics=metrics, enabled=False)
    assert why_switched_off(off) == why
    assert is_good_enough("omi", metrics) == (metrics == pooled(0.91))


def test_only_the_occlusion_model_is_judged_outside() -> None:
    assert is_good_enough("mi", {})
    assert is_good_enough("mi-location", {})
    assert why_switched_off(bundle_info("net.mi")) == ""
