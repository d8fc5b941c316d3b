"""What the panels say: unknown stays unknown, and no sentence claims more than its facts."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from ecgviewer.actions import ACTIONS, by_group
from ecgviewer.app import Desk
from ecgviewer.dialogs.shortcuts_sheet import ShortcutsSheet
from ecgviewer.widgets.history_panel import reading_words
from ecgviewer.widgets.keyed import KeyedButton
from ecgviewer.widgets.wording import (
    acquired_text,
    class_name,
    heart_rate_text,
    patient_line,
    patient_short,
    quality_caution,
    summary_lines,
    why_sentence,
)
from inference.labels import Culprit, Omi, Reading
from inference.records import Patient
from inference.results import Attribution, ModelAnswer, Prediction
from tests.gui.window_help import MI, OMI, SHARES, SITE, shown_texts

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


def test_age_sex_and_time_are_unknown_where_the_file_does_not_say() -> None:
    assert patient_line(Patient()) == "age unknown, sex unknown"
    assert patient_line(Patient(81.0, "female")) == "81 y, female"
    assert (patient_short(Patient()), patient_short(Patient(58, "male"))) == ("age ?", "58 M")
    assert patient_short(Patient(sex="female")) == "age ? F"
    assert acquired_text(None) == "time unknown"
    assert acquired_text(datetime(1990, 10, 1)) == "1990-10-01"
    assert acquired_text(datetime(1990, 10, 1, 14, 2)) == "1990-10-01 14:02"
    assert heart_rate_text(None) == "HR not found"


def prediction(probability: float, threshold: float | None) -> ModelAnswer:
    values = (1 - probability, probability)
    return ModelAnswer(Prediction(OMI.name, "", "", OMI.prepare, OMI.classes, values, threshold))


def test_a_probability_at_its_threshold_counts_as_above() -> None:
    for probability, threshold, words in (
        (0.46, 0.46, "OMI proxy 0.46, above threshold 0.46"),
        (0.45, 0.46, "OMI proxy 0.45, below threshold 0.46"),
        (0.45, None, "OMI proxy 0.45, no threshold set"),
    ):
        assert summary_lines([OMI], {OMI.name: prediction(probability, threshold)}) == [words]


def test_a_probability_near_its_threshold_shows_the_digits_that_tell_them_apart() -> None:
    for probability, threshold, words in (
        (0.11, 0.0967, "OMI proxy 0.11, above threshold 0.10"),
        (0.0953, 0.0967, "OMI proxy 0.095, below threshold 0.097"),
        (0.2602, 0.2604, "OMI proxy 0.2602, below threshold 0.2604"),
        (0.26039, 0.2604, "OMI proxy 0.2604, just below threshold 0.2604"),
        (0.26041, 0.2604, "OMI proxy 0.2604, just above threshold 0.2604"),
    ):
        assert summary_lines([OMI], {OMI.name: prediction(probability, threshold)}) == [words]


def test_the_location_models_n_is_said_to_be_a_missing_code_and_never_a_missing_infarction() -> None:
    chances = tuple(0.67 if code == "N" else 0.033 for code in SITE.classes)
    answer = ModelAnswer(Prediction(SITE.name, "", "", SITE.prepare, SITE.classes, chances, None))
    assert summary_lines([SITE], {SITE.name: answer}) == ["MI location model: no MI code"]
    assert class_name("N") == "No MI code (N)"
    assert (class_name("IL"), class_name("OMI")) == ("Inferolateral", "OMI")
    assert reading_words(Reading(location="N")) == "No infarction"


def test_models_that_have_not_answered_are_not_mentioned() -> None:
    assert summary_lines([OMI, MI], {}) == []


def test_the_why_sentence_names_leads_and_the_model_only() -> None:
    windows = np.zeros((12, 20), dtype=np.float32)
    why = why_sentence(Attribution(OMI.name, "", "OMI", "Saliency", windows, SHARES), OMI)
    assert why == (
        "The OMI proxy model is most sensitive to small changes in V2 (20 %), V3 (17 %) and III (13 %)."
    )


def test_the_first_quality_warning_is_said_in_full_and_the_others_are_counted() -> None:
    assert quality_caution([]) == ""
    assert quality_caution(["V1 is flat."]) == "Be careful: V1 is flat."
    assert quality_caution(["V1 is flat.", "V2 is noisy."]) == "Be careful: V1 is flat. 1 more below."


def test_a_reading_is_told_in_one_line() -> None:
    full = Reading(Omi.YES, "IL", Culprit.RCA, 4, "subtle")
    assert reading_words(full) == "OMI · RCA · Inferolateral · confidence 4 · “subtle”"
    assert reading_words(Reading()) == "nothing answered"


def test_no_key_has_two_meanings() -> None:
    keys = [key for spec in ACTIONS for key in spec.keys]
    assert len(keys) == len(set(keys))


def test_every_action_has_a_deed_and_a_line_on_the_sheet(desk: Desk) -> None:
    assert set(desk.window.actions_by_id) == {spec.id for spec in ACTIONS}
    sheet = ShortcutsSheet(desk.window)
    sheet.show()
    shown = shown_texts(sheet)
    for spec in (spec for specs in by_group().values() for spec in specs if spec.keys):
        assert (spec.series or spec.text) in shown
    for key in ("Ctrl+O", "→  or  ↓  or  N", "Ctrl+1 … Ctrl+5", "Alt+1 … Alt+5", "Enter", "F1"):
        assert key in shown


def test_every_pressable_control_names_its_key(desk: Desk) -> None:
    header, reading = desk.window.parts.header, desk.window.parts.reading
    for button, key in (
        (header.speed, "V"),
        (header.gain, "G"),
        (header.caliper, "C"),
        (header.saliency, "S"),
        (reading.omi.button(Omi.YES), "1"),
        (reading.sign, "Enter"),
        (reading.history_button, "H"),
        (desk.window.parts.library.open_button, "Ctrl+O"),
    ):
        assert f"{key})" in button.toolTip()
        if isinstance(button, KeyedButton):
            assert button.key == key


def test_the_keys_stand_on_the_faces_where_a_reader_looks(desk: Desk) -> None:
    header, reading = desk.window.parts.header, desk.window.parts.reading
    assert header.layout_key.text() == "L"
    assert reading.location.key == "O"
    assert reading.comment.placeholderText() == "Comment  (M)"
    shown = shown_texts(reading)
    assert "Alt+1–5" in shown
    assert "Ctrl+1–5" in shown


def test_a_buttons_key_is_drawn_beside_its_words_and_has_its_own_room(desk: Desk) -> None:
    desk.window.resize(1280, 720)
    QApplication.processEvents()
    keyed = [button for button in desk.window.findChildren(KeyedButton) if button.isVisible() and button.key]
    assert {button.key for button in keyed} == {"V", "G", "C", "S", "H", "Ctrl+O"}
    for button in keyed:
        words_px = button.fontMetrics().horizontalAdvance(button.text())
        assert button.width() >= words_px + button.key_px, button.text()
        with_key = button.grab().toImage()
        button.key = " " * len(button.key)
        assert button.grab().toImage() != with_key, button.text()
