"""News from the workspace to the views: one method for each thing that can have happened."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ecgviewer.plots.timeline import clock_label, width_label
from ecgviewer.services.library_entry import LibraryEntry, recording_warnings
from ecgviewer.services.library_service import Scan
from ecgviewer.widgets import wording
from ecgviewer.widgets.status_strip import StatusStrip
from ecgviewer.window_facts import WindowFacts
from ecgviewer.window_parts import WindowParts
from ecgviewer.workspace import Workspace, bundles_in_scope
from inference.records.formats import known_formats

if TYPE_CHECKING:
    from inference.results import Attribution

_OPEN_BUTTONS = [
    ("open_folder", "Open folder…"),
    ("open_file", "Open file…"),
    ("open_demo", "Open demo library"),
]
_NEXT_WINDOW_BUTTONS = [("next_window", "Next 10 s"), ("previous_window", "Previous 10 s")]
_NEXT_BUTTONS = [("next", "Next record"), ("open_folder", "Open another folder…")]


class WindowNews(QObject):
    """Renders the workspace's state into the parts; reads state, never changes it."""

    title_changed = Signal(str)

    def __init__(
        self, workspace: Workspace, parts: WindowParts, status: StatusStrip, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._parts = parts
        self._status = status
        self._facts = WindowFacts(workspace, parts)
        self._empty_title = ""
        self._closed = ""
        """Why the folder that was opened could not be looked into."""
        self._connect()

    def _connect(self) -> None:
        workspace = self._workspace
        workspace.library.scanning.connect(self._on_scanning)
        workspace.library.library_changed.connect(self._on_library)
        workspace.library.entries_changed.connect(self._parts.library.update_entries)
        workspace.library.index.same_found.connect(lambda _same: self._facts.show_same())
        workspace.library.index.progress.connect(self._parts.library.set_progress)
        workspace.record_closing.connect(self._parts.reading.commit_comment)
        workspace.record_opening.connect(self._on_opening)
        workspace.record_changed.connect(self._on_record)
        workspace.answers_changed.connect(self.show_answers)
        workspace.view_changed.connect(self.show_view)
        workspace.inference.bundles_found.connect(self._on_bundles)
        workspace.inference.status_changed.connect(self._status.set_engine)
        workspace.desk.changed.connect(self._on_reading)
        workspace.desk.history_changed.connect(self._on_history)
        workspace.desk.saved.connect(self._on_saved)
        workspace.desk.undo_stacks.indexChanged.connect(self._on_undo)
        workspace.store.problem_changed.connect(self._on_store_problem)
        workspace.background.failed.connect(self._parts.errors.tell)

    def show_welcome(self) -> None:
        """Nothing is open: how to start."""
        self._parts.ecg.show_page(
            "Open ECGs to read",
            "Open a folder of 12-lead ECGs, or drop files or folders here. "
            "The demo library holds synthetic ECGs to try everything with.",
            _OPEN_BUTTONS,
            "Everything stays on this computer. Research use only. Not a diagnosis.",
        )
        self._show_nothing_open()

    def show_waiting(self) -> None:
        """Records are being looked for."""
        self._parts.ecg.show_page("", "Looking for records…", [])
        self._show_nothing_open()
        self._parts.summary.set_message("Looking for records…")

    def show_view(self) -> None:
        """Layout, scale, caliper and saliency."""
        view, parts = self._workspace.view, self._parts
        parts.header.set_view(
            view.layout, view.speed_mm_s, view.gain_mm_mv, caliper=view.caliper, saliency=view.saliency
        )
        parts.set_layout(view.layout)
        parts.set_beats_shown(self._are_beats_wished)
        parts.ecg.set_look(view.layout, view.speed_mm_s, view.gain_mm_mv, caliper=view.caliper)
        parts.beat.view.set_gain(view.gain_mm_mv)
        parts.beat.view.set_caliper_enabled(view.caliper)
        self._facts.show_beats()
        self._show_why()

    def show_answers(self) -> None:
        """Cards, sentence, strips, bars and words, from what the models have said so far."""
        workspace, parts = self._workspace, self._parts
        parts.models.show_only({info.name for info in bundles_in_scope(workspace)})
        parts.models.set_answers(workspace.answers, self._waiting_words(), self._notes_said())
        self._show_summary()
        self._show_why()

    def _notes_said(self) -> frozenset[str]:
        """The sentences that the recording's card says already."""
        analysis = self._workspace.analysis
        if analysis is None:
            return frozenset()
        notes = analysis.beat.notes if analysis.beat is not None else ()
        return frozenset([*(finding.text for finding in analysis.quality), *notes])

    def _on_scanning(self) -> None:
        if self._workspace.path is None:
            self.show_waiting()
        self._parts.library.set_message("Looking for records…")

    def _on_library(self, found: Scan, entries: list[LibraryEntry]) -> None:
        self._parts.library.set_library(found.title, entries)
        self._empty_title, self._closed = "" if entries else found.title, found.problem
        if found.problem:
            self._parts.library.set_message("The folder could not be looked into.")

    def _on_opening(self, path: Path) -> None:
        parts = self._parts
        parts.library.set_current(path)
        parts.ecg.show_loading(self._name(path))
        self._empty_panels(models="", summary="Reading…")
        self.title_changed.emit(self._name(path))

    def _on_record(self) -> None:
        workspace = self._workspace
        if workspace.path is None and self._empty_title:
            self._show_empty_library()
        elif workspace.path is None:
            self.show_welcome()
        else:
            self._parts.library.set_current(workspace.path)
            self.title_changed.emit(self._name(workspace.path))
            if workspace.refusal:
                self._show_refusal(workspace.path, workspace.refusal)
            else:
                self._show_record()

    def _show_empty_library(self) -> None:
        formats = ", ".join(known_formats())
        nothing = (
            f"{self._empty_title} holds no file that looks like an ECG: {formats}. Files "
            "of any kind can be tried with Open file…, and the reason is said where one cannot be read."
        )
        title = "This folder is closed" if self._closed else "No ECG files here"
        self._parts.ecg.show_page(title, self._closed or nothing, _OPEN_BUTTONS)
        self._show_nothing_open()

    def _show_refusal(self, path: Path, sentence: str) -> None:
        is_asked = self._workspace.undescribed is not None
        buttons = [("describe_table", "Describe this table…"), *_NEXT_BUTTONS] if is_asked else _NEXT_BUTTONS
        if self._workspace.long.recording is not None:
            buttons = _NEXT_WINDOW_BUTTONS
        title = f"{self._where(path)} {'does not describe itself' if is_asked else 'cannot be shown'}"
        self._parts.ecg.show_page(title, sentence, buttons)
        self._show_nothing_open()
        self.title_changed.emit(self._name(path))

    def _show_nothing_open(self) -> None:
        self._parts.set_beats_shown(False)
        self._empty_panels(models=wording.NOTHING_OPEN, summary=wording.NOTHING_OPEN)
        self.title_changed.emit("")

    def _empty_panels(self, *, models: str, summary: str) -> None:
        """Nothing of the record before may stand beside another one's name."""
        parts = self._parts
        parts.beat.show_nothing()
        parts.leads.show_shares(None, "")
        parts.header.set_synthetic(False)
        parts.models.set_waiting(models)
        parts.summary.set_message(summary)
        parts.why.set_message("")
        self._facts.clear()
        parts.reading.set_can_read(False)

    def _show_record(self) -> None:
        record, analysis = self._workspace.record, self._workspace.analysis
        assert self._workspace.path is not None
        assert record is not None
        assert analysis is not None
        parts = self._parts
        parts.set_beats_shown(self._are_beats_wished)
        parts.ecg.show_record(self._where(self._workspace.path), record, analysis)
        parts.beat.show_beat(analysis, is_synthetic=record.synthetic is not None)
        is_diagnostic = analysis.band.low_hz <= 0.05 and analysis.band.high_hz >= 150
        parts.header.set_band(analysis.band.caption, is_diagnostic=is_diagnostic)
        parts.header.set_synthetic(record.synthetic is not None)
        self._facts.show(record, analysis)
        parts.reading.set_can_read(True)
        self.show_answers()

    @property
    def _are_beats_wished(self) -> bool:
        workspace = self._workspace
        is_open = workspace.path is not None and not workspace.refusal
        return workspace.view.median_row and is_open and not workspace.is_strip_shown

    def _show_summary(self) -> None:
        workspace, parts = self._workspace, self._parts
        if workspace.record is None or workspace.analysis is None:
            return
        from inference.prepare import child_notes

        lines = wording.summary_lines(bundles_in_scope(workspace), dict(workspace.answers))
        doubts = [*child_notes(workspace.record.patient), *recording_warnings(workspace.analysis.quality)]
        caution = wording.quality_caution(doubts)
        is_above = wording.is_any_above_threshold(dict(workspace.answers))
        parts.summary.set_summary(lines or [self._waiting_words()], caution, is_above=is_above)

    def _show_why(self) -> None:
        workspace, parts = self._workspace, self._parts
        if workspace.record is None:
            return
        attribution = workspace.attribution
        info = workspace.bundle(attribution.bundle) if attribution is not None else None
        state = self._why_state(attribution)
        whose = wording.model_short_name(info) if info is not None else ""
        parts.beat.view.set_overlay_visible(workspace.view.saliency)
        has_strips = attribution is not None and attribution.windows.shape[1] > 0
        strips_state = "per lead only, no strips" if attribution is not None and not has_strips else state
        title = f"Saliency, {whose}" if whose else "Saliency"
        parts.beat.show_attribution(attribution if has_strips else None, title, strips_state)
        parts.leads.show_shares(attribution, state, whose)
        shown = attribution.bundle if attribution is not None else None
        parts.models.set_whys(shown, workspace.why_requests)
        if attribution is not None:
            parts.why.set_why(wording.why_sentence(attribution, info))
        elif workspace.answers:
            parts.why.set_message("No explanation is available for these answers.")
        else:
            parts.why.set_message("")

    def _why_state(self, attribution: Attribution | None) -> str:
        if attribution is not None:
            is_hidden = not self._workspace.view.saliency
            return "hidden, S shows it" if is_hidden else ""
        if self._workspace.inference.failure:
            return "no model"
        if not self._workspace.inference.is_ready:
            return "model loading"
        return "not available" if self._workspace.answers else "computing"

    def _waiting_words(self) -> str:
        inference = self._workspace.inference
        if inference.failure:
            return inference.failure
        if not inference.is_ready:
            return "Loading models…"
        return "Computing…" if self._workspace.path is not None else wording.NOTHING_OPEN

    def _on_bundles(self) -> None:
        inference = self._workspace.inference
        self._parts.models.set_bundles(inference.bundles, inference.problems)
        if inference.failure:
            self._parts.models.set_message(inference.failure)
        self.show_answers()

    def _on_reading(self) -> None:
        desk = self._workspace.desk
        self._parts.reading.set_reading(desk.reading, desk.state, (desk.record_sha256, desk.reader))
        if self._workspace.store.problem:
            self._on_store_problem(self._workspace.store.problem)

    def _on_history(self) -> None:
        history = self._workspace.desk.history
        self._parts.reading.set_history_count(len(history))
        self._parts.history.set_history(history)

    def _on_saved(self, when: datetime) -> None:
        self._status.set_saved(when)

    def _on_store_problem(self, sentence: str) -> None:
        if sentence:
            self._status.set_unsaved(sentence, self._workspace.store.n_unsaved)
        else:
            self._status.set_ready()

    def _on_undo(self, _index: int) -> None:
        stacks = self._workspace.desk.undo_stacks
        self._status.set_undo(stacks.undoText(), stacks.redoText())

    def _where(self, path: Path) -> str:
        """The record's name, and of a long recording how far from its start these ten seconds are."""
        recording = self._workspace.long.recording
        if recording is None:
            return self._name(path)
        start = clock_label(self._workspace.start_s, None)
        return f"{self._name(path)} · {start} of {width_label(recording.duration_s)}"

    def _name(self, path: Path) -> str:
        entry = self._workspace.library.entry(path)
        return entry.name if entry is not None else path.stem
