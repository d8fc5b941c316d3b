"""The engine: records in, explained predictions out; synchronous, on one thread.

What an answer goes through:
1. The record's analysis in the bundle's band comes from the cache, shared by all bundles.
2. `prepare` makes the network's input; a record that has none is an answer with a sentence.
3. The network is loaded on first use and held to its golden answer.
4. One forward pass gives the prediction, and with Captum's backward pass the saliency.
Between the steps `should_stop` is asked. Whatever goes wrong in one bundle stays in its own answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from time import perf_counter
from typing import Final, Literal

import torch
from torch import Tensor, nn

from inference.analysis_cache import AnalysisCache
from inference.bundle import load_net, record_probabilities, verify_golden
from inference.bundle_info import BundleError, BundleInfo
from inference.explain import ChosenLogit, ExplainError, attribution_of, input_saliency, target_index
from inference.explain_picture import GRAD_CAM, INTEGRATED_GRADIENTS, grad_cam, integrated_gradients
from inference.nets.fold import folded
from inference.pages.page import Page
from inference.pages.page_words import where_it_lies
from inference.prepare import ModelInput, PrepareError, prepare, prepare_page
from inference.records import Record
from inference.results import (
    Attribution,
    FloatArray,
    ModelAnswer,
    ModelFailure,
    ModelRequest,
    PageMap,
    Prediction,
    Stopped,
)

Device = Literal["auto", "cuda", "mps", "cpu"]
ShouldStop = Callable[[], bool]

_log = logging.getLogger(__name__)


_PAGE_METHODS: Final[dict[str, Callable[[nn.Module, Tensor, int], FloatArray]]] = {
    GRAD_CAM: grad_cam,
    INTEGRATED_GRADIENTS: integrated_gradients,
}


def never() -> bool:
    """For a caller that does not stop what it began."""
    return False


def pick_device(wish: Device = "auto") -> torch.device:
    """cuda before mps before cpu, or the one wished for."""
    if wish != "auto":
        return torch.device(wish)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


class Engine:
    """Answers for the bundles that it was given. Not to be shared between threads."""

    def __init__(self, bundles: Iterable[BundleInfo], device: Device = "auto") -> None:
        self._bundles = {info.name: info for info in bundles}
        self.device = pick_device(device)
        if self.device.type == "cuda":
            # TensorFloat-32 would move probabilities by more than the 1e-3 that is promised.
            torch.backends.cudnn.allow_tf32 = False
        self._nets: dict[str, nn.Module] = {}
        self._refusals: dict[str, str] = {}
        self._analyses = AnalysisCache()

    @property
    def bundles(self) -> tuple[BundleInfo, ...]:
        return tuple(self._bundles.values())

    def load(self, bundle: str) -> str | None:
        """Load a bundle ahead of its first request; returns the sentence why it cannot be used, or None."""
        try:
            self._net(self._info(bundle))
        except BundleError as error:
            return str(error)
        return None

    def predict(self, request: ModelRequest, should_stop: ShouldStop = never) -> Prediction | ModelFailure:
        """One bundle's probabilities for one record. Raises Stopped."""
        return self.answer(request.record, request.bundle, False, should_stop=should_stop).outcome

    def explain(self, request: ModelRequest, should_stop: ShouldStop = never) -> Attribution | ModelFailure:
        """Why one bundle answers as it does for one record. Raises Stopped."""
        answer = self.answer(request.record, request.bundle, True, should_stop=should_stop)
        if answer.attribution is not None:
            return answer.attribution
        if isinstance(answer.outcome, ModelFailure):
            return answer.outcome
        return ModelFailure(request.bundle, request.record.sha256, answer.outcome.notes[-1])

    def answer_page(
        self, page: Page, bundle: str, want_maps: bool = True, should_stop: ShouldStop = never
    ) -> ModelAnswer:
        """Everything that one bundle says about a page, or its failure. Raises Stopped.

        A bundle that reads samples answers with the sentence that it was not asked.
        """
        return self._guarded(
            bundle, page.sha256, lambda: self._answer_page(page, bundle, want_maps, should_stop)
        )

    def answer(
        self,
        record: Record,
        bundle: str,
        want_attribution: bool = True,
        analyses: AnalysisCache | None = None,
        should_stop: ShouldStop = never,
    ) -> ModelAnswer:
        """Everything that one bundle says about one record, or its failure. Raises Stopped.

        `analyses` may be shared with other users of the signal chain. When the saliency is empty the
        prediction stands without attribution, and its last note says so.
        """
        return self._guarded(
            bundle,
            record.sha256,
            lambda: self._answer(record, bundle, want_attribution, analyses or self._analyses, should_stop),
        )

    def _guarded(self, bundle: str, sha256: str, answer: Callable[[], ModelAnswer]) -> ModelAnswer:
        """An answer, or the failure that keeps to the one model that failed."""
        try:
            return answer()
        except Stopped:
            raise
        except (PrepareError, BundleError) as error:
            sentence = str(error)
        except Exception:
            # The boundary of one model: a bug in it must not take the others' answers away.
            _log.exception("The model %s failed on record %s", bundle, sha256[:12])
            sentence = f"The model {bundle} failed on this ECG; the log file says where."
        return ModelAnswer(ModelFailure(bundle, sha256, sentence))

    def _answer_page(self, page: Page, bundle: str, want_maps: bool, should_stop: ShouldStop) -> ModelAnswer:
        info = self._info(bundle)
        began = perf_counter()
        model_input = prepare_page(page, info.prepare)
        _stop_if(should_stop)
        net = self._net(info)
        batch = torch.from_numpy(model_input.array.copy()).to(self.device)
        with torch.no_grad():
            logits: Tensor = net(batch)
        prediction = _prediction(info, model_input, logits, _ms_since(began))
        if not want_maps:
            return ModelAnswer(prediction)
        target = target_index(prediction.probabilities)
        maps: list[PageMap] = []
        notes: list[str] = []
        for method, explain in _PAGE_METHODS.items():
            _stop_if(should_stop)
            began = perf_counter()
            try:
                heat = explain(net, batch, target)
            except ExplainError as error:
                notes.append(f"{method}: {error}")
                continue
            words = where_it_lies(heat, page.sheet, page.layout)
            maps.append(
                PageMap(bundle, page.sha256, info.classes[target], method, heat, words, _ms_since(began))
            )
        return ModelAnswer(replace(prediction, notes=(*prediction.notes, *notes)), page_maps=tuple(maps))

    def _answer(
        self,
        record: Record,
        bundle: str,
        want_attribution: bool,
        analyses: AnalysisCache,
        should_stop: ShouldStop,
    ) -> ModelAnswer:
        info = self._info(bundle)
        _stop_if(should_stop)
        analysis = analyses.get(record, info.prepare.band)
        _stop_if(should_stop)
        began = perf_counter()
        model_input = prepare(record, info.prepare, analysis)
        prepared_ms = _ms_since(began)
        _stop_if(should_stop)
        net = self._net(info)
        _stop_if(should_stop)
        # A copy: the prepared array is read-only, which a tensor cannot be.
        batch = torch.from_numpy(model_input.array.copy()).to(self.device)
        if want_attribution:
            return _explained_answer(info, model_input, net, batch, prepared_ms, should_stop)
        began = perf_counter()
        with torch.no_grad():
            logits: Tensor = net(batch)
        return ModelAnswer(_prediction(info, model_input, logits, prepared_ms + _ms_since(began)))

    def _info(self, bundle: str) -> BundleInfo:
        if bundle not in self._bundles:
            raise BundleError(f"There is no model called {bundle}.")
        return self._bundles[bundle]

    def _net(self, info: BundleInfo) -> nn.Module:
        """The network as it computes here: folded, verified, kept; so is a refusal."""
        if info.name in self._refusals:
            raise BundleError(self._refusals[info.name])
        if info.name not in self._nets:
            try:
                self._nets[info.name] = self._load(info)
            except BundleError as error:
                self._refusals[info.name] = str(error)
                raise
        return self._nets[info.name]

    def _load(self, info: BundleInfo) -> nn.Module:
        net = folded(load_net(info)).to(self.device)
        if self.device.type == "cpu":
            # With folding, a sixth off a beat model's prediction with saliency and half off that of
            # lead images, measured on 2 cores; 1 thread instead of 2 took 1.7 times as long.
            net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        verify_golden(info, net)
        return net


def _stop_if(should_stop: ShouldStop) -> None:
    if should_stop():
        raise Stopped


def _ms_since(began_s: float) -> float:
    return (perf_counter() - began_s) * 1000.0


def _prediction(info: BundleInfo, model_input: ModelInput, logits: Tensor, elapsed_ms: float) -> Prediction:
    probabilities = record_probabilities(logits).cpu()
    if not bool(torch.isfinite(probabilities).all()):
        raise BundleError(f"The model {info.name} gave no number for this ECG.")
    return Prediction(
        bundle=info.name,
        bundle_sha256=info.weights_sha256,
        record_sha256=model_input.record_sha256,
        prepare=info.prepare,
        classes=info.classes,
        probabilities=tuple(float(value) for value in probabilities),
        threshold=info.threshold,
        notes=model_input.notes,
        elapsed_ms=elapsed_ms,
    )


def _explained_answer(
    info: BundleInfo,
    model_input: ModelInput,
    net: nn.Module,
    batch: Tensor,
    prepared_ms: float,
    should_stop: ShouldStop,
) -> ModelAnswer:
    """Prediction and saliency from one pass."""

    def choose(logits: Tensor) -> int:
        _stop_if(should_stop)
        return target_index(record_probabilities(logits).tolist())

    chosen = ChosenLogit(net, choose)
    began = perf_counter()
    raw = input_saliency(chosen, batch).cpu().numpy()
    elapsed_ms = _ms_since(chosen.answered_s)
    forward_ms = (chosen.answered_s - began) * 1000.0
    prediction = _prediction(info, model_input, chosen.logits, prepared_ms + forward_ms)
    try:
        attribution = attribution_of(info, prediction.record_sha256, raw, chosen.target)
    except ExplainError as error:
        return ModelAnswer(replace(prediction, notes=(*prediction.notes, str(error))))
    return ModelAnswer(prediction, replace(attribution, elapsed_ms=elapsed_ms))
