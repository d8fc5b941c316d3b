"""A recording of hours in the real window: ten seconds on paper, the rest on one line, a scan along it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ecgviewer.app import Desk, assemble
from inference.bundle_info import BundleInfo
from inference.labels import Omi
from inference.long_records import LongRecord, open_long
from inference.scan import CAVEAT, WindowScan
from tests.gui.conftest import MakeDesk
from tests.gui.window_help import DEMO, MI, OMI, KnownModels, press, shown_texts, stored
from tests.unit.long_files import write_long

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


@dataclass
class GoneModels(KnownModels):
    """Models whose recording lies on a disk that comes and goes."""

    is_gone: bool = False

    def scan_window(
        self,
        infos: Sequence[BundleInfo],
        long: LongRecord,
        start_s: float,
        should_stop: Callable[[], bool],
    ) -> WindowScan | None:
        if self.is_gone:
            return WindowScan(start_s, unread="'holter.dat' cannot be read any more.")
        return super().scan_window(infos, long, start_s, should_stop)


@pytest.fixture
def holter(tmp_path: Path) -> Path:
    """Five minutes of twelve leads, an episode in the third, nothing recorded from 200 to 220 s."""
    return write_long(tmp_path, 300, episodes=[(120, 180)], silent=[(200, 220)])


def test_a_long_recording_opens_on_its_first_ten_seconds_as_a_record_like_any_other(
    desk: Desk, holter: Path
) -> None:
    desk.window.open_paths([holter])
    record, parts = desk.workspace.record, desk.window.parts
    assert record is not None
    assert record.duration_s == 10.0
    assert len(desk.workspace.answers) == 3
    assert parts.long.isVisible()
    assert parts.ecg.view.caption.left.startswith("holter · +00:00:00 of 5 min · ")
    assert "12 leads, 250 Hz · 2024-03-14 22:15" in parts.long.facts.text()
    assert parts.long.lead.currentText() == "II"


def test_an_ordinary_record_has_no_overview(desk: Desk, holter: Path) -> None:
    desk.window.open_paths([DEMO])
    assert not desk.window.parts.long.isVisible()
    desk.window.open_paths([holter])
    assert desk.window.parts.long.isVisible()
    desk.window.open_paths([DEMO])
    assert not desk.window.parts.long.isVisible()
    assert desk.workspace.long.recording is None


def test_keys_walk_through_the_recording_and_say_where_it_ends(desk: Desk, holter: Path) -> None:
    desk.window.open_paths([holter])
    desk.window.parts.library.view.setFocus()
    press(desk, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert desk.workspace.start_s == 10.0
    long = open_long(holter)
    assert long is not None
    assert desk.workspace.record is not None
    assert desk.workspace.record.sha256 == long.window(10.0).sha256
    press(desk, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    press(desk, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert desk.workspace.start_s == 0.0
    assert desk.window.status.saved.text() == "This is the start of the recording."
    desk.workspace.show_window(290.0)
    press(desk, Qt.Key.Key_Period)
    assert desk.window.status.saved.text() == "This is the end of the recording."


def test_every_window_is_a_question_of_its_own_to_the_models(desk: Desk, holter: Path) -> None:
    desk.window.open_paths([holter])
    first = desk.workspace.record
    desk.workspace.show_window(150.0)
    second = desk.workspace.record
    assert first is not None
    assert second is not None
    assert first.sha256 != second.sha256
    asked = {answer.outcome.record_sha256 for answer in desk.workspace.answers.values()}
    assert asked == {second.sha256}


def test_seconds_without_signal_are_refused_alone_and_the_way_on_is_offered(desk: Desk, holter: Path) -> None:
    desk.window.open_paths([holter])
    desk.workspace.show_window(205.0)
    parts = desk.window.parts
    assert "no valid signal" in desk.workspace.refusal
    assert parts.long.isVisible()
    assert "+00:03:25" in parts.ecg.page.title.text()
    entry = desk.workspace.library.entry(holter)
    assert entry is not None
    assert entry.state != "refused"
    desk.window.do("next_window")
    desk.window.do("next_window")
    assert desk.workspace.record is not None


def test_readings_of_two_windows_stay_apart_and_the_worklist_counts_the_file_once(
    desk: Desk, holter: Path, ecgviewer_home: Path
) -> None:
    desk.window.open_paths([holter])
    for start_s, key in ((0.0, Qt.Key.Key_2), (150.0, Qt.Key.Key_1)):
        desk.workspace.show_window(start_s)
        press(desk, key)
        press(desk, Qt.Key.Key_Return)
        assert desk.workspace.start_s == start_s
    latest = stored(ecgviewer_home).all_latest()
    said = {Path(each.record_path).name: each.reading.omi for each in latest}
    assert said == {"holter.hea#t=0": Omi.NO, "holter.hea#t=150": Omi.YES}
    assert len({each.record_sha256 for each in latest}) == 2
    desk.workspace.show_window(0.0)
    assert desk.workspace.desk.reading.omi is Omi.NO
    entry = desk.workspace.library.entry(holter)
    assert entry is not None
    assert entry.state == "signed"


def test_the_reading_of_a_window_is_marked_in_the_worklist_before_the_file_is_read(
    make_desk: MakeDesk, holter: Path
) -> None:
    desk = make_desk()
    desk.window.open_paths([holter])
    press(desk, Qt.Key.Key_1)
    press(desk, Qt.Key.Key_Return)
    again = make_desk()
    again.window.open_paths([holter])
    entry = again.workspace.library.entry(holter)
    assert entry is not None
    assert entry.state == "signed"


def test_the_strip_takes_the_room_of_the_median_beats_and_gives_it_back(desk: Desk, holter: Path) -> None:
    desk.window.open_paths([holter])
    parts = desk.window.parts
    assert parts.beat_row.isVisible()
    press(desk, Qt.Key.Key_R)
    assert parts.strip.isVisible()
    assert not parts.beat_row.isVisible()
    QApplication.processEvents()
    assert parts.ecg.height() > parts.strip.height() > 100
    press(desk, Qt.Key.Key_D)
    assert not parts.strip.isVisible()
    assert parts.beat_row.isVisible()
    press(desk, Qt.Key.Key_R)
    press(desk, Qt.Key.Key_R)
    assert parts.beat_row.isVisible()


def test_the_strip_reads_its_samples_and_shows_all_leads_or_the_chosen_one(desk: Desk, holter: Path) -> None:
    desk.window.open_paths([holter])
    view = desk.window.parts.strip.view
    desk.window.do("strip")
    QApplication.processEvents()
    assert view.leads == (1,)
    assert "60 s wide · unfiltered" in desk.window.parts.strip.facts.text()
    desk.window.do("long_lead")
    assert view.leads == (2,)
    assert desk.window.parts.long.lead.currentText() == "III"
    desk.window.do("strip_leads")
    assert len(view.leads) == 12
    assert view.px_per_mv > 0


def scanned(desk: Desk, qtbot: QtBot) -> None:
    """Scan the open recording to its end."""
    desk.window.do("scan")
    qtbot.waitUntil(lambda: not desk.workspace.scan.is_running, timeout=20_000)


def test_a_scan_asks_about_every_ten_seconds_and_goes_to_the_highest(
    make_desk: MakeDesk, holter: Path, qtbot: QtBot
) -> None:
    models = KnownModels(peaks=(130.0,), unanswered=(200.0, 210.0))
    desk = make_desk(models)
    desk.window.open_paths([holter])
    scanned(desk, qtbot)
    assert models.scanned == [10.0 * place for place in range(30)]
    curves = desk.workspace.scan.curves()
    assert [curve.bundle for curve in curves] == [OMI.name, MI.name]
    assert curves[0].is_complete
    assert np.flatnonzero(np.isnan(curves[0].probabilities)).tolist() == [20, 21]
    press(desk, Qt.Key.Key_J)
    assert desk.workspace.start_s == 130.0
    bar = desk.window.parts.long.bar
    assert bar.tip_at(bar.x_of(135.0)) == "22:17:10  OMI proxy model 0.83"
    assert "There is no valid signal." in bar.tip_at(bar.x_of(205.0))


def test_the_window_says_what_a_scan_is_and_what_it_is_not(desk: Desk, holter: Path, qtbot: QtBot) -> None:
    desk.window.open_paths([holter])
    card = desk.window.parts.long
    assert not card.scan_row.isVisible()
    scanned(desk, qtbot)
    assert CAVEAT in shown_texts(card)
    assert "not a burden analysis" in CAVEAT
    assert card.model.currentText() == "OMI proxy model"
    desk.window.do("scan_model")
    assert card.model.currentText() == "MI model"
    assert card.bar.curve is not None
    assert card.bar.curve.bundle == MI.name


def test_a_scan_can_be_stopped_and_goes_on_where_it_was(
    make_desk: MakeDesk, holter: Path, qtbot: QtBot
) -> None:
    models = KnownModels()
    desk = make_desk(models)
    desk.window.open_paths([holter])
    status = desk.window.status.scan
    desk.window.do("scan")
    while len(models.scanned) < 5:
        QApplication.processEvents()
    assert not status.isHidden()
    assert "of 30 × 10 s" in status.text.text()
    status.stop.click()
    assert not desk.workspace.scan.is_running
    assert status.isHidden()
    n_asked = len(models.scanned)
    qtbot.wait(20)
    assert len(models.scanned) == n_asked < 30
    scanned(desk, qtbot)
    assert sorted(set(models.scanned)) == [10.0 * place for place in range(30)]


def test_the_answers_of_a_scan_are_kept_while_the_program_runs(
    make_desk: MakeDesk, holter: Path, qtbot: QtBot
) -> None:
    models = KnownModels()
    desk = make_desk(models)
    desk.window.open_paths([holter])
    scanned(desk, qtbot)
    desk.window.open_paths([DEMO])
    assert desk.workspace.scan.curves() == []
    desk.window.open_paths([holter])
    assert desk.workspace.scan.curves()[0].is_complete
    desk.window.do("scan")
    assert desk.window.status.saved.text() == "The whole recording has been scanned."
    assert len(models.scanned) == 30


def test_the_open_record_is_answered_while_a_scan_runs(
    holter: Path, ecgviewer_home: Path, qtbot: QtBot
) -> None:
    models = KnownModels()
    desk = assemble(find=models.find, load=models.load)
    desk.window.show()
    desk.window.open_paths([holter])
    desk.inference.start()
    qtbot.waitUntil(lambda: len(desk.workspace.answers) == 3, timeout=30_000)
    desk.window.do("scan")
    desk.workspace.show_window(150.0)
    qtbot.waitUntil(lambda: len(desk.workspace.answers) == 3, timeout=30_000)
    qtbot.waitUntil(lambda: not desk.workspace.scan.is_running, timeout=30_000)
    assert desk.workspace.start_s == 150.0
    assert desk.workspace.long.progress == 1.0
    desk.close()


def test_leads_that_no_model_can_do_without_are_named_before_a_scan_begins(
    make_desk: MakeDesk, tmp_path: Path
) -> None:
    models = KnownModels()
    desk = make_desk(models)
    desk.window.open_paths([write_long(tmp_path, 130, leads=("I", "II", "V1", "V5"))])
    desk.window.do("scan")
    told = desk.window.status.saved.text()
    assert told == "Not scanned: the models need V2, V3, V4, V6, which this recording does not have."
    assert models.scanned == []


def test_reading_for_the_overview_can_be_stopped_and_goes_on(
    desk: Desk, holter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.window.open_paths([holter])
    long = desk.workspace.long
    assert long.progress == 1.0
    desk.window.do("read_long")
    assert desk.window.status.saved.text() == "The whole recording has been read."


def test_a_pyramid_that_was_stopped_says_that_it_was_not_read_and_how_to_go_on(
    holter: Path, ecgviewer_home: Path, qtbot: QtBot
) -> None:
    models = KnownModels()
    desk = assemble(find=models.find, load=models.load)
    desk.window.show()
    long = desk.workspace.long
    long.recording_changed.connect(long.stop)
    desk.window.open_paths([holter])
    qtbot.waitUntil(lambda: desk.workspace.record is not None, timeout=30_000)
    long.stop()
    assert not long.is_reading
    assert not desk.window.status.reading.isVisible()
    desk.window.do("read_long")
    qtbot.waitUntil(lambda: long.progress == 1.0, timeout=30_000)
    desk.close()


@pytest.mark.parametrize("action", ["strip", "strip_leads", "scan_peak", "read_long", "next_window"])
def test_without_a_long_recording_its_keys_say_so_and_do_nothing(desk: Desk, action: str) -> None:
    desk.window.open_paths([DEMO])
    path = desk.workspace.path
    desk.window.do(action)
    assert desk.window.status.saved.text() == "The open record is not a long recording."
    assert desk.workspace.path == path
    assert not desk.window.parts.strip.isVisible()


def test_the_overview_is_drawn_without_the_file(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bin of the pyramid is wider than a pixel here; painting neither waits for a disk nor fails."""
    desk.window.open_paths([write_long(tmp_path, 130)])
    read: list[object] = []
    monkeypatch.setattr("inference.long_records.LongRecord.read_mv", lambda *asked: read.append(asked))

    desk.window.parts.long.bar.grab()
    desk.window.resize(1300, 800)
    QApplication.processEvents()

    assert read == []
    assert desk.window.parts.long.bar.columns(1).x_px[-1] > desk.window.parts.long.bar.width() - 20


def test_a_scan_taken_up_again_at_once_asks_about_every_window_once(
    qtbot: QtBot, ecgviewer_home: Path, holter: Path
) -> None:
    models = KnownModels(bundles=(OMI, MI), peaks=(50.0,))
    desk = assemble(find=models.find, load=models.load)
    desk.window.show()
    desk.inference.start()
    desk.window.open_paths([holter])
    qtbot.waitUntil(lambda: desk.inference.is_ready and desk.workspace.record is not None, timeout=30_000)
    scan = desk.workspace.scan
    # As long as the answer is passed on, the question about the next window waits for its turn.
    scan._clock.start()
    on_changed: list[int] = []

    def start_again() -> None:
        if scan.is_running and scan.n_done >= 2 and not on_changed:
            on_changed.append(scan.n_done)
            scan.stop()
            scan.start()

    scan.changed.connect(start_again)
    monkey = pytest.MonkeyPatch()
    monkey.setattr("ecgviewer.services.scan_service._NEWS_MS", 0)
    scan.start()
    qtbot.waitUntil(lambda: scan.n_done == 30 and not scan.is_running, timeout=30_000)
    monkey.undo()

    assert on_changed == [2]
    curve = scan.curves()[0]
    assert curve.n_done == 30
    assert curve.starts_s[curve.probabilities > 0.5].tolist() == [50.0]
    desk.close()


def test_a_file_that_vanishes_stops_the_scan_which_goes_on_when_it_is_back(
    make_desk: MakeDesk, holter: Path
) -> None:
    models = GoneModels(bundles=(OMI, MI), peaks=(50.0,))
    desk = make_desk(models)
    desk.window.open_paths([holter])
    scan, refusals = desk.workspace.scan, list[str]()
    scan.refused.connect(refusals.append)

    models.is_gone = True
    scan.start()
    QApplication.processEvents()
    assert not scan.is_running
    assert refusals == ["The scan stopped. 'holter.dat' cannot be read any more."]
    assert scan.n_done == 0

    models.is_gone = False
    scan.start()
    while scan.is_running:
        QApplication.processEvents()
    assert scan.curves()[0].starts_s[scan.curves()[0].probabilities > 0.5].tolist() == [50.0]
