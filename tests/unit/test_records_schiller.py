"""Schiller XML: one real file, and built ones for what it does not show."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from inference.records import STANDARD_LEADS, Record, RecordError, read_record
from inference.records.device import DeviceMeasurement
from inference.records.files import find_records
from tests.unit.schiller_files import pair, waves, write_schiller
from tests.unit.wfdb_files import some_integers, twelve_leads


def read_built(tmp_path: Path, event: str, **how: Any) -> Record:
    return read_record(write_schiller(tmp_path / "ecg.xml", event, **how))


def test_the_real_file_holds_its_rhythm_and_its_averages_in_microvolts(test_data: Path) -> None:
    path = test_data / "vendor" / "schiller.xml"
    blocks = ElementTree.parse(path).getroot().findall("eventdata/event/wavedata")
    averages, rhythms = (
        np.array([[int(n) for n in str(data.text).strip(",").split(",")] for data in block.iter("data")])
        for block in blocks
    )

    record = read_record(path)

    assert (record.lead_names, record.fs_hz) == (STANDARD_LEADS, 500.0)
    np.testing.assert_allclose(record.signals_mv, rhythms / 1000, atol=1e-6)
    assert record.device.median_beat is not None
    np.testing.assert_allclose(record.device.median_beat.signals_mv, averages / 1000, atol=1e-6)
    assert record.report.einthoven_residual_mv == pytest.approx(0.0, abs=1e-6)
    assert record.report.checks == ("Every lead holds the 5000 samples that the file declares.",)


def test_the_real_file_knows_neither_its_patient_nor_the_time(test_data: Path) -> None:
    record = read_record(test_data / "vendor" / "schiller.xml")

    patient = record.patient
    assert (patient.sex, patient.age_years, patient.name, patient.patient_id) == (None,) * 4
    assert record.acquired_at is None
    assert any("a clock that was never set" in note for note in record.report.assumed)


def test_the_real_file_keeps_device_filters_and_measurements(test_data: Path) -> None:
    device = read_record(test_data / "vendor" / "schiller.xml").device

    assert (device.maker, device.model, device.software) == ("Schiller", "AT-10P", "252")
    assert (device.filters.high_pass_hz, device.filters.low_pass_hz, device.filters.notch_hz) == (
        0.05,
        150,
        50,
    )
    assert device.measurements[0] == DeviceMeasurement("Heart rate", "69", "/min")
    assert DeviceMeasurement("QTc interval", "397", "ms") in device.measurements
    assert DeviceMeasurement("J amplitude in lead V2", "0.13", "mV") in device.measurements
    assert not any(measured.value == "-" for measured in device.measurements)


def test_the_real_files_marks_count_samples_of_the_averages(test_data: Path) -> None:
    found = {
        value.name: value for value in read_record(test_data / "vendor" / "schiller.xml").device.measurements
    }
    assert found["QRS end"].unit == "sample"
    assert (int(found["QRS end"].value) - int(found["QRS onset"].value)) * 2 == int(
        found["QRS duration"].value
    )


@pytest.mark.parametrize(
    ("scale", "mv_per_count"),
    [
        ("<unitperbit>2.5</unitperbit><units>UV</units>", 0.0025),
        ("<unitperbit>0.005</unitperbit><units>MV</units>", 0.005),
    ],
)
def test_counts_become_millivolts_as_the_file_says(tmp_path: Path, scale: str, mv_per_count: float) -> None:
    rows = some_integers(1)

    record = read_built(tmp_path, waves(rows, ("V2",), scale=scale))

    np.testing.assert_allclose(record.lead("V2"), rows[0] * mv_per_count, atol=1e-5)


def test_patient_and_time_are_read(tmp_path: Path) -> None:
    who = (
        "<id>17</id><lastname>Curie</lastname><firstname>Marie</firstname>"
        "<birthdate>19671107</birthdate><gender>FEMALE</gender><pacemaker><value>ON</value></pacemaker>"
    )

    record = read_built(tmp_path, waves(twelve_leads()), patient=who)

    assert (record.patient.name, record.patient.patient_id) == ("Curie, Marie", "17")
    assert (record.patient.sex, record.patient.age_years) == ("female", 56.0)
    assert record.patient.birth_date == date(1967, 11, 7)
    assert record.acquired_at == datetime(2024, 2, 29, 13, 14, 15, 250_000)
    assert "The file says that the patient has a pacemaker." in record.report.read


def test_interpretation_is_kept_line_by_line(tmp_path: Path) -> None:
    text = "<textdata><type>INTERPRETATION</type><textdata>Sinus rhythm\n\n Normal ECG </textdata></textdata>"

    assert read_built(tmp_path, waves(twelve_leads()) + text).device.statements == (
        "Sinus rhythm",
        "Normal ECG",
    )


def test_filters_that_are_off_are_none_and_others_are_named(tmp_path: Path) -> None:
    inside = (
        pair("filter", "MAINS", "OFF")
        + pair("filter", "HIGHPASS_CUTOFF_FREQ", "0.5")
        + pair("filter", "MYOGRAM", "35")
    )

    found = read_built(
        tmp_path, waves(twelve_leads()) + f"<filters_data>{inside}</filters_data>"
    ).device.filters

    assert (found.high_pass_hz, found.low_pass_hz, found.notch_hz) == (0.5, None, None)
    assert found.notes == ("Myogram: 35.",)


def test_averages_alone_are_no_recording(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no rhythm leads"):
        read_built(tmp_path, waves(twelve_leads(500), kind="ECG_AVERAGES"))


def test_damaged_averages_do_not_keep_the_rhythm_from_being_read(tmp_path: Path) -> None:
    averages = waves(twelve_leads(500), kind="ECG_AVERAGES", datastype="BASE64")

    record = read_built(tmp_path, averages + waves(twelve_leads()))

    assert record.device.median_beat is None
    assert any("averaged beat was left out" in note for note in record.report.read)


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        (waves(twelve_leads(), datastype="BASE64"), "written as 'BASE64'"),
        (waves(twelve_leads(), rate="<exponent>3</exponent><value>500</value>"), "sampling rate plainly"),
        (waves(twelve_leads(), rate=""), "sampling rate plainly"),
        (waves(twelve_leads(), scale="<unitperbit>0</unitperbit><units>UV</units>"), "one count is worth"),
        (waves(twelve_leads(), scale="<unitperbit>1</unitperbit><units>KG</units>"), "not a voltage"),
        (waves(twelve_leads()).replace(",", ";", 1), "not all numbers"),
        (waves(twelve_leads()).replace(",", ",1,", 1), "different numbers of samples"),
    ],
)
def test_what_cannot_be_told_is_refused_in_a_sentence(tmp_path: Path, block: str, sentence: str) -> None:
    with pytest.raises(RecordError, match=sentence):
        read_built(tmp_path, block)


def test_a_rate_given_by_hand_helps_where_the_file_is_unclear(tmp_path: Path) -> None:
    path = write_schiller(tmp_path / "ecg.xml", waves(twelve_leads(), rate=""))

    assert read_record(path, fs_hz=1000).duration_s == 1.0


def test_a_count_of_samples_that_does_not_fit_is_said(tmp_path: Path) -> None:
    block = waves(twelve_leads()).replace("<samplecount>1000<", "<samplecount>900<")

    assert read_built(tmp_path, block).report.failed == (
        "The leads hold 1000 samples, and the file declares another number.",
    )


def test_a_folder_lists_a_schiller_file_among_other_xml(tmp_path: Path) -> None:
    path = write_schiller(tmp_path / "ecg.xml", waves(twelve_leads()))
    (tmp_path / "other.xml").write_text("<schiller/>")

    assert list(find_records([tmp_path])) == [path]
