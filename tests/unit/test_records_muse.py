"""GE MUSE XML, built: what hospitals send, and what converters make of it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from inference.records import STANDARD_LEADS, Record, RecordError, read_record
from inference.records.files import find_records
from tests.unit.muse_files import (
    MEASUREMENTS,
    MICROVOLTS,
    PATIENT,
    STORED,
    TEST,
    Lead,
    changed,
    diagnosis,
    element,
    muse,
    muse_counts,
    usual_leads,
    waveform,
    write_muse,
)

RHYTHM = muse_counts()
MEDIAN = muse_counts(n_samples=600, seed=6)
USUAL = muse(waveform(usual_leads(MEDIAN), "Median"), waveform(usual_leads(RHYTHM)))


def read(folder: Path, text: str = USUAL, **given: object) -> Record:
    return read_record(write_muse(folder, text), **given)  # type: ignore[arg-type]


def only(waveform_xml: str) -> str:
    return muse(waveform_xml)


def measured(record: Record) -> dict[str, str]:
    return {each.name: f"{each.value} {each.unit}".strip() for each in record.device.measurements}


def says(sentences: tuple[str, ...], words: str) -> bool:
    return any(words in sentence for sentence in sentences)


def mv(lead: str) -> np.ndarray:
    return np.asarray(RHYTHM[lead] * MICROVOLTS / 1000)


def test_the_eight_stored_leads_become_twelve(tmp_path: Path) -> None:
    record = read(tmp_path)

    assert (record.report.format, record.fs_hz, record.n_samples) == ("GE MUSE XML", 500.0, 5000)
    assert record.report.derived_leads == ("III", "aVR", "aVL", "aVF")
    assert record.missing_leads == ()
    for lead in STORED:
        np.testing.assert_allclose(record.lead(lead), mv(lead), atol=1e-6)
    np.testing.assert_allclose(record.lead("III"), mv("II") - mv("I"), atol=1e-5)
    np.testing.assert_allclose(record.lead("aVR"), -(mv("I") + mv("II")) / 2, atol=1e-5)
    assert says(record.report.scaled, "One bit is 4.88 µV in every lead")
    assert says(record.report.checks, "The checksums of 8 leads fit")
    assert record.report.assumed == ()


def test_patient_time_and_device_are_read(tmp_path: Path) -> None:
    record = read(tmp_path)

    assert record.acquired_at == datetime(2021, 5, 10, 13, 15, 18)
    assert (record.patient.age_years, record.patient.sex) == (38.0, "female")
    assert (record.patient.patient_id, record.patient.name) == ("4711", "Müller, Zoë")
    assert record.patient.birth_date == date(1985, 3, 15)
    assert (record.device.maker, record.device.model) == ("GE", "MAC55")
    assert record.device.software == "010B, analysis 241"


def test_the_high_pass_is_in_hundredths_of_a_hertz(tmp_path: Path) -> None:
    filters = read(tmp_path).device.filters

    assert (filters.high_pass_hz, filters.low_pass_hz, filters.notch_hz) == (0.05, 150.0, 50.0)


@pytest.mark.parametrize(
    ("mains", "notch_hz", "notes"),
    [
        (("NONE",), None, ("No mains filter.",)),
        (("NONE", "60"), 60.0, ()),
        ((), None, ()),
        (("X",), None, ()),
    ],
)
def test_mains_filters_are_read_where_there_are_any(
    tmp_path: Path, mains: tuple[str, ...], notch_hz: float | None, notes: tuple[str, ...]
) -> None:
    filters = read(tmp_path, only(waveform(usual_leads(RHYTHM), mains=mains))).device.filters

    assert (filters.notch_hz, filters.notes) == (notch_hz, notes)


def test_fiducials_are_turned_from_samples_into_milliseconds_in_words(tmp_path: Path) -> None:
    record = read(tmp_path)

    assert measured(record)["QRS onset in the median beat"] == "428 ms"
    assert measured(record)["T offset in the median beat"] == "808 ms"
    assert "P offset in the median beat" not in measured(record)
    assert says(record.report.read, "in samples of 500 Hz and were turned into ms")
    assert measured(record)["QTc (Fridericia)"] == "404 ms"
    assert measured(record)["QRS axis"] == "-20 °"
    assert measured(record)["Ventricular rate"] == "72 /min"


def test_fiducials_follow_their_own_rate_and_not_that_of_the_samples(tmp_path: Path) -> None:
    other = element("RestingECGMeasurements", {**MEASUREMENTS, "ECGSampleBase": 25, "ECGSampleExponent": 1})

    record = read(tmp_path, muse(waveform(usual_leads(RHYTHM)), measurements=other))

    assert measured(record)["QRS onset in the median beat"] == "856 ms"


def test_an_interval_of_zero_was_not_measured(tmp_path: Path) -> None:
    fibrillation = element("RestingECGMeasurements", {**MEASUREMENTS, "PRInterval": 0})

    record = read(tmp_path, muse(waveform(usual_leads(RHYTHM)), measurements=fibrillation))

    assert "PR interval" not in measured(record)


def test_what_readers_changed_does_not_pass_as_the_devices(tmp_path: Path) -> None:
    edited = element("RestingECGMeasurements", {**MEASUREMENTS, "QTInterval": 420})
    original = element("OriginalRestingECGMeasurements", {"QTInterval": 380, "VentricularRate": 72})
    text = muse(
        waveform(usual_leads(RHYTHM)),
        measurements=edited + original,
        diagnoses=diagnosis([("Acute MI", ["ENDSLINE"]), ("Confirmed by Doe", ["USERINSERT", "ENDSLINE"])])
        + diagnosis([("Early repolarization", ["ENDSLINE"])], "OriginalDiagnosis"),
    )

    record = read(tmp_path, text)

    assert measured(record)["QT interval"] == "380 ms"
    assert says(record.report.read, "QT interval was edited from 380 to 420")
    assert record.device.statements == ("Early repolarization",)
    assert record.comments == (
        "Diagnosis as edited in MUSE: Acute MI",
        "Diagnosis as edited in MUSE: Confirmed by Doe",
    )
    assert measured(record)["QRS onset in the median beat"] == "428 ms"


def test_statements_run_on_until_a_line_ends(tmp_path: Path) -> None:
    assert read(tmp_path).device.statements == ("Sinus rhythm with short PR", "Normal ECG")


def test_inserted_and_deleted_statements_are_told_apart_without_an_original(tmp_path: Path) -> None:
    words = diagnosis(
        [
            ("Acute MI", ["DELETED", "ENDSLINE"]),
            ("Seen on the ward", ["USERINSERT", "ENDSLINE"]),
            ("Sinus rhythm", ()),
        ]
    )

    record = read(tmp_path, muse(waveform(usual_leads(RHYTHM)), diagnoses=words))

    assert record.device.statements == ("Acute MI (deleted by a reader)", "Sinus rhythm")
    assert record.comments == ("Inserted by a reader: Seen on the ward",)


def test_the_median_waveform_is_the_devices_median_beat_and_never_the_ecg(tmp_path: Path) -> None:
    beat = read(tmp_path).device.median_beat

    assert beat is not None
    assert (beat.fs_hz, beat.signals_mv.shape) == (500.0, (12, 600))
    assert beat.lead_names == (*STORED, "III", "aVR", "aVL", "aVF")
    np.testing.assert_allclose(beat.signals_mv[3], MEDIAN["V2"] * MICROVOLTS / 1000, atol=1e-6)


def test_a_damaged_median_beat_costs_only_itself(tmp_path: Path) -> None:
    broken = waveform(changed(MEDIAN, "V3", data="@@@@"), "Median")

    record = read(tmp_path, muse(broken, waveform(usual_leads(RHYTHM))))

    assert record.device.median_beat is None
    assert says(record.report.read, "median beat was left out. Lead V3 is damaged")


@pytest.mark.parametrize(
    ("per_bit", "unit", "microvolts"),
    [
        ("2.44", "MICROVOLTS", 2.44),
        ("0.00488", "MILLIVOLTS", 4.88),
        ("0.000005", "VOLTS", 5.0),
        ("4,88", "MICROVOLTS", 4.88),
        ("5", None, 5.0),
    ],
)
def test_the_scale_is_the_files_own(
    tmp_path: Path, per_bit: str, unit: str | None, microvolts: float
) -> None:
    leads = {name: Lead(counts, per_bit=per_bit, unit=unit) for name, counts in RHYTHM.items()}

    record = read(tmp_path, only(waveform(leads)))

    np.testing.assert_allclose(record.lead("V4"), RHYTHM["V4"] * microvolts / 1000, rtol=1e-5)
    assert says(record.report.assumed, "without a unit; microvolts") == (unit is None)


def test_each_lead_has_its_own_scale(tmp_path: Path) -> None:
    record = read(tmp_path, only(waveform(changed(RHYTHM, "V2", per_bit="9.76"))))

    np.testing.assert_allclose(record.lead("V2"), 2 * mv("V2"), atol=1e-6)
    np.testing.assert_allclose(record.lead("V1"), mv("V1"), atol=1e-6)
    assert "One bit is 9.76 µV in V2." in record.report.scaled


def test_a_scale_that_is_nowhere_said_can_be_given_by_hand(tmp_path: Path) -> None:
    leads = {name: Lead(counts, per_bit=None, unit=None) for name, counts in RHYTHM.items()}
    path = write_muse(tmp_path, only(waveform(leads)))

    with pytest.raises(RecordError, match="does not say its amplitude per bit"):
        read_record(path)
    record = read_record(path, unit="uV")
    np.testing.assert_allclose(record.lead("V1"), RHYTHM["V1"] / 1000, atol=1e-6)


def test_right_sided_and_posterior_leads_are_read(tmp_path: Path) -> None:
    counts = muse_counts((*STORED, "V3R", "V4R", "V7"))

    record = read(tmp_path, only(waveform(usual_leads(counts))))

    assert record.lead_names[8:11] == ("V3R", "V4R", "V7")


def test_twelve_stored_leads_are_all_measured(tmp_path: Path) -> None:
    record = read(tmp_path, only(waveform(usual_leads(muse_counts(STANDARD_LEADS)))))

    assert record.lead_names == STANDARD_LEADS
    assert record.report.derived_leads == ()


def test_leads_without_samples_stay_missing(tmp_path: Path) -> None:
    leads = changed(RHYTHM, "V2", data="")

    record = read(tmp_path, only(waveform(leads)))

    assert record.missing_leads == ("V2",)
    assert says(record.report.read, "V2: named in the file, but without samples")


@pytest.mark.parametrize(
    ("base", "exponent", "fs_hz"), [("250", "0", 250.0), ("5", "2", 500.0), ("10000", "-1", 1000.0)]
)
def test_the_rate_is_base_times_ten_to_the_exponent(
    tmp_path: Path, base: str, exponent: str, fs_hz: float
) -> None:
    record = read(tmp_path, only(waveform(usual_leads(RHYTHM), base=base, exponent=exponent)))

    assert record.fs_hz == fs_hz


@pytest.mark.parametrize("n_bytes", [2, 4])
def test_samples_of_two_and_four_bytes_are_read(tmp_path: Path, n_bytes: int) -> None:
    leads = {name: Lead(counts, n_bytes=n_bytes) for name, counts in RHYTHM.items()}

    np.testing.assert_allclose(read(tmp_path, only(waveform(leads))).lead("II"), mv("II"), atol=1e-6)


def test_a_checksum_that_does_not_fit_is_said(tmp_path: Path) -> None:
    record = read(tmp_path, only(waveform(changed(RHYTHM, "V5", checksum=12345))))

    assert says(record.report.failed, "The checksum of V5 does not fit")


def test_a_checksum_of_zero_is_none(tmp_path: Path) -> None:
    leads = {name: Lead(counts, checksum=0) for name, counts in RHYTHM.items()}

    assert read(tmp_path, only(waveform(leads))).report.checks == ()


def test_a_baseline_whose_sign_nobody_knows_is_left_and_said(tmp_path: Path) -> None:
    leads = usual_leads(RHYTHM) | {"V2": Lead(RHYTHM["V2"], baseline=250)}
    record = read(tmp_path, only(waveform(leads)))
    assert says(record.report.assumed, "A baseline is stated for V2 (FirstSampleBaseline)")
    np.testing.assert_allclose(record.lead("V2"), mv("V2"), atol=1e-6)


def test_more_samples_than_declared_are_read_and_named(tmp_path: Path) -> None:
    record = read(tmp_path, only(waveform(changed(RHYTHM, "V1", declared=4990))))

    assert record.n_samples == 5000
    assert says(record.report.checks, "Lead V1 declares 4990 samples and holds 5000")


def test_what_the_device_held_against_its_leads_is_kept(tmp_path: Path) -> None:
    leads = changed(RHYTHM, "V1", flags=("LeadOff", "MuscleNoise"))

    record = read(tmp_path, only(waveform(leads)))

    assert "The device marked lead off in V1." in record.report.failed
    assert "The device marked muscle noise in V1." in record.report.read


def test_leads_recorded_one_after_the_other_keep_their_times(tmp_path: Path) -> None:
    leads = usual_leads(muse_counts(("I", "II"), 5000)) | {
        "V1": Lead(RHYTHM["V1"][:1250], offset_ms=5000),
        "V4": Lead(RHYTHM["V4"][:1250], offset_ms=7500),
    }

    record = read(tmp_path, only(waveform(leads)))

    valid = np.flatnonzero(np.isfinite(record.lead("V4")))
    assert (record.n_samples, valid[0], len(valid)) == (5000, 3750, 1250)
    np.testing.assert_allclose(record.lead("V1")[2500:3750], mv("V1")[:1250], atol=1e-6)
    assert says(record.report.assumed, "LeadTimeOffset (taken as ms)")


def test_a_single_waveform_without_a_type_is_taken_for_the_rhythm(tmp_path: Path) -> None:
    text = muse("<Waveform><LeadCount>12</LeadCount></Waveform>", waveform(usual_leads(RHYTHM), None))

    record = read(tmp_path, text)

    np.testing.assert_allclose(record.lead("I"), mv("I"), atol=1e-6)
    assert says(record.report.assumed, "does not name its waveform Rhythm")


def test_a_file_of_nothing_but_waveforms_is_read_and_the_rest_stays_unknown(tmp_path: Path) -> None:
    text = muse(waveform(usual_leads(RHYTHM)), patient={}, test={}, measurements="", diagnoses="", head="")

    record = read(tmp_path, text)

    assert (record.patient.age_years, record.patient.sex, record.patient.name) == (None, None, None)
    assert (record.acquired_at, record.device.maker) == (None, None)
    assert record.device.statements == record.device.measurements == ()


@pytest.mark.parametrize(
    ("age", "unit", "years"),
    [
        ("18", "MONTHS", 1.5),
        ("73", "DAYS", 0.2),
        ("26", "WEEKS", 0.498),
        ("12", "HOURS", 0.00137),
        ("64", "", 64.0),
    ],
)
def test_ages_are_read_in_their_own_unit(tmp_path: Path, age: str, unit: str, years: float) -> None:
    patient = {**PATIENT, "PatientAge": age, "AgeUnits": unit}

    record = read(tmp_path, muse(waveform(usual_leads(RHYTHM)), patient=patient))

    assert record.patient.age_years == pytest.approx(years, rel=0.01)


@pytest.mark.parametrize(
    ("patient", "words"),
    [
        ({"PatientAge": "7", "AgeUnits": "DECADES"}, "in 'DECADES'"),
        ({"PatientAge": "999", "AgeUnits": "YEARS"}, "'999"),
        ({"DateofBirth": "soon", "PatientAge": None}, "'soon' is not understood"),
        ({"Gender": "YES"}, "'YES'"),
    ],
)
def test_what_cannot_be_believed_stays_unknown_and_is_said(
    tmp_path: Path, patient: dict[str, object], words: str
) -> None:
    record = read(tmp_path, muse(waveform(usual_leads(RHYTHM)), patient={**PATIENT, **patient}))

    assert says(record.report.assumed, words)
    assert None in (record.patient.age_years, record.patient.sex)


def test_dates_are_month_first_unless_they_cannot_be(tmp_path: Path) -> None:
    record = read(
        tmp_path, muse(waveform(usual_leads(RHYTHM)), test={**TEST, "AcquisitionDate": "17-08-2025"})
    )

    assert record.acquired_at == datetime(2025, 8, 17, 13, 15, 18)
    assert says(record.report.assumed, "can only be day-month-year")


def test_one_date_that_can_only_be_day_first_tells_how_the_other_is_meant(tmp_path: Path) -> None:
    person = {**PATIENT, "DateofBirth": "03-04-1950", "PatientAge": None}
    test = {**TEST, "AcquisitionDate": "25-03-2020"}

    record = read(tmp_path, muse(waveform(usual_leads(RHYTHM)), patient=person, test=test))

    assert record.patient.birth_date == date(1950, 4, 3)
    assert record.patient.age_years == 69.0
    assert says(record.report.assumed, "'03-04-1950' was read as day-month-year")


def test_a_clock_that_was_never_set_is_no_time_of_recording(tmp_path: Path) -> None:
    text = muse(waveform(usual_leads(RHYTHM)), test={**TEST, "AcquisitionDate": "01-01-1970"})

    record = read(tmp_path, text)

    assert record.acquired_at is None
    assert says(record.report.assumed, "never set")


def test_a_day_without_a_time_is_said(tmp_path: Path) -> None:
    record = read(tmp_path, muse(waveform(usual_leads(RHYTHM)), test={"AcquisitionDate": "05-10-2021"}))

    assert record.acquired_at == datetime(2021, 5, 10)
    assert says(record.report.assumed, "without a time")


@pytest.mark.parametrize(
    ("text", "says_why"),
    [
        (muse(), "holds no waveforms"),
        (muse(waveform(usual_leads(MEDIAN), "Median")), "only the device's median beat"),
        (muse(*[waveform(usual_leads(RHYTHM), None)] * 2), "which of its waveforms"),
        (only(waveform(changed(RHYTHM, "V1", data="AAA"))), "no valid Base64"),
        (only(waveform(changed(RHYTHM, "V1", data="AAAA"))), "ends within a sample"),
        (only(waveform(changed(RHYTHM, "V1", declared=6000))), "Lead V1 holds 5000 of 6000 samples"),
        (only(waveform(changed(RHYTHM, "V1", per_bit="-10"))), "-10, which is no scale"),
        (only(waveform(changed(RHYTHM, "V1", unit="FURLONGS"))), "not a voltage"),
        (only(waveform(changed(RHYTHM, "V1", offset_ms=10**6))), "too far apart"),
        (only(waveform(changed(RHYTHM, "V1", offset_ms=-5))), "impossible time"),
        (only(waveform(usual_leads(RHYTHM), base=None)), "does not say its sampling rate"),
        (only(waveform(usual_leads(RHYTHM), base="3")), "sampling rate is 3 Hz"),
        (only(waveform(usual_leads(RHYTHM), exponent="300")), "does not say its sampling rate"),
        (only(waveform({name: Lead(each, data="") for name, each in RHYTHM.items()})), "holds no samples"),
        (only(waveform(usual_leads(muse_counts(("RESP", "PLETH"))))), "known ECG lead"),
        (
            muse(waveform(usual_leads(RHYTHM)), head='<!DOCTYPE RestingECG [<!ENTITY big "lol">]>'),
            "declares XML entities",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(tmp_path: Path, text: str, says_why: str) -> None:
    with pytest.raises(RecordError, match=says_why):
        read(tmp_path, text)


def test_a_lead_order_given_by_hand_needs_one_name_per_lead(tmp_path: Path) -> None:
    path = write_muse(tmp_path, USUAL)

    record = read_record(path, lead_order=("V6", "II", "V1", "V2", "V3", "V4", "V5", "I"))
    np.testing.assert_allclose(record.lead("I"), mv("V6"), atol=1e-6)
    with pytest.raises(RecordError, match="names 2 leads and the file holds 8"):
        read_record(path, lead_order=("I", "II"))


def test_a_folder_lists_the_file_by_its_content(tmp_path: Path) -> None:
    path = write_muse(tmp_path, USUAL)
    (tmp_path / "other.xml").write_text("<RestingData/>", encoding="utf-8")

    assert list(find_records([tmp_path])) == [path]
