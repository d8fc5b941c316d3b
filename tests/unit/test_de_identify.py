"""A de-identified file tells nobody who the patient is, and says what was taken out."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from inference.records import Record, read_record
from inference.records.device import DeviceMeasurement
from inference.records.record import Patient
from inference.writing.convert import Wish, run
from inference.writing.de_identify import MOST_DAYS, de_identified, load_key
from inference.writing.errors import WriteError
from inference.writing.export import KEPT_NAME, Job, Plan, carry_out, planned_one
from inference.writing.targets import TARGETS, Target, target_called
from inference.writing.write import write_record
from tests.unit.written import MOMENT, PATIENT, eight_lead_record

KEY = bytes(range(32))
TELLING = (
    "Doe",
    "Jane",
    "AB-1234567",
    "1963",
    "19630201",
    "01-FEB-1963",
    "Chest pain",
    "20240501",
    "05/2024",
)


def of_patient(patient: Patient) -> Record:
    return replace(eight_lead_record(), patient=patient)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_no_byte_of_any_file_tells_name_id_birth_date_day_or_comment(tmp_path: Path, target: Target) -> None:
    write_record(de_identified(eight_lead_record(), KEY).record, tmp_path / f"ecg-0001{target.suffix}")
    for path in tmp_path.iterdir():
        content = path.read_bytes().decode("latin-1")
        assert [word for word in TELLING if word in content] == [], path.name


def test_samples_age_sex_time_of_day_filters_and_measured_numbers_are_kept() -> None:
    record = eight_lead_record()
    cleaned = de_identified(record, KEY).record
    np.testing.assert_array_equal(cleaned.signals_mv, record.signals_mv)
    assert cleaned.sha256 == record.sha256
    assert (cleaned.patient.age_years, cleaned.patient.sex) == (61.0, "female")
    assert cleaned.acquired_at is not None
    assert cleaned.acquired_at.time() == MOMENT.time()
    assert (cleaned.device.maker, cleaned.device.model) == ("Maker & Sons", "ECG 3000")
    assert cleaned.device.filters.high_pass_hz == 0.05
    assert [each.name for each in cleaned.device.measurements] == ["QRS duration"]
    assert cleaned.device.median_beat is not None


def test_what_was_removed_and_changed_is_said_without_the_values() -> None:
    cleaned = de_identified(eight_lead_record(), KEY)
    assert cleaned.removed == (
        "patient name",
        "patient ID",
        "birth date",
        "comments",
        "device statements",
        "device measurements in words or like an ID",
        "device filter notes",
    )
    assert cleaned.changed == (
        "patient ID replaced by a pseudonym",
        "day of recording moved back by a secret number of days; time of day kept",
    )


def test_days_move_alike_for_one_patient_and_differ_between_patients_and_keys() -> None:
    def days(record: Record, key: bytes = KEY) -> int:
        assert record.acquired_at is not None
        moved = de_identified(record, key).record.acquired_at
        assert moved is not None
        return (record.acquired_at - moved).days

    first = eight_lead_record()
    later = replace(eight_lead_record(0.001), acquired_at=MOMENT + timedelta(days=3, hours=5))
    other = of_patient(replace(PATIENT, patient_id="AB-7654321"))
    assert days(first) == days(later) != days(other)
    assert 1 <= days(first) <= MOST_DAYS
    assert days(first) != days(first, b"another key of thirty-two bytes!")


def test_one_patient_has_one_pseudonym_that_the_id_alone_does_not_give() -> None:
    first, second = (de_identified(eight_lead_record(step), KEY).record.patient for step in (0.001, 0.005))
    assert first.patient_id == second.patient_id
    other_key = de_identified(eight_lead_record(), b"another key of thirty-two bytes!").record.patient
    assert first.patient_id is not None
    assert first.patient_id.startswith("P-")
    assert first.patient_id != other_key.patient_id


def test_a_patient_known_by_name_alone_gets_a_pseudonym_and_an_unknown_one_none() -> None:
    by_name = de_identified(of_patient(replace(PATIENT, patient_id=None)), KEY).record.patient
    assert by_name.patient_id is not None
    unknown = de_identified(of_patient(Patient(61.0, "female")), KEY)
    assert unknown.record.patient.patient_id is None
    assert "patient ID" not in unknown.removed


def test_an_age_over_89_becomes_90_and_that_is_said() -> None:
    for age_years, said in ((89.0, 89.0), (90.0, 90.0), (97.5, 90.0)):
        cleaned = de_identified(of_patient(replace(PATIENT, age_years=age_years)), KEY)
        assert cleaned.record.patient.age_years == said
        assert ("age given as 90 for 90 or older" in cleaned.changed) == (age_years >= 90)


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "home" / "export.key"
    key = load_key(path)
    assert len(key) == 32
    assert load_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_key(tmp_path / "other.key") != key


def test_a_broken_key_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "export.key"
    path.write_bytes(b"short")
    with pytest.raises(WriteError, match="is not a key of this program"):
        load_key(path)
    assert path.read_bytes() == b"short"


def test_a_folder_becomes_numbered_files_with_a_list_beside_them(tmp_path: Path) -> None:
    source, out = tmp_path / "Doe_Jane", tmp_path / "out"
    source.mkdir()
    for number, step_mv in enumerate((0.001, 0.002, 0.005)):
        write_record(eight_lead_record(step_mv), source / f"Doe_{number}.npy")

    assert run(Wish(source, out, "DICOM", tmp_path / "key")) == 0

    names = sorted(path.name for path in out.iterdir())
    assert names == ["ecg-0001.dcm", "ecg-0002.dcm", "ecg-0003.dcm", "removed.json"]
    listed = json.loads((out / "removed.json").read_text())
    assert [entry["file"] for entry in listed] == names[:3]
    assert {"patient name", "file name", "comments"} <= set(listed[0]["removed"])
    assert [word for word in TELLING if word in (out / "removed.json").read_text()] == []
    patients = {read_record(out / name).patient.patient_id for name in names[:3]}
    assert len(patients) == 1


def test_a_later_export_does_not_lose_the_list_of_an_earlier_one(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    out.mkdir()
    write_record(eight_lead_record(), source / "a.npy")
    (out / "removed.json").write_text("[]")
    assert run(Wish(source, out, "CSV", tmp_path / "key")) == 2
    assert [path.name for path in out.iterdir()] == ["removed.json"]


@pytest.mark.parametrize("text", ["Holter SN12-77", "Cart 0012345", "Jane's cart", "H3 serial A7"])
def test_a_devices_text_that_tells_which_one_or_of_whom_is_removed(text: str) -> None:
    record = eight_lead_record()
    record = replace(record, device=replace(record.device, model=text))
    cleaned = de_identified(record, KEY)
    assert cleaned.record.device.model is None
    assert cleaned.record.device.maker == "Maker & Sons"
    assert "device name with a serial number or of the patient" in cleaned.removed


@pytest.mark.parametrize(
    "telling",
    [
        DeviceMeasurement("Visit", "1234567", ""),
        DeviceMeasurement("QRS duration of Doe", "96", "ms"),
        DeviceMeasurement("Serial", "96", ""),
    ],
)
def test_a_number_that_is_no_measurement_is_removed(telling: DeviceMeasurement) -> None:
    record = eight_lead_record()
    measured = DeviceMeasurement("QT interval", "402", "ms")
    record = replace(record, device=replace(record.device, measurements=(measured, telling)))
    assert de_identified(record, KEY).record.device.measurements == (measured,)


def test_a_year_that_cannot_be_right_is_removed_and_said() -> None:
    cleaned = de_identified(replace(eight_lead_record(), acquired_at=datetime(3, 1, 1)), KEY)
    assert cleaned.record.acquired_at is None
    assert "time of recording removed: its year cannot be right" in cleaned.changed


def test_no_two_ecgs_share_a_number_whatever_their_formats(tmp_path: Path) -> None:
    source = tmp_path / "ward" / "a.hea"
    written = []
    for target in TARGETS:
        plan = planned_one(source, tmp_path, target, key=KEY)
        done = carry_out(plan, plan.jobs[0], eight_lead_record())
        assert done.problem == ""
        written.append(done.job.output.stem)
    assert written == [f"ecg-{number:04d}" for number in range(1, len(TARGETS) + 1)]


def test_a_name_that_was_asked_for_and_is_the_sources_is_warned_of(tmp_path: Path) -> None:
    job = Job(Path("ward") / "Doe.xml", tmp_path / "Doe.dcm")
    done = carry_out(Plan((job,), target_called("DICOM"), KEY), job, eight_lead_record())
    assert KEPT_NAME in done.notes
    assert "file name" not in done.removed
