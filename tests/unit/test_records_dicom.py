"""DICOM ECGs: two real files, and built ones for every variant that those do not show."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
import zlib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from inference.records import STANDARD_LEADS, Record, RecordError, read_record
from inference.records.device import DeviceFilters, DeviceMeasurement
from inference.records.dicom_ecg.dicom_file import MAX_INFLATION, quiet_pydicom
from inference.records.dicom_ecg.elements import MAX_READS
from inference.records.files import find_records
from tests.unit.dicom_files import AMBULATORY, GENERAL, TWELVE_LEAD, channel, code, ecg, group, write_dicom
from tests.unit.wfdb_files import some_integers, twelve_leads

CARDIO, MORTARA = "dicom_12lead_cardio.dcm", "dicom_12lead_mortara.dcm"


def read_built(tmp_path: Path, dataset: Dataset, syntax: str = "1.2.840.10008.1.2.1", **how: Any) -> Record:
    return read_record(write_dicom(tmp_path / "ecg.dcm", dataset, syntax, **how))


def notes(record: Record) -> str:
    return " ".join((*record.report.read, *record.report.assumed))


# --- real files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "fs_hz"), [(CARDIO, 500.0), (MORTARA, 1000.0)])
def test_a_real_file_shows_its_rhythm_and_keeps_the_median_beat(
    test_data: Path, name: str, fs_hz: float
) -> None:
    path = test_data / "vendor" / name
    with quiet_pydicom():
        dataset = pydicom.dcmread(path)
        rhythm_uv, beat_uv = dataset.waveform_array(0).T, dataset.waveform_array(1).T

    record = read_record(path)

    assert record.lead_names == STANDARD_LEADS
    assert (record.fs_hz, record.duration_s) == (fs_hz, 10.0)
    np.testing.assert_allclose(record.signals_mv, rhythm_uv / 1000, atol=1e-6)
    assert record.device.median_beat is not None
    np.testing.assert_allclose(record.device.median_beat.signals_mv, beat_uv / 1000, atol=1e-6)
    assert record.device.median_beat.lead_names == STANDARD_LEADS
    assert record.report.einthoven_residual_mv is not None
    assert record.report.einthoven_residual_mv < 0.006


def test_the_cardio_file_says_who_was_recorded_and_what_the_device_found(test_data: Path) -> None:
    record = read_record(test_data / "vendor" / CARDIO)

    assert (record.patient.age_years, record.patient.sex) == (39.0, "male")
    assert record.acquired_at == datetime(2009, 4, 28, 11, 39, 9)
    assert record.device.statements == ("Normal sinus rhythm", "Normal ECG")
    assert record.device.filters == DeviceFilters(high_pass_hz=0.16, low_pass_hz=150.0)
    assert DeviceMeasurement("QT Interval", "398", "ms") in record.device.measurements
    assert DeviceMeasurement("Ventricular Heart Rate", "80", "/min") in record.device.measurements
    assert DeviceMeasurement("QRS Onset", "228", "sample") in record.device.measurements


def test_the_mortara_file_names_its_device_and_keeps_the_marks_of_its_median_beat(test_data: Path) -> None:
    record = read_record(test_data / "vendor" / MORTARA)

    assert (record.device.maker, record.device.model) == ("Mortara Instrument, Inc.", "el250")
    assert record.patient.birth_date == date(1971, 1, 23)
    assert record.patient.age_years == 42.0
    assert record.device.filters.notch_hz is None
    marks = [mark for mark in record.device.measurements if mark.unit == "sample"]
    assert [mark.value for mark in marks] == ["299", "413", "460", "501", "535", "828"]
    assert "60 marks of single beats were left out." in record.report.read


def test_pydicoms_complaints_of_a_real_file_reach_nobody(test_data: Path, tmp_path: Path) -> None:
    # The cardio file holds an UID of 65 characters; a warning or a log message would fail this test.
    record = read_record(test_data / "vendor" / CARDIO)
    assert record.n_samples == 5000


def test_reading_another_format_does_not_import_pydicom(tmp_path: Path) -> None:
    script = (
        "import sys, numpy; from inference.records import read_record; "
        "numpy.save(sys.argv[1], numpy.sin(numpy.arange(1000))); "
        "read_record(sys.argv[1], fs_hz=500, unit='mV', lead_order=['II']); "
        "print(sorted({'pydicom', 'torch', 'scipy'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "ecg.npy")]

    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


# --- how samples are written -------------------------------------------------------------------------------


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"])
def test_every_byte_order_reads_alike_with_and_without_preamble(
    tmp_path: Path, syntax: str, bare: bool
) -> None:
    rows = twelve_leads()
    order = ">" if syntax.endswith(".2.2") else "<"

    record = read_built(tmp_path, ecg([group(rows, byte_order=order)]), syntax, bare=bare)

    np.testing.assert_allclose(record.signals_mv, rows / 1000, atol=1e-6)
    assert record.patient.name == "Curie, Marie"


def test_a_deflated_file_reads_like_any_other(tmp_path: Path) -> None:
    rows = twelve_leads()

    record = read_built(tmp_path, ecg([group(rows)]), "1.2.840.10008.1.2.1.99")

    np.testing.assert_allclose(record.signals_mv, rows / 1000, atol=1e-6)
    assert record.patient.patient_id == "P-17"


def test_a_deflated_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = write_dicom(tmp_path / "bomb.dcm", ecg([group(twelve_leads())]), "1.2.840.10008.1.2.1.99")
    content = path.read_bytes()
    start = 144 + int.from_bytes(content[140:144], "little")
    press = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = press.compress(bytes(100_000_000)) + press.flush()
    path.write_bytes(content[:start] + bomb)

    tracemalloc.start()
    with pytest.raises(RecordError, match="grows far beyond any ECG"):
        read_record(path)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak_bytes < 4 * MAX_INFLATION * len(bomb)


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "u2", "i4"])
def test_samples_of_8_16_and_32_bits_are_read_signed_and_unsigned(tmp_path: Path, dtype: str) -> None:
    rows = np.random.default_rng(1).integers(0, 100, (12, 501)).astype(dtype)
    rows[3] = np.iinfo(dtype).max

    record = read_built(tmp_path, ecg([group(rows)]))

    expected = rows.astype(np.float64) / 1000
    if dtype == "i4":
        expected[3] = np.nan  # beyond any amplifier, and said so
    np.testing.assert_allclose(
        record.standard_12()[expected_rows(record)], expected[expected_rows(record)], rtol=1e-5
    )


def expected_rows(record: Record) -> list[int]:
    measured = [name for name in record.lead_names if name not in record.report.derived_leads]
    return [STANDARD_LEADS.index(name) for name in measured]


def test_mu_law_samples_are_refused_in_a_sentence(tmp_path: Path) -> None:
    rows = np.zeros((12, 500), dtype="u1")

    with pytest.raises(RecordError, match=r"mu-law coded.*linear samples"):
        read_built(tmp_path, ecg([group(rows, WaveformSampleInterpretation="MB")]))


def test_the_padding_value_is_no_sample(tmp_path: Path) -> None:
    rows = twelve_leads()
    rows[:, 100:150] = -32768
    made = group(rows)
    made.add_new(0x5400100A, "OW", np.int16(-32768).tobytes())

    record = read_built(tmp_path, ecg([made]))

    assert np.isnan(record.signals_mv[:, 100:150]).all()
    assert np.isfinite(record.signals_mv[:, 150:]).all()


def test_sensitivity_times_correction_plus_baseline_in_its_own_unit(tmp_path: Path) -> None:
    rows = some_integers(2)
    channels = [
        channel("I", sensitivity="2.5", ChannelSensitivityCorrectionFactor="1.1", ChannelBaseline="-40"),
        channel("V1", sensitivity="0.004", ChannelSensitivityUnitsSequence=[code("mV", "UCUM", "millivolt")]),
    ]

    record = read_built(tmp_path, ecg([group(rows, channels=channels)]))

    np.testing.assert_allclose(record.lead("I"), (rows[0] * 2.5 * 1.1 - 40) / 1000, atol=1e-5)
    np.testing.assert_allclose(record.lead("V1"), rows[1] * 0.004, atol=1e-5)


def test_a_unit_under_another_scheme_is_taken_by_its_meaning(tmp_path: Path) -> None:
    units = {"ChannelSensitivityUnitsSequence": [code("4274", "MDC", "Microvolts")]}
    rows = some_integers(1)

    record = read_built(tmp_path, ecg([group(rows, channels=[channel("II", **units)])]))

    np.testing.assert_allclose(record.lead("II"), rows[0] / 1000, atol=1e-6)


def test_counts_without_sensitivity_need_a_unit_and_take_the_given_one(tmp_path: Path) -> None:
    rows = some_integers(1)
    path = write_dicom(
        tmp_path / "ecg.dcm", ecg([group(rows, channels=[channel("II", ChannelSensitivity=None)])])
    )

    with pytest.raises(RecordError, match="no sensitivity: give the unit"):
        read_record(path)
    record = read_record(path, unit="uV")

    np.testing.assert_allclose(record.lead("II"), rows[0] / 1000, atol=1e-6)
    assert "The unit was given by hand." in record.report.assumed


def test_a_channel_that_is_no_voltage_is_left_out_and_named(tmp_path: Path) -> None:
    pressure = channel("V1", ChannelSensitivityUnitsSequence=[code("mm[Hg]", "UCUM", "mmHg")])
    still = channel("V2", sensitivity="0")

    record = read_built(tmp_path, ecg([group(some_integers(3), channels=[channel("II"), pressure, still])]))

    assert record.lead_names == ("II",)
    assert "Lead V1 was left out." in notes(record)
    assert "Lead V2 was left out. Its sensitivity is 0" in notes(record)


# --- which lead, which group -------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["SCPECG", "MDC"])
def test_leads_are_named_by_code_under_both_schemes(tmp_path: Path, scheme: str) -> None:
    channels = [channel(lead, scheme=scheme) for lead in reversed(STANDARD_LEADS)]
    for item in channels:
        item.ChannelSourceSequence[0].CodeMeaning = "Ableitung"
    rows = twelve_leads()[::-1]

    record = read_built(tmp_path, ecg([group(rows, channels=channels)]))

    assert record.lead_names == tuple(reversed(STANDARD_LEADS))
    np.testing.assert_allclose(record.signals_mv, rows / 1000, atol=1e-6)


@pytest.mark.parametrize(
    ("value", "meaning", "label", "lead"),
    [
        ("X1", "Lead II (Einthoven)", "", "II"),
        ("X1", "aVF, augmented voltage, foot", "", "aVF"),
        ("X1", "channel", "V4", "V4"),
        ("MDC_ECG_LEAD_V3", "", "", "V3"),
        ("131074", "", "", "II"),
        ("2:66", "", "", "V8"),
    ],
)
def test_a_lead_is_named_by_meaning_or_label_where_its_code_says_nothing(
    tmp_path: Path, value: str, meaning: str, label: str, lead: str
) -> None:
    item = channel("I", ChannelSourceSequence=[code(value, "99LOCAL", meaning)], ChannelLabel=label)

    record = read_built(tmp_path, ecg([group(some_integers(1), channels=[item])]))

    assert record.lead_names == (lead,)


def test_franks_lead_i_is_not_taken_for_einthovens(tmp_path: Path) -> None:
    frank = channel("I", ChannelSourceSequence=[code("5.6.3-9-24", "SCPECG", "Lead I (Frank)")])

    record = read_built(tmp_path, ecg([group(some_integers(2), channels=[frank, channel("V1")])]))

    assert record.lead_names == ("V1",)


def test_an_inverted_avr_is_turned_over(tmp_path: Path) -> None:
    item = channel("aVR", ChannelSourceSequence=[code("2:65", "MDC", "-aVR")])
    rows = some_integers(1)

    record = read_built(tmp_path, ecg([group(rows, channels=[item])]))

    np.testing.assert_allclose(record.lead("aVR"), -rows[0] / 1000, atol=1e-6)


def test_a_label_that_contradicts_the_code_is_said(tmp_path: Path) -> None:
    item = channel("V1", ChannelLabel="V2")

    record = read_built(tmp_path, ecg([group(some_integers(1), channels=[item])]))

    assert record.lead_names == ("V1",)
    assert "coded as lead V1 and labelled 'V2'" in notes(record)


def beat_group(rows: np.ndarray, **elements: Any) -> Dataset:
    return group(rows, **{"MultiplexGroupLabel": "", "WaveformOriginality": "DERIVED", **elements})


@pytest.mark.parametrize(
    "elements",
    [
        {"MultiplexGroupLabel": "MEDIAN BEAT", "WaveformOriginality": "ORIGINAL"},
        {"MultiplexGroupLabel": "Averaged"},
        {},
        {"WaveformOriginality": "ORIGINAL"},
    ],
)
@pytest.mark.parametrize("beat_first", [False, True])
def test_the_median_beat_is_known_by_label_origin_or_length_and_never_by_its_place(
    tmp_path: Path, elements: dict[str, str], beat_first: bool
) -> None:
    rows, beat = twelve_leads(2500), twelve_leads(600)
    made = [group(rows, MultiplexGroupLabel=None), beat_group(beat, **elements)]

    record = read_built(tmp_path, ecg(made[::-1] if beat_first else made))

    np.testing.assert_allclose(record.signals_mv, rows / 1000, atol=1e-6)
    assert record.device.median_beat is not None
    np.testing.assert_allclose(record.device.median_beat.signals_mv, beat / 1000, atol=1e-6)
    assert not record.device.median_beat.signals_mv.flags.writeable


def test_a_file_with_nothing_but_a_median_beat_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="median beat but no recording"):
        read_built(tmp_path, ecg([beat_group(twelve_leads(600))]))


COLUMNS = (STANDARD_LEADS[:3], STANDARD_LEADS[3:6], STANDARD_LEADS[6:9], STANDARD_LEADS[9:])


def columns_and_strip(rows: np.ndarray, strip: np.ndarray) -> list[Dataset]:
    made = [
        group(rows[3 * k : 3 * k + 3], leads, MultiplexGroupTimeOffset=str(2500 * k))
        for k, leads in enumerate(COLUMNS)
    ]
    return [*made, group(strip, ("II",), MultiplexGroupTimeOffset="0")]


def test_a_printout_of_3x4_leads_with_a_rhythm_strip_is_laid_on_one_time_axis(tmp_path: Path) -> None:
    rows, strip = some_integers(12, 1250), some_integers(1, 5000, seed=2)
    strip[:, :1250] = rows[1]

    record = read_built(tmp_path, ecg(columns_and_strip(rows, strip)))

    assert record.duration_s == 10.0
    np.testing.assert_allclose(record.lead("II"), strip[0] / 1000, atol=1e-6)
    for k, leads in enumerate(COLUMNS):
        recorded = np.zeros(5000, dtype=bool)
        recorded[1250 * k : 1250 * (k + 1)] = True
        for lead in set(leads) - {"II"}:
            np.testing.assert_array_equal(np.isfinite(record.lead(lead)), recorded)
    assert "5 groups of leads were laid on one time axis" in notes(record)


def test_groups_of_one_length_without_times_are_taken_as_simultaneous_and_said(tmp_path: Path) -> None:
    rows = twelve_leads(5000)
    made = [group(rows[:6], STANDARD_LEADS[:6]), group(rows[6:], STANDARD_LEADS[6:])]

    record = read_built(tmp_path, ecg(made, sop_class=GENERAL))

    np.testing.assert_allclose(record.signals_mv, rows / 1000, atol=1e-6)
    assert any("simultaneous" in note for note in record.report.assumed)


def test_short_columns_without_times_are_not_laid_over_each_other(tmp_path: Path) -> None:
    rows = twelve_leads(1250)
    made = [group(rows[:6], STANDARD_LEADS[:6]), group(rows[6:], STANDARD_LEADS[6:])]

    record = read_built(tmp_path, ecg(made))

    assert record.lead_names == STANDARD_LEADS[:6]
    assert "V6 (2.5 s), was left out" in notes(record)


def test_a_group_of_all_leads_is_taken_alone_and_the_others_named(tmp_path: Path) -> None:
    made = [group(some_integers(1, 6000), ("II",)), group(twelve_leads(5000))]

    record = read_built(tmp_path, ecg(made))

    assert (record.lead_names, record.duration_s) == (STANDARD_LEADS, 10.0)
    assert "II (12 s), was left out" in notes(record)


def test_a_group_at_a_far_off_time_takes_no_memory(tmp_path: Path) -> None:
    made = columns_and_strip(some_integers(12, 1250), some_integers(1, 5000))
    made[3].MultiplexGroupTimeOffset = "1e11"

    record = read_built(tmp_path, ecg(made))

    assert record.n_samples == 1250


def test_an_ambulatory_recording_is_read_whole(tmp_path: Path) -> None:
    rows = some_integers(3, 60_000)

    record = read_built(tmp_path, ecg([group(rows, ("I", "V1", "V5"))], sop_class=AMBULATORY))

    assert (record.lead_names, record.duration_s) == (("I", "V1", "V5"), 120.0)


# --- patient, time, device ---------------------------------------------------------------------------------


def test_patient_and_time_of_recording_are_read(tmp_path: Path) -> None:
    record = read_built(tmp_path, ecg([group(twelve_leads())]))

    assert record.patient.name == "Curie, Marie"
    assert (record.patient.patient_id, record.patient.sex) == ("P-17", "female")
    assert record.patient.birth_date == date(1967, 11, 7)
    assert record.patient.age_years == 56.0
    assert "The age follows from the date of birth" in notes(record)
    assert record.acquired_at == datetime(2024, 2, 29, 13, 14, 15, 250_000)


@pytest.mark.parametrize(
    ("written", "age_years"),
    [
        ("045Y", 45.0),
        ("006M", 0.5),
        ("026W", 0.5),
        ("003D", 0.008),
        ("999Y", None),
        ("old", None),
        ("", None),
    ],
)
def test_ages_are_read_in_all_their_units(tmp_path: Path, written: str, age_years: float | None) -> None:
    dataset = ecg([group(twelve_leads())], PatientAge=written, PatientBirthDate=None)

    record = read_built(tmp_path, dataset)

    assert record.patient.age_years == (None if age_years is None else pytest.approx(age_years, abs=0.01))
    assert ("Age is taken as unknown" in notes(record)) == (written in ("999Y", "old"))


def test_other_sex_and_missing_facts_stay_unknown(tmp_path: Path) -> None:
    gone = dict.fromkeys(("PatientName", "PatientID", "PatientBirthDate", "AcquisitionDateTime"))

    record = read_built(tmp_path, ecg([group(twelve_leads())], PatientSex="O", **gone))

    patient = record.patient
    assert (patient.sex, patient.age_years, patient.name, patient.patient_id) == (None,) * 4
    assert record.acquired_at is None
    assert "Sex is taken as unknown: the file says 'O'." in notes(record)


def test_without_a_time_of_recording_the_studys_is_taken_and_said(tmp_path: Path) -> None:
    dataset = ecg([group(twelve_leads())], AcquisitionDateTime=None, StudyDate="20240301", StudyTime="101112")

    record = read_built(tmp_path, dataset)

    assert record.acquired_at == datetime(2024, 3, 1, 10, 11, 12)
    assert "that of its study was taken" in notes(record)


def test_a_clock_that_was_never_set_is_no_time_of_recording(tmp_path: Path) -> None:
    record = read_built(tmp_path, ecg([group(twelve_leads())], AcquisitionDateTime="19700101000312"))

    assert record.acquired_at is None
    assert "never set" in notes(record)


def test_a_day_without_a_time_is_said(tmp_path: Path) -> None:
    record = read_built(tmp_path, ecg([group(twelve_leads())], AcquisitionDateTime="20240229"))

    assert record.acquired_at == datetime(2024, 2, 29)
    assert "The file gives the day of recording without a time." in record.report.assumed


def test_filters_that_differ_between_leads_are_given_as_a_range(tmp_path: Path) -> None:
    filters = {"FilterLowFrequency": "0.05", "NotchFilterFrequency": "50"}
    channels = [
        channel("I", FilterHighFrequency="40", **filters),
        channel("II", FilterHighFrequency="150", **filters),
    ]

    found = read_built(tmp_path, ecg([group(some_integers(2), channels=channels)])).device.filters

    assert (found.high_pass_hz, found.low_pass_hz, found.notch_hz) == (0.05, None, 50.0)
    assert found.notes == ("The low-pass filter differs between the leads: 40 to 150 Hz.",)


def test_a_disconnected_lead_and_a_skewed_one_are_said(tmp_path: Path) -> None:
    channels = [channel("I", ChannelStatus="DISCONNECTED"), channel("II", ChannelSampleSkew="2")]

    record = read_built(tmp_path, ecg([group(some_integers(2), channels=channels)]))

    assert "The device calls lead I DISCONNECTED." in record.report.failed
    assert "Lead II was sampled 2 samples after the first; it was left where it is." in record.report.read


def test_coded_statements_times_and_the_beats_marks_are_told_apart(tmp_path: Path) -> None:
    rhythm, mark = Dataset(), Dataset()
    rhythm.ConceptNameCodeSequence = [code("1", "99X", "Rhythm")]
    rhythm.ConceptCodeSequence = [code("2", "99X", "Atrial fibrillation")]
    mark.ConceptNameCodeSequence = [code("3", "99X", "QRS Onset")]
    mark.TemporalRangeType, mark.ReferencedTimeOffsets = "POINT", ["12.5", "13"]

    record = read_built(tmp_path, ecg([group(twelve_leads())], WaveformAnnotationSequence=[rhythm, mark]))

    assert record.device.statements == ("Rhythm: Atrial fibrillation",)
    assert record.device.measurements == (DeviceMeasurement("QRS Onset", "12.5, 13", "ms"),)


def test_a_measurement_of_one_lead_names_it_and_one_of_nothing_is_left_out(tmp_path: Path) -> None:
    def measured(name: str, value: str, unit: str, channels: list[int]) -> Dataset:
        item = Dataset()
        item.ReferencedWaveformChannels = channels
        item.ConceptNameCodeSequence = [code("1", "99X", name)]
        item.MeasurementUnitsCodeSequence = [code(unit, "UCUM", unit)]
        item.NumericValue = value
        return item

    items = [
        measured("J point amplitude", "250", "uV", [1, 8]),
        measured("PR interval", "160", "ms", [1, 0]),
        measured("PP interval", "0", "ms", [1, 0]),
    ]
    record = read_built(tmp_path, ecg([group(twelve_leads())], WaveformAnnotationSequence=items))

    assert record.device.measurements == (
        DeviceMeasurement("J point amplitude in lead V2", "250", "uV"),
        DeviceMeasurement("PR interval", "160", "ms"),
    )


def test_annotations_beyond_number_do_not_keep_the_ecg_from_being_read(tmp_path: Path) -> None:
    mark = Dataset()
    mark.ConceptNameCodeSequence = [code("3", "99X", "QRS Onset")]
    mark.AnnotationGroupNumber, mark.TemporalRangeType, mark.ReferencedSamplePositions = 1, "POINT", 12
    path = write_dicom(tmp_path / "ecg.dcm", ecg([group(twelve_leads())], WaveformAnnotationSequence=[mark]))
    content = path.read_bytes()
    at = content.index(b"\x40\x00\x20\xb0SQ") + 12
    size = int.from_bytes(content[at - 4 : at], "little")
    many = content[at : at + size] * (MAX_READS // 8)
    path.write_bytes(content[: at - 4] + len(many).to_bytes(4, "little") + many + content[at + size :])

    record = read_record(path)

    assert record.device.measurements == ()
    assert "The device's annotations are too many to be read and were left out." in record.report.read


# --- what is refused ---------------------------------------------------------------------------------------


def test_a_dicom_image_is_refused_by_its_kind_and_not_listed(tmp_path: Path) -> None:
    image = ecg([group(twelve_leads())], sop_class="1.2.840.10008.5.1.4.1.1.2", WaveformSequence=None)
    image.Modality = "CT"
    path = write_dicom(tmp_path / "image.dcm", image)

    with pytest.raises(RecordError, match=r"CT Image Storage.*holds no ECG waveform"):
        read_record(path)
    assert list(find_records([tmp_path])) == []


@pytest.mark.parametrize(
    ("elements", "sentence"),
    [
        ({"NumberOfWaveformSamples": 4_000_000_000}, "declares 4000000000 samples"),
        ({"NumberOfWaveformSamples": 1001}, "holds fewer: copy it again"),
        ({"NumberOfWaveformSamples": 0}, "no samples"),
        ({"NumberOfWaveformChannels": 11}, "declares 11 channels and describes 12"),
        ({"SamplingFrequency": "5"}, "sampling rate is 5 Hz"),
        ({"WaveformBitsAllocated": 24}, "kind 'SS' with 24 bits"),
        ({"WaveformData": None}, "holds fewer: copy it again"),
    ],
)
def test_numbers_are_checked_before_samples_are_read(
    tmp_path: Path, elements: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(RecordError, match=sentence):
        read_built(tmp_path, ecg([group(twelve_leads(), **elements)]))


def test_a_file_cut_off_anywhere_is_refused_in_a_sentence(tmp_path: Path) -> None:
    whole = write_dicom(tmp_path / "whole.dcm", ecg([group(twelve_leads())])).read_bytes()
    for length in range(132, len(whole) - 1, 997):
        (tmp_path / "cut.dcm").write_bytes(whole[:length])
        with pytest.raises(RecordError):
            read_record(tmp_path / "cut.dcm")


def test_a_file_of_a_hundred_thousand_tiny_elements_is_given_up(tmp_path: Path) -> None:
    dataset = ecg([group(twelve_leads())])
    path = write_dicom(tmp_path / "many.dcm", dataset)
    # Empty private elements of group 0x0003 … upwards, two readings each.
    tiny = b"".join(
        (3 + 2 * (n >> 15)).to_bytes(2, "little") + (n & 0x7FFF).to_bytes(2, "little") + b"LO\x00\x00"
        for n in range(MAX_READS)
    )
    content = path.read_bytes()
    start = 144 + int.from_bytes(content[140:144], "little")
    path.write_bytes(content[:start] + tiny + content[start:])

    with pytest.raises(RecordError, match="far more elements than any ECG"):
        read_record(path)


def test_an_element_that_cannot_be_decoded_is_left_out_and_named(tmp_path: Path) -> None:
    path = write_dicom(tmp_path / "ecg.dcm", ecg([group(twelve_leads())], PatientAge="045Y"))
    content = path.read_bytes()
    at = content.index(b"\x10\x00\x10\x10AS")
    path.write_bytes(content[: at + 4] + b"FD" + content[at + 6 :])

    record = read_record(path)

    assert "The element PatientAge is damaged and was left out." in record.report.read
    assert record.patient.age_years == 56.0


# --- files of a folder -------------------------------------------------------------------------------------


def test_a_folder_lists_dicom_files_without_ending_and_with_uids_for_names(tmp_path: Path) -> None:
    names = ["IM0001", "1.2.826.0.1.3680043.8.1055.1.20", "ecg.dcm"]
    for name in names:
        write_dicom(tmp_path / name, ecg([group(twelve_leads())]))
    (tmp_path / "README").write_text("no ECG")
    (tmp_path / "RECORDS").write_text("a\nb\n")
    (tmp_path / "log.1").write_bytes(bytes(500))
    write_dicom(tmp_path / "bare", ecg([group(twelve_leads())]), bare=True)

    found = {path.name for path in find_records([tmp_path])}

    assert found == {*names, "bare"}
    assert all(read_record(tmp_path / name).lead_names == STANDARD_LEADS for name in found)


def test_the_order_of_leads_can_be_given_by_hand(tmp_path: Path) -> None:
    path = write_dicom(tmp_path / "ecg.dcm", ecg([group(some_integers(2), ("I", "II"))]))

    record = read_record(path, lead_order=("V1", "V2"), fs_hz=250)

    assert (record.lead_names, record.fs_hz) == (("V1", "V2"), 250.0)
    with pytest.raises(RecordError, match="names 1 leads and the file holds 2"):
        read_record(path, lead_order=("V1",))


def test_the_class_of_an_ecg_is_enough_to_be_recognised(tmp_path: Path) -> None:
    record = read_built(tmp_path, ecg([group(twelve_leads())], sop_class=TWELVE_LEAD, Modality=None))

    assert record.report.format == "DICOM"


def test_a_recording_that_cannot_be_read_is_refused_for_its_own_reason(tmp_path: Path) -> None:
    damaged = group(twelve_leads(2500), NumberOfWaveformSamples=2501)

    with pytest.raises(RecordError, match="declares 2501 samples"):
        read_built(tmp_path, ecg([damaged, beat_group(twelve_leads(600))]))


def test_samples_of_an_unknown_kind_of_value_are_refused_in_a_sentence(tmp_path: Path) -> None:
    path = write_dicom(tmp_path / "ecg.dcm", ecg([group(twelve_leads())]))
    path.write_bytes(path.read_bytes().replace(b"\x00\x54\x10\x10OW", b"\x00\x54\x10\x10O\x17"))

    with pytest.raises(RecordError):
        read_record(path)
