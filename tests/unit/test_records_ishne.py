"""ISHNE Holter files built after the published standard: scale, leads, patient, lengths, refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from inference.long_records import open_long
from inference.records import STANDARD_LEADS, RecordError, read_record
from inference.records.files import find_records
from tests.unit.ishne_files import MadeIshne, write_ishne
from tests.unit.wfdb_files import some_integers, twelve_leads


def made(n_samples: int = 2000, **changes: object) -> MadeIshne:
    """Twelve leads of 1 µV per unit."""
    file = MadeIshne(twelve_leads(n_samples).astype(np.int64), STANDARD_LEADS, nv_per_unit=1000)
    return replace(file, **changes)  # type: ignore[arg-type]


def test_twelve_leads_come_back_in_mv_with_what_the_header_says(tmp_path: Path) -> None:
    file = made(
        first_name=b"Ada",
        last_name=b"M\xfcller",
        identity=b"4711",
        sex=2,
        born=(5, 3, 1950),
        recorded=(4, 3, 2020),
        started=(9, 30, 15),
        recorder=b"digital",
        pacemaker=5,
        quality=4,
        free_block=b"free text",
    )

    record = read_record(write_ishne(tmp_path / "holter.ecg", file))

    assert record.report.format == "ISHNE Holter"
    assert (record.lead_names, record.fs_hz) == (STANDARD_LEADS, 200.0)
    np.testing.assert_allclose(record.signals_mv, file.rows / 1000, atol=1e-6)
    assert (record.patient.age_years, record.patient.sex) == (69.0, "female")
    assert (record.patient.patient_id, record.patient.name) == ("4711", "Ada Müller")
    assert record.patient.birth_date == date(1950, 3, 5)
    assert record.acquired_at == datetime(2020, 3, 4, 9, 30, 15)
    assert record.device.model == "digital"
    assert record.comments == ("Pacemaker: dual-chamber, bipolar",)
    assert record.report.checks == ("The header's checksum agrees with it.",)
    assert "The recorder notes intermittent disconnection in lead V6." in record.report.read
    assert any("VR, VL and VF" in note for note in record.report.assumed)


def test_what_the_header_does_not_say_stays_unknown(tmp_path: Path) -> None:
    record = read_record(write_ishne(tmp_path / "holter.ecg", made()))

    patient = record.patient
    assert (patient.age_years, patient.sex, patient.patient_id, patient.name, patient.birth_date) == (
        None,
    ) * 5
    assert record.acquired_at is None
    assert record.comments == ()


def test_the_resolution_is_in_nanovolts_and_the_invalid_value_a_gap(tmp_path: Path) -> None:
    rows = some_integers(1).astype(np.int64)
    rows[0, 10:20] = -32768

    record = read_record(write_ishne(tmp_path / "holter.ecg", MadeIshne(rows, ["V5"], nv_per_unit=2441)))

    assert np.flatnonzero(np.isnan(record.lead("V5"))).tolist() == list(range(10, 20))
    np.testing.assert_allclose(record.lead("V5")[20:], rows[0, 20:] * 2441e-6, rtol=1e-6)


def test_a_length_of_one_lead_and_of_all_leads_are_both_understood(tmp_path: Path) -> None:
    one = read_record(write_ishne(tmp_path / "one.ecg", made()))
    every = read_record(write_ishne(tmp_path / "all.ecg", made(counts_all_leads=True)))

    np.testing.assert_array_equal(one.signals_mv, every.signals_mv)
    assert one.n_samples == 2000


def test_a_checksum_that_does_not_agree_is_said_and_the_recording_read(tmp_path: Path) -> None:
    record = read_record(write_ishne(tmp_path / "holter.ecg", made(checksum=1)))

    assert any("does not agree" in check for check in record.report.failed)


def test_bipolar_leads_need_names_by_hand(tmp_path: Path) -> None:
    file = MadeIshne(some_integers(3).astype(np.int64), ["bipolar"] * 3)
    path = write_ishne(tmp_path / "holter.ecg", file)

    with pytest.raises(RecordError, match="give the lead order"):
        read_record(path)
    assert read_record(path, lead_order=["V1", "V5", "II"]).lead_names[:3] == ("V1", "V5", "II")


def test_the_recorders_x_y_z_are_said_not_to_be_franks(tmp_path: Path) -> None:
    file = MadeIshne(some_integers(3).astype(np.int64), ["X", "Y", "Z"])

    record = read_record(write_ishne(tmp_path / "holter.ecg", file))

    assert record.lead_names == ("X", "Y", "Z")
    assert any("Frank" in note for note in record.report.assumed)


@pytest.mark.parametrize(
    ("place", "value", "sentence"),
    [
        (156, 13, "13 leads"),
        (156, 0, "0 leads"),
        (206, 0, "lead 1 no amplitude resolution"),
        (272, 20, "50 to 10000 Hz"),
        (22, 5, "where its samples begin"),
        (14, 25_000, "cut off"),
    ],
)
def test_a_header_that_cannot_be_believed_is_refused_in_a_sentence(
    tmp_path: Path, place: int, value: int, sentence: str
) -> None:
    path = write_ishne(tmp_path / "holter.ecg", made())
    content = bytearray(path.read_bytes())
    content[place : place + 2] = value.to_bytes(2, "little")
    path.write_bytes(content)

    with pytest.raises(RecordError, match=sentence):
        read_record(path)


def test_a_file_of_beats_alone_is_refused_with_where_to_look(tmp_path: Path) -> None:
    path = write_ishne(tmp_path / "holter.ann", made())
    path.write_bytes(b"ANN  1.0" + path.read_bytes()[8:])

    with pytest.raises(RecordError, match=r"no signal: open the recording \(.ecg\)"):
        read_record(path)


def test_in_a_folder_a_holter_is_found_by_what_it_holds(tmp_path: Path) -> None:
    write_ishne(tmp_path / "holter.ecg", made())
    (tmp_path / "notes.ecg").write_text("something else")

    assert [path.name for path in find_records([tmp_path])] == ["holter.ecg"]


def test_a_long_holter_is_read_in_stretches(tmp_path: Path) -> None:
    file = made(30_000)
    path = write_ishne(tmp_path / "holter.ecg", file)

    opened = open_long(path)

    assert opened is not None
    assert (opened.duration_s, opened.format) == (150.0, "ISHNE Holter")
    np.testing.assert_array_equal(opened.read_mv(0, 30_000), read_record(path).signals_mv)


def test_an_unknown_time_of_day_is_said_to_be_a_placeholder(tmp_path: Path) -> None:
    record = read_record(write_ishne(tmp_path / "a.ecg", made(recorded=(2, 3, 2019), started=(-9, -9, -9))))

    assert record.acquired_at == datetime(2019, 3, 2)
    assert "The time of day is not known; 00:00:00 stands for it." in record.report.assumed
