"""A long recording in the window: overview, rhythm strip and scan follow the services, and wish of them.

1. The RecordService opened a long recording: `LongService.recording_changed` shows the overview.
2. The pyramid grows: overview and strip draw what is known, the status bar says how far it is.
3. A click, a drag or a key wishes for ten seconds: `Workspace.show_window`; they are a record like any other.
4. `record_changed` marks them in both views and has their neighbours read ahead.
5. The scan's curves grow: the overview draws one of them.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from ecgviewer.actions import key
from ecgviewer.plots.long_trace import Stretch
from ecgviewer.plots.long_view import WINDOW_S
from ecgviewer.plots.timeline import width_label
from ecgviewer.widgets import wording
from ecgviewer.widgets.status_strip import StatusStrip
from ecgviewer.window_parts import WindowParts
from ecgviewer.workspace import Workspace
from inference.scan import ScanCurve

FIRST_LEAD = "II"
_NOT_LONG = "The open record is not a long recording."


class WindowLong(QObject):
    """Renders the services' state into the two cards and turns their wishes into deeds."""

    def __init__(
        self, workspace: Workspace, parts: WindowParts, status: StatusStrip, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._card, self._strip, self._status = parts.long, parts.strip, status
        self._parts = parts
        self._lead = 0
        self._is_all = False
        self._bundle = ""
        """Whose scan is drawn; '' or one without a curve: the first that has one."""
        self._connect()

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of a long recording does."""
        return {
            "previous_window": lambda: self.step(-1),
            "next_window": lambda: self.step(1),
            "strip": self._for_long(lambda: self._workspace.toggle("strip")),
            "strip_leads": self._for_long(self._toggle_all),
            "long_lead": self._for_long(self._next_lead),
            "scan": self._toggle_scan,
            "scan_peak": self._for_long(self._go_to_peak),
            "scan_model": self._for_long(self._next_model),
            "read_long": self._for_long(self._toggle_reading),
        }

    def _connect(self) -> None:
        workspace, long, scan = self._workspace, self._workspace.long, self._workspace.scan
        long.recording_changed.connect(self._on_recording)
        long.grew.connect(self._on_grown)
        long.samples_ready.connect(self._on_samples)
        long.broke.connect(self._status.tell)
        scan.changed.connect(self._on_scan)
        scan.refused.connect(self._status.tell)
        workspace.record_changed.connect(self._on_record)
        workspace.view_changed.connect(self._on_view)
        for view in (self._card.bar, self._strip.view):
            view.window_wished.connect(workspace.show_window)
        self._card.bar.looked_at.connect(self._on_looked_at)
        self._card.lead_wished.connect(self._show_lead)
        self._card.model_wished.connect(self._on_model_wished)
        self._strip.view.samples_wished.connect(long.ask_samples)
        self._strip.view.span_changed.connect(self._on_strip_span)

    # --- wishes -----------------------------------------------------------------------------------------

    def step(self, by: int) -> None:
        """Show the next or previous ten seconds."""
        recording = self._workspace.long.recording
        if recording is None:
            self._status.tell(_NOT_LONG)
            return
        last_s = max(recording.duration_s - WINDOW_S, 0.0)
        start_s = min(max(self._workspace.start_s + by * WINDOW_S, 0.0), last_s)
        if start_s == self._workspace.start_s:
            self._status.tell(f"This is the {'end' if by > 0 else 'start'} of the recording.")
        self._workspace.show_window(start_s)

    def _for_long(self, deed: Callable[[], object]) -> Callable[[], None]:
        """A deed that only a long recording knows; for another record a sentence says so."""

        def do() -> None:
            if self._workspace.long.recording is None:
                self._status.tell(_NOT_LONG)
            else:
                deed()

        return do

    def _toggle_all(self) -> None:
        self._is_all = not self._is_all
        self._strip.set_leads(self._lead, is_all=self._is_all)
        self._parts.share_with_strip(is_tall=self._is_all)

    def _next_lead(self) -> None:
        recording = self._workspace.long.recording
        assert recording is not None
        self._show_lead((self._lead + 1) % len(recording.lead_names))

    def _toggle_reading(self) -> None:
        long = self._workspace.long
        if long.is_reading:
            long.stop()
        elif long.progress < 1.0:
            long.read()
        else:
            self._status.tell("The whole recording has been read.")

    def _toggle_scan(self) -> None:
        scan = self._workspace.scan
        if scan.is_running:
            scan.stop()
        else:
            scan.start()

    def _go_to_peak(self) -> None:
        curve = self._curve()
        place = curve.highest if curve is not None else None
        if curve is None or place is None:
            self._status.tell(f"There is no answer of a scan yet: {key('scan')} asks the models.")
        else:
            self._workspace.show_window(float(curve.starts_s[place]))

    def _next_model(self) -> None:
        names = [curve.bundle for curve in self._workspace.scan.curves()]
        curve = self._curve()
        if curve is not None:
            self._on_model_wished((names.index(curve.bundle) + 1) % len(names))

    # --- what happened ----------------------------------------------------------------------------------

    def _on_recording(self) -> None:
        """Another long recording, or none: both views begin anew."""
        recording = self._workspace.long.recording
        self._card.bar.set_recording(recording)
        self._strip.view.set_recording(recording)
        self._card.setVisible(recording is not None)
        if recording is not None:
            names = recording.lead_names
            length, began = width_label(recording.duration_s), wording.acquired_text(recording.acquired_at)
            facts = f"{length}, {len(names)} leads, {recording.fs_hz:g} Hz · {began}"
            self._card.set_facts(facts, names)
            self._show_lead(names.index(FIRST_LEAD) if FIRST_LEAD in names else 0)
        self._workspace.scan.show(recording)
        self._on_view()

    def _on_grown(self) -> None:
        long = self._workspace.long
        words = "being read…" if long.is_reading else f"not read · {key('read_long')} reads on"
        for view in (self._card.bar, self._strip.view):
            view.set_reach(long.pyramid, words)
        self._status.reading.set_progress(f"Reading {long.progress:.0%}" if long.is_reading else "")

    def _on_samples(self, leads: tuple[int, ...], start: int, signals_mv: object) -> None:
        self._strip.view.set_stretch(Stretch(leads, start, signals_mv))  # type: ignore[arg-type]

    def _on_record(self) -> None:
        """Mark the ten seconds on the paper, and have those beside them at hand."""
        workspace, recording = self._workspace, self._workspace.long.recording
        if recording is None or workspace.path is None:
            return
        for view in (self._card.bar, self._strip.view):
            view.set_window(workspace.start_s)
        for start_s in (workspace.start_s + WINDOW_S, workspace.start_s - WINDOW_S):
            if 0.0 <= start_s <= recording.duration_s - WINDOW_S:
                workspace.records.read_ahead(workspace.path, recording, start_s)

    def _on_view(self) -> None:
        is_shown = self._workspace.is_strip_shown
        self._parts.set_strip_shown(is_shown)
        self._card.set_strip_shown(is_shown)
        self._on_strip_span()

    def _on_strip_span(self) -> None:
        is_shown = self._workspace.is_strip_shown
        self._card.bar.set_strip(self._strip.view.span if is_shown else None)

    def _on_looked_at(self, time_s: float) -> None:
        if self._workspace.is_strip_shown:
            self._strip.view.centre_on(time_s)

    def _on_scan(self) -> None:
        scan, curves, shown = self._workspace.scan, self._workspace.scan.curves(), self._curve()
        names = [self._name(curve) for curve in curves]
        place = next((row for row, each in enumerate(curves) if shown and each.bundle == shown.bundle), -1)
        has_answers = shown is not None and shown.highest is not None
        self._card.set_scan(names, place, is_running=scan.is_running, has_answers=has_answers)
        self._card.bar.set_curve(shown, names[place] if shown is not None else "")
        told = f"Scanning {scan.n_done} of {scan.n_windows} × 10 s" if scan.is_running else ""
        self._status.scan.set_progress(told)

    def _on_model_wished(self, place: int) -> None:
        curves = self._workspace.scan.curves()
        if 0 <= place < len(curves):
            self._bundle = curves[place].bundle
            self._on_scan()

    def _show_lead(self, place: int) -> None:
        self._lead = place
        self._card.set_lead(place)
        self._strip.set_leads(place, is_all=self._is_all)

    def _curve(self) -> ScanCurve | None:
        """The curve that is drawn."""
        curves = self._workspace.scan.curves()
        chosen = [curve for curve in curves if curve.bundle == self._bundle]
        return next(iter([*chosen, *curves]), None)

    def _name(self, curve: ScanCurve) -> str:
        info = self._workspace.bundle(curve.bundle)
        return wording.model_short_name(info) if info is not None else curve.bundle
