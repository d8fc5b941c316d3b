"""What is known of the open recording, put into its cards: warnings, file, device, measurements, beats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecgviewer.services.library_entry import recording_warnings, rhythm_notes
from ecgviewer.widgets.beat_card import member_beats
from ecgviewer.widgets.device_words import beat_text
from ecgviewer.widgets.measurements_panel import interval_texts
from ecgviewer.window_parts import WindowParts
from ecgviewer.workspace import Workspace
from inference.records.device import DeviceFindings

if TYPE_CHECKING:
    from inference.records.record import Record
    from inference.signal.analysis import EcgAnalysis


class WindowFacts:
    """Renders the facts of the workspace's record into the parts; reads state, never changes it."""

    def __init__(self, workspace: Workspace, parts: WindowParts) -> None:
        self._workspace = workspace
        self._parts = parts

    def clear(self) -> None:
        """Nothing of the record before may stand beside another one's name."""
        parts = self._parts
        parts.quality.hide()
        parts.file.set_report(None)
        parts.device.set_findings(DeviceFindings(), {})
        parts.measurements.set_nothing()

    def show(self, record: Record, analysis: EcgAnalysis) -> None:
        """All cards of a record that was just opened."""
        parts, workspace = self._parts, self._workspace
        notes = list(analysis.beat.notes) if analysis.beat is not None else []
        parts.quality.set_facts(
            recording_warnings(analysis.quality), [*rhythm_notes(analysis.quality), *notes]
        )
        self._show_file(record)
        found = workspace.measurements
        if found is None:
            parts.measurements.set_nothing()
        else:
            parts.measurements.set_measurements(found, analysis.band.caption)
        ours = {} if found is None else interval_texts(found)
        parts.device.set_findings(record.device, ours, beat_text(workspace.device_beat))
        self.show_beats()

    def show_same(self) -> None:
        """The library found out which of its files hold the same ECG."""
        if self._workspace.record is not None:
            self._show_file(self._workspace.record)

    def show_beats(self) -> None:
        """The single beats and the device's own median beat, where they are wished."""
        workspace, card = self._workspace, self._parts.beat
        analysis = workspace.analysis
        if analysis is None or analysis.beat is None:
            return
        view, overlaid = workspace.view, workspace.device_beat
        card.show_members(member_beats(analysis.signals_mv, analysis.beat) if view.beats else [])
        card.show_device_beat(overlaid.signals_mv if overlaid is not None and view.device_beat else None)

    def _show_file(self, record: Record) -> None:
        path = self._workspace.path
        entry = self._workspace.library.entry(path) if path is not None else None
        same_as = () if entry is None else entry.same_as
        self._parts.file.set_report(record.report, record.patient, same_as)
