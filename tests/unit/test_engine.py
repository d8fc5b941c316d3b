"""The engine's answers equal the plain network's, arrive whole or as one sentence, and stop when asked."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from inference.analysis_cache import AnalysisCache
from inference.bundle import load_net
from inference.bundle_info import read_bundle_info
from inference.engine import Engine
from inference.explain import raw_window_saliency
from inference.prepare import PrepareSpec, prepare
from inference.records import STANDARD_LEADS
from inference.registry import find_bundles
from inference.results import Attribution, ModelFailure, ModelRequest, Prediction, Stopped
from inference.signal.analysis import analyse
from tests.unit.model_bundles import BEAT_MODEL, SITE_MODEL, beating_heart, make_bundle, untrained_net

SPOILED_MODEL = "ecg-smart-net.spoiled"
CRASHING_MODEL = "ecg-smart-net.crashing"
DEAF_MODEL = "ecg-smart-net.deaf"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sound bundles, one with changed weights, one that no record suits, one deaf to its input."""
    folder = tmp_path_factory.mktemp("models")
    make_bundle(folder, BEAT_MODEL)
    make_bundle(folder, SITE_MODEL)
    weights = make_bundle(folder, SPOILED_MODEL).weights_path
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    leads = (*STANDARD_LEADS[:-1], "V9")
    make_bundle(folder, CRASHING_MODEL, prepare=PrepareSpec(band=PrepareSpec().band, leads=STANDARD_LEADS))
    crashing = folder / CRASHING_MODEL / "bundle.json"
    crashing.write_text(crashing.read_text(encoding="utf-8").replace('"V6"', '"V9"'), encoding="utf-8")
    assert read_bundle_info(folder / CRASHING_MODEL).prepare.leads == leads
    deaf = untrained_net("ecg-smart-net", 2)
    with torch.no_grad():
        deaf.get_parameter("head.weight").zero_()
    make_bundle(folder, DEAF_MODEL, net=deaf)
    return folder


@pytest.fixture(scope="module")
def engine(models: Path) -> Engine:
    return Engine(find_bundles([models]).bundles, device="cpu")


@pytest.mark.parametrize("name", [BEAT_MODEL, SITE_MODEL])
def test_predictions_equal_the_plain_networks(engine: Engine, models: Path, name: str) -> None:
    info = read_bundle_info(models / name)
    record = beating_heart(1)
    with torch.inference_mode():
        logits = load_net(info)(torch.from_numpy(prepare(record, info.prepare).array.copy()))
    expected = logits.softmax(1).mean(0).numpy()
    for want_attribution in (False, True):
        outcome = engine.answer(record, name, want_attribution).outcome
        assert isinstance(outcome, Prediction)
        assert outcome.probabilities == pytest.approx(expected, abs=1e-5)
        assert outcome.classes == info.classes


def test_an_answer_says_which_bundle_record_and_input_it_came_from(engine: Engine) -> None:
    record = beating_heart(1)
    outcome = engine.predict(ModelRequest(record, BEAT_MODEL))
    assert isinstance(outcome, Prediction)
    assert (outcome.record_sha256, outcome.prepare) == (record.sha256, PrepareSpec())
    assert len(outcome.bundle_sha256) == 64
    assert outcome.is_above_threshold is (outcome.probabilities[1] >= 0.5)


def test_the_explanation_is_the_plain_networks_saliency_on_the_bundles_scale(
    engine: Engine, models: Path
) -> None:
    info = read_bundle_info(models / BEAT_MODEL)
    record = beating_heart(2)
    batch = torch.from_numpy(prepare(record, info.prepare).array.copy())
    assert info.saliency_scale is not None
    expected = raw_window_saliency(load_net(info), batch)[0] / info.saliency_scale
    attribution = engine.explain(ModelRequest(record, BEAT_MODEL))
    assert isinstance(attribution, Attribution)
    assert attribution.windows == pytest.approx(expected, rel=1e-3, abs=1e-6)
    assert sum(attribution.lead_shares) == pytest.approx(1.0)
    assert attribution.target_class == "MI"


def test_localization_explains_its_most_probable_class(engine: Engine) -> None:
    answer = engine.answer(beating_heart(3), SITE_MODEL)
    assert isinstance(answer.outcome, Prediction)
    assert answer.attribution is not None
    assert answer.attribution.target_class == answer.outcome.ranked()[0][0]
    assert answer.attribution.windows.shape == (12, 0)


def test_asking_again_or_for_others_in_between_changes_nothing(engine: Engine) -> None:
    record = beating_heart(4)
    first = engine.predict(ModelRequest(record, BEAT_MODEL))
    engine.answer(beating_heart(5), BEAT_MODEL)
    second = engine.predict(ModelRequest(record, BEAT_MODEL))
    assert isinstance(first, Prediction)
    assert isinstance(second, Prediction)
    assert first.probabilities == second.probabilities


def test_requests_and_answers_travel_between_processes(engine: Engine) -> None:
    request = pickle.loads(pickle.dumps(ModelRequest(beating_heart(6), BEAT_MODEL)))
    answer = engine.answer(request.record, request.bundle)
    again = pickle.loads(pickle.dumps(answer))
    assert answer.attribution is not None
    assert again.outcome == answer.outcome
    assert np.array_equal(again.attribution.windows, answer.attribution.windows)


def test_a_model_that_cannot_be_used_leaves_the_others_working(engine: Engine) -> None:
    record = beating_heart(7)
    spoiled = engine.answer(record, SPOILED_MODEL).outcome
    assert isinstance(spoiled, ModelFailure)
    assert "not the ones that bundle.json describes" in spoiled.sentence
    assert engine.load(SPOILED_MODEL) == spoiled.sentence
    assert engine.load(BEAT_MODEL) is None
    assert isinstance(engine.predict(ModelRequest(record, BEAT_MODEL)), Prediction)


@pytest.mark.expected_log("The model ecg-smart-net.crashing failed")
def test_a_bug_in_one_model_is_logged_and_leaves_the_others_working(engine: Engine) -> None:
    record = beating_heart(7, extra=("V9",))
    crashed = engine.explain(ModelRequest(record, CRASHING_MODEL))
    assert isinstance(crashed, ModelFailure)
    assert crashed.sentence == "The model ecg-smart-net.crashing failed on this ECG; the log file says where."
    assert isinstance(engine.predict(ModelRequest(record, BEAT_MODEL)), Prediction)


def test_a_missing_lead_is_an_answer_with_the_preparations_sentence(engine: Engine) -> None:
    record = beating_heart(8, without=("V4",))
    failure = engine.predict(ModelRequest(record, BEAT_MODEL))
    assert isinstance(failure, ModelFailure)
    assert "V4" in failure.sentence
    assert failure.record_sha256 == record.sha256


def test_an_unknown_model_is_named(engine: Engine) -> None:
    failure = engine.explain(ModelRequest(beating_heart(8), "ecg-smart-net.none"))
    assert failure == ModelFailure(
        "ecg-smart-net.none", beating_heart(8).sha256, "There is no model called ecg-smart-net.none."
    )


def test_a_prediction_stands_where_its_saliency_is_empty(engine: Engine) -> None:
    answer = engine.answer(beating_heart(9), DEAF_MODEL)
    assert isinstance(answer.outcome, Prediction)
    assert answer.attribution is None
    assert answer.outcome.notes[-1].startswith("No saliency")
    failure = engine.explain(ModelRequest(beating_heart(9), DEAF_MODEL))
    assert isinstance(failure, ModelFailure)
    assert failure.sentence == answer.outcome.notes[-1]


@pytest.mark.parametrize("step", range(5))
def test_a_stop_is_heard_between_any_two_steps(engine: Engine, step: int) -> None:
    engine.load(BEAT_MODEL)
    asked = iter(range(10))
    record = beating_heart(10)
    with pytest.raises(Stopped):
        engine.answer(record, BEAT_MODEL, should_stop=lambda: next(asked) == step)
    assert isinstance(engine.predict(ModelRequest(record, BEAT_MODEL)), Prediction)


def test_an_analysis_made_elsewhere_is_used(engine: Engine) -> None:
    record = beating_heart(11)
    analyses = AnalysisCache()
    made = analyse(record, PrepareSpec().band)
    analyses.put(replace(made, beat=None, beat_problem="Only the test says so."))
    failure = engine.answer(record, BEAT_MODEL, analyses=analyses).outcome
    assert isinstance(failure, ModelFailure)
    assert "Only the test says so." in failure.sentence


def test_bundles_share_one_analysis_and_the_oldest_is_forgotten() -> None:
    analyses = AnalysisCache(capacity=2)
    band = PrepareSpec().band
    one, two, three = (beating_heart(seed) for seed in (12, 13, 14))
    first = analyses.get(one, band)
    assert analyses.get(one, band) is first
    analyses.get(two, band)
    analyses.get(three, band)
    assert analyses.get(one, band) is not first


def test_records_without_an_identity_are_not_taken_for_each_other() -> None:
    analyses = AnalysisCache()
    band = PrepareSpec().band
    one, two = (replace(beating_heart(seed), sha256="") for seed in (15, 16))
    assert not np.array_equal(analyses.get(one, band).signals_mv, analyses.get(two, band).signals_mv)
