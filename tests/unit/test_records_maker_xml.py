"""Mortara, CardioSoft and Physio-Control XML: samples in mV, the device's words, and reasons for refusal."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from inference.records import Record, RecordError, read_record
from inference.records.device import DeviceMeasurement
from inference.records.files import find_records
from tests.unit.broken_copies import broken_copies, read_or_refused
from tests.unit.maker_xml_files import cardiosoft_xml, full_disclosure, mortara_xml, small_rows


def read(folder: Path, data: bytes) -> Record:
    """The Record of an XML file with these contents."""
    path = folder / "ecg.xml"
    path.write_bytes(data)
    return read_record(path)


def refusal(folder: Path, data: bytes) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(RecordError) as refused:
        read(folder, data)
    return str(refused.value)


def assert_rows(record: Record, uv_per_step: float) -> None:
    """The small rows, in their scale."""
    for name, row in small_rows().items():
        np.testing.assert_allclose(record.lead(name) * 1000, row * uv_per_step, atol=1e-3)


def test_a_mortara_file_is_read_in_its_own_scale_and_rate(tmp_path: Path) -> None:
    record = read(tmp_path, mortara_xml(small_rows()))

    assert_rows(record, 2.5)
    assert (record.report.format, record.fs_hz, record.n_samples) == ("Mortara ELI XML", 500.0, 1000)
    assert record.report.derived_leads == ("III", "aVR", "aVL", "aVF")
    assert record.report.scaled == ("1 mV is 400 steps, as the file says of each lead.",)


def test_a_mortara_file_says_who_was_recorded_when_and_by_what(tmp_path: Path) -> None:
    record = read(tmp_path, mortara_xml(small_rows()))

    patient, device = record.patient, record.device
    assert (patient.name, patient.patient_id, patient.sex) == ("Eva Müller", "4711", "female")
    assert (patient.age_years, patient.birth_date) == (63.0, date(1962, 5, 10))
    assert record.acquired_at == datetime(2026, 3, 9, 14, 30, 5)
    assert record.comments == ("chest pain",)
    assert (device.maker, device.model, device.software) == (
        "Mortara Instrument, Inc.",
        "ELI250c",
        "V2.0.4.0",
    )
    assert device.statements == ("SINUS RHYTHM", "INFERIOR INFARCT")
    assert device.filters.low_pass_hz == 150.0
    assert device.filters.high_pass_hz is None
    assert device.filters.notes == ("Baseline roll filter 5 (as the device writes it).",)
    assert device.measurements == (
        DeviceMeasurement("Ventricular rate", "75", "/min"),
        DeviceMeasurement("RR interval", "800", "ms"),
        DeviceMeasurement("PR interval", "163", "ms"),
        DeviceMeasurement("QRS duration", "93", "ms"),
        DeviceMeasurement("QT interval", "456", "ms"),
        DeviceMeasurement("QRS axis", "-35", "°"),
    )


def test_the_typical_cycle_of_mortara_is_the_devices_median_beat(tmp_path: Path) -> None:
    beat = read(tmp_path, mortara_xml(small_rows())).device.median_beat

    assert beat is not None
    assert (beat.lead_names, beat.fs_hz) == (("I", "II", "V2"), 250.0)
    expected = np.stack([row[:200] for row in small_rows().values()]) * 5.0
    np.testing.assert_allclose(beat.signals_mv * 1000, expected, atol=1e-3)


@pytest.mark.parametrize(
    ("root", "years"),
    [
        ('AGE="18" AGE_UNITS="M"', 1.5),
        ("", 63.0),
        ('AGE="63" AGE_UNITS=""', None),
        ('AGE="630" AGE_UNITS="Y"', None),
    ],
)
def test_an_age_of_mortara_is_read_in_its_unit_or_follows_from_the_birth_date(
    tmp_path: Path, root: str, years: float | None
) -> None:
    assert read(tmp_path, mortara_xml(small_rows(), root=root)).patient.age_years == years


@pytest.mark.parametrize(
    ("channel", "why"),
    [
        ('BITS="8" UNITS_PER_MV="400" SAMPLE_FREQ="500"', "stored as 8 SIGNED BASE64"),
        ('FORMAT="UNSIGNED" UNITS_PER_MV="400" SAMPLE_FREQ="500"', "stored as 16 UNSIGNED BASE64"),
        ('SAMPLE_FREQ="500"', "does not say how many steps are 1 mV"),
        ('UNITS_PER_MV="400"', "no sampling rate"),
        ('UNITS_PER_MV="400" SAMPLE_FREQ="0"', "sampling rate is 0 Hz"),
        ('OFFSET="7" UNITS_PER_MV="400" SAMPLE_FREQ="500"', "OFFSET, whose meaning"),
    ],
)
def test_a_mortara_file_stored_in_a_way_not_known_is_refused(tmp_path: Path, channel: str, why: str) -> None:
    assert why in refusal(tmp_path, mortara_xml(small_rows(), channel=channel))


def test_a_mortara_file_whose_channels_differ_in_length_is_refused(tmp_path: Path) -> None:
    rows = small_rows() | {"V2": small_rows()["V2"][:900]}

    assert "different lengths" in refusal(tmp_path, mortara_xml(rows))


def test_a_mortara_channel_that_is_not_as_long_as_it_says_is_refused(tmp_path: Path) -> None:
    data = mortara_xml(small_rows()).replace(b'DURATION="1000"', b'DURATION="900"')

    assert "shorter or longer than it says" in refusal(tmp_path, data)


def test_a_typical_cycle_of_unknown_scale_is_left_out_and_that_is_said(tmp_path: Path) -> None:
    record = read(tmp_path, mortara_xml(small_rows(), cycle='SAMPLE_FREQ="250"'))

    assert record.device.median_beat is None
    assert record.report.checks[0].startswith("The device's median beat was left out: The file does not say")


def test_a_cardiosoft_file_is_read_in_its_own_scale_and_rate(tmp_path: Path) -> None:
    record = read(tmp_path, cardiosoft_xml(small_rows()))

    assert_rows(record, 5.0)
    assert (record.report.format, record.fs_hz, record.n_samples) == ("GE CardioSoft XML", 500.0, 1000)
    assert record.report.scaled == ("One step is 5 µV, as the file says.",)


def test_a_cardiosoft_file_says_who_was_recorded_when_and_by_what(tmp_path: Path) -> None:
    record = read(tmp_path, cardiosoft_xml(small_rows()))

    patient, device = record.patient, record.device
    assert (patient.name, patient.patient_id, patient.sex) == ("Eva Müller", "4711", "female")
    assert (patient.age_years, patient.birth_date) == (63.0, date(1962, 5, 10))
    assert record.acquired_at == datetime(2026, 3, 9, 14, 30, 5)
    assert (device.maker, device.model, device.software) == ("GE Healthcare", "CardioSoft", "V6.73")
    assert device.statements == ("Sinus rhythm", "Inferior infarct, probably acute")
    assert "Conclusion entered for the ECG: Occlusion of the RCA" in record.comments
    filters = device.filters
    assert (filters.high_pass_hz, filters.low_pass_hz, filters.notch_hz) == (0.01, 100.0, 50.0)
    assert filters.notes == ("Baseline corrected by cubic splines.",)
    assert device.measurements == (
        DeviceMeasurement("Ventricular rate", "75", "/min"),
        DeviceMeasurement("PR interval", "163", "ms"),
        DeviceMeasurement("QRS duration", "93", "ms"),
        DeviceMeasurement("QRS axis", "-35", "°"),
    )


def test_the_median_samples_of_cardiosoft_are_the_devices_median_beat(tmp_path: Path) -> None:
    beat = read(tmp_path, cardiosoft_xml(small_rows())).device.median_beat

    assert beat is not None
    assert (beat.lead_names, beat.fs_hz) == (("I", "II", "V2"), 500.0)
    expected = np.stack([row[:200] for row in small_rows().values()]) * 5.0
    np.testing.assert_allclose(beat.signals_mv * 1000, expected, atol=1e-3)


@pytest.mark.parametrize(
    ("age", "years"),
    [
        ("<Age units='Months'>18</Age>", 1.5),
        ("", 63.0),
        ("<Age>63</Age>", None),
        ("<Age units='Years'/>", 63.0),
    ],
)
def test_an_age_of_cardiosoft_is_read_in_its_unit_or_follows_from_the_birth_date(
    tmp_path: Path, age: str, years: float | None
) -> None:
    assert read(tmp_path, cardiosoft_xml(small_rows(), age=age)).patient.age_years == years


@pytest.mark.parametrize("by_second", [True, False])
def test_full_disclosure_is_read_in_the_order_in_which_its_curves_do_not_jump(
    tmp_path: Path, by_second: bool
) -> None:
    record = read(tmp_path, cardiosoft_xml(small_rows(), strip=full_disclosure(small_rows(), by_second)))

    assert_rows(record, 5.0)
    order = "second by second" if by_second else "sample by sample"
    assert record.report.checks == (
        f"The full disclosure is stored {order}; in the other order the curves jump.",
    )


def test_full_disclosure_whose_order_cannot_be_told_is_refused(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).integers(-50, 50, (2, 1000))
    strip = full_disclosure({"I": noise[0], "II": noise[1]}, by_second=True)

    assert "order of the samples" in refusal(tmp_path, cardiosoft_xml(small_rows(), strip=strip))


@pytest.mark.parametrize(
    ("resolution", "why"),
    [
        ("", "does not give its resolution"),
        ('<Resolution units="LSBpermV">200</Resolution>', "is in 'LSBpermV'"),
        ('<Resolution units="uVperLsb">-5</Resolution>', "does not give its resolution"),
    ],
)
def test_a_cardiosoft_file_of_unknown_scale_is_refused(tmp_path: Path, resolution: str, why: str) -> None:
    assert why in refusal(tmp_path, cardiosoft_xml(small_rows(), resolution=resolution))


def test_a_cardiosoft_file_without_samples_is_refused(tmp_path: Path) -> None:
    assert "holds no samples" in refusal(tmp_path, cardiosoft_xml(small_rows(), strip=""))


@pytest.mark.parametrize("numbers", ["1,2x", "1 2", "1,,2", "9999999999,1", "1.5,2", "", "nan,1"])
def test_a_cardiosoft_sample_that_is_no_whole_number_is_refused(tmp_path: Path, numbers: str) -> None:
    lead = f"<StripData><WaveformData lead='V3'>{numbers}</WaveformData>".encode()
    data = cardiosoft_xml(small_rows()).replace(b"<StripData>", lead)

    assert "samples of the CardioSoft file are damaged" in refusal(tmp_path, data)


def test_physio_controls_xml_is_refused_with_a_way_out(tmp_path: Path) -> None:
    said = refusal(tmp_path, b"<?xml version='1.0'?><Report><Device>LIFEPAK 15</Device></Report>")

    assert "export the 12-lead ECG from CODE-STAT or LIFENET as DICOM, or print it as PDF" in said


def test_in_a_folder_only_the_xml_that_holds_an_ecg_is_listed(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(mortara_xml(small_rows()))
    (tmp_path / "b.xml").write_bytes(cardiosoft_xml(small_rows()))
    (tmp_path / "c.xml").write_bytes(b"<ECG><SETTINGS/></ECG>")
    (tmp_path / "d.xml").write_bytes(b"<project/>")

    assert [path.name for path in find_records([tmp_path])] == ["a.xml", "b.xml"]


@pytest.mark.parametrize("make", [mortara_xml, cardiosoft_xml])
def test_entities_are_refused(tmp_path: Path, make: object) -> None:
    assert callable(make)
    data: bytes = make(small_rows())
    head, _, rest = data.partition(b"?>")
    bomb = head + b'?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + rest

    assert "declares XML entities" in refusal(tmp_path, bomb)


def test_broken_copies_are_read_or_refused(tmp_path: Path) -> None:
    rows = {name: row[:250] for name, row in small_rows().items()}
    whole_seconds = {name: row[:500] for name, row in small_rows().items()}
    disclosure = cardiosoft_xml(rows, strip=full_disclosure(whole_seconds, by_second=True))
    path = tmp_path / "ecg.xml"

    for data in broken_copies([mortara_xml(rows), cardiosoft_xml(rows), disclosure], n_copies=300):
        path.write_bytes(data)
        assert read_or_refused(path)


def test_a_clock_that_was_never_set_gives_neither_time_nor_age(tmp_path: Path) -> None:
    mortara = mortara_xml(small_rows(), root="").replace(b"20260309143005", b"19700101000312")
    cardiosoft = cardiosoft_xml(small_rows(), age="")
    for old, new in (
        (b"<Year>2026<", b"<Year>1970<"),
        (b"<Day>9<", b"<Day>1<"),
        (b"<Month>3<", b"<Month>1<"),
    ):
        cardiosoft = cardiosoft.replace(old, new)
    for data in (mortara.replace(b"2026-03-09T14:30:05", b"1970-01-01T00:03:12"), cardiosoft):
        record = read(tmp_path, data)

        assert (record.acquired_at, record.patient.age_years) == (None, None)
        assert any("never set" in note for note in record.report.assumed)


def test_a_day_without_a_time_is_said(tmp_path: Path) -> None:
    record = read(tmp_path, cardiosoft_xml(small_rows()).replace(b"<Hour>14</Hour><Minute>30</Minute>", b""))

    assert record.acquired_at == datetime(2026, 3, 9)
    assert "The file gives the day of recording without a time." in record.report.assumed
