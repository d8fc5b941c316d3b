"""What a reader sees and does: the real window on the demo library."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from ecgviewer.app import Desk, assemble
from inference.labels import Omi
from tests.gui.conftest import MakeDesk
from tests.gui.window_help import (
    DEMO,
    MI,
    OMI,
    SITE,
    KnownModels,
    open_demo,
    open_name,
    press,
    shown_texts,
    stay_when_asked,
    stored,
)
from tests.unit.read_only import open_folder, read_only
from tests.unit.wfdb_files import write_record

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


def test_without_records_the_window_offers_a_folder_a_file_and_the_demo_library(desk: Desk) -> None:
    page = desk.window.parts.ecg.page
    assert page.isVisible()
    texts = [button.text() for button in page.findChildren(QPushButton) if button.isVisible()]
    assert texts == ["Open folder…", "Open file…", "Open demo library"]


def test_a_record_states_who_when_scale_band_and_heart_rate(desk: Desk) -> None:
    open_demo(desk)
    caption = desk.window.parts.ecg.view.caption
    assert caption.left == "01_synthetic_normal · age unknown, sex unknown · time unknown"
    rate = desk.workspace.analysis.rhythm.heart_rate_bpm if desk.workspace.analysis else None
    assert rate is not None
    assert caption.right == f"25 mm/s · 10 mm/mV · 0.05–150 Hz · HR {rate:.0f} /min"


def test_a_synthetic_record_says_so_in_the_header_and_on_both_papers(desk: Desk) -> None:
    open_demo(desk)
    parts = desk.window.parts
    assert parts.header.synthetic.isVisible()
    assert parts.header.synthetic.text() == "SYNTHETIC"
    QApplication.processEvents()
    for view in (parts.ecg.view, parts.beat.view):
        marked = view.canvas.grab().toImage()
        view.set_watermark("")
        assert view.canvas.grab().toImage() != marked


def test_the_title_names_the_record_and_nothing_of_the_patient(desk: Desk, test_data: Path) -> None:
    desk.window.open_paths([test_data / "ptb" / "patient001" / "s0010_re.hea"])
    assert desk.window.windowTitle() == "s0010_re · ECG Viewer"


def test_the_summary_sets_each_model_against_its_threshold(desk: Desk) -> None:
    open_demo(desk)
    assert desk.window.parts.summary.lines.text().splitlines() == [
        "OMI proxy 0.83, above threshold 0.46",
        "MI 0.83, above threshold 0.50",
        "MI location: Inferolateral 0.61",
    ]
    assert desk.window.parts.summary.property("tone") == "danger"


def test_below_every_threshold_nothing_is_red(make_desk: MakeDesk) -> None:
    desk = make_desk(KnownModels(omi=0.12))
    open_demo(desk)
    assert "below threshold" in desk.window.parts.summary.lines.text()
    assert desk.window.parts.summary.property("tone") == ""


def test_no_probability_is_shown_without_the_research_words(desk: Desk) -> None:
    open_demo(desk)
    parts = desk.window.parts
    assert parts.header.research.isVisible()
    assert "Research use only. Not a diagnosis." in shown_texts(parts.summary)
    for card in parts.models.cards.values():
        assert "Not a diagnosis." in shown_texts(card)
    assert "proxy" in shown_texts(parts.models.cards[OMI.name])


def test_the_location_model_shows_its_four_most_probable_sites_in_words(desk: Desk) -> None:
    open_demo(desk)
    card = desk.window.parts.models.cards[SITE.name]
    ranked = ["0.61", "Inferolateral", "0.22", "Inferior", "0.05", "Inferoposterolateral"]
    shown = shown_texts(card).splitlines()
    assert [text for text in shown if text in ranked] == ranked[:2]
    card.arrow.click()
    shown = shown_texts(card).splitlines()
    assert [text for text in shown if text in ranked] == ranked
    assert "Anterior" not in shown


def test_why_names_the_three_leads_with_the_largest_shares_and_claims_no_cause(desk: Desk) -> None:
    open_demo(desk)
    why = desk.window.parts.why
    assert "V2 (20 %), V3 (17 %) and III (13 %)" in shown_texts(why)
    assert "do not show a cause" in shown_texts(why)


def test_a_failing_model_shows_its_sentence_in_its_own_card_and_the_others_answer(
    make_desk: MakeDesk,
) -> None:
    desk = make_desk(KnownModels(failing=(OMI.name,)))
    open_demo(desk)
    cards = desk.window.parts.models.cards
    assert "This model needs V3" in shown_texts(cards[OMI.name])
    assert "0.83" in shown_texts(cards[MI.name])
    assert desk.window.parts.summary.lines.text().startswith("OMI proxy: no answer for this ECG")


@pytest.mark.expected_log("A background job on the engine thread failed")
def test_a_model_that_breaks_is_told_and_leaves_the_others_alone(make_desk: MakeDesk) -> None:
    desk = make_desk(KnownModels(raising=(OMI.name,)))
    open_demo(desk)
    assert "a fault in the program" in shown_texts(desk.window.parts.models.cards[OMI.name])
    assert "0.83" in shown_texts(desk.window.parts.models.cards[MI.name])
    assert "ZeroDivisionError" in desk.window.parts.errors.text.text()


def test_without_models_the_ecg_can_still_be_read_and_signed(
    make_desk: MakeDesk, ecgviewer_home: Path
) -> None:
    desk = make_desk(KnownModels(bundles=()))
    open_demo(desk)
    record = desk.workspace.record
    assert record is not None
    assert desk.window.parts.summary.lines.text() == "No model is installed."
    press(desk, Qt.Key.Key_2)
    press(desk, Qt.Key.Key_Return)
    last = stored(ecgviewer_home).latest(record.sha256)
    assert last is not None
    assert (last.reading.omi, last.signed, last.predictions) == (Omi.NO, True, ())


def test_a_refused_file_has_its_sentence_on_the_page_and_in_the_worklist(desk: Desk, tmp_path: Path) -> None:
    for suffix in ("hea", "dat"):
        shutil.copy(DEMO / f"01_synthetic_normal.{suffix}", tmp_path)
    (tmp_path / "01_synthetic_normal.dat").write_bytes(b"\x00" * 200)
    desk.window.open_paths([tmp_path])
    page = desk.window.parts.ecg.page
    assert page.isVisible()
    assert "cut off" in page.sentence.text()
    entry = desk.workspace.library.entry(tmp_path / "01_synthetic_normal.hea")
    assert entry is not None
    assert (entry.state, entry.reason) == ("refused", page.sentence.text())
    assert not desk.window.parts.reading.sign.isEnabled()


def test_the_summary_of_a_childs_ecg_says_what_the_models_learned_from(desk: Desk, tmp_path: Path) -> None:
    for file in DEMO.glob("01_*"):
        added = b"#age: 9\n" if file.suffix == ".hea" else b""
        (tmp_path / file.name).write_bytes(file.read_bytes() + added)
    desk.window.open_paths([tmp_path])
    assert "The patient is 9 years old" in desk.window.parts.summary.caution.text()


def test_a_missing_lead_is_named_on_the_paper_and_marks_the_record(desk: Desk) -> None:
    open_demo(desk, 11)
    assert desk.workspace.record is not None
    assert desk.workspace.record.missing_leads == ("V3",)
    assert "V3" in desk.window.parts.ecg.view.accessibleName()
    assert "V3 is missing" in desk.window.parts.summary.caution.text()
    entry = desk.workspace.library.entry(desk.workspace.record.path)
    assert entry is not None
    assert entry.state == "quality"


def test_where_no_median_beat_can_be_made_its_card_says_why(desk: Desk, tmp_path: Path) -> None:
    quiet = np.zeros((12, 5000), dtype=np.int16)
    desk.window.open_paths([write_record(tmp_path, quiet)])
    analysis = desk.workspace.analysis
    assert analysis is not None
    assert analysis.beat is None
    assert analysis.beat_problem is not None
    assert analysis.beat_problem in shown_texts(desk.window.parts.beat.page)
    assert desk.window.parts.ecg.is_paper_shown


def test_a_folder_without_records_says_what_it_looked_for(desk: Desk, tmp_path: Path) -> None:
    desk.window.open_paths([tmp_path])
    assert "WFDB" in desk.window.parts.ecg.page.sentence.text()


def test_dropped_files_are_opened(desk: Desk) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(DEMO / "04_synthetic_rca_clear.hea"))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, left, none)
    desk.window.dropEvent(event)
    assert open_name(desk) == "04_synthetic_rca_clear"
    assert desk.window.parts.library.model.rowCount() == 12


def test_keys_change_layout_gain_speed_caliper_and_saliency(desk: Desk) -> None:
    open_demo(desk)
    for key in (Qt.Key.Key_L, Qt.Key.Key_G, Qt.Key.Key_V, Qt.Key.Key_C, Qt.Key.Key_S):
        press(desk, key)
    view = desk.workspace.view
    assert (view.layout, view.gain_mm_mv, view.speed_mm_s) == ("6x2", 20.0, 50.0)
    assert (view.caliper, view.saliency) == (True, False)
    assert desk.window.parts.header.gain.text() == "20 mm/mV"
    assert desk.window.parts.header.caliper.isChecked()
    assert not desk.window.parts.header.saliency.isChecked()


def test_twelve_rows_get_more_height_and_the_readers_own_share_is_kept(desk: Desk) -> None:
    open_demo(desk)
    parts, workspace = desk.window.parts, desk.workspace
    usual_px = parts.ecg.height()
    workspace.set_view(replace(workspace.view, layout="12x1"))
    QApplication.processEvents()
    assert parts.ecg.height() > 1.2 * usual_px
    assert parts.beat_row.isVisible()
    press(desk, Qt.Key.Key_D)
    QApplication.processEvents()
    assert parts.beat_row.isHidden()
    desk.window.step(1)
    assert parts.beat_row.isHidden()
    press(desk, Qt.Key.Key_D)
    workspace.set_view(replace(workspace.view, layout="3x4+II"))
    QApplication.processEvents()
    assert parts.beat_row.isVisible()
    assert abs(parts.ecg.height() - usual_px) <= 8


def test_a_store_that_cannot_be_written_keeps_the_reading_until_it_can(
    make_desk: MakeDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    desk = make_desk(store_url=f"sqlite:///{blocked / 'labels.sqlite'}")
    open_demo(desk)
    press(desk, Qt.Key.Key_1)
    assert desk.window.status.saved.text().startswith("Not saved: ")
    assert "not saved" in desk.window.parts.reading.state.text()
    questions = stay_when_asked(monkeypatch)
    assert not desk.window.close()
    assert questions[0].startswith("1 reading is not saved. ")
    desk.window.step(1)
    assert desk.workspace.desk.reading.is_empty
    desk.window.step(-1)
    assert desk.workspace.desk.reading.omi == Omi.YES
    assert "not saved" in desk.window.parts.reading.state.text()
    blocked.unlink()
    desk.window.do("retry_save")
    assert "draft" in desk.window.parts.reading.state.text()
    assert desk.store.n_unsaved == 0
    assert len(desk.workspace.desk.history) == 1


def test_a_read_only_store_shows_its_readings_and_says_that_nothing_is_saved(make_desk: MakeDesk) -> None:
    with open_folder() as folder:
        url = f"sqlite:///{folder / 'labels.sqlite'}"
        earlier = make_desk(store_url=url)
        open_demo(earlier)
        press(earlier, Qt.Key.Key_1)
        earlier.close()
        models = KnownModels()
        desk = assemble(inline=True, store_url=url, find=models.find, load=models.load)
        desk.window.show()
        with read_only(folder):
            desk.store.start()
            open_demo(desk)
            said = desk.window.status.saved.text()
            assert said.startswith("Readings can be seen, not saved. The label store ")
            assert desk.window.parts.reading.omi.value == Omi.YES
            assert desk.window.parts.reading.state.text() == "· draft"
            assert desk.window.parts.reading.history_button.text() == "History (1)"
            desk.window.do("confidence_4")
            assert desk.window.parts.reading.state.text() == "· not saved"
            assert "(1 waiting · Ctrl+S tries again)" in desk.window.status.saved.text()
        desk.window.do("retry_save")
        assert desk.window.parts.reading.state.text() == "· draft"
        assert (desk.workspace.desk.reading.confidence, desk.store.n_unsaved) == (4, 0)
        desk.close()


def test_the_window_fits_a_small_laptop_without_cutting_a_button(desk: Desk) -> None:
    desk.window.resize(1366, 768)
    open_demo(desk)
    desk.appearance.set_reader("Prof. Dr. med. Maximiliane von Hohenzollern-Sigmaringen")
    QApplication.processEvents()
    assert (desk.window.width(), desk.window.height()) == (1366, 768)
    for button in desk.window.findChildren(QPushButton):
        if button.isVisible():
            needed = button.fontMetrics().horizontalAdvance(button.text())
            assert button.width() >= needed, button.text()
    for label in desk.window.parts.reading.findChildren(QLabel):
        assert label.height() >= label.sizeHint().height() or label.wordWrap(), label.text()


def test_the_dark_room_darkens_the_cards_and_keeps_the_trace_readable(desk: Desk) -> None:
    open_demo(desk)
    light = desk.window.parts.ecg.grab().toImage().pixelColor(4, 4).lightness()
    desk.window.do("theme")
    dark = desk.window.parts.ecg.grab().toImage().pixelColor(4, 4).lightness()
    assert light > 200
    assert dark < 80
    assert desk.appearance.theme.is_dark


def test_a_stale_answer_never_reaches_the_next_record(desk: Desk) -> None:
    open_demo(desk)
    old = desk.workspace.record
    assert old is not None
    answer = desk.workspace.answers[OMI.name]
    desk.window.step(1)
    before = dict(desk.workspace.answers)
    desk.inference.answered.emit(old.sha256, "late.model", answer)
    assert dict(desk.workspace.answers) == before


def test_the_reader_chooses_whose_saliency_lies_under_the_beat(desk: Desk) -> None:
    open_demo(desk)
    assert desk.workspace.attribution is not None
    assert desk.workspace.attribution.bundle == OMI.name
    desk.window.parts.models.cards[MI.name].saliency.click()
    assert desk.workspace.attribution.bundle == MI.name
    assert desk.window.parts.models.cards[MI.name].saliency.text() == "Saliency shown"
