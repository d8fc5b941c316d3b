"""How a file was read, and what its device said, beside ours."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from ecgviewer.app import Desk
from ecgviewer.plots.beat_view import BeatView
from ecgviewer.services.record_service import load_record
from ecgviewer.widgets.device_words import beat_text, compare, filter_text, rest_of
from ecgviewer.widgets.report_words import headline, report_sections
from inference.records import ImportReport, Patient, Record, read_record
from inference.records.device import DeviceFilters, DeviceFindings, DeviceMeasurement, DeviceMedianBeat
from inference.records.given import NOTHING_GIVEN, Given
from inference.signal.analysis import analyse
from inference.signal.device_beat import overlay
from tests.gui.window_help import DEMO

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")
NORMAL = next(DEMO.glob("01_*.hea"))


def with_device(record: Record) -> Record:
    """The record as a device would have stored it: with its median beat at 250 Hz, 40 ms late, 0.1 mV up."""
    beat = analyse(record).beat
    assert beat is not None
    late = np.roll(beat.signals_mv, 20, axis=1)[:, 100:500:2] + np.float32(0.1)
    device = DeviceFindings(
        maker="Maker",
        model="M-1",
        statements=("Sinus rhythm", "Normal ECG"),
        measurements=(
            DeviceMeasurement("Ventricular rate", "61", "/min"),
            DeviceMeasurement("QRS duration", "90", "ms"),
            DeviceMeasurement("QTc", "410", "ms"),
        ),
        filters=DeviceFilters(high_pass_hz=0.05, low_pass_hz=150.0),
        median_beat=DeviceMedianBeat(late, record.lead_names, 250.0),
    )
    return replace(record, device=device)


def test_the_report_says_everything_by_kind() -> None:
    report = ImportReport(
        "DICOM",
        ("12 leads.",),
        ("1 µV per unit.",),
        ("III", "aVR"),
        ("V3",),
        0.0012,
        scaled=("By the sensitivity.",),
    )
    assert report_sections(report) == [
        ("Assumed", ["1 µV per unit."]),
        ("Missing", ["V3."]),
        ("Derived from other limb leads", ["III, aVR."]),
        ("Scaled", ["By the sensitivity."]),
        ("Checked", ["Einthoven check: II = I + III within 0.001 mV."]),
        ("Read", ["Format: DICOM.", "12 leads."]),
    ]
    assert headline(report) == ("DICOM · 1 assumption", False)


def test_an_einthoven_check_that_failed_stands_first() -> None:
    report = ImportReport("WFDB", einthoven_residual_mv=0.1004)
    kind, texts = report_sections(report)[0]
    assert kind == "Failed"
    assert texts[0].startswith("Einthoven check FAILED: II differs from I + III by up to 0.100 mV")
    assert headline(report) == ("WFDB · Einthoven check failed", True)
    assert headline(ImportReport("WFDB", einthoven_residual_mv=0.0996))[1] is False


def test_a_check_that_failed_is_seen_on_the_folded_card() -> None:
    sentence = "The checksum of section 6 does not fit."
    report = ImportReport("SCP-ECG", failed=(sentence,), checks=("Section 7 is damaged and was left out.",))

    assert headline(report) == (f"SCP-ECG · {sentence}", True)
    assert report_sections(report)[0] == ("Failed", [sentence])


def test_a_digitised_record_says_so_in_the_headline() -> None:
    assert headline(ImportReport("PDF", digitised=True)) == ("PDF · digitised", True)


def test_the_devices_values_stand_beside_ours_and_a_qtc_without_a_formula_does_not() -> None:
    device = with_device(read_record(NORMAL)).device
    rows = compare(device.measurements, {"Rate": "60 /min", "QRS": "88 ms"})
    assert [(row.name, row.device, row.ours) for row in rows] == [
        ("Rate", "61 /min", "60 /min"),
        ("QRS", "90 ms", "88 ms"),
    ]
    assert rest_of(device.measurements) == "QTc 410 ms"
    assert filter_text(device.filters) == "Filtered by the device: high-pass 0.05 Hz, low-pass 150 Hz."


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Ventricular Heart Rate", "Rate"),
        ("PR Interval", "PR"),
        ("QRS Axis", "QRS axis"),
        ("PR segment", None),
        ("PR interval in lead II", None),
        ("Heart rate variability", None),
        ("Atrial Heart Rate", None),
    ],
)
def test_only_the_same_measurement_of_the_whole_ecg_stands_beside_ours(theirs: str, ours: str | None) -> None:
    measured = [DeviceMeasurement(theirs, "80", "ms")]

    assert [row.name for row in compare(measured, {})] == ([] if ours is None else [ours])
    assert (theirs in rest_of(measured)) is (ours is None)


def test_remarks_on_filters_are_sentences_of_their_own() -> None:
    filters = DeviceFilters(0.05, 150.0, notes=("For its print the device used 0.15 to 100 Hz.",))

    assert filter_text(filters) == (
        "Filtered by the device: high-pass 0.05 Hz, low-pass 150 Hz. "
        "For its print the device used 0.15 to 100 Hz."
    )


def test_the_devices_median_beat_is_laid_on_ours_whatever_its_rate_place_and_level() -> None:
    record = with_device(read_record(NORMAL))
    beat = analyse(record).beat
    assert beat is not None
    assert record.device.median_beat is not None

    laid = overlay(record.device.median_beat, beat)

    assert laid is not None
    assert min(laid.correlations.values()) > 0.99
    shown = laid.signals_mv[:, 200:400]
    assert np.nanmax(np.abs(shown - beat.signals_mv[:, 200:400])) < 0.15
    assert "of 12 leads" in beat_text(laid)


def test_the_cards_show_file_and_device_of_the_open_record(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(path: Path) -> tuple[Record, Given]:
        return with_device(read_record(path)), NOTHING_GIVEN

    monkeypatch.setattr(desk.workspace.records, "_load", lambda path: load_record(path, read))
    desk.window.open_paths([NORMAL])

    parts = desk.window.parts
    assert not parts.file.isHidden()
    assert parts.file.headline.text().startswith("WFDB")
    assert parts.device.headline.text() == "Sinus rhythm"
    assert parts.device.maker.text() == "Maker · M-1"
    parts.device.toggle()
    assert any(label.text() == "90 ms" for label in parts.device.table.findChildren(QLabel))
    view = parts.beat.view
    assert isinstance(view, BeatView)
    assert "device" not in view.caption.left
    parts.device.beat_button.click()
    assert "blue: the device's own" in view.caption.left


def test_what_a_file_says_of_itself_is_text_and_no_markup(desk: Desk) -> None:
    report = ImportReport("<b>DICOM</b>", ("<img src=x>",))
    panel = desk.window.parts.file
    panel.set_report(report)
    assert "&lt;img src=x&gt;" in panel.report.text()
    assert panel.report.textFormat() == Qt.TextFormat.RichText


def test_whom_the_file_is_of_is_shown_and_not_stored_with_the_report(desk: Desk) -> None:
    panel = desk.window.parts.file
    patient = Patient(name="Eva Müller", patient_id="47", birth_date=date(1962, 5, 10))
    panel.set_report(ImportReport("DICOM"), patient)
    assert "Name: Eva Müller.<br>Number: 47.<br>Born 1962-05-10." in panel.report.text()
    assert "Müller" not in str(asdict(replace(read_record(NORMAL), patient=patient).report))


def test_a_file_without_a_device_shows_no_device(desk: Desk) -> None:
    desk.window.open_paths([NORMAL])

    assert desk.window.parts.device.isHidden()
