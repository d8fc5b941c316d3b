"""The models' way to the window: found at once, loaded after the first paint, asked one after another.

1. `start` finds the bundles on the engine thread (JSON only) and announces them: cards say 'Loading models…'.
2. The same thread then imports torch and builds the engine: the one long stall, said in the status bar.
3. `ask` queues one request per enabled bundle for when the trace is painted; a stale one never runs.
4. Each answer comes back alone by `answered`, so the first model's card fills while the others compute.
5. `restart` does 1 and 2 again, when another version of a model is to answer.
6. `explain` queues one more request, for an explanation that takes too long to be made unasked; its answer
   comes back by `explained`, and the next record makes it stale as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QObject, Signal

from ecgviewer.services.background import Background, ShouldStop

if TYPE_CHECKING:
    from inference.bundle_info import BundleInfo
    from inference.long_records import LongRecord
    from inference.pages.page import Page
    from inference.records.record import Record
    from inference.results import ModelAnswer
    from inference.scan import WindowScan
    from inference.scope import Subject
    from inference.versions import Model


_Ask = Callable[["BundleInfo", "Subject", ShouldStop], "ModelAnswer | None"]
_Announce = Callable[[str, str, "ModelAnswer"], None]
"""Told a record's hash, a bundle's name, and what it answered."""
_PAINT_FIRST_MS: Final = 20
"""Models wait this long after a record is there: they would compete with its paint for Python's lock."""


@dataclass(frozen=True, slots=True)
class FoundBundles:
    """The bundles that answer, in reading order, and a sentence for each that cannot be used."""

    bundles: tuple[BundleInfo, ...] = ()
    problems: tuple[str, ...] = ()
    models: tuple[Model, ...] = ()
    """Every version of each model, also those that do not answer."""


class EngineLike(Protocol):
    """What the service needs of an engine; called on the engine thread only."""

    @property
    def device_name(self) -> str:
        """'CPU', 'CUDA', 'MPS'."""

    def answer(self, info: BundleInfo, subject: Subject, should_stop: ShouldStop) -> ModelAnswer | None:
        """One bundle's prediction, explained unless that is on demand; None when it was stopped."""

    def explain(self, info: BundleInfo, subject: Subject, should_stop: ShouldStop) -> ModelAnswer | None:
        """One bundle's prediction with its explanation; None when it was stopped."""

    def scan_window(
        self, infos: Sequence[BundleInfo], long: LongRecord, start_s: float, should_stop: ShouldStop
    ) -> WindowScan | None:
        """What several bundles say of ten seconds of a long recording; None when it was stopped."""


@dataclass(frozen=True, slots=True)
class WhyRequest:
    """An explanation on demand: under way, or why it did not come; neither before it is asked for."""

    is_computing: bool = False
    problem: str = ""


def is_why_on_demand(info: BundleInfo) -> bool:
    """Whether this bundle explains itself only when asked.

    Maps over pictures of the leads take many times as long as those over a beat.
    """
    return not info.prepare.is_beat


def subject_for(info: BundleInfo, record: Record | None, page: Page | None) -> Subject | None:
    """What a model can speak of among what is open: the picture of a page, or the samples of a recording."""
    return page if info.prepare.is_sheet else record


class InferenceService(QObject):
    """Owns the engine on its own thread; announces what models say of the newest record."""

    bundles_found = Signal()
    ready = Signal()
    """The engine is loaded: questions are answered from now on."""
    status_changed = Signal(str)
    """'Loading models…', 'Engine: CPU', 'Engine: CPU · 46 ms', or why there is none."""
    answered = Signal(str, str, object)
    """Record hash, bundle name, ModelAnswer."""
    explained = Signal(str, str, object)
    """The same, for an explanation that was asked for by itself."""

    def __init__(
        self,
        background: Background,
        find: Callable[[], FoundBundles],
        load: Callable[[FoundBundles], EngineLike],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._background = background
        self._find = find
        self._load = load
        self._found = FoundBundles()
        self._engine: EngineLike | None = None
        self._failure = ""
        self._waiting = 0
        self._elapsed_ms = 0.0

    @property
    def bundles(self) -> list[BundleInfo]:
        return list(self._found.bundles)

    @property
    def problems(self) -> list[str]:
        return list(self._found.problems)

    @property
    def models(self) -> tuple[Model, ...]:
        """Each model with its versions, as last looked for."""
        return self._found.models

    @property
    def is_ready(self) -> bool:
        return self._engine is not None

    @property
    def engine(self) -> EngineLike | None:
        """To be asked on the engine lane only; None until it is loaded."""
        return self._engine

    @property
    def failure(self) -> str:
        """Why no model can run; '' while all is well."""
        return self._failure

    def start(self) -> None:
        """Find the bundles, then load the engine. Call after the first paint."""
        self.status_changed.emit("Loading models…")
        self._background.submit(
            "engine", lambda _stop: self._find(), self._on_found, on_failure=self._on_load_broke
        )

    def restart(self) -> None:
        """Find and load the models again: another version of one answers from now on."""
        self.drop()
        self._engine, self._failure = None, ""
        self.start()

    def look_for_versions(self, then: Callable[[], None]) -> None:
        """Look again for versions of the models, for `then` to show; what answers stays the same."""

        def on_found(found: FoundBundles) -> None:
            self._found = replace(self._found, models=found.models)
            then()

        self._background.submit("reader", lambda _stop: self._find(), on_found)

    def ask(self, record: Record | None, page: Page | None = None) -> None:
        """Queue the enabled models that can speak of what is open; what was asked before becomes stale."""
        self.drop()
        engine = self._engine
        if engine is None:
            return
        enabled = (info for info in self._found.bundles if info.enabled)
        asked = [(info, subject_for(info, record, page)) for info in enabled]
        questions = [(info, subject) for info, subject in asked if subject is not None]
        self._waiting, self._elapsed_ms = len(questions), 0.0
        for info, subject in questions:
            self._submit(engine.answer, info, subject, self.announce, after_ms=_PAINT_FIRST_MS)

    def explain(self, info: BundleInfo, record: Record | None, page: Page | None = None) -> None:
        """Queue one bundle's explanation behind what is being asked."""
        subject = subject_for(info, record, page)
        if self._engine is not None and subject is not None:
            self._submit(self._engine.explain, info, subject, self.explained.emit)

    def drop(self) -> None:
        """Make all questions stale: another record is opened."""
        self._background.supersede("engine")
        self._waiting = 0

    def _on_found(self, found: FoundBundles) -> None:
        self._found = found
        self.bundles_found.emit()
        if not any(info.enabled for info in found.bundles):
            self._failure = "No model is installed."
            self.status_changed.emit(self._failure)
            return
        self._background.submit(
            "engine", lambda _stop: self._load(found), self._on_loaded, on_failure=self._on_load_broke
        )

    def _on_loaded(self, engine: EngineLike) -> None:
        self._engine = engine
        self.status_changed.emit(f"Engine: {engine.device_name}")
        self.ready.emit()

    def _on_load_broke(self, _error: BaseException) -> None:
        self._failure = "The models could not be loaded; the log has the details."
        self.status_changed.emit(self._failure)
        self.bundles_found.emit()

    def _submit(
        self, ask: _Ask, info: BundleInfo, subject: Subject, announce: _Announce, after_ms: int = 0
    ) -> None:
        """Queue a question; what becomes of it reaches `announce` with the subject's hash and the bundle."""
        asked = _Asked(announce, info.name, subject.sha256)
        self._background.submit(
            "engine",
            lambda should_stop: ask(info, subject, should_stop),
            asked.on_answer,
            topic="engine",
            on_failure=asked.on_failure,
            after_ms=after_ms,
        )

    def announce(self, record_sha256: str, bundle: str, answer: ModelAnswer) -> None:
        """Pass an answer on and, with the last one, tell how long all models took."""
        self._elapsed_ms += getattr(answer.outcome, "elapsed_ms", 0.0)
        self._elapsed_ms += answer.attribution.elapsed_ms if answer.attribution is not None else 0.0
        self._waiting -= 1
        if self._waiting == 0 and self._engine is not None:
            took = f" · {self._elapsed_ms:.0f} ms" if self._elapsed_ms else ""
            self.status_changed.emit(f"Engine: {self._engine.device_name}{took}")
        self.answered.emit(record_sha256, bundle, answer)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question to one model, and whom its outcome is told."""

    announce: _Announce
    bundle: str
    record_sha256: str

    def on_answer(self, answer: ModelAnswer | None) -> None:
        if answer is not None:
            self.announce(self.record_sha256, self.bundle, answer)

    def on_failure(self, _error: BaseException) -> None:
        """A model that raised shows a sentence in its own card; the bug itself was logged and told."""
        from inference.results import ModelAnswer, ModelFailure

        sentence = "This model stopped because of a fault in the program; the log has the details."
        self.on_answer(ModelAnswer(ModelFailure(self.bundle, self.record_sha256, sentence)))
