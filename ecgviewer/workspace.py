"""Workspace: what is open, what is known of it, how it is looked at. Views wish, the workspace changes.

The cycle of a record:
1. A view announces a wish (a click in the worklist, a key, a dropped file): `open_record(path)`.
2. `record_opening` tells the views to wait; the RecordService reads and analyses on its thread.
3. `_on_loaded`: the record and its analysis are kept, `record_changed` puts the trace on the screen.
4. The InferenceService is asked; every model's answer comes alone, stale ones were dropped.
5. `_on_answered`: `answers_changed` fills cards, bands, bars and sentences. An explanation that takes long is
   made when the reader asks: `explain`, then `_on_explained`.
6. The reader's answers go through the ReadingDesk to the store (see there).

Of a long recording the record is the ten seconds that are looked at: `show_window` goes through 3 to 6 again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from PySide6.QtCore import QObject, Signal

from ecgviewer.plots.layouts import LAYOUTS, LayoutName
from ecgviewer.read_ecg import ReadEcg
from ecgviewer.reading_desk import ReadingDesk
from ecgviewer.services.background import Background
from ecgviewer.services.inference_service import InferenceService, WhyRequest, is_why_on_demand, subject_for
from ecgviewer.services.library_service import LibraryService
from ecgviewer.services.long_service import LongService
from ecgviewer.services.record_service import LoadedRecord, RecordService, load_record
from ecgviewer.services.retrain_service import RetrainService
from ecgviewer.services.scan_service import ScanService
from ecgviewer.services.store_service import StoreService
from ecgviewer.services.table_profiles import TableFacts, TableProfiles
from inference.manifest import ShownPrediction

if TYPE_CHECKING:
    from inference.bundle_info import BundleInfo
    from inference.measure.measurements import Measurements
    from inference.pages.page import Page
    from inference.records.errors import UndescribedTable
    from inference.records.record import Record
    from inference.results import Attribution, ModelAnswer
    from inference.signal.analysis import EcgAnalysis
    from inference.signal.device_beat import OverlaidBeat

_T = TypeVar("_T")
SPEED_ORDER = (25.0, 50.0, 12.5)
GAIN_ORDER = (10.0, 20.0, 5.0)


@dataclass(frozen=True, slots=True)
class ViewState:
    """How the ECG is looked at."""

    layout: LayoutName = "3x4+II"
    speed_mm_s: float = 25.0
    gain_mm_mv: float = 10.0
    caliper: bool = False
    saliency: bool = True
    beats: bool = False
    device_beat: bool = False
    """Whether the median beat that the device stored lies over ours."""
    median_row: bool = True
    """Whether the median beats stand under the paper."""
    strip: bool = False
    """Whether a long recording's rhythm strip stands there instead."""
    as_page: bool = True
    """Whether a page is looked at as it is, and not as the ECG that was digitised from it."""
    lead_areas: bool = False
    """Whether the leads on a page are outlined."""
    saliency_bundle: str | None = None
    """Whose explanation is shown; None: the first model's that has one."""


Switch = Literal["caliper", "saliency", "beats", "device_beat", "strip", "as_page", "lead_areas"]


class Workspace(QObject):
    """The one place where the state of the window changes."""

    record_closing = Signal()
    """The open record is about to be left: what is being typed belongs to it."""
    record_opening = Signal(Path)
    record_changed = Signal()
    """A record with its analysis is there, or was refused, or nothing is open: see the properties."""
    answers_changed = Signal()
    view_changed = Signal()

    def __init__(
        self,
        background: Background,
        store: StoreService,
        inference: InferenceService,
        parent: QObject | None = None,
        records: RecordService | None = None,
        index_file: Path | None = None,
        profiles_file: Path | None = None,
    ) -> None:
        super().__init__(parent)
        self.background = background
        self.store = store
        self.inference = inference
        self.tables = TableProfiles(profiles_file)
        load = partial(load_record, read=self.tables.read_given)
        self.records = records or RecordService(background, self, load=load)
        self.library = LibraryService(background, index_file, self, read=self.tables.read)
        self.long = LongService(background, self)
        self.scan = ScanService(background, inference, self)
        self.retraining = RetrainService(background, store, self)
        self.desk = ReadingDesk(store, self._shown_predictions, self)
        self._view = ViewState()
        self._path: Path | None = None
        self._start_s = 0.0
        self._loaded: LoadedRecord | None = None
        self._answers: dict[str, ModelAnswer] = {}
        self._whys: dict[str, WhyRequest] = {}
        self._connect()

    def _connect(self) -> None:
        self.records.loaded.connect(self._on_loaded)
        self.records.looked_into.connect(self.library.note_loaded)
        self.records.broke.connect(self._on_broke)
        self.inference.ready.connect(self._on_models_ready)
        self.inference.answered.connect(self._on_answered)
        self.inference.explained.connect(self._on_explained)
        self.store.opened.connect(self.library.set_labels)
        self.store.stored.connect(self.library.note_stored)

    @property
    def view(self) -> ViewState:
        return self._view

    @property
    def path(self) -> Path | None:
        """The record that is open or being opened."""
        return self._path

    @property
    def record(self) -> Record | None:
        return None if self._loaded is None else self._loaded.record

    @property
    def page(self) -> Page | None:
        """The page that the open file is; None for a recording."""
        return None if self._loaded is None else self._loaded.page

    @property
    def analysis(self) -> EcgAnalysis | None:
        return None if self._loaded is None else self._loaded.analysis

    @property
    def measurements(self) -> Measurements | None:
        """Of the open record's median beat; None where there is none."""
        return None if self._loaded is None else self._loaded.measurements

    @property
    def device_beat(self) -> OverlaidBeat | None:
        """The median beat that the device stored, laid over ours; None where there is none."""
        return None if self._loaded is None else self._loaded.device_beat

    @property
    def refusal(self) -> str:
        """The sentence why the open file cannot be shown; '' where it can."""
        return "" if self._loaded is None else self._loaded.refusal

    @property
    def start_s(self) -> float:
        """Where the ten seconds that are open begin in a long recording; 0 for any other record."""
        return self._start_s

    @property
    def undescribed(self) -> UndescribedTable | None:
        """What is to be asked of the reader before the open file can be read; None where nothing is."""
        return None if self._loaded is None else self._loaded.undescribed

    @property
    def table(self) -> UndescribedTable | None:
        """The open file where the reader has to say, or has said, what it holds; None for any other."""
        return self.undescribed or (None if self._path is None else self.tables.table_at(self._path))

    def describe_table(self, facts: TableFacts, *, for_its_form: bool) -> str:
        """Read the open table as the reader says; returns why that cannot be kept, '' where it is."""
        table = self.table
        assert table is not None, "only a table that does not describe itself is described"
        problem = self.tables.describe(table, facts, for_its_form=for_its_form)
        suffix = table.path.suffix.lower()
        self.records.forget_kind(suffix)
        self.library.look_again(suffix)
        self.open_record(table.path)
        return problem

    @property
    def answers(self) -> Mapping[str, ModelAnswer]:
        """What the models said of the open record so far, by bundle."""
        return self._answers

    @property
    def bundles(self) -> list[BundleInfo]:
        return self.inference.bundles

    def bundle(self, name: str) -> BundleInfo | None:
        return next((info for info in self.bundles if info.name == name), None)

    @property
    def attribution(self) -> Attribution | None:
        """The explanation to show: the chosen model's, else the first in reading order that has one."""
        order = [info.name for info in self.bundles]
        if self._view.saliency_bundle in order:
            order.insert(0, str(self._view.saliency_bundle))
        for name in order:
            answer = self._answers.get(name)
            if answer is not None and answer.attribution is not None:
                return answer.attribution
        return None

    def set_reader(self, reader: str) -> None:
        """Whose readings are shown, written and counted in the worklist."""
        self.desk.set_reader(reader)
        self.library.set_reader(reader)

    def open_library(self, paths: list[Path]) -> None:
        """Show the records of folders and files."""
        self.library.open(paths)

    def open_record(self, path: Path | None) -> None:
        """Open a record, or close the open one for None."""
        self.record_closing.emit()
        self._leave(path, 0.0)
        recording = self.long.recording
        if recording is not None and recording.path != path:
            self.long.show(None)
        if path is None:
            self.desk.open(None)
            self.record_changed.emit()
            return
        if not self.records.is_at_hand(path):
            self.desk.open(None)
            self.record_opening.emit(path)
        self.records.open(path)

    def show_window(self, start_s: float) -> None:
        """Open other ten seconds of the long recording that is open; without one do nothing."""
        recording, path = self.long.recording, self._path
        if recording is None or path is None or start_s == self._start_s:
            return
        self.record_closing.emit()
        self._leave(path, start_s)
        if not self.records.is_at_hand(path, start_s):
            self.desk.open(None)
            self.record_opening.emit(path)
        self.records.open_window(path, recording, start_s)

    def _leave(self, path: Path | None, start_s: float) -> None:
        """Nothing of what was open stands beside what is opened now."""
        self.inference.drop()
        self._path, self._start_s = path, start_s
        self._loaded, self._answers, self._whys = None, {}, {}

    def set_view(self, view: ViewState) -> None:
        """Look at the ECG in another way."""
        if view != self._view:
            self._view = view
            self.view_changed.emit()

    def explain(self, bundle: str) -> None:
        """Show the explanation of a bundle's answer; one that is made on demand is asked for first."""
        info, answer = self.bundle(bundle), self._answers.get(bundle)
        if answer is not None and answer.is_explained:
            self.set_view(replace(self._view, saliency_bundle=bundle, saliency=True))
        elif info is not None and answer is not None:
            already = self._whys.get(bundle)
            if already is None or not already.is_computing:
                self._whys[bundle] = WhyRequest(is_computing=True)
                self.answers_changed.emit()
                self.inference.explain(info, self.record, self.page)

    def explain_on_demand(self) -> None:
        """Show the explanation of the first answer that is explained on demand; without one do nothing."""
        from inference.results import Prediction

        for info in self.bundles:
            answer = self._answers.get(info.name)
            if is_why_on_demand(info) and answer is not None and isinstance(answer.outcome, Prediction):
                self.explain(info.name)
                return

    def reload_models(self) -> None:
        """Ask the models anew: another version of one is active. What the old ones said is taken away."""
        self._answers, self._whys = {}, {}
        self.inference.restart()
        self.answers_changed.emit()

    @property
    def why_requests(self) -> Mapping[str, WhyRequest]:
        """How far explanations on demand have come for the open record, by bundle."""
        return self._whys

    def cycle_layout(self) -> None:
        self.set_view(replace(self._view, layout=_after(LAYOUTS, self._view.layout)))

    def cycle_speed(self) -> None:
        self.set_view(replace(self._view, speed_mm_s=_after(SPEED_ORDER, self._view.speed_mm_s)))

    def cycle_gain(self) -> None:
        self.set_view(replace(self._view, gain_mm_mv=_after(GAIN_ORDER, self._view.gain_mm_mv)))

    def toggle(self, what: Switch) -> None:
        """Switch one thing of the view on or off."""
        changed: dict[str, Any] = {what: not getattr(self._view, what)}
        self.set_view(replace(self._view, **changed))

    def toggle_median_row(self) -> None:
        is_shown = self._view.median_row and not self.is_strip_shown
        self.set_view(replace(self._view, median_row=not is_shown, strip=False))

    @property
    def is_strip_shown(self) -> bool:
        """Whether the rhythm strip takes the room of the median beats."""
        return self._view.strip and self.long.recording is not None

    def _shown_predictions(self) -> tuple[ShownPrediction, ...]:
        from inference.results import Prediction

        outcomes = [answer.outcome for answer in self._answers.values()]
        return tuple(ShownPrediction.of(outcome) for outcome in outcomes if isinstance(outcome, Prediction))

    def _ask_models(self) -> None:
        if self.record is not None or self.page is not None:
            self.inference.ask(self.record, self.page)

    def _on_loaded(self, loaded: LoadedRecord) -> None:
        if (loaded.path, loaded.start_s) != (self._path, self._start_s):
            return
        self._loaded = loaded
        if loaded.page is not None:
            # A scan is first seen as it is, because reading it back loses more than reading a print back.
            self._view = replace(self._view, as_page=not loaded.page.is_print)
        self.desk.open(ReadEcg.of(loaded))
        self.long.show(loaded.long)
        self.record_changed.emit()
        self.library.note_loaded(loaded)
        self._ask_models()

    def _on_broke(self, path: Path) -> None:
        sentence = "This file could not be shown because of a fault in the program; the log has the details."
        self._on_loaded(LoadedRecord(path, refusal=sentence, long=self.long.recording, start_s=self._start_s))

    def _on_models_ready(self) -> None:
        self.answers_changed.emit()
        self._ask_models()

    def _on_answered(self, record_sha256: str, bundle: str, answer: ModelAnswer) -> None:
        if record_sha256 not in _hashes_of(self._loaded):
            return
        self._answers[bundle] = answer
        self.answers_changed.emit()

    def _on_explained(self, record_sha256: str, bundle: str, answer: ModelAnswer) -> None:
        """Keep the explanation and show it; one that failed takes nothing from the answer that is there."""
        from inference.results import Prediction

        if record_sha256 not in _hashes_of(self._loaded):
            return
        outcome = answer.outcome
        if isinstance(outcome, Prediction):
            self._answers[bundle] = answer
            self._whys.pop(bundle, None)
        else:
            self._whys[bundle] = WhyRequest(problem=outcome.sentence)
        self.answers_changed.emit()
        if answer.is_explained:
            self.set_view(replace(self._view, saliency_bundle=bundle))


def _hashes_of(loaded: LoadedRecord | None) -> set[str]:
    """Of what is open: a record, a page, or a page with the record that it was digitised to."""
    subjects = () if loaded is None else (loaded.record, loaded.page)
    return {each.sha256 for each in subjects if each is not None}


def bundles_in_scope(workspace: Workspace) -> list[BundleInfo]:
    """The models that can speak of what is open; while nothing is, those that read recordings."""
    record, page = workspace.record, workspace.page
    if record is None and page is None:
        return [info for info in workspace.bundles if not info.prepare.is_sheet]
    return [info for info in workspace.bundles if subject_for(info, record, page) is not None]


def _after(order: tuple[_T, ...], current: _T) -> _T:
    return order[(order.index(current) + 1) % len(order)]
