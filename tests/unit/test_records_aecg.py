"""HL7 aECGs: one real file, and built ones for every variant that it does not show."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from inference.records import STANDARD_LEADS, Record, RecordError, read_record
from inference.records.device import DeviceFilters, DeviceMeasurement
from inference.records.files import find_records
from tests.unit.aecg_files import (
    annotation,
    annotation_set,
    derived,
    filters,
    lead,
    lead_set,
    person,
    series,
    times,
    write_aecg,
)
from tests.unit.wfdb_files import some_integers, twelve_leads


def read_built(tmp_path: Path, content: str, head: str = "") -> Record:
    return read_record(write_aecg(tmp_path / "ecg.xml", content, head))


def one_lead(tmp_path: Path, sequence: str, time: str | None = None) -> Record:
    inside = (
        f"<component><sequenceSet>{times() if time is None else time}{sequence}</sequenceSet></component>"
    )
    return read_built(tmp_path, series(inside))


def test_the_real_file_is_read_whole(test_data: Path) -> None:
    record = read_record(test_data / "vendor" / "aecg_subject1.xml")

    assert set(record.lead_names) == set(STANDARD_LEADS)
    assert (record.fs_hz, record.n_samples) == (500.0, 5000)
    assert record.lead("I")[:8] == pytest.approx(np.array([-2, -2, -2, -2, -3, -4, -3, -5]) * 0.0025)
    assert record.report.einthoven_residual_mv == pytest.approx(0.0, abs=1e-6)
    assert record.acquired_at == datetime(2002, 11, 22, 9, 10)
    assert (record.patient.name, record.patient.patient_id) == ("Clark", "subject1")
    assert (record.patient.sex, record.patient.birth_date) == ("male", date(1953, 5, 8))


def test_the_real_file_keeps_what_its_device_said_and_nothing_of_its_readers(test_data: Path) -> None:
    device = read_record(test_data / "vendor" / "aecg_subject1.xml").device

    assert (device.maker, device.model, device.software) == ("Mortara Instrument, Inc.", "ELI250", "5.3")
    assert device.statements == ("Sinus rhythm",)
    assert (device.filters.high_pass_hz, device.filters.low_pass_hz, device.filters.notch_hz) == (
        None,
        150,
        60,
    )
    assert device.median_beat is not None
    assert device.median_beat.signals_mv.shape == (12, 599)
    assert DeviceMeasurement("QTc interval", "443", "ms") in device.measurements
    assert DeviceMeasurement("QRS complex onset", "434", "ms") in device.measurements
    assert len(device.measurements) == 13


def test_the_real_file_reports_its_blinding_its_two_ages_and_what_was_left_out(test_data: Path) -> None:
    report = read_record(test_data / "vendor" / "aecg_subject1.xml").report

    assert "The file is marked: Blinded to Sponsor and Investigator." in report.read
    assert "Annotations of 12 single beats were left out." in report.read
    assert any("age of 46 years, and 49 follow" in note for note in report.assumed)


@pytest.mark.parametrize(
    ("unit", "scale", "origin", "mv_per_digit", "origin_mv"),
    [
        ("uV", "2.5", "-10", 0.0025, -0.01),
        ("mV", "0.005", "0.1", 0.005, 0.1),
        ("nV", "1250", "0", 0.00125, 0.0),
        ("µV", "4.88", "0", 0.00488, 0.0),
    ],
)
def test_origin_and_scale_are_taken_in_their_unit(
    tmp_path: Path, unit: str, scale: str, origin: str, mv_per_digit: float, origin_mv: float
) -> None:
    digits = some_integers(1)[0]

    record = one_lead(tmp_path, lead("II", digits, scale=scale, origin=origin, unit=unit))

    np.testing.assert_allclose(record.lead("II"), digits * mv_per_digit + origin_mv, atol=1e-5)


def test_a_lead_without_a_unit_needs_one_given(tmp_path: Path) -> None:
    digits = some_integers(1)[0]
    inside = f"<component><sequenceSet>{times()}{lead('II', digits, unit='')}</sequenceSet></component>"
    path = write_aecg(tmp_path / "ecg.xml", series(inside))

    with pytest.raises(RecordError, match="no unit: give it"):
        read_record(path)

    np.testing.assert_allclose(read_record(path, unit="uV").lead("II"), digits / 1000, atol=1e-6)


@pytest.mark.parametrize(
    ("increment", "fs_hz"),
    [
        ('value="1" unit="ms"', 1000.0),
        ('value="4000" unit="us"', 250.0),
        ('value="0.00390625" unit="s"', 256.0),
    ],
)
def test_the_rate_follows_from_the_increment_in_any_unit(
    tmp_path: Path, increment: str, fs_hz: float
) -> None:
    record = one_lead(tmp_path, lead("II", some_integers(1)[0]), times(increment=increment))

    assert record.fs_hz == fs_hz


@pytest.mark.parametrize(
    "increment", ['value="0" unit="s"', 'value="x" unit="s"', 'value="2" unit="furlong"']
)
def test_without_a_usable_increment_the_rate_is_asked_for(tmp_path: Path, increment: str) -> None:
    with pytest.raises(RecordError, match="does not say its sampling rate"):
        one_lead(tmp_path, lead("II", some_integers(1)[0]), times(increment=increment))


def test_digits_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    sequence = lead("II", some_integers(1)[0]).replace("<digits>", "<digits>1 2 three ")

    with pytest.raises(RecordError, match="not all numbers"):
        one_lead(tmp_path, sequence)


def test_a_lead_that_ends_early_is_filled_with_gaps_and_a_stump_is_left_out(tmp_path: Path) -> None:
    rows = some_integers(3)
    sequences = lead("I", rows[0]) + lead("II", rows[1][:990]) + lead("V1", rows[2][:10])

    record = one_lead(tmp_path, sequences)

    assert record.lead_names[:2] == ("I", "II")
    assert "V1" in record.missing_leads
    assert np.isnan(record.lead("II")[990:]).all()
    assert "Lead II ends 10 samples before the others." in record.report.read
    assert "Lead V1 was left out: it holds only 10 of 1000 samples." in record.report.read


def test_the_inverted_avr_is_turned_over(tmp_path: Path) -> None:
    digits = some_integers(1)[0]

    record = one_lead(tmp_path, lead("AVRneg", digits))

    np.testing.assert_allclose(record.lead("aVR"), -digits / 1000, atol=1e-6)


@pytest.mark.parametrize("as_derivation", [True, False])
def test_the_representative_beat_is_kept_apart_wherever_it_stands(
    tmp_path: Path, as_derivation: bool
) -> None:
    rows, beat = twelve_leads(2500), twelve_leads(600)
    content = (
        series(lead_set(rows) + derived(lead_set(beat)))
        if as_derivation
        else series(lead_set(beat), code="REPRESENTATIVE_BEAT") + series(lead_set(rows))
    )

    record = read_built(tmp_path, content)

    np.testing.assert_allclose(record.signals_mv, rows / 1000, atol=1e-6)
    assert record.device.median_beat is not None
    np.testing.assert_allclose(record.device.median_beat.signals_mv, beat / 1000, atol=1e-6)


def test_a_damaged_representative_beat_does_not_keep_the_recording_from_being_read(tmp_path: Path) -> None:
    beat = lead_set(twelve_leads(600)).replace("<digits>", "<digits>x")

    record = read_built(tmp_path, series(lead_set(twelve_leads()) + derived(beat)))

    assert record.device.median_beat is None
    assert any("representative beat was left out" in note for note in record.report.read)


@pytest.mark.parametrize("as_series", [True, False])
def test_columns_of_leads_are_laid_out_by_their_times(tmp_path: Path, as_series: bool) -> None:
    rows = some_integers(12, 1250)
    sets = [
        lead_set(
            rows[6 * k : 6 * k + 6],
            STANDARD_LEADS[6 * k : 6 * k + 6],
            times(f'value="2024022913141{5 + k}.5"'),
        )
        for k in range(2)
    ]
    content = "".join(map(series, sets)) if as_series else series("".join(sets))

    record = read_built(tmp_path, content)

    assert record.n_samples == 1250 + 500
    np.testing.assert_allclose(record.lead("V6")[500:], rows[11] / 1000, atol=1e-6)
    assert np.isnan(record.lead("V6")[:500]).all()
    assert np.isnan(record.lead("I")[1250:]).all()
    assert record.acquired_at == datetime(2024, 2, 29, 13, 14, 15, 500_000)


def test_relative_times_place_leads_and_the_series_gives_the_clock(tmp_path: Path) -> None:
    rows = some_integers(2)
    sets = lead_set(rows[:1], ("I",), times('value="0" unit="ms"'))
    sets += lead_set(rows[1:], ("V1",), times('value="1000" unit="ms"'))
    when = '<effectiveTime><low value="202402291314"/></effectiveTime>'

    record = read_built(tmp_path, series(sets, extra=when))

    assert np.flatnonzero(np.isfinite(record.lead("V1")))[0] == 500
    assert record.acquired_at == datetime(2024, 2, 29, 13, 14)


def test_a_second_recording_of_the_same_leads_is_left_out_and_named(tmp_path: Path) -> None:
    later = lead_set(twelve_leads(), time=times('value="20240229180000"'))

    record = read_built(tmp_path, series(lead_set(twelve_leads(2500))) + series(later))

    assert record.n_samples == 2500
    assert any("further group of leads" in note for note in record.report.read)


def test_time_findings_filters_and_beat_are_those_of_the_recording_that_is_shown(tmp_path: Path) -> None:
    def recorded(n_samples: int, hour: int, pr_ms: int, low_pass: int, level: int) -> str:
        rows = lead_set(twelve_leads(n_samples), time=times(f'value="20240229{hour}0000"'))
        said = annotation("MDC_ECG_TIME_PD_PR", f'<value value="{pr_ms}" unit="ms"/>')
        beat = derived(lead_set(np.full((12, 600), level, dtype=np.int16)))
        corner = (
            f'<component><controlVariable><value value="{low_pass}" unit="Hz"/></controlVariable></component>'
        )
        return series(rows + annotation_set(said) + beat, extra=filters("LOW_PASS", corner))

    record = read_built(tmp_path, recorded(1000, 12, 111, 40, 1) + recorded(5000, 18, 222, 150, 2))

    assert (record.n_samples, record.acquired_at) == (5000, datetime(2024, 2, 29, 18))
    assert record.device.measurements == (DeviceMeasurement("PR interval", "222", "ms"),)
    assert record.device.filters.low_pass_hz == 150
    assert record.device.median_beat is not None
    assert record.device.median_beat.signals_mv.mean() == pytest.approx(0.002)


@pytest.mark.parametrize(("code", "sex"), [("M", "male"), ("F", "female"), ("UN", None), ("", None)])
def test_the_gender_code_is_the_sex_and_un_is_unknown(tmp_path: Path, code: str, sex: str | None) -> None:
    who = person(f'<administrativeGenderCode code="{code}"/>')

    record = read_built(tmp_path, series(lead_set(twelve_leads())), who)

    assert record.patient.sex == sex
    assert record.report.assumed == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("<name>JMK</name>", "JMK"),
        ("<name><given>Marie</given><family>Curie</family></name>", "Curie, Marie"),
        ("<name/>", None),
        ("", None),
    ],
)
def test_names_are_read_whole_in_parts_or_as_initials(
    tmp_path: Path, name: str, expected: str | None
) -> None:
    record = read_built(tmp_path, series(lead_set(twelve_leads())), person(name))

    assert record.patient.name == expected
    assert record.patient.patient_id == "S-1"


def test_the_age_follows_from_the_birth_time_and_is_said(tmp_path: Path) -> None:
    record = read_built(tmp_path, series(lead_set(twelve_leads())), person('<birthTime value="19671107"/>'))

    assert record.patient.age_years == 56.0
    assert any("follows from the date of birth" in note for note in record.report.assumed)


def test_statements_and_measurements_of_the_device_are_kept_and_those_of_people_and_beats_not(
    tmp_path: Path,
) -> None:
    said = annotation(
        "MDC_ECG_INTERPRETATION",
        '<value xsi:type="ST"/>',
        annotation("MDC_ECG_INTERPRETATION_STATEMENT", '<value xsi:type="ST">Atrial  fibrillation</value>')
        + annotation("MDC_ECG_INTERPRETATION_SUMMARY", '<value xsi:type="ST">Abnormal</value>'),
    )
    rate = annotation("MDC_ECG_HEART_RATE", '<value xsi:type="PQ" value="71" unit="/min"/>')
    beat = annotation(
        "MDC_ECG_BEAT",
        '<value xsi:type="CE" code="MDC_ECG_BEAT_NORMAL"/>',
        annotation("MDC_ECG_TIME_PD_QRS", '<value xsi:type="PQ" value="99" unit="ms"/>'),
    )
    human = annotation("MDC_ECG_TIME_PD_QT", '<value xsi:type="PQ" value="400" unit="ms"/>')
    sets = annotation_set(said + rate + beat) + annotation_set(human, author="assignedPerson")

    device = read_built(tmp_path, series(lead_set(twelve_leads()) + sets)).device

    assert device.statements == ("Atrial fibrillation", "Abnormal")
    assert device.measurements == (DeviceMeasurement("Heart rate", "71", "/min"),)


def test_a_measurement_of_one_lead_names_it(tmp_path: Path) -> None:
    where = (
        "<support><supportingROI><component><boundary>"
        '<code code="MDC_ECG_LEAD_V2"/></boundary></component></supportingROI></support>'
    )
    level = annotation("MDC_ECG_AMPL_ST", '<value xsi:type="PQ" value="210" unit="uV"/>' + where)

    device = read_built(tmp_path, series(lead_set(twelve_leads()) + annotation_set(level))).device

    assert device.measurements == (DeviceMeasurement("MDC_ECG_AMPL_ST in lead V2", "210", "uV"),)


def test_filters_are_read_from_the_control_variables(tmp_path: Path) -> None:
    corner = '<controlVariable><code code="X"/><value value="{}" unit="Hz"/></controlVariable>'
    extra = filters("HIGH_PASS", f"<component>{corner.format(0.05)}</component>") + filters(
        "LOW_PASS", '<value value="150" unit="Hz"/>'
    )

    found = read_built(tmp_path, series(lead_set(twelve_leads()), extra=extra)).device.filters

    assert found == DeviceFilters(high_pass_hz=0.05, low_pass_hz=150.0)


def test_a_document_without_rhythm_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no rhythm series"):
        read_built(tmp_path, "")
    with pytest.raises(RecordError, match="holds no samples"):
        read_built(tmp_path, series(""))


def test_a_folder_lists_an_aecg_among_other_xml(tmp_path: Path) -> None:
    path = write_aecg(tmp_path / "ecg.xml", series(lead_set(twelve_leads())))
    (tmp_path / "other.xml").write_text("<html/>")

    assert list(find_records([tmp_path])) == [path]
